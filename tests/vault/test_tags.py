"""Blind index tags: the same person gives the same tag, under one key only."""

import hashlib
import hmac
from datetime import date

from idsvc.domain.numbers import CardNumber
from idsvc.vault.tags import card_number_tag, person_tag, tolerant_tokens

BORN = date(1990, 1, 1)


class MemoryKey:
    """An index key in the test's memory."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def tag(self, message: bytes) -> bytes:
        return hmac.digest(self._secret, message, hashlib.sha256)


ONE, TWO = MemoryKey(b"1" * 32), MemoryKey(b"2" * 32)


def test_the_same_person_has_the_same_tag_under_one_key_only() -> None:
    tag = person_tag(ONE, "sample resident", BORN)
    assert tag == person_tag(ONE, "sample resident", BORN)
    assert len(tag) == 32
    others = {
        person_tag(TWO, "sample resident", BORN),
        person_tag(ONE, "sample resident", date(1990, 1, 2)),
        person_tag(ONE, "sample residents", BORN),
    }
    assert len(others | {tag}) == 4


def test_a_tolerant_token_never_equals_an_exact_tag() -> None:
    tokens = tolerant_tokens(ONE, ["sample resident", "smpl", "smpl"], BORN)  # one form equals the exact one
    assert len(tokens) == 2
    assert person_tag(ONE, "sample resident", BORN) not in tokens
    assert tokens & tolerant_tokens(ONE, ["smpl", "other"], BORN)
    assert not tokens & tolerant_tokens(TWO, ["smpl"], BORN)


def test_a_card_number_has_one_tag_for_each_key() -> None:
    number, other = CardNumber("123456789012"), CardNumber("123456789013")
    assert card_number_tag(ONE, number) == card_number_tag(ONE, number)
    assert len({card_number_tag(ONE, number), card_number_tag(TWO, number), card_number_tag(ONE, other)}) == 3
