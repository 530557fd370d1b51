"""Order a card: the intent that is on record before anything is signed, with its number and status index."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from idsvc.domain.errors import Conflict, Unavailable
from idsvc.domain.ids import CardId, Random, ResidentId, StatusIndex
from idsvc.domain.lifecycle import CardState, Delivery
from idsvc.domain.numbers import CardNumber, draw_card_number
from idsvc.services.cards import set_last_day
from idsvc.services.means import Means
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Session
from idsvc.storage.queries import cards
from idsvc.storage.records import Card, RecordId
from idsvc.vault.tags import card_number_tag

LIST_PLACES: Final = 1 << 20
"""Places in one status list; when half are taken the next list begins, so that a random draw stays cheap."""
_DRAWS: Final = 64
IN_THE_MAKING: Final = frozenset({CardState.ORDERED, CardState.PRINTED})


@dataclass(frozen=True, slots=True)
class Ordered:
    """A card on order; `number` is None when the order was there already and its number is not known here."""

    card: Card
    number: CardNumber | None


def choose_status_list(session: Session) -> int:
    """Choose the status list for new cards: the newest, or the next one when it is half full.

    Read it in a transaction of its own: it looks at every place, and an order must not wait for other orders.
    """
    newest = max(cards.list_status_lists(session), default=0)
    return newest + (cards.count_status_indices(session, newest) * 2 >= LIST_PLACES)


def refuse_second_order(session: Session, resident_id: ResidentId) -> None:
    """Raise Conflict while a card of this resident is being made: two requests never make two cards."""
    if any(card.state in IN_THE_MAKING for card in cards.list_cards(session, resident_id)):
        raise Conflict(
            "A card for this resident is being made already: finish that one, or void or revoke it first."
        )


def order_card(
    session: Session,
    card_id: CardId,
    *,
    resident_id: ResidentId,
    record_id: RecordId,
    expires_on: date | None,
    status_list: int,
    means: Means,
) -> Ordered:
    """Order a card under an id that the caller drew before the act; a second time gives the first order."""
    known = cards.find_card(session, card_id)
    if known is not None:
        return Ordered(known, None)
    number, tag = claim_number(
        session, resident_id, card_id, number_key=means.number_key, random=means.random
    )
    card = Card(
        resident_id=resident_id,
        id=card_id,
        record_id=record_id,
        number_tag=tag,
        state=CardState.ORDERED,
        state_on=means.today,
        delivery=Delivery.AT_THE_COUNTER,
        delivery_on=means.today,
        status_list=status_list,
        status_index=_claim_status_index(session, status_list, means.random),
        ordered_on=means.today,
        expires_on=expires_on,
    )
    session.add(card)
    session.flush()  # the resident's last day is counted from the cards that the database has
    set_last_day(session, resident_id, program=means.program)
    return Ordered(card, number)


def claim_number(
    session: Session, resident_id: ResidentId, card_id: CardId, *, number_key: IndexKey, random: Random
) -> tuple[CardNumber, bytes]:
    """Draw card numbers until one is free, and claim it; gives the number and its tag."""
    for _ in range(_DRAWS):
        number = draw_card_number(random)
        tag = card_number_tag(number_key, number)
        if cards.claim_number(session, tag, resident_id, card_id):
            return number, tag
    raise Unavailable("No free card number was found; the number space is nearly used up.")


def _claim_status_index(session: Session, status_list: int, random: Random) -> StatusIndex:
    for _ in range(_DRAWS):
        index = StatusIndex(int.from_bytes(random(4)) % LIST_PLACES)
        if cards.claim_status_index(session, status_list, index):
            return index
    raise Unavailable("No free place in the status list was found; try again.")
