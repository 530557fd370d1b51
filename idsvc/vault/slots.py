"""Slots wrap a record key: the resident's opens with the renewal code, the city's dies with its purge day."""

from typing import Final

from idsvc.domain.errors import NotFound, SealBroken
from idsvc.domain.ids import EpochName, Random
from idsvc.domain.numbers import RenewalCode
from idsvc.signing.stretching import SALT_BYTES, stretch
from idsvc.vault import envelope
from idsvc.vault.items import SealedItem, Vault
from idsvc.vault.kinds import CITY_SLOT, RESIDENT_SLOT
from idsvc.vault.record import RecordKey

RESIDENT_SLOT_BYTES: Final = SALT_BYTES + RESIDENT_SLOT.size + envelope.OVERHEAD
_NO_SLOT: Final = bytes(SALT_BYTES) + b"\x01" + bytes(RESIDENT_SLOT.size + envelope.OVERHEAD - 1)
"""Of the right form, so that it is refused exactly where a wrong code is."""


class WrongCode(NotFound):
    """The code opens nothing here; the same answer and the same work whether or not there is a record."""


def make_resident_slot(key: RecordKey, code: RenewalCode, *, record_id: str, random: Random) -> bytes:
    """Wrap a record key under the renewal code, bound to the record; `RESIDENT_SLOT_BYTES` long."""
    salt = random(SALT_BYTES)
    code_key = stretch(code.encode(), salt=salt)
    return salt + envelope.seal(code_key, _resident_context(record_id), key, random=random)


def open_resident_slot(slot: bytes | None, code: RenewalCode, *, record_id: str) -> RecordKey:
    """Open a record key with the renewal code; give None for an unknown card.

    Raises WrongCode, after the same work, for a wrong code, another record's slot, or no slot.
    """
    there = _NO_SLOT if slot is None or len(slot) != RESIDENT_SLOT_BYTES else slot
    code_key = stretch(code.encode(), salt=there[:SALT_BYTES])
    try:
        return RecordKey(envelope.unseal(code_key, _resident_context(record_id), there[SALT_BYTES:]))
    except SealBroken:
        raise WrongCode("This card number and renewal code do not belong together.") from None


def make_city_slot(vault: Vault, key: RecordKey, *, epoch: EpochName, record_id: str) -> SealedItem:
    """Wrap a record key to a purge day; the slot is an item and can be destroyed early like any other."""
    return vault.seal(CITY_SLOT, epoch, record_id, key)


def open_city_slot(vault: Vault, slot: SealedItem, *, record_id: str) -> RecordKey:
    """Open a record key for the city; Destroyed once the slot or its day is gone."""
    return RecordKey(vault.open(CITY_SLOT, slot, record_id))


def _resident_context(record_id: str) -> envelope.Context:
    return envelope.Context(RESIDENT_SLOT.name, "", record_id, record_id, RESIDENT_SLOT.size)
