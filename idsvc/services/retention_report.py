"""The rules of a retention run in their order, and what one run did by each."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Rule(StrEnum):
    """What a run does, in this order."""

    KEYS = "keys of ended days destroyed"
    AHEAD = "days prepared"
    ITEMS = "sealed items deleted"
    RESIDENTS = "residents forgotten"
    EXPIRED = "cards expired"
    UNCOLLECTED = "uncollected cards revoked"
    UNFINISHED = "unfinished cards revoked"
    CARDS = "ended cards deleted"
    TOKENS = "tolerant tokens deleted"
    SESSIONS = "sessions and one-time codes deleted"
    STAFF = "closed accounts deleted"
    COUNTS = "old day counts deleted"
    LIMITS = "rate limit windows deleted"
    ORPHANS = "orphaned blobs removed"
    LEAVES = "audit leaves placed"
    SETTLED = "rows of closed days settled"
    BLOBS = "stored files of closed days settled"
    CERTIFIED = "certificates signed"


@dataclass(slots=True)
class Report:
    """What one run did, by rule; `failures` say in a sentence each what remains."""

    run_id: str
    day: date
    done: dict[Rule, int] = field(default_factory=dict)
    failures: list[tuple[Rule, str]] = field(default_factory=list)
    elsewhere: bool = False
    """Another process holds the run's lease: it does everything but the keys and sealed items."""

    @property
    def complete(self) -> bool:
        """Tell whether nothing that was due remains; for another process's part no report can answer."""
        return not self.failures and not self.elsewhere
