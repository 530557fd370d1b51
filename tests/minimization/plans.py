"""The lives that twins lead, and what they show for them."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from idsvc.domain.ids import CardId, RequestId, ResidentId
from idsvc.domain.minimization import Gender
from idsvc.domain.numbers import CardNumber
from idsvc.domain.program import Program, ResidencyPapers
from idsvc.services.issuance import Produced
from tests.minimization.hidden import Hidden


class Turn(StrEnum):
    """What can happen in a life besides the straight way."""

    DECLINED = "declined at the first visit"
    ALIKE = "bears the name and birth date of another resident"
    STOPPED = "the process stopped before the card was made"
    JAMMED = "the printer took the card and did not print it"
    MISPRINTED = "voided at the printer"
    POSTED = "sent by mail"
    RETURNED = "came back by mail"
    UNCOLLECTED = "nobody came for the card"
    ABANDONED = "printed and never scanned"
    SUSPENDED = "reported lost and found again"
    LOST = "replaced because it was lost"
    MISSPELT = "replaced with a corrected name"
    REVOKED = "revoked"
    CLOSED = "the record is closed at its holder's wish"
    RENEWED = "renewed online"
    MOVED = "renewed online with a new address"
    REFUSED = "asked for a renewal, which was declined"


PLANS: tuple[frozenset[Turn], ...] = tuple(
    frozenset(turns)
    for turns in (
        (Turn.JAMMED, Turn.MOVED),
        (Turn.DECLINED, Turn.ALIKE, Turn.LOST, Turn.REFUSED),
        (Turn.STOPPED, Turn.MISPRINTED, Turn.POSTED, Turn.RETURNED, Turn.RENEWED),
        (Turn.UNCOLLECTED,),
        (Turn.SUSPENDED, Turn.MISSPELT, Turn.CLOSED),
        (Turn.POSTED, Turn.REVOKED),
        (Turn.ABANDONED,),
    )
)


def takes_papers(program: Program) -> Program:
    """Let residents send residency papers with a renewal."""
    return replace(program, record=replace(program.record, residency_papers=ResidencyPapers.UPLOAD))


@dataclass(frozen=True)
class Shown:
    """What a resident brings and the city keeps, sealed: equal in exact twins, other in twins of shape."""

    name: str
    born: date
    gender: Gender | None
    street: str
    portrait: bytes
    pages: tuple[bytes, ...]
    moves: bool
    """Whether a renewal with papers really has a new address and pages, or neither."""


@dataclass
class Life:
    """One resident as the steps come to know them."""

    number: int
    hidden: Hidden
    shown: Shown
    resident: ResidentId = field(init=False)
    card: CardId = field(init=False)
    made: Produced | None = None
    printed: CardNumber = field(init=False)
    scanned: str = ""
    request: RequestId = field(init=False)

    @property
    def plan(self) -> frozenset[Turn]:
        """What happens in this life."""
        return PLANS[self.number % len(PLANS)]
