"""Enroll a person: a draft until the decision, then a resident with a sealed record and a card on order.

The evidence is judged before this is called and leaves nothing here but `RetainedFacts`, which cannot be made
without both attestations.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from idsvc.domain.errors import Conflict, NotFound
from idsvc.domain.ids import CardId, DraftId, EnrollmentId, ResidentId, fresh_id
from idsvc.domain.minimization import RetainedFacts
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept
from idsvc.domain.validity import expires_on
from idsvc.services.means import Means
from idsvc.services.ordering import Ordered, order_card
from idsvc.services.people import PersonTags, claim_person, tag_person
from idsvc.services.records import PreparedRecord, add_record, prepare_record
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing, doom
from idsvc.storage.database import Session, answer_was_lost
from idsvc.storage.queries import cards, items, residents, service
from idsvc.storage.records import Act, Counted, Draft, Enrollment, Resident
from idsvc.vault.kinds import DRAFT
from idsvc.vault.record import ResidentRecord

_CLOSED: Final = "This enrollment is no longer open: begin a new one."


@dataclass(frozen=True, slots=True)
class PreparedEnrollment:
    """All that an approval writes, made before the act; the resident's and card's ids are drawn once."""

    enrollment_id: EnrollmentId
    card_id: CardId
    record: PreparedRecord
    tags: PersonTags = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approved:
    """The outcome of an approval; `is_new` is False when this enrollment had been approved before."""

    resident_id: ResidentId
    ordered: Ordered
    is_new: bool


def prepare_draft(
    draft_id: DraftId, typed: bytes, *, program: Program, sealing: Sealing, today: date
) -> PreparedItem:
    """Seal what is typed so far to tomorrow's epoch."""
    epoch = sealing.epoch(program, Kept.DRAFT, today)
    return sealing.prepare(DRAFT, epoch=epoch, owner=draft_id, content=typed)


def begin_draft(session: Session, draft_id: DraftId, item: PreparedItem, *, today: date) -> None:
    """Store a new draft, once; Conflict when one was begun under this id already."""
    before = items.find_draft(session, draft_id)
    if before is None:
        item.add(session)
        session.add(Draft(id=draft_id, item_id=item.id, opened_on=today))
    elif before.item_id != item.id:  # equal: the answer to the commit was lost and the act runs again
        raise Conflict("This enrollment is open already: go on with it, or begin a new one.")


def save_draft(session: Session, draft_id: DraftId, item: PreparedItem) -> Doomed:
    """Store a draft's next state; gives the state before, to be destroyed after the commit.

    NotFound once the draft is decided or its day is over: a late save brings nothing back.
    """
    before = items.find_draft(session, draft_id)
    if before is None:
        raise NotFound(_CLOSED)
    if before.item_id == item.id:
        return NOTHING  # the answer to the commit was lost and the act runs again
    opened_on = before.opened_on
    gone = _delete_draft(session, draft_id)
    item.add(session)
    session.add(Draft(id=draft_id, item_id=item.id, opened_on=opened_on))
    return gone


def open_draft(session: Session, draft_id: DraftId, *, sealing: Sealing) -> bytes:
    """Open what was typed; NotFound after the decision, Destroyed after its day."""
    draft = items.find_draft(session, draft_id)
    row = None if draft is None else items.find_item(session, draft.item_id)
    if row is None:
        raise NotFound(_CLOSED)
    return sealing.open(DRAFT, row)


def decline(session: Session, draft_id: DraftId, *, today: date) -> Doomed:
    """Delete a draft at a decline; what remains is one more in the count of the day."""
    if items.find_draft(session, draft_id) is None:
        if answer_was_lost(session):
            return NOTHING
        raise NotFound("This enrollment is no longer open.")
    service.add_count(session, today, Counted.DECLINED)
    return _delete_draft(session, draft_id)


def prepare(
    enrollment_id: EnrollmentId,
    facts: RetainedFacts,
    portrait: bytes,
    *,
    means: Means,
) -> PreparedEnrollment:
    """Make everything that an approval needs and that must not wait inside a transaction."""
    tags = tag_person(facts, program=means.program, name_key=means.name_key)
    record = prepare_record(
        ResidentRecord(facts, portrait),
        resident_id=ResidentId(fresh_id(means.random)),
        means=means,
    )
    return PreparedEnrollment(enrollment_id, CardId(fresh_id(means.random)), record, tags)


def approve(
    session: Session,
    prepared: PreparedEnrollment,
    *,
    draft_id: DraftId | None = None,
    different_person: bool = False,
    status_list: int,
    means: Means,
) -> tuple[Approved, Doomed]:
    """Enroll the resident and order the first card, once for each enrollment id.

    1. The client-made id is claimed; if it was before, the first outcome is given and nothing is written.
    2. Resident, sealed record and the city's slot.
    3. The person is claimed: AlreadyEnrolled unless new, or said to be a different person.
    4. The card is ordered: its number and status index are on record before anything is signed.
    5. The draft dies with the decision.
    """
    record, facts = prepared.record, prepared.record.content.facts
    enrollment = Enrollment(
        id=prepared.enrollment_id, resident_id=record.resident_id, approved_on=means.today
    )
    if not residents.insert_enrollment(session, enrollment):  # 1
        return _first_outcome(session, prepared.enrollment_id), NOTHING
    session.add(Resident(id=record.resident_id, kept_until=None))  # 2
    add_record(session, record)
    claim_person(  # 3
        session,
        record.resident_id,
        prepared.tags,
        different_person=different_person,
        tokens_until=record.open_until,
    )
    ordered = order_card(  # 4
        session,
        prepared.card_id,
        resident_id=record.resident_id,
        record_id=record.record_id,
        expires_on=expires_on(means.program, facts.birth_date, means.today),
        status_list=status_list,
        means=means,
    )
    means.journal.note(session, Act.ENROLLMENT_APPROVED, record.resident_id)
    means.journal.note(session, Act.CARD_ORDERED, record.resident_id)
    gone = NOTHING if draft_id is None else _delete_draft(session, draft_id)  # 5
    return Approved(record.resident_id, ordered, is_new=True), gone


def _first_outcome(session: Session, enrollment_id: EnrollmentId) -> Approved:
    enrollment = residents.find_enrollment(session, enrollment_id)
    held = () if enrollment is None else cards.list_cards(session, enrollment.resident_id)
    if enrollment is None or not held:
        raise NotFound("This enrollment was approved before and its card is no longer on record.")
    first = min(held, key=lambda card: card.ordered_on)
    return Approved(enrollment.resident_id, Ordered(first, None), is_new=False)


def _delete_draft(session: Session, draft_id: DraftId) -> Doomed:
    doomed = doom(items.list_items_of(session, draft_id))
    items.delete_draft(session, draft_id)
    return doomed
