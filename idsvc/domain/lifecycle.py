"""The states of a card and of its delivery, and every step between them, as data."""

from collections.abc import Mapping
from datetime import date
from enum import IntEnum, StrEnum

from idsvc.domain.errors import Conflict


class Issuance(StrEnum):
    """Why a card is made; a replacement keeps the validity of the card in use before it."""

    FIRST = "first"
    RENEWAL = "renewal"
    REPLACEMENT = "replacement"


class CardState(StrEnum):
    """Where a card stands between order and end."""

    ORDERED = "ordered"
    PRINTED = "printed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    VOIDED = "voided"


class Delivery(StrEnum):
    """Where the printed card is on its way to the resident."""

    AT_THE_COUNTER = "at the counter"
    POSTED = "posted"
    AWAITING_PICK_UP = "awaiting pick-up"
    HANDED_OVER = "handed over"
    RETURNED = "returned"
    DESTROYED_UNCOLLECTED = "destroyed uncollected"


class CardStatus(IntEnum):
    """A card's two bits in the status list (IETF Token Status List, section 7, where 1 is called invalid)."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2


CARD_STEPS: Mapping[CardState, frozenset[CardState]] = {
    CardState.ORDERED: frozenset({CardState.PRINTED, CardState.VOIDED, CardState.REVOKED}),
    CardState.PRINTED: frozenset({CardState.ACTIVE, CardState.VOIDED, CardState.REVOKED}),
    CardState.ACTIVE: frozenset({CardState.SUSPENDED, CardState.EXPIRED, CardState.REVOKED}),
    CardState.SUSPENDED: frozenset({CardState.ACTIVE, CardState.REVOKED}),
    CardState.EXPIRED: frozenset(),
    CardState.REVOKED: frozenset(),
    CardState.VOIDED: frozenset(),
}

DELIVERY_STEPS: Mapping[Delivery, frozenset[Delivery]] = {
    Delivery.AT_THE_COUNTER: frozenset({Delivery.HANDED_OVER, Delivery.AWAITING_PICK_UP, Delivery.POSTED}),
    Delivery.POSTED: frozenset({Delivery.HANDED_OVER, Delivery.RETURNED}),
    Delivery.AWAITING_PICK_UP: frozenset({Delivery.HANDED_OVER, Delivery.DESTROYED_UNCOLLECTED}),
    Delivery.RETURNED: frozenset({Delivery.AWAITING_PICK_UP, Delivery.DESTROYED_UNCOLLECTED}),
    Delivery.HANDED_OVER: frozenset(),
    Delivery.DESTROYED_UNCOLLECTED: frozenset(),
}

ENDED = frozenset(state for state, steps in CARD_STEPS.items() if not steps)
"""The states that a card never leaves."""

IN_USE = frozenset({CardState.ACTIVE, CardState.SUSPENDED})
"""The states that end by the passing of time."""

_STATUS = {
    CardState.SUSPENDED: CardStatus.SUSPENDED,
    CardState.REVOKED: CardStatus.REVOKED,
    CardState.VOIDED: CardStatus.REVOKED,
}


def move_card(state: CardState, to: CardState) -> CardState:
    """Take one step of a card's life; Conflict if the state does not allow it."""
    if to not in CARD_STEPS[state]:
        raise Conflict(f"This card is {state} and cannot become {to}.")
    return to


def move_delivery(state: Delivery, to: Delivery) -> Delivery:
    """Take one step of a card's delivery; Conflict if the state does not allow it."""
    if to not in DELIVERY_STEPS[state]:
        raise Conflict(f"This card's delivery is {state} and cannot become {to}.")
    return to


def state_on(state: CardState, *, expires_on: date | None, today: date) -> CardState:
    """Tell the state that a card has today: past its last day it is expired, written or not."""
    ended = expires_on is not None and expires_on < today
    return CardState.EXPIRED if ended and state in IN_USE else state


def end_by_time(state: CardState) -> CardState:
    """Give the end of a card in use after its last day: a suspended one is revoked.

    An expired card still opens to its renewal code, so that it can be renewed. A card that nobody brought
    back into use was lost, and its slip perhaps with it: what suspending closed, time does not open again.
    """
    return move_card(state, CardState.REVOKED if state is CardState.SUSPENDED else CardState.EXPIRED)


def status_of(state: CardState) -> CardStatus:
    """Give the status bits of a state: valid from the order on; when a card expires is told by the token."""
    return _STATUS.get(state, CardStatus.VALID)
