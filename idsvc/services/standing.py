"""Suspend, resume and revoke a card. No reason is asked for, and none could be kept."""

from datetime import date

from idsvc.domain.lifecycle import ENDED, CardState
from idsvc.domain.program import Program
from idsvc.services.cards import change_state
from idsvc.services.journal import Journal
from idsvc.services.ordering import IN_THE_MAKING
from idsvc.services.print_queue import end_job
from idsvc.services.records import delete_record
from idsvc.services.sealing import NOTHING, Doomed
from idsvc.storage.database import Session, answer_was_lost
from idsvc.storage.queries import cards, residents
from idsvc.storage.records import Act, Card


def suspend(session: Session, card: Card, *, program: Program, journal: Journal, today: date) -> None:
    """Suspend an active card that was reported lost; it can be resumed."""
    change_state(session, card, CardState.SUSPENDED, program=program, today=today)
    journal.note(session, Act.CARD_SUSPENDED, card.resident_id)


def resume(session: Session, card: Card, *, program: Program, journal: Journal, today: date) -> None:
    """Make a suspended card active again."""
    change_state(session, card, CardState.ACTIVE, program=program, today=today)
    journal.note(session, Act.CARD_RESUMED, card.resident_id)


def revoke(session: Session, card: Card, *, program: Program, journal: Journal, today: date) -> Doomed:
    """Revoke a card for good, whatever its state; gives what is left of it to destroy.

    A card that was never in use takes its print file and its record along: nobody needs them any more.
    """
    if card.state is CardState.REVOKED and answer_was_lost(session):
        return NOTHING
    was_unfinished = card.state in IN_THE_MAKING
    doomed = end_job(session, card)
    change_state(session, card, CardState.REVOKED, program=program, today=today)
    if was_unfinished:
        doomed += _delete_unused_record(session, card)
    journal.note(session, Act.CARD_REVOKED, card.resident_id)
    return doomed


def _delete_unused_record(session: Session, card: Card) -> Doomed:
    living = (other for other in cards.list_cards(session, card.resident_id) if other.state not in ENDED)
    if card.record_id is None or any(other.record_id == card.record_id for other in living):
        return NOTHING
    residents.release_name(session, card.resident_id, card.record_id)
    return delete_record(session, card.resident_id, card.record_id)
