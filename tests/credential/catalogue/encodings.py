"""CBOR that is not in the one form, inside messages that the city's own key signed."""

from collections.abc import Iterator

import cbor2

from idsvc.credential import Reason
from idsvc.credential.claims import write_claims
from tests.credential.catalogue.world import Vector, World
from tests.credential.city import CARD, FULL_CARD
from tests.credential.forge import payload_of, plain, token

PAYLOAD = write_claims(CARD)
FULL = write_claims(FULL_CARD)


def _swapped(payload: bytes, old: bytes, new: bytes) -> bytes:
    assert payload.count(old) == 1, (payload.count(old), old)
    return payload.replace(old, new)


def encodings(world: World) -> Iterator[Vector]:
    """Give every second way of writing something, and what the profile has no form for."""

    def made(name: str, payload: bytes, reason: Reason) -> Vector:
        return Vector(name, token(payload, world.city.card), reason)

    iss = plain(CARD.issuer)
    number = b"\x01" + plain(CARD.number)
    version = b"\x02\x611"
    exp = b"\x04" + plain(CARD.expires_at)
    index = plain("idx") + b"\x18\x4d"

    yield made("an empty payload", b"", Reason.CBOR_TRUNCATED)
    yield made("a byte after the claims", PAYLOAD + b"\0", Reason.CBOR_TRAILING)
    yield made("the claims cut by a byte", PAYLOAD[:-1], Reason.CBOR_TRUNCATED)
    yield made("the claims twice", PAYLOAD + PAYLOAD, Reason.CBOR_TRAILING)

    repeated = b"\xa7" + PAYLOAD[1:].replace(exp, exp + exp)
    yield made("a claim twice", repeated, Reason.CBOR_DUPLICATE_KEY)
    twice = _swapped(
        _swapped(PAYLOAD, b"\x18\xa9\xa4" + number, b"\x18\xa9\xa5" + number), version, version + version
    )
    yield made("a key twice in claim 169", twice, Reason.CBOR_DUPLICATE_KEY)
    status = _swapped(PAYLOAD, b"\xa2" + index, b"\xa3" + index + index)
    yield made("a key twice in the status", status, Reason.CBOR_DUPLICATE_KEY)
    portrait = _swapped(FULL, b"\x01\x00\x02\x04", b"\x01\x00\x01\x00")
    yield made("a key twice in the portrait", portrait, Reason.CBOR_DUPLICATE_KEY)
    disguised = _swapped(PAYLOAD, exp, exp + b"\x18" + exp).replace(b"\xa6", b"\xa7", 1)
    yield made("a claim twice, once with a longer key", disguised, Reason.CBOR_NOT_SHORTEST)

    claims = payload_of(CARD)
    yield made("keys in another order", plain(dict(reversed(claims.items()))), Reason.CBOR_KEY_ORDER)
    yield made(
        "a length in two bytes", _swapped(PAYLOAD, iss, b"\x79\x00" + iss[1:]), Reason.CBOR_NOT_SHORTEST
    )
    yield made(
        "a small number in a byte", _swapped(PAYLOAD, version, b"\x18\x02\x611"), Reason.CBOR_NOT_SHORTEST
    )
    long_time = b"\x04\x1b" + CARD.expires_at.to_bytes(8)
    yield made("a time in eight bytes", _swapped(PAYLOAD, exp, long_time), Reason.CBOR_NOT_SHORTEST)

    yield made("a map without length", b"\xbf" + PAYLOAD[1:] + b"\xff", Reason.CBOR_INDEFINITE)
    pieces = b"\x7f" + plain("https://id.") + plain("riverbend.example") + b"\xff"
    yield made("a text in pieces", _swapped(PAYLOAD, b"\x01" + iss, b"\x01" + pieces), Reason.CBOR_INDEFINITE)
    yield made(
        "a list without length",
        _swapped(FULL, b"\x81\xa3\x00", b"\x9f\xa3\x00") + b"\xff",
        Reason.CBOR_INDEFINITE,
    )
    yield made("a break alone", b"\xff", Reason.CBOR_TYPE)

    for name, head in (
        ("bytes", b"\x5b"),
        ("a text", b"\x7b"),
        ("a list", b"\x9b"),
        ("a map", b"\xbb"),
    ):
        yield made(f"{name} of 2**63 items", head + (1 << 63).to_bytes(8), Reason.CBOR_TRUNCATED)
        yield made(f"{name} of 4 billion items", bytes((head[0] - 1,)) + b"\xff" * 4, Reason.CBOR_TRUNCATED)
    yield made("a length that is cut off", b"\x5b\x00\x00", Reason.CBOR_TRUNCATED)
    yield made("lists in lists", b"\x81" * 1500 + b"\x00", Reason.CBOR_DEPTH)
    yield made("maps in maps", b"\xa1\x00" * 1500 + b"\x00", Reason.CBOR_DEPTH)
    yield made("maps as keys of maps", b"\xa1" * 1500 + b"\x00" * 1501, Reason.CBOR_DEPTH)
    yield made("nine lists deep", b"\x81" * 9 + b"\x00", Reason.CBOR_DEPTH)
    yield made("eight lists deep", b"\x81" * 8 + b"\x00", Reason.CLAIMS_FORM)


def kinds(world: World) -> Iterator[Vector]:
    """Give what the profile has no form for: floats, tags, other simple values, other keys, bad UTF-8."""

    def made(name: str, payload: bytes, reason: Reason) -> Vector:
        return Vector(name, token(payload, world.city.card), reason)

    exp = b"\x04" + plain(CARD.expires_at)
    for name, written in (
        ("a half float", b"\xf9\x3c\x00"),
        ("not a number", b"\xf9\x7e\x00"),
        ("infinity", b"\xf9\x7c\x00"),
        ("a single float", b"\xfa\x4e\xd5\x0d\x00"),
        ("a double float", plain(1.5 * CARD.expires_at)),
        ("a date with tag 1", b"\xc1" + exp[1:]),
        ("a date with tag 0", b"\xc0" + plain("2031-01-10T00:00:00Z")),
        ("a big number, tag 2", plain(1 << 70)),
        ("a shared value, tag 28", b"\xd8\x1c" + exp[1:]),
        ("a reference, tag 29", b"\xd8\x1d\x00"),
        ("a regular expression, tag 35", b"\xd8\x23" + plain("(a+)+$")),
        ("true", b"\xf5"),
        ("undefined", b"\xf7"),
        ("a simple value", b"\xf8\x20"),
        ("a reserved length", b"\x1c"),
    ):
        yield made(f"the end as {name}", _swapped(PAYLOAD, exp, b"\x04" + written), Reason.CBOR_TYPE)
    yield made("a reserved length of a text", b"\xa1\x7d", Reason.CBOR_TYPE)

    for name, written in (
        ("Latin-1", b"Ren\xe9"),
        ("an overlong form", b"\xc0\x80"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("beyond Unicode", b"\xf4\x90\x80\x80"),
        ("cut off", b"\xe2\x80"),
    ):
        name_claim = b"\x04" + plain(CARD.name)
        broken = b"\x04" + bytes((0x60 + len(written),)) + written
        yield made(f"a name in bad UTF-8: {name}", _swapped(PAYLOAD, name_claim, broken), Reason.CBOR_TEXT)
    for name, key in (("bytes", b"\x41\x00"), ("null", b"\xf6")):
        yield made(f"{name} as a key", b"\xa1" + key + b"\x00", Reason.CBOR_KEY)
    for name, key in (("a list", b"\x80"), ("a map", b"\xa0")):
        yield made(f"{name} as a key", b"\xa1" + key + b"\x00", Reason.CBOR_DEPTH)
    yield made("a tagged key", b"\xa1\xc1\x01\x00", Reason.CBOR_TYPE)
    yield made("a float as a key", b"\xa1\xf9\x3c\x00\x00", Reason.CBOR_TYPE)
    yield made("a full card as it should be", FULL, Reason.GENUINE)
    yield made(
        "the same through another library", cbor2.dumps(payload_of(FULL_CARD), canonical=True), Reason.GENUINE
    )
