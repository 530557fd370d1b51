"""The log: event names and opaque identifiers from one list, one JSON object a line, and nothing else.

Whatever another library logs is reduced to its logger's name and level, and an exception to the classes and
places it went through, because its text may hold what somebody typed. There is no access log.
"""

import json
import logging
import time
import traceback
from typing import Final, TextIO

from idsvc.domain.ids import is_id

EVENTS: Final = frozenset(
    {
        "started",
        "stopped",
        "failed",  # an unexpected exception reached the web's last line
        "refused",  # an expected failure that is the installation's own fault (setting, key, database)
        "lists-unusable",  # the published lists do not verify
        "limited",  # an address bucket is empty
    }
)
_FIELDS: Final = frozenset({"surface", "status", "cause", "incident"})
_CLOSED: Final = frozenset({"counter", "verifier", "portal", "office", "home"})
_EVENTS_LOGGER: Final = "idsvc"


class EventFormatter(logging.Formatter):
    """Formats a record from the lists above; anything not on them is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        if record.name == _EVENTS_LOGGER and record.msg in EVENTS:
            line["event"] = record.msg
            given: dict[str, object] = getattr(record, "fields", {})
            line |= {name: value for name, value in given.items() if name in _FIELDS and _is_opaque(value)}
        else:
            line["event"] = "library"
            line["logger"] = record.name
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line)


def describe(error: BaseException) -> list[str]:
    """Name the classes of an exception and its causes and where each was raised, without their texts."""
    chain: list[str] = []
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
        chain.append(f"{type(current).__module__}.{type(current).__qualname__} at {where}")
        current = current.__cause__ or current.__context__
    return chain


def record_event(
    name: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object
) -> None:
    """Log one event of the list; a name that is not on it is a mistake of the program."""
    if name not in EVENTS:
        raise ValueError(f"{name} is no listed event")
    logging.getLogger(_EVENTS_LOGGER).log(level, name, extra={"fields": fields}, exc_info=error)


def open_log(stream: TextIO) -> None:
    """Send every logger of this process through the one formatter."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(EventFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_EVENTS_LOGGER).setLevel(logging.INFO)


def _is_opaque(value: object) -> bool:
    """Allow numbers of a status, our own random identifiers, and the closed words of this module."""
    if isinstance(value, bool | int):
        return True
    return isinstance(value, str) and (is_id(value) or value in _CLOSED)
