"""A resident's sealed record: made before the act that stores it, opened by the city or by the resident."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import BlobId, CardId, EpochName, Random, ResidentId, fresh_id
from idsvc.domain.lifecycle import CardState, state_on
from idsvc.domain.numbers import RenewalCode
from idsvc.domain.retention import Kept
from idsvc.services.journal import Journal
from idsvc.services.means import Means
from idsvc.services.sealing import Doomed, PreparedItem, Sealing, doom
from idsvc.signing.stretching import SALT_BYTES
from idsvc.storage.database import Session
from idsvc.storage.queries import cards, items, residents
from idsvc.storage.records import Act, RecordId, SealedRecord, Slot
from idsvc.vault.items import SealedItem as VaultItem
from idsvc.vault.kinds import CITY_SLOT
from idsvc.vault.record import RecordKey, ResidentRecord, draw_record_key, open_record, seal_record
from idsvc.vault.slots import (
    WrongCode,
    make_city_slot,
    make_resident_slot,
    open_city_slot,
    open_resident_slot,
)

_CLOSED_TO_CODE: Final = frozenset({CardState.SUSPENDED, CardState.REVOKED, CardState.VOIDED})
_CLOSED_TO_CITY: Final = "The city can no longer open this record; its holder can, with the renewal code."


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """A sealed record whose blob is written; the key is in memory only until its slots are stored."""

    resident_id: ResidentId
    record_id: RecordId
    blob: BlobId
    key: RecordKey = field(repr=False)
    content: ResidentRecord = field(repr=False)
    city_slot: PreparedItem
    """The record key sealed to the day that caps the order: a misprint can be made again until then."""

    @property
    def doomed(self) -> Doomed:
        """Give what to destroy when the record is not wanted after all."""
        return Doomed((), (self.blob,)) + self.city_slot.doomed

    @property
    def open_until(self) -> EpochName:
        """Give the last day on which the city can open it, as far as it is known now."""
        return self.city_slot.epoch

    @property
    def opened(self) -> "OpenedRecord":
        """Give the record as its maker holds it in memory."""
        return OpenedRecord(self.resident_id, self.record_id, self.key, self.content)


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record that somebody entitled has opened, in memory only."""

    resident_id: ResidentId
    record_id: RecordId
    key: RecordKey = field(repr=False)
    content: ResidentRecord = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResidentSlot:
    """A record key wrapped under a renewal code, as it is stored."""

    salt: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """What the resident's number and code opened: the record, and the card's standing."""

    card_id: CardId
    state: CardState
    expires_on: date | None
    record: OpenedRecord


def prepare_record(
    content: ResidentRecord,
    *,
    resident_id: ResidentId,
    means: Means,
) -> PreparedRecord:
    """Seal a record under a fresh key and write its blob; seal the key for the city until the hand-over."""
    random, sealing = means.random, means.sealing
    record_id, blob = RecordId(fresh_id(random)), BlobId(fresh_id(random))
    key = draw_record_key(random)
    sealing.blobs.write(blob, seal_record(content, record_id=record_id, key=key, random=random))
    epoch = sealing.epoch(means.program, Kept.CITY_SLOT_ORDER, means.today)
    slot = seal_for_city(record_id, key, epoch=epoch, sealing=sealing)
    return PreparedRecord(resident_id, record_id, blob, key, content, slot)


def add_record(session: Session, prepared: PreparedRecord) -> None:
    """Add the record's row and the city's slot; they are there for the statements that follow."""
    session.add(SealedRecord(resident_id=prepared.resident_id, id=prepared.record_id, blob_id=prepared.blob))
    prepared.city_slot.add(session)
    session.flush()  # the card refers to the record's row


def seal_for_city(record_id: RecordId, key: RecordKey, *, epoch: EpochName, sealing: Sealing) -> PreparedItem:
    """Seal a record key to a purge day; the slot is an item like any other."""
    slot = make_city_slot(sealing.vault, key, epoch=epoch, record_id=record_id)
    return PreparedItem(slot.id, slot.epoch, record_id, Kept.CITY_SLOT, slot.sealed)


def wrap_for_resident(opened: OpenedRecord, code: RenewalCode, *, random: Random) -> ResidentSlot:
    """Wrap a record key under a renewal code; takes some 40 ms, so do it before the act."""
    wrapped = make_resident_slot(opened.key, code, record_id=opened.record_id, random=random)
    return ResidentSlot(wrapped[:SALT_BYTES], wrapped[SALT_BYTES:])


def put_resident_slot(
    session: Session, resident_id: ResidentId, record_id: RecordId, made: ResidentSlot
) -> None:
    """Store the resident's slot; the code before it opens nothing any more."""
    slot = residents.find_slot(session, resident_id, record_id)
    if slot is None:
        session.add(
            Slot(
                resident_id=resident_id,
                record_id=record_id,
                salt=made.salt,
                wrapped_key=made.wrapped_key,
            )
        )
    else:
        slot.salt, slot.wrapped_key = made.salt, made.wrapped_key


def open_for_city(
    session: Session, resident_id: ResidentId, record_id: RecordId, *, sealing: Sealing, journal: Journal
) -> OpenedRecord:
    """Open a record through the city's slot and leave a leaf; show it only after the commit.

    Raises Destroyed once that slot's day is over, or without one.
    """
    row = residents.find_record(session, resident_id, record_id)
    if row is None:
        raise Destroyed(_CLOSED_TO_CITY)
    opened = _opened(row, open_key_for_city(session, record_id, sealing=sealing), sealing)
    journal.note(session, Act.RECORD_VIEWED, resident_id)
    return opened


def open_key_for_city(session: Session, record_id: RecordId, *, sealing: Sealing) -> RecordKey:
    """Open a record's key through the city's slot; Destroyed once that slot's day is over, or without one."""
    slots = items.list_items_of(session, record_id, kind=Kept.CITY_SLOT)
    slot = max(slots, key=lambda item: item.epoch, default=None)
    if slot is None or slot.body is None:
        raise Destroyed(_CLOSED_TO_CITY)
    sealed = VaultItem(slot.id, slot.epoch, CITY_SLOT.name, slot.body)
    return open_city_slot(sealing.vault, sealed, record_id=record_id)


def open_with_code(
    session: Session, number_tag: bytes, code: RenewalCode, *, sealing: Sealing, today: date
) -> OpenedCard:
    """Open a record with a card number's tag and the renewal code that stands on the slip.

    Raises WrongCode, after the same work, for an unknown number, a card without a record, a wrong code, and a
    card that is suspended, revoked or voided: its slip may have gone the same way. An expired card opens.
    """
    card = cards.find_card_by_number(session, number_tag)
    row = slot = None
    if card is not None and card.record_id is not None:
        row = residents.find_record(session, card.resident_id, card.record_id)
        slot = residents.find_slot(session, card.resident_id, card.record_id)
    closed = slot is None or card is None or card.state in _CLOSED_TO_CODE
    wrapped = None if slot is None or closed else slot.salt + slot.wrapped_key
    key = open_resident_slot(wrapped, code, record_id="" if row is None else row.id)
    if card is None or row is None:
        raise WrongCode("This card number and renewal code do not belong together.")
    state = state_on(card.state, expires_on=card.expires_on, today=today)
    return OpenedCard(card.id, state, card.expires_on, _opened(row, key, sealing))


def delete_record(session: Session, resident_id: ResidentId, record_id: RecordId) -> Doomed:
    """Delete a record with both slots; gives what to destroy after the commit."""
    slots = items.list_items_of(session, record_id)
    doomed = doom(slots)
    items.delete_items(session, [slot.id for slot in slots])
    blob = residents.delete_record(session, resident_id, record_id)
    return doomed + Doomed((), () if blob is None else (blob,))


def _opened(row: SealedRecord, key: RecordKey, sealing: Sealing) -> OpenedRecord:
    content = open_record(sealing.blobs.read(row.blob_id), record_id=row.id, key=key)
    return OpenedRecord(row.resident_id, row.id, key, content)
