"""Made-up rows of a resident, as issuance writes them, without anything personal."""

import os
from dataclasses import dataclass
from datetime import date

from idsvc.domain.ids import (
    BlobId,
    CardId,
    EnrollmentId,
    EpochName,
    ItemId,
    ResidentId,
    StatusIndex,
    fresh_id,
)
from idsvc.domain.lifecycle import CardState, Delivery
from idsvc.domain.retention import Kept
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, residents
from idsvc.storage.records import (
    Card,
    Enrollment,
    RecordId,
    Resident,
    SealedItem,
    SealedRecord,
    Slot,
)

DAY = date(2026, 3, 1)
EPOCH = EpochName("2026-05-30")


@dataclass(frozen=True)
class Person:
    """The ids and tags of one resident with one card."""

    resident: ResidentId
    record: RecordId
    card: CardId
    enrollment: EnrollmentId
    tag: bytes
    number_tag: bytes
    blob: BlobId
    item: ItemId


def draw_person() -> Person:
    return Person(
        resident=ResidentId(fresh_id(os.urandom)),
        record=RecordId(fresh_id(os.urandom)),
        card=CardId(fresh_id(os.urandom)),
        enrollment=EnrollmentId(fresh_id(os.urandom)),
        tag=os.urandom(32),
        number_tag=os.urandom(32),
        blob=BlobId(fresh_id(os.urandom)),
        item=ItemId(fresh_id(os.urandom)),
    )


def enroll(session: Session, person: Person, *, expires_on: date | None = None) -> bool:
    """Write what one enrollment writes; False if this enrollment or this person was there before."""
    enrollment = Enrollment(id=person.enrollment, resident_id=person.resident, approved_on=DAY)
    if not residents.insert_enrollment(session, enrollment):
        return False
    if not residents.claim_person_tag(session, person.tag, person.resident):
        return False
    assert cards.claim_number(session, person.number_tag, person.resident, person.card)
    index = StatusIndex(int.from_bytes(os.urandom(3)))
    while not cards.claim_status_index(session, 1, index):
        index = StatusIndex(int.from_bytes(os.urandom(3)))
    session.add_all(
        (
            Resident(id=person.resident, kept_until=None),
            SealedRecord(resident_id=person.resident, id=person.record, blob_id=person.blob),
            Slot(
                resident_id=person.resident,
                record_id=person.record,
                salt=os.urandom(16),
                wrapped_key=os.urandom(40),
            ),
            SealedItem(
                id=person.item,
                kind=Kept.CITY_SLOT,
                epoch=EPOCH,
                owner_id=person.record,
                body=os.urandom(100),
            ),
            Card(
                resident_id=person.resident,
                id=person.card,
                record_id=person.record,
                number_tag=person.number_tag,
                state=CardState.ORDERED,
                state_on=DAY,
                delivery=Delivery.AT_THE_COUNTER,
                delivery_on=DAY,
                status_list=1,
                status_index=index,
                ordered_on=DAY,
                expires_on=expires_on,
            ),
        )
    )
    return True
