"""Base45 and zlib as they stand in the code."""

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import Reason, qrtext
from idsvc.credential.deflate import in_fixed_codes
from idsvc.credential.verdicts import Malformed


@given(st.binary(max_size=2000))
def test_what_is_written_is_read_back(content: bytes) -> None:
    assert qrtext.read_text(qrtext.write_text(content)) == content


@given(st.binary(max_size=300))
def test_base45_is_one_to_one(data: bytes) -> None:
    text = qrtext.base45(data)
    assert qrtext.unbase45(text.encode()) == data


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=60))
def test_a_text_that_is_read_is_the_only_way_to_write_its_bytes(text: str) -> None:
    try:
        data = qrtext.unbase45(text.encode())
    except Malformed:
        return
    assert qrtext.base45(data) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert qrtext.base45(data) == text
    assert qrtext.unbase45(text.encode()) == data


@given(st.integers(0, 900), st.binary(max_size=8))
def test_no_token_has_a_stored_block(size: int, seed: bytes) -> None:
    noise = hashlib.shake_256(seed).digest(size)
    packed = qrtext.unbase45(qrtext.write_text(b"some readable text before " + noise).encode())
    last_block, kind = packed[2] & 1, packed[2] >> 1 & 3
    assert (last_block, kind) in {(1, 1), (1, 2)}  # the only block, in fixed or dynamic codes


@given(st.binary(max_size=900) | st.text("ab", max_size=900).map(str.encode))
def test_fixed_codes_are_read_by_zlib(content: bytes) -> None:
    packed = in_fixed_codes(content)
    assert zlib.decompress(packed) == content
    assert packed[2] & 7 == 0b011


def test_zlib_stores_a_picture_whatever_its_strategy_and_fixed_codes_cost_a_twentieth() -> None:
    noise = hashlib.shake_256(b"picture").digest(700)
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY):
        packer = zlib.compressobj(9, strategy=strategy)
        assert (packer.compress(noise) + packer.flush())[2] >> 1 & 3 == 0
    assert len(in_fixed_codes(noise)) < 1.07 * len(noise)


def test_a_bomb_is_cut_off_early() -> None:
    with pytest.raises(Malformed) as refusal:
        qrtext.inflated(zlib.compress(bytes(50_000_000)))
    assert refusal.value.reason is Reason.TOO_LARGE
