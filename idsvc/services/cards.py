"""What every step of a card's life does besides its purpose: state, status bits, the day of forgetting."""

from datetime import date, timedelta

from idsvc.domain.errors import NotFound
from idsvc.domain.ids import CardId, ResidentId
from idsvc.domain.lifecycle import CardState, Delivery, move_card, move_delivery, status_of
from idsvc.domain.numbers import CardNumber
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, due_day
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, residents
from idsvc.storage.records import Card
from idsvc.vault.tags import card_number_tag


def find(session: Session, card_id: CardId) -> Card:
    """Find a card by its id; NotFound if there is none."""
    card = cards.find_card(session, card_id)
    if card is None:
        raise NotFound("This card is not here: look it up again.")
    return card


def find_by_number(session: Session, number: CardNumber, *, number_key: IndexKey) -> Card:
    """Find a card by the number printed on it; NotFound if there is none."""
    card = cards.find_card_by_number(session, card_number_tag(number_key, number))
    if card is None:
        raise NotFound("No card has this number: compare it with the card.")
    return card


def change_state(session: Session, card: Card, to: CardState, *, program: Program, today: date) -> None:
    """Take one step of a card's life, its status bits and the resident's last day; Conflict if it cannot."""
    card.state, card.state_on = move_card(card.state, to), today
    cards.set_status(session, card.status_list, card.status_index, status_of(card.state))
    set_last_day(session, card.resident_id, program=program)


def change_delivery(card: Card, to: Delivery, *, today: date) -> None:
    """Take one step of a card's delivery; Conflict if it cannot."""
    card.delivery, card.delivery_on = move_delivery(card.delivery, to), today


def set_last_day(session: Session, resident_id: ResidentId, *, program: Program) -> None:
    """Set the last day on which the resident is kept: counted from the end of the last card."""
    resident = residents.find_resident(session, resident_id)
    if resident is None:
        raise NotFound("This resident is not here: look the card up again.")
    ends = [_end(card) for card in cards.list_cards(session, resident_id)]
    known = [end for end in ends if end is not None]
    if not ends or len(known) < len(ends):
        resident.kept_until = None
    else:
        resident.kept_until = due_day(program.retention, Kept.RESIDENT, max(known))


def end_of_validity(expires_on: date) -> date:
    """Give the day at whose first moment a card with that last day has ended."""
    return expires_on + timedelta(days=1)


def _end(card: Card) -> date | None:
    """Give the day on which a card ends or ended; None for one in use that does not expire."""
    if card.state in (CardState.REVOKED, CardState.VOIDED):
        return card.state_on
    return card.expires_on
