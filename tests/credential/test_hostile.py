"""Nothing that the city did not sign passes, whatever it is, and nothing costs much to refuse."""

import time
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.credential import CardClaims, Reason, Verifier, encode, qrtext
from idsvc.credential.qrtext import LARGEST_CONTENT, LONGEST_TEXT, base45, write_text
from idsvc.credential.verdicts import GENUINE, VERDICT_OF
from tests.credential.city import CARD, FULL_CARD, TODAY, City
from tests.credential.forge import token
from tests.credential.test_vectors import VECTORS

MEMORY = 2_000_000
SECONDS = 0.005
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.fixture(scope="module")
def verifier(city: City) -> Verifier:
    return city.verifier()


@pytest.fixture(scope="module")
def genuine_text(city: City) -> str:
    return encode(FULL_CARD, city.card)


@pytest.mark.parametrize("claims", [CARD, FULL_CARD])
def test_every_flipped_bit_of_a_message_is_refused(
    city: City, verifier: Verifier, claims: CardClaims
) -> None:
    genuine = qrtext.read_text(encode(claims, city.card))
    for bit in range(8 * len(genuine)):
        flipped = bytearray(genuine)
        flipped[bit // 8] ^= 1 << bit % 8
        answer = verifier.verify(write_text(bytes(flipped)), at=TODAY)
        assert answer.verdict not in GENUINE, f"bit {bit} does not count"


def test_every_flipped_bit_of_the_packed_bytes_is_refused_or_unpacks_to_the_same(
    city: City, verifier: Verifier
) -> None:
    """Deflate has bits without meaning (padding, equal matches); they are outside of what is signed."""
    genuine = qrtext.unbase45(encode(FULL_CARD, city.card).encode())
    message = qrtext.inflated(genuine)
    passed = 0
    for bit in range(8 * len(genuine)):
        flipped = bytearray(genuine)
        flipped[bit // 8] ^= 1 << bit % 8
        if verifier.verify(base45(bytes(flipped)), at=TODAY).verdict in GENUINE:
            passed += 1
            assert qrtext.inflated(bytes(flipped)) == message
    assert passed < 8


@given(st.data())
def test_a_changed_character_is_refused_or_unpacks_to_the_same(
    genuine_text: str, verifier: Verifier, data: st.DataObject
) -> None:
    text = genuine_text
    place = data.draw(st.integers(0, len(text) - 1))
    spoiled = text[:place] + data.draw(st.sampled_from(ALPHANUMERIC)) + text[place + 1 :]
    if verifier.verify(spoiled, at=TODAY).verdict in GENUINE:
        assert qrtext.read_text(spoiled) == qrtext.read_text(text)


@given(st.binary() | st.text() | st.text(ALPHANUMERIC))
def test_any_text_gives_an_answer_without_a_person(verifier: Verifier, text: str | bytes) -> None:
    answer = verifier.verify(text, at=TODAY)
    assert answer.verdict is VERDICT_OF[answer.reason]
    assert answer.verdict not in GENUINE
    assert answer.claims is None


@given(st.binary(max_size=400))
def test_any_content_gives_an_answer_without_a_person(verifier: Verifier, content: bytes) -> None:
    for inside in (content, b"\xd2" + content):
        assert verifier.verify(write_text(inside), at=TODAY).claims is None


@given(st.binary(max_size=400))
def test_any_payload_that_the_city_signs_is_judged(city: City, verifier: Verifier, payload: bytes) -> None:
    assert verifier.verify(token(payload, city.card), at=TODAY).verdict not in GENUINE


def hostile() -> Iterator[tuple[str, str]]:
    """Give the costliest texts that we could think of, beside all vectors."""
    for theme, vector in VECTORS:
        yield f"{theme}: {vector['name']}", vector["token"]
    longest = LONGEST_TEXT // 3 * 2
    yield "the longest Base45", "6/3" * (LONGEST_TEXT // 3)
    yield "the longest text of another kind", "\U0001f600" * LONGEST_TEXT
    yield "a bomb that fills the longest text", base45(zlib.compress(bytes(2_900_000), 9)[:longest])
    for inside, name in (
        (b"\x81" * 4_095, "lists in lists"),
        (b"\xa1\x00" * 2_047, "maps in maps"),
        (b"\x99\x0f\xfc" + b"\x00" * 4_092, "a long list"),
        (b"\x99\x0f\xfc" + b"\x80" * 4_092, "a list of lists"),
        (b"\x99\x0f\xfc" + b"\x60" * 4_092, "a list of texts"),
        (b"\x99\x07\xfc" + b"\x81\x00" * 2_044, "a list of filled lists"),
        (b"\x84\x40\xa0\x59\x0f\xb0" + bytes(0xFB0) + b"\x58\x40" + bytes(64), "a long payload"),
        (b"\x79\x0f\xfc" + b"\xf0\x9f\x98\x80" * 1_023, "a long text"),
        (
            b"\xb9\x03\xfe" + b"".join(b"\x19" + key.to_bytes(2) + b"\x00" for key in range(256, 1278)),
            "a map",
        ),
    ):
        assert len(inside) <= LARGEST_CONTENT
        yield f"{name}, well packed", write_text(b"\xd2" + inside)


HOSTILE = list(hostile())


def test_the_worst_text_stays_within_two_megabytes(verifier: Verifier) -> None:
    verifier.verify(HOSTILE[0][1], at=TODAY)
    tracemalloc.start()
    try:
        for name, text in HOSTILE:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            verifier.verify(text, at=TODAY)
            assert tracemalloc.get_traced_memory()[1] - before < MEMORY, name
    finally:
        tracemalloc.stop()


@pytest.mark.slow  # alone and without coverage's tracing, or the figure means nothing
def test_the_worst_text_takes_less_than_five_milliseconds(verifier: Verifier) -> None:
    slowest = max((_seconds(verifier, text), name) for name, text in HOSTILE)
    assert slowest[0] < SECONDS, slowest[1]


def _seconds(verifier: Verifier, text: str) -> float:
    def once() -> float:
        start = time.process_time()
        verifier.verify(text, at=TODAY)
        return time.process_time() - start

    return min(once() for _ in range(5))


def test_a_message_longer_than_a_card_is_refused_by_its_kind_and_not_by_exhaustion(
    verifier: Verifier,
) -> None:
    deep = write_text(b"\xd2" + b"\x81" * 4_000)
    assert verifier.verify(deep, at=TODAY).reason is Reason.CBOR_DEPTH
