"""What becomes of a card by the passing of time alone: it expires, is revoked uncollected, is deleted.

Each is one act on one card, looked at again inside the act: a counter may have been quicker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from idsvc.domain.ids import CardId
from idsvc.domain.lifecycle import ENDED, IN_USE, CardState, Delivery, end_by_time
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, last_start
from idsvc.services import standing
from idsvc.services.cards import change_delivery, change_state, end_of_validity
from idsvc.services.journal import Journal
from idsvc.services.ordering import IN_THE_MAKING
from idsvc.services.print_queue import end_job
from idsvc.services.renewal import delete_request
from idsvc.services.sealing import NOTHING, Doomed
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, work
from idsvc.storage.records import Act, Card

PAGE: Final = 500
"""Ids of one look: small enough that a counter is never kept waiting."""
_WAITING: Final = (Delivery.AWAITING_PICK_UP, Delivery.RETURNED)


@dataclass(frozen=True, slots=True)
class DueCards:
    """The cards that are due on one day, found page by page."""

    program: Program
    today: date

    def page_expired(self, session: Session, after: CardId | None) -> tuple[CardId, ...]:
        """Page through the cards in use whose last day is over."""
        return _ids(cards.list_cards_past_validity(session, self.today, limit=PAGE, after=after))

    def page_uncollected(self, session: Session, after: CardId | None) -> tuple[CardId, ...]:
        """Page through the cards that wait for their resident longer than the program says."""
        pages = (
            _ids(
                cards.list_cards_in_delivery(
                    session, delivery, until=self.last_waiting, limit=PAGE, after=after
                )
            )
            for delivery in _WAITING
        )
        return _merged(pages)

    def page_unfinished(self, session: Session, after: CardId | None) -> tuple[CardId, ...]:
        """Page through the cards on order or printed for longer than the city could finish them."""
        pages = (
            _ids(cards.list_cards_in_state(session, state, until=self.last_order, limit=PAGE, after=after))
            for state in IN_THE_MAKING
        )
        return _merged(pages)

    def page_ended(self, session: Session, after: CardId | None) -> tuple[CardId, ...]:
        """Page through the cards whose own period after their end is over."""
        return _ids(cards.list_cards_ended(session, until=self.last_end, limit=PAGE, after=after))

    @property
    def last_waiting(self) -> date:
        """Give the last day on which a wait could begin that is over."""
        return self.today - timedelta(days=self.program.delivery.uncollected_days)

    @property
    def last_order(self) -> date:
        """Give the last day of an order that can no longer be finished."""
        return last_start(self.program.retention, Kept.CITY_SLOT_ORDER, self.today)

    @property
    def last_end(self) -> date:
        """Give the last day on which a card could end whose own period is over."""
        return last_start(self.program.retention, Kept.CARD, self.today)


@dataclass(frozen=True, slots=True)
class CardsByTime:
    """What is done with one due card."""

    due: DueCards
    journal: Journal

    def expire(self, session: Session, card_id: CardId) -> tuple[bool, Doomed]:
        """Let a card end on the day after its last, however late this is done; a suspended one is revoked."""
        card = cards.find_card(session, card_id)
        if card is None or card.state not in IN_USE:
            return False, NOTHING
        if card.expires_on is None or card.expires_on >= self.due.today:
            return False, NOTHING
        ended = end_of_validity(card.expires_on)
        end = end_by_time(card.state)
        change_state(session, card, end, program=self.due.program, today=ended)
        if end is CardState.REVOKED:
            self.journal.note(session, Act.CARD_REVOKED, card.resident_id)
        return True, NOTHING

    def destroy_uncollected(self, session: Session, card_id: CardId) -> tuple[bool, Doomed]:
        """Revoke a card that nobody collected; the printed card is cut up by the staff who keep it."""
        card = cards.find_card(session, card_id)
        if card is None or card.delivery not in _WAITING or card.delivery_on > self.due.last_waiting:
            return False, NOTHING
        change_delivery(card, Delivery.DESTROYED_UNCOLLECTED, today=self.due.today)
        self.journal.note(session, Act.CARD_DELIVERY_MOVED, card.resident_id)
        return True, NOTHING if card.state in ENDED else self._revoke(session, card)

    def revoke_unfinished(self, session: Session, card_id: CardId) -> tuple[bool, Doomed]:
        """Revoke a card that was never activated while the city could open its record."""
        card = cards.find_card(session, card_id)
        if card is None or card.state not in IN_THE_MAKING or card.state_on > self.due.last_order:
            return False, NOTHING
        return True, self._revoke(session, card)

    def delete_ended(self, session: Session, card_id: CardId) -> tuple[bool, Doomed]:
        """Delete an ended card while its resident is kept; its place in the status list stays."""
        card = cards.find_card(session, card_id)
        if card is None or card.state not in ENDED or card.state_on > self.due.last_end:
            return False, NOTHING
        doomed = end_job(session, card)
        for request in work.list_requests_of(session, card.resident_id):
            if request.card_id == card.id:
                doomed += delete_request(session, request)
        cards.delete_card(session, card)
        return True, doomed

    def _revoke(self, session: Session, card: Card) -> Doomed:
        return standing.revoke(
            session, card, program=self.due.program, journal=self.journal, today=self.due.today
        )


def _ids(page: tuple[Card, ...]) -> tuple[CardId, ...]:
    return tuple(card.id for card in page)


def _merged(pages: Iterable[tuple[CardId, ...]]) -> tuple[CardId, ...]:
    """Give the next ids of several pages in one order, so that the last one is where the next look begins."""
    return tuple(sorted(id_ for page in pages for id_ in page))[:PAGE]
