"""Our CBOR against itself, against a second implementation, and against the examples of RFC 8949."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import Reason, cbor
from idsvc.credential.verdicts import Malformed

KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=12)
LEAVES = st.none() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=40)


def nested(depth: int) -> st.SearchStrategy[cbor.Value]:
    if depth == 0:
        return LEAVES
    inside = nested(depth - 1)
    return LEAVES | st.lists(inside, max_size=4) | st.dictionaries(KEYS, inside, max_size=4)


@given(nested(4))
def test_what_is_written_is_read_back(value: cbor.Value) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(nested(4))
def test_another_implementation_writes_and_reads_the_same(value: cbor.Value) -> None:
    written = cbor.encode(value)
    assert cbor2.loads(written) == value
    # canonical=True of cbor2 orders keys as RFC 7049 did; the profile's maps are the same in both orders.
    if cbor2.dumps(cbor2.loads(written)) != written:
        assert cbor2.dumps(value, canonical=True) != cbor2.dumps(value)


@given(st.binary(max_size=60))
def test_bytes_that_are_read_are_the_only_way_to_write_their_value(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@given(nested(3), st.data())
def test_a_prefix_is_never_a_value(value: cbor.Value, data: st.DataObject) -> None:
    written = cbor.encode(value)
    cut = data.draw(st.integers(0, len(written) - 1))
    with pytest.raises(Malformed) as refusal:
        cbor.decode(written[:cut])
    assert refusal.value.reason is Reason.CBOR_TRUNCATED


@pytest.mark.parametrize(
    ("value", "written"),
    [  # RFC 8949, appendix A
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65535, "19ffff"),
        (65536, "1a00010000"),
        (1000000000000, "1b000000e8d4a51000"),
        (18446744073709551615, "1bffffffffffffffff"),
        (-18446744073709551616, "3bffffffffffffffff"),
        (-1, "20"),
        (-1000, "3903e7"),
        (None, "f6"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("\u6c34", "63e6b0b4"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
        ({10: 0, 100: 0, -1: 0, "z": 0, "aa": 0}, "a50a001864002000617a0062616100"),  # section 4.2.1
    ],
)
def test_the_examples_of_the_standard(value: cbor.Value, written: str) -> None:
    assert cbor.encode(value).hex() == written
    assert cbor.decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1])
def test_larger_numbers_cannot_be_written(value: int) -> None:
    with pytest.raises(OverflowError):
        cbor.encode(value)
