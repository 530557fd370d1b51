"""The print queue: take a shuffled batch, say what came out of the printer, void what did not."""

from dataclasses import dataclass
from datetime import date

from idsvc.domain.errors import Conflict, NotFound
from idsvc.domain.ids import CardId, PrintJobId, Random
from idsvc.domain.lifecycle import CardState
from idsvc.domain.program import Program
from idsvc.services.cards import change_state, find
from idsvc.services.journal import Journal
from idsvc.services.means import Means
from idsvc.services.ordering import Ordered, order_card
from idsvc.services.sealing import NOTHING, Doomed, doom
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, items, service, work
from idsvc.storage.records import Act, BatchId, Card, Counted, PrintJob, PrintState, SealedItem


@dataclass(frozen=True, slots=True)
class Voided:
    """A misprint: the new order in its place, and what to destroy of the old one."""

    ordered: Ordered
    doomed: Doomed


def take_batch(session: Session, batch_id: BatchId, *, size: int, random: Random) -> tuple[PrintJob, ...]:
    """Take up to `size` waiting jobs for one printer, in an order that says nothing.

    The same batch id again gives the same batch.
    """
    taken = work.list_batch(session, batch_id)
    return taken or work.claim_batch(session, batch_id, size=size, random=random)


def put_back(session: Session, job_id: PrintJobId) -> None:
    """Put a job back that the printer did not finish; nothing was printed, nothing is marked so."""
    job = _find(session, job_id)
    if job.state is not PrintState.PRINTING:
        raise Conflict("This card is not at the printer.")
    job.state, job.batch_id = PrintState.WAITING, None


def mark_printed(
    session: Session, job_id: PrintJobId, *, program: Program, journal: Journal, today: date
) -> None:
    """Say that a card came out of the printer; it becomes active only when it has been scanned."""
    job = _find(session, job_id)
    card = find(session, job.card_id)
    if card.state is CardState.PRINTED:
        return
    if job.state is not PrintState.PRINTING:
        raise Conflict("This card is not at the printer: send its batch first.")
    change_state(session, card, CardState.PRINTED, program=program, today=today)
    job.state = PrintState.CONFIRMED
    journal.note(session, Act.CARD_PRINTED, card.resident_id)


def void(
    session: Session,
    card_id: CardId,
    *,
    new_card_id: CardId,
    status_list: int,
    means: Means,
) -> Voided:
    """Void a misprinted card and order the same card anew: new number, new status index, new code.

    Conflict for a card that is in use, has ended, or was voided before under another new id.
    """
    known = cards.find_card(session, new_card_id)
    if known is not None:
        return Voided(Ordered(known, None), NOTHING)  # the answer to the commit was lost
    card = find(session, card_id)
    if card.record_id is None:
        raise Conflict("The record of this card is gone: enroll the resident again.")
    doomed = end_job(session, card)
    change_state(session, card, CardState.VOIDED, program=means.program, today=means.today)
    service.add_count(session, means.today, Counted.VOIDED)
    means.journal.note(session, Act.CARD_VOIDED, card.resident_id)
    ordered = order_card(
        session,
        new_card_id,
        resident_id=card.resident_id,
        record_id=card.record_id,
        expires_on=card.expires_on,
        status_list=status_list,
        means=means,
    )
    return Voided(ordered, doomed)


def end_job(session: Session, card: Card) -> Doomed:
    """Delete a card's print job with its print file; gives what to destroy after the commit."""
    job = work.find_job_of_card(session, card.id)
    if job is None:
        return NOTHING
    row: SealedItem | None = items.find_item(session, job.item_id)
    items.delete_items(session, [job.item_id])
    return NOTHING if row is None else doom([row])


def _find(session: Session, job_id: PrintJobId) -> PrintJob:
    job = work.find_job(session, job_id)
    if job is None:
        raise NotFound("This print job is not here: take the next batch.")
    return job
