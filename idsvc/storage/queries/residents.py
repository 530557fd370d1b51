"""Queries about residents, their records and slots, and the claims that find a person twice."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from idsvc.domain.ids import BlobId, EnrollmentId, EpochName, ResidentId
from idsvc.storage.bounded import count_up_to
from idsvc.storage.claims import claim
from idsvc.storage.records import (
    Card,
    CardNumber,
    Enrollment,
    PersonTag,
    PrintJob,
    RecordId,
    Request,
    Resident,
    SealedRecord,
    Slot,
    TolerantToken,
)

_OWNED = (
    PrintJob,
    Request,
    CardNumber,
    Card,
    Slot,
    SealedRecord,
    PersonTag,
    TolerantToken,
    Enrollment,
)
"""Every table with rows of one resident."""


def insert_enrollment(session: Session, enrollment: Enrollment) -> bool:
    """Claim a client-made enrollment id; False if it was approved before (then `find_enrollment` has it)."""
    return claim(session, enrollment)


def find_enrollment(session: Session, enrollment_id: EnrollmentId) -> Enrollment | None:
    """Find an approved enrollment."""
    return session.get(Enrollment, enrollment_id)


def find_resident(session: Session, resident_id: ResidentId) -> Resident | None:
    """Find a resident."""
    return session.get(Resident, resident_id)


def find_record(session: Session, resident_id: ResidentId, record_id: RecordId) -> SealedRecord | None:
    """Find one sealed record."""
    return session.get(SealedRecord, (resident_id, record_id))


def list_records(session: Session, resident_id: ResidentId) -> tuple[SealedRecord, ...]:
    """List the sealed records of a resident: one, or for a while an old and a new one."""
    found = select(SealedRecord).where(SealedRecord.resident_id == resident_id).order_by(SealedRecord.id)
    return tuple(session.scalars(found))


def find_slot(session: Session, resident_id: ResidentId, record_id: RecordId) -> Slot | None:
    """Find the resident's slot of one record."""
    return session.get(Slot, (resident_id, record_id))


def delete_record(session: Session, resident_id: ResidentId, record_id: RecordId) -> BlobId | None:
    """Delete a record with its slot, and let its cards forget it; gives the blob to remove after commit."""
    session.flush()  # what was added in this act must be seen by the statements below
    mine = (Card.resident_id == resident_id) & (Card.record_id == record_id)
    session.execute(update(Card).where(mine).values(record_id=None))
    session.execute(delete(Slot).where(Slot.resident_id == resident_id, Slot.record_id == record_id))
    gone = delete(SealedRecord).where(SealedRecord.resident_id == resident_id, SealedRecord.id == record_id)
    return session.execute(gone.returning(SealedRecord.blob_id)).scalar()


def delete_resident(session: Session, resident_id: ResidentId) -> tuple[BlobId, ...]:
    """Delete every row of a resident; gives the blobs to remove after the commit.

    The places in the status lists stay, with the bits they have: set them before.
    Sealed items go by their epoch.
    """
    session.flush()  # what was added in this act must be seen by the statements below
    blobs = select(SealedRecord.blob_id).where(SealedRecord.resident_id == resident_id)
    found = tuple(session.scalars(blobs))
    for owned in _OWNED:
        session.execute(delete(owned).where(owned.resident_id == resident_id))
    session.execute(delete(Resident).where(Resident.id == resident_id))
    session.expire_all()
    return found


def list_expired_residents(
    session: Session, today: date, *, limit: int, after: ResidentId | None = None
) -> tuple[ResidentId, ...]:
    """Page through the residents whose last day has passed, in the order of their ids."""
    due = select(Resident.id).where(Resident.kept_until < today).order_by(Resident.id).limit(limit)
    if after is not None:
        due = due.where(Resident.id > after)
    return tuple(session.scalars(due))


def count_expired_residents(session: Session, today: date, *, most: int) -> int:
    """Count the residents whose last day has passed, up to `most`."""
    return count_up_to(session, select(Resident.id).where(Resident.kept_until < today), most)


def claim_person_tag(
    session: Session,
    tag: bytes,
    resident_id: ResidentId,
    *,
    ordinal: int = 0,
    record_id: RecordId | None = None,
) -> bool:
    """Claim a person's tag for a resident; False if another resident has it: then ask the clerk.

    A different person of the same name and birth date takes `next_ordinal`. With a record, the claim is that
    of its order until `confirm_name` or `release_name`.
    """
    claimed = PersonTag(tag=tag, ordinal=ordinal, resident_id=resident_id, record_id=record_id)
    return claim(session, claimed)


def next_ordinal(session: Session, tag: bytes) -> int:
    """Give the ordinal for one more person with this tag."""
    last = session.scalar(select(func.max(PersonTag.ordinal)).where(PersonTag.tag == tag))
    return 0 if last is None else last + 1


def find_residents_by_tag(session: Session, tag: bytes) -> tuple[ResidentId, ...]:
    """Find the residents with exactly this name and birth date."""
    return tuple(
        session.scalars(select(PersonTag.resident_id).where(PersonTag.tag == tag).order_by(PersonTag.ordinal))
    )


def confirm_name(session: Session, resident_id: ResidentId, record_id: RecordId) -> None:
    """Give up a resident's former name if this record came with another; nothing changes if it did not."""
    confirmed = (PersonTag.resident_id == resident_id) & (PersonTag.record_id == record_id)
    confirm = update(PersonTag).where(confirmed).values(record_id=None).returning(PersonTag.tag)
    if (tag := session.execute(confirm).scalar()) is not None:
        former = (PersonTag.resident_id == resident_id) & (PersonTag.tag != tag)
        session.execute(delete(PersonTag).where(former))


def release_name(session: Session, resident_id: ResidentId, record_id: RecordId) -> None:
    """Give up the name that was claimed for a record whose card never came into use."""
    claimed = (PersonTag.resident_id == resident_id) & (PersonTag.record_id == record_id)
    session.execute(delete(PersonTag).where(claimed))


def delete_tokens(session: Session, resident_id: ResidentId) -> None:
    """Delete a resident's tolerant tokens."""
    session.execute(delete(TolerantToken).where(TolerantToken.resident_id == resident_id))


def add_tokens(
    session: Session, resident_id: ResidentId, tokens: Collection[bytes], *, epoch: EpochName
) -> None:
    """Keep a resident's tolerant tokens until that epoch ends."""
    session.add_all(
        TolerantToken(token=token, resident_id=resident_id, epoch=epoch) for token in frozenset(tokens)
    )


def find_residents_by_tokens(session: Session, tokens: Collection[bytes]) -> tuple[ResidentId, ...]:
    """Find the residents who share a tolerant token, those with most in common first."""
    hits = func.count()
    found = (
        select(TolerantToken.resident_id)
        .where(TolerantToken.token.in_(tuple(tokens)))
        .group_by(TolerantToken.resident_id)
        .order_by(hits.desc(), TolerantToken.resident_id)
    )
    return tuple(session.scalars(found))


def move_tokens(session: Session, resident_id: ResidentId, *, epoch: EpochName) -> None:
    """Let a resident's tolerant tokens die with another epoch: that of the city's slot."""
    session.flush()  # tokens added in this act move too
    session.execute(update(TolerantToken).where(TolerantToken.resident_id == resident_id).values(epoch=epoch))


def count_due_tokens(session: Session, today: date, *, most: int) -> int:
    """Count the tolerant tokens whose last day has passed, up to `most`."""
    return count_up_to(
        session, select(TolerantToken.token).where(TolerantToken.epoch < today.isoformat()), most
    )


def delete_due_tokens(session: Session, today: date) -> int:
    """Delete the tolerant tokens whose last day has passed; gives their number."""
    due = delete(TolerantToken).where(TolerantToken.epoch < today.isoformat())
    return len(session.execute(due.returning(TolerantToken.resident_id)).all())
