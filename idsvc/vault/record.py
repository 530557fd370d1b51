"""A resident's record: what is kept of a person, as one sealed blob under its own random record key."""

from dataclasses import dataclass
from typing import Final, NewType

import cbor2

from idsvc.domain.errors import BadInput, SealBroken
from idsvc.domain.ids import Random
from idsvc.domain.minimization import RetainedFacts, as_record, recall
from idsvc.vault import envelope
from idsvc.vault.kinds import RECORD

RecordKey = NewType("RecordKey", bytes)
"""32 random bytes; it exists only in memory and, wrapped, in slots."""
LARGEST_PORTRAIT: Final = 120_000
"""Bytes of the JPEG; with the longest name and address the record still fits its one size."""
SEALED_RECORD_BYTES: Final = RECORD.size + envelope.OVERHEAD
_KEY_BYTES: Final = 32
_FORM: Final = "A resident's record has not the form that this version writes."


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    """The facts on the card and the portrait (JPEG, at most 120,000 bytes)."""

    facts: RetainedFacts
    portrait: bytes


def draw_record_key(random: Random) -> RecordKey:
    """Draw a fresh record key."""
    return RecordKey(random(_KEY_BYTES))


def encode_record(record: ResidentRecord) -> bytes:
    """Write a record as deterministic CBOR; BadInput for a portrait that is too large."""
    if len(record.portrait) > LARGEST_PORTRAIT:
        raise BadInput(
            "portrait", f"The portrait is larger than {LARGEST_PORTRAIT // 1000} kB; take it again."
        )
    return cbor2.dumps({**as_record(record.facts), "portrait": record.portrait}, canonical=True)


def decode_record(encoded: bytes) -> ResidentRecord:
    """Read what `encode_record` wrote; SealBroken for any other bytes."""
    try:
        content = cbor2.loads(encoded)
    except cbor2.CBORDecodeError:
        raise SealBroken(_FORM) from None
    if not isinstance(content, dict) or not isinstance(content.get("portrait"), bytes):
        raise SealBroken(_FORM)
    portrait = content.pop("portrait")
    record = ResidentRecord(recall(content), portrait)
    if encode_record(record) != encoded:
        raise SealBroken(_FORM)
    return record


def seal_record(record: ResidentRecord, *, record_id: str, key: RecordKey, random: Random) -> bytes:
    """Seal a record for its place; always `SEALED_RECORD_BYTES` long."""
    return envelope.seal(key, _context(record_id), encode_record(record), random=random)


def open_record(sealed: bytes, *, record_id: str, key: RecordKey) -> ResidentRecord:
    """Open a record in its place; SealBroken otherwise."""
    return decode_record(envelope.unseal(key, _context(record_id), sealed))


def _context(record_id: str) -> envelope.Context:
    return envelope.Context(RECORD.name, "", record_id, record_id, RECORD.size)
