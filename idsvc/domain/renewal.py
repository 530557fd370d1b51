"""When a card can be renewed, where, and what may change on the way."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from idsvc.domain.dates import after, age_on, before
from idsvc.domain.errors import Refusal
from idsvc.domain.program import Change, Program, ResidencyPapers


class Standing(StrEnum):
    """Where today lies against a card's renewal window."""

    NEVER_NEEDED = "never needed"
    TOO_EARLY = "too early"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """The first and the last day for renewing a card."""

    opens: date
    closes: date


_IN_PERSON = {
    Change.PORTRAIT: "A new portrait is taken at the counter: please book a visit.",
    Change.ADDRESS: "A new address is shown at the counter: please book a visit.",
    Change.NAME: "A changed name is shown at the counter: please book a visit.",
    Change.GENDER: "A changed gender marker is set at the counter: please book a visit.",
}


def window(program: Program, *, expires_on: date | None) -> Window | None:
    """Give the days between which a card can be renewed; None for a card that does not expire."""
    if expires_on is None:
        return None
    return Window(
        before(expires_on, program.renewal.opens_before), after(expires_on, program.renewal.closes_after)
    )


def standing(program: Program, *, expires_on: date | None, today: date) -> Standing:
    """Tell where today lies against the window; its first and last day are open."""
    days = window(program, expires_on=expires_on)
    if days is None:
        return Standing.NEVER_NEEDED
    if today < days.opens:
        return Standing.TOO_EARLY
    return Standing.OPEN if today <= days.closes else Standing.CLOSED


def require_open(program: Program, *, expires_on: date | None, today: date) -> None:
    """Raise Refusal, with the day to come back on, unless the card can be renewed today (anywhere)."""
    days = window(program, expires_on=expires_on)
    if days is None:
        raise Refusal("This card does not expire and needs no renewal.")
    if today < days.opens:
        raise Refusal(f"This card can be renewed from {days.opens.isoformat()} on.")
    if today > days.closes:
        raise Refusal("The time to renew this card is over: please book a visit for a new one.")


def require_online(
    program: Program,
    *,
    birth_date: date,
    expires_on: date | None,
    today: date,
    changes: frozenset[Change] = frozenset(),
) -> None:
    """Raise Refusal, saying the way on, unless this card can be renewed online today with these changes."""
    require_open(program, expires_on=expires_on, today=today)
    if not program.renewal.online:
        raise Refusal("Cards are renewed at the counter: please book a visit.")
    if age_on(birth_date, today) < program.ages.in_person_under:
        raise Refusal(
            f"Below the age of {program.ages.in_person_under} a card is renewed at the counter: "
            "please book a visit with a caretaker.",
        )
    for change in Change:
        if change in changes and change not in program.renewal.online_changes:
            raise Refusal(_IN_PERSON[change])


def mails_a_code(program: Program, changes: frozenset[Change]) -> bool:
    """Tell whether an online change waits for a code that is mailed to the new address."""
    return Change.ADDRESS in changes and program.record.residency_papers is ResidencyPapers.NONE
