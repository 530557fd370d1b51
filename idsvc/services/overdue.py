"""What is overdue: everything that the retention run would destroy or delete and that no run has.

Counts only, bounded, each found by an index: a monitor asks every few seconds.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from idsvc.domain.ids import EpochName
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, last_start
from idsvc.services.due_cards import PAGE, DueCards
from idsvc.services.retention_report import Rule
from idsvc.services.sealing import Sealing
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import items, residents, service, staff

MOST: Final = PAGE
"""No count goes farther: a rule that reaches it has so much left, or more."""
_TENS: Final = 10

WORDS: Final[Mapping[Rule, str]] = {
    Rule.KEYS: "ended days whose key or item secrets still exist",
    Rule.ITEMS: "ended days with sealed items left",
    Rule.RESIDENTS: "residents past their last day",
    Rule.EXPIRED: "cards in use past their validity",
    Rule.UNCOLLECTED: "cards that waited too long for their resident",
    Rule.UNFINISHED: "cards that were never finished",
    Rule.CARDS: "ended cards past their period",
    Rule.TOKENS: "tolerant tokens past their day",
    Rule.SESSIONS: "ended sessions and one-time codes",
    Rule.STAFF: "closed accounts past their period",
    Rule.COUNTS: "day counts past their period",
    Rule.LIMITS: "old rate limit windows",
}
"""What is counted, in the order of the run. Preparing, settling and signing destroy nothing."""


def count_overdue(
    database: Database,
    sealing: Sealing,
    program: Program,
    *,
    today: date,
    grace: timedelta = timedelta(),
) -> dict[Rule, int]:
    """Count by rule what should be gone since before today; `MOST` means so many or more.

    With a grace of a day, what the coming night's run will destroy is not counted yet.
    """
    since = today - grace
    begins = sealing.epochs.ends_at(EpochName((since - timedelta(days=1)).isoformat()))
    due = DueCards(program, since)
    last_count = last_start(program.retention, Kept.COUNT, since)
    last_closed = last_start(program.retention, Kept.STAFF, since)

    def look(session: Session) -> dict[Rule, int]:
        return {
            Rule.ITEMS: len(items.list_due_epochs(session, since)),
            Rule.RESIDENTS: residents.count_expired_residents(session, since, most=MOST),
            Rule.EXPIRED: len(due.page_expired(session, None)),
            Rule.UNCOLLECTED: len(due.page_uncollected(session, None)),
            Rule.UNFINISHED: len(due.page_unfinished(session, None)),
            Rule.CARDS: len(due.page_ended(session, None)),
            Rule.TOKENS: residents.count_due_tokens(session, since, most=MOST),
            Rule.SESSIONS: staff.count_ended_sessions(session, begins, most=MOST),
            Rule.STAFF: staff.count_closed_accounts(session, until=last_closed, most=MOST),
            Rule.COUNTS: service.count_old_counts(session, until=last_count, most=MOST),
            Rule.LIMITS: service.count_old_windows(session, before=begins - timedelta(days=1), most=MOST),
        }

    return {Rule.KEYS: count_overdue_keys(sealing, today=today, grace=grace)} | database.read(look)


def count_overdue_keys(sealing: Sealing, *, today: date, grace: timedelta = timedelta()) -> int:
    """Count the ended days whose key or item secrets still exist, without a look at the database.

    A day that is past by the epoch store's note and not by this clock is counted whatever the grace: no run
    destroys its key until the clock is right.
    """
    since = today - grace
    return sum(
        status.overdue and not since.isoformat() <= status.epoch < today.isoformat()
        for status in sealing.epochs.status()
    )


def round_overdue(count: int) -> int:
    """Round a count as monitors see it: 0, 1 for fewer than ten, otherwise down to tens."""
    return count if count == 0 else max(1, count // _TENS * _TENS)
