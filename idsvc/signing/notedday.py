"""The newest day that an epoch store has accepted, noted beside its keys: no clock is believed alone."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from idsvc.domain.errors import Unavailable
from idsvc.signing import durable

LARGEST_STEP: Final = timedelta(days=7)
"""How far a clock may be ahead of the last day known before its word alone destroys nothing.

The run goes every night, holidays too: a week is a host that was off or a timer that stood still, not an
office that was closed. A leap within it costs at most a week of what was due to die anyway.
"""


class ClockDisagreement(Unavailable):
    """The clock stands before the day noted last; whether a day between them is over, nobody can tell yet."""


class NotedDay:
    """One small file; call what changes it only while holding the store's lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> date | None:
        """Return the noted day, None before the first. Unavailable when the file is damaged."""
        with durable.disk_errors("The noted day could not be read"):
            noted = self._path.read_text() if self._path.exists() else None
        try:
            return None if noted is None else date.fromisoformat(noted.strip())
        except ValueError:
            raise Unavailable(f"The file {self._path} is damaged; write today's date into it.") from None

    def note(self, today: date, *, confirmed: bool = False) -> None:
        """Note a newer day; never by a leap that nobody confirmed."""
        noted = self.read()
        if noted is None:
            durable.replace(self._path, today.isoformat().encode())
        elif today > noted and (confirmed or today - noted <= LARGEST_STEP):
            # In place: destroying must work on a full disk, and ten bytes lie within one sector.
            durable.overwrite(self._path, today.isoformat().encode())

    def set_back(self, today: date) -> None:
        """Note an earlier day, for which a person vouched."""
        noted = self.read()
        if noted is not None and noted > today:
            durable.overwrite(self._path, today.isoformat().encode())

    def refuse_after(self, day: str, *, today: date) -> None:
        """Raise ClockDisagreement when a later day than this one (YYYY-MM-DD) has been noted."""
        noted = self.read()
        if noted is not None and noted.isoformat() > day:
            raise ClockDisagreement(
                f"The clock says {today}, but {noted} was noted before: set the clock right, "
                "or, if it is right, confirm it: idsvc retention run --today and today's date."
            )
