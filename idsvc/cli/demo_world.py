"""The demonstration's small city: an installation in a folder of its own, and a clock that can be moved."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Final, TypeVar

from idsvc.bootstrap.founding import Places, found_for_development, sign_list
from idsvc.bootstrap.full import Runtime, assemble
from idsvc.config import DEFAULT_DATABASE_URL, read_settings
from idsvc.credential import Verdict
from idsvc.domain.dates import before, years
from idsvc.domain.errors import BadInput, IdsvcError
from idsvc.domain.ids import Random
from idsvc.domain.minimization import Gender
from idsvc.domain.program import Program
from idsvc.domain.validity import expires_on
from idsvc.program import evidence_document, load
from idsvc.services.publication import open_verifier
from idsvc.signing.stores import open_root_keys
from idsvc.storage.database import Database

T = TypeVar("T")

_BEFORE_END: Final = timedelta(days=20)
"""The first card ends this many days from now, so that it can be renewed now."""
_YOUNGEST: Final = timedelta(days=120)


class StepFailed(IdsvcError):
    """A step of the demonstration did not show what it should; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The person whose card's life is shown; the portrait is an untrusted picture file."""

    name: str
    birth_date: date
    portrait: bytes = field(repr=False)
    gender: Gender | None = None
    address: tuple[str, ...] = ()


@dataclass(slots=True)
class Clock:
    """A clock that the demonstration moves."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the moment that the demonstration has reached."""
        return self.now


class World:
    """Two processes, a counter and a portal, over one database and one set of keys."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        program_file: Path,
        holder: Holder,
        now: datetime,
        random: Random,
    ) -> None:
        """Take an empty folder and an upgraded, empty database; `now` is when the clock will end."""
        self.program = load(program_file)
        self.database = database
        self.places = Places(folder)
        self.random = random
        self.clock = Clock(_begin(self.program, holder, now))
        self._end = now
        self._program_file = program_file

    def found(self) -> None:
        """Make keys, purge days and the trust list, and open both processes."""
        found_for_development(self.places, program=self.program, now=self.clock(), random=self.random)
        self.counter = self._open("counter")
        self.portal = self._open("portal")

    def move(self, span: timedelta) -> None:
        """Let some days pass."""
        self.clock.now += span

    def move_to_the_end(self) -> None:
        """Let all the time pass, with the ceremony and the run that would have come round in it."""
        self.clock.now = max(self._end, self.clock.now)
        roots = open_root_keys(self.places.roots, self.places.secret, random=self.random)
        register = self.counter.keys.status()
        sign_list(register, roots, self.places.public, program=self.program, now=self.clock())
        self.run_retention()

    def run_retention(self) -> str:
        """Run retention; a person vouches for the date, because this clock jumps."""
        report = self.counter.retention().run(vouched=self.counter.today())
        hold(report.complete, f"The retention run left something: {report.failures[:1]}")
        done = {rule.value: count for rule, count in report.done.items() if count}
        return ", ".join(f"{what}: {count}" for what, count in done.items()) or "nothing was due"

    def check(self, text: str, wanted: Verdict) -> str:
        """Publish, and check a code with the public files alone."""
        self.counter.publish(self.places.public, evidence_document(self.program))
        answer = open_verifier(self.places.public, self.counter.roots).verify(text, at=self.clock())
        hold(answer.verdict is wanted, f"The verdict is {answer.verdict} ({answer.reason}).")
        return f"{answer.verdict} ({answer.reason})"

    def _open(self, surface: str) -> Runtime:
        environment = self.places.environment(program=self._program_file, database_url=DEFAULT_DATABASE_URL)
        settings = read_settings({**environment, "IDSVC_SURFACES": surface})
        return assemble(settings, self.database, clock=self.clock, random=self.random)


def hold(true: bool, otherwise: str) -> None:
    """Go on if it is so; StepFailed with the sentence otherwise."""
    if not true:
        raise StepFailed(otherwise)


def there(value: T | None) -> T:
    """Give what a step before made."""
    if value is None:
        raise StepFailed("Something that the step before made is missing.")
    return value


def _begin(program: Program, holder: Holder, now: datetime) -> datetime:
    """Choose the moment of enrollment so that the first card ends in 20 days, if it ends at all."""
    today = now.astimezone(UTC).date()
    if today - holder.birth_date < _YOUNGEST:
        raise BadInput("birth date", f"The demonstration needs a holder of at least {_YOUNGEST.days} days.")
    spans = sorted({band.years for band in program.validity if band.years is not None}, reverse=True)
    end = today + _BEFORE_END
    for span in spans:
        start = before(end, years(span))
        if start >= holder.birth_date and expires_on(program, holder.birth_date, start) == end:
            break
    else:
        start = max(holder.birth_date, before(today, years(1)))
    return datetime.combine(start, day_time(15), UTC)
