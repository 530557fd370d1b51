"""Queries about cards, and their claims on a number and a place in the status list."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from idsvc.domain.ids import CardId, ResidentId, StatusIndex
from idsvc.domain.lifecycle import ENDED, CardState, CardStatus, Delivery
from idsvc.storage.claims import claim
from idsvc.storage.records import Card, CardNumber, PrintJob, Request, StatusEntry


def claim_number(session: Session, tag: bytes, resident_id: ResidentId, card_id: CardId) -> bool:
    """Claim a card number by its tag; False if it is taken: draw another."""
    return claim(session, CardNumber(tag=tag, resident_id=resident_id, card_id=card_id))


def release_number(session: Session, tag: bytes) -> None:
    """Give up the claim on a number that was never printed."""
    session.execute(delete(CardNumber).where(CardNumber.tag == tag))


def claim_status_index(session: Session, status_list: int, status_index: StatusIndex) -> bool:
    """Claim a random place in a status list, valid from now on; False if it was ever taken: draw another."""
    return claim(
        session,
        StatusEntry(status_list=status_list, status_index=status_index, status=CardStatus.VALID),
    )


def set_status(session: Session, status_list: int, status_index: StatusIndex, status: CardStatus) -> None:
    """Change the public status bits of one place."""
    place = (StatusEntry.status_list == status_list) & (StatusEntry.status_index == status_index)
    session.execute(update(StatusEntry).where(place).values(status=status))


def iterate_status(session: Session, status_list: int) -> Iterator[tuple[StatusIndex, CardStatus]]:
    """Give every place of a list that is suspended or invalid; all other places, used or not, are valid."""
    changed = (
        select(StatusEntry.status_index, StatusEntry.status)
        .where(StatusEntry.status_list == status_list, StatusEntry.status != CardStatus.VALID)
        .order_by(StatusEntry.status_index)
        .execution_options(yield_per=10_000)
    )
    for status_index, status in session.execute(changed):
        yield StatusIndex(status_index), status


def list_status_lists(session: Session) -> tuple[int, ...]:
    """List the numbers of the status lists in which any place is taken."""
    return tuple(
        session.scalars(select(StatusEntry.status_list).distinct().order_by(StatusEntry.status_list))
    )


def count_status_indices(session: Session, status_list: int) -> int:
    """Count the taken places of a list, to know when the next list begins."""
    taken = select(func.count()).select_from(StatusEntry).where(StatusEntry.status_list == status_list)
    return session.scalar(taken) or 0


def find_card(session: Session, card_id: CardId) -> Card | None:
    """Find a card by its id."""
    return session.scalars(select(Card).where(Card.id == card_id)).one_or_none()


def find_card_by_number(session: Session, tag: bytes) -> Card | None:
    """Find a card by the tag of its number."""
    claimed = session.get(CardNumber, tag)
    return None if claimed is None else session.get(Card, (claimed.resident_id, claimed.card_id))


def list_cards(session: Session, resident_id: ResidentId) -> tuple[Card, ...]:
    """List the cards of a resident, the latest order first."""
    mine = select(Card).where(Card.resident_id == resident_id).order_by(Card.ordered_on.desc(), Card.id)
    return tuple(session.scalars(mine))


def list_cards_in_state(
    session: Session, state: CardState, *, until: date, limit: int, after: CardId | None = None
) -> tuple[Card, ...]:
    """Page by id through the cards that came into this state on or before that day."""
    return _page(session, Card.state == state, Card.state_on <= until, limit=limit, after=after)


def list_cards_in_delivery(
    session: Session, delivery: Delivery, *, until: date, limit: int, after: CardId | None = None
) -> tuple[Card, ...]:
    """Page by id through the cards whose delivery came to this step on or before that day."""
    return _page(session, Card.delivery == delivery, Card.delivery_on <= until, limit=limit, after=after)


def list_cards_past_validity(
    session: Session, today: date, *, limit: int, after: CardId | None = None
) -> tuple[Card, ...]:
    """Page by id through the cards in use whose last day has passed."""
    in_use = Card.state.in_((CardState.ACTIVE, CardState.SUSPENDED))
    return _page(session, in_use, Card.expires_on < today, limit=limit, after=after)


def list_cards_ended(
    session: Session, *, until: date, limit: int, after: CardId | None = None
) -> tuple[Card, ...]:
    """Page by id through the cards that came to their end on or before that day."""
    return _page(session, Card.state.in_(tuple(ENDED)), Card.state_on <= until, limit=limit, after=after)


def delete_card(session: Session, card: Card) -> None:
    """Delete a card with its number claim, requests and print jobs; its place in the status list stays."""
    session.flush()  # what was added in this act must be seen by the statements below
    session.execute(delete(CardNumber).where(CardNumber.tag == card.number_tag))
    for owned in (Request, PrintJob):
        session.execute(delete(owned).where(owned.resident_id == card.resident_id, owned.card_id == card.id))
    session.execute(delete(Card).where(Card.resident_id == card.resident_id, Card.id == card.id))


def _page(
    session: Session, *conditions: ColumnElement[bool], limit: int, after: CardId | None
) -> tuple[Card, ...]:
    page = select(Card).where(*conditions).order_by(Card.id).limit(limit)
    if after is not None:
        page = page.where(Card.id > after)
    return tuple(session.scalars(page))
