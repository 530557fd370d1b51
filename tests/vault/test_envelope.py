"""The envelope: one length per kind, opens only in its own context, commits to its key."""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import BadInput, SealBroken
from idsvc.vault.envelope import OVERHEAD, Context, seal, unseal

KEY = bytes(range(32))
CONTEXT = Context("contact", "2026-11-23", "a" * 32, "b" * 32, 100)


@given(st.binary(max_size=100))
def test_whatever_fits_opens_again_and_has_the_same_length(plaintext: bytes) -> None:
    sealed = seal(KEY, CONTEXT, plaintext, random=os.urandom)
    assert len(sealed) == 100 + OVERHEAD
    assert unseal(KEY, CONTEXT, sealed) == plaintext


@given(st.binary(min_size=101, max_size=300))
def test_what_does_not_fit_is_refused(plaintext: bytes) -> None:
    with pytest.raises(BadInput):
        seal(KEY, CONTEXT, plaintext, random=os.urandom)


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTEXT, kind="message"),
        replace(CONTEXT, epoch="2026-11-24"),
        replace(CONTEXT, item="c" * 32),
        replace(CONTEXT, owner="c" * 32),
        replace(CONTEXT, size=101),
        replace(CONTEXT, size=99),
        replace(CONTEXT, epoch="", item="2026-11-23" + "a" * 32),
    ],
)
def test_every_swap_of_context_is_refused(other: Context) -> None:
    sealed = seal(KEY, CONTEXT, b"plaintext", random=os.urandom)
    assert unseal(KEY, CONTEXT, sealed) == b"plaintext"
    for shown in (sealed, sealed[: other.size + OVERHEAD].ljust(other.size + OVERHEAD, b"\0")):
        with pytest.raises(SealBroken):
            unseal(KEY, other, shown)


def test_every_flipped_bit_and_every_truncation_is_refused() -> None:
    small = replace(CONTEXT, size=4)
    sealed = seal(KEY, small, b"abc", random=os.urandom)
    for bit in range(8 * len(sealed)):
        broken = bytearray(sealed)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            unseal(KEY, small, bytes(broken))
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(KEY, small, sealed[:length])


@given(st.binary(min_size=32, max_size=64))
def test_another_key_opens_nothing(key: bytes) -> None:
    sealed = seal(KEY, CONTEXT, b"plaintext", random=os.urandom)
    if key != KEY:
        with pytest.raises(SealBroken):
            unseal(key, CONTEXT, sealed)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(KEY, CONTEXT, junk)


def test_with_pinned_randomness_sealing_repeats() -> None:
    first, second = (seal(KEY, CONTEXT, b"x", random=lambda size: b"\7" * size) for _ in range(2))
    assert first == second
