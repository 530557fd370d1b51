"""How long everything is kept: one word for each thing, and the day on which its key dies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from idsvc.domain.dates import Span, Unit, after, before


class Kept(StrEnum):
    """Everything that is kept for a time; the program file sets the time and names the authority for it."""

    DRAFT = "draft"
    SOURCE_DOCUMENT = "source_document"
    UNCROPPED_PORTRAIT = "uncropped_portrait"
    CONTACT = "contact"
    PRINT_FILE = "print_file"
    REQUEST = "request"
    CITY_SLOT_ORDER = "city_slot_order"
    CITY_SLOT = "city_slot"
    SESSION = "session"
    ONE_TIME_CODE = "one_time_code"
    VISIT = "visit"
    RESIDENT = "resident"
    TOLERANT_TOKEN = "tolerant_token"  # noqa: S105 - a word for a thing kept, not a secret
    CARD = "card"
    MESSAGE = "message"
    DISCLOSURE = "disclosure"
    COUNT = "count"
    CUSTODY = "custody"
    STAFF = "staff"
    AUDIT_KEY = "audit_key"
    AUDIT_LOG = "audit_log"


STARTS: Mapping[Kept, str] = {
    Kept.DRAFT: "the day it is opened",
    Kept.SOURCE_DOCUMENT: "the day it is sent",
    Kept.UNCROPPED_PORTRAIT: "the day it is taken",
    Kept.CONTACT: "the day it is given",
    Kept.PRINT_FILE: "the day of the order",
    Kept.REQUEST: "the day it is sent",
    Kept.CITY_SLOT_ORDER: "the day of the order",
    Kept.CITY_SLOT: "the day the card is handed over",
    Kept.SESSION: "the day of signing in",
    Kept.ONE_TIME_CODE: "the day it is made",
    Kept.VISIT: "the day of the visit",
    Kept.RESIDENT: "the day the last card ends or the record is closed",
    Kept.TOLERANT_TOKEN: "the day the card is handed over",
    Kept.CARD: "the day the card ends",
    Kept.MESSAGE: "the day it is written",
    Kept.DISCLOSURE: "the day of the answer",
    Kept.COUNT: "the day that is counted",
    Kept.CUSTODY: "the day of the entry",
    Kept.STAFF: "the day the account is closed",
    Kept.AUDIT_KEY: "the first day of the audit epoch",
    Kept.AUDIT_LOG: "the day of the entry",
}
"""When each period begins to run.

`AUDIT_LOG` is the one period that is a least: the log is insert-only, against insiders, and is never cut. An
entry says a day and an act; who and upon whom ends with `AUDIT_KEY`.
"""

DIES_WITH: Mapping[Kept, Kept] = {Kept.TOLERANT_TOKEN: Kept.CITY_SLOT}
"""What has no period of its own, because it may not outlive another thing."""


_SHORTEST_MONTH_LACKS: Final = 3
"""28 February is as far from 31 days as a month can be."""


@dataclass(frozen=True, slots=True)
class Period:
    """How long a thing is kept, and the law, rule or order that allows to destroy it then."""

    span: Span
    authority: str


def due_day(periods: Mapping[Kept, Period], kept: Kept, start: date) -> date:
    """Give the last day on which a thing can be read: its key dies at the end of that day, local time.

    `start` is the day that `STARTS` names for it.
    """
    return after(start, periods[DIES_WITH.get(kept, kept)].span)


def last_start(periods: Mapping[Kept, Period], kept: Kept, today: date) -> date:
    """Give the latest `start` whose last day, by `due_day`, is over today."""
    start = before(today, periods[DIES_WITH.get(kept, kept)].span)
    # Short months bring several days to one last day: back to the first that is too late, from above.
    start += timedelta(days=_SHORTEST_MONTH_LACKS)
    while due_day(periods, kept, start) >= today:
        start -= timedelta(days=1)
    return start


LONGEST: Mapping[Kept, Span] = {
    Kept.DRAFT: Span(3, Unit.DAY),
    Kept.SOURCE_DOCUMENT: Span(90, Unit.DAY),
    Kept.UNCROPPED_PORTRAIT: Span(30, Unit.DAY),
    Kept.PRINT_FILE: Span(90, Unit.DAY),
    Kept.REQUEST: Span(180, Unit.DAY),
    Kept.CITY_SLOT_ORDER: Span(180, Unit.DAY),
    Kept.SESSION: Span(7, Unit.DAY),
    Kept.ONE_TIME_CODE: Span(30, Unit.DAY),
    Kept.VISIT: Span(7, Unit.DAY),
    Kept.MESSAGE: Span(30, Unit.DAY),
}
"""Longer than this no program keeps what is only needed to finish one act."""
