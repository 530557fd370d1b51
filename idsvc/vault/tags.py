"""Blind index tags: find the same person or card number again without storing either.

A tag is HMAC, under a key that no interface gives out, of argon2id of what is tagged: whoever steals the
database learns nothing, and whoever may use the key pays about 36 ms for each guess of a person.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Final

import cbor2

from idsvc.domain.numbers import CardNumber
from idsvc.signing.signer import IndexKey
from idsvc.signing.stretching import SALT_BYTES, stretch

# One salt for all: the same person must give the same tag; the HMAC key takes the place of a secret salt.
_SALT: Final = hashlib.sha256(b"idsvc person tag 1").digest()[:SALT_BYTES]


def person_tag(key: IndexKey, index_form: str, birth_date: date) -> bytes:
    """Return the 32-byte tag of a person, from `names.index_form` of the name and the birth date."""
    return _tag(key, "person", index_form, birth_date)


def tolerant_tokens(key: IndexKey, tolerant_forms: Iterable[str], birth_date: date) -> frozenset[bytes]:
    """Return the 32-byte tokens of a person's tolerant name forms; they die with the city slot."""
    return frozenset(_tag(key, "tolerant", form, birth_date) for form in sorted(set(tolerant_forms)))


def card_number_tag(key: IndexKey, number: CardNumber) -> bytes:
    """Return the 32-byte tag of a card number.

    Not stretched: whoever may use the number key looks up one card at each scan, and a number alone opens
    nothing.
    """
    return key.tag(cbor2.dumps(["card number", number]))


def _tag(key: IndexKey, use: str, form: str, birth_date: date) -> bytes:
    stretched = stretch(cbor2.dumps([form, birth_date.isoformat()]), salt=_SALT)
    return key.tag(cbor2.dumps([use, stretched]))
