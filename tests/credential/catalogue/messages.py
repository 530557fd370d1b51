"""Contents that are no COSE_Sign1 of the one form: tags, parts, headers, and tokens of other kinds."""

from collections.abc import Iterator

import cbor2

from idsvc.credential import Reason, sign_status_list, sign_trust_list
from idsvc.credential.claims import write_claims
from idsvc.credential.qrtext import write_text
from tests.credential.catalogue.world import Vector, World
from tests.credential.city import CARD
from tests.credential.forge import content, plain

PAYLOAD = write_claims(CARD)


def structures(world: World) -> Iterator[Vector]:
    """Give other tags, and parts that are missing or of another kind."""
    card = world.city.card
    genuine = content(PAYLOAD, card)
    parts = cbor2.loads(genuine).value
    protected, _, _, signature = parts
    for name, tag in (
        ("no tag", b""),
        ("MAC0, tag 17", b"\xd1"),
        ("encrypted, tag 16", b"\xd0"),
        ("CWT, tag 61", b"\xd8\x3d\xd2"),
        ("several signatures, tag 98", b"\xd8\x62"),
        ("several MACs, tag 97", b"\xd8\x61"),
        ("self-described, tag 55799", b"\xd9\xd9\xf7\xd2"),
        ("tag 18 written with two bytes", b"\xd8\x12"),
        ("text", b"\x78\x05hello"),
    ):
        yield Vector(name, write_text(tag + genuine[1:]), Reason.COSE_TAG)
    for name, form in (
        ("three parts", parts[:3]),
        ("five parts", [*parts, b""]),
        ("a map of parts", dict(enumerate(parts))),
        ("the header as a map", [{1: -7}, {}, PAYLOAD, signature]),
        ("the unprotected header as bytes", [protected, b"", PAYLOAD, signature]),
        ("the unprotected header as null", [protected, None, PAYLOAD, signature]),
        ("the payload as text", [protected, {}, "payload", signature]),
        ("the payload as a map", [protected, {}, {1: "x"}, signature]),
        ("the signature as text", [protected, {}, PAYLOAD, "s" * 64]),
        ("a list of signatures", [protected, {}, PAYLOAD, [[protected, {}, signature]]]),
    ):
        yield Vector(name, write_text(b"\xd2" + plain(form)), Reason.COSE_FORM)
    yield Vector(
        "a detached payload",
        write_text(b"\xd2" + plain([protected, {}, None, signature])),
        Reason.PAYLOAD_DETACHED,
    )
    yield Vector("the tag twice", write_text(b"\xd2" + genuine), Reason.CBOR_TYPE)
    yield Vector("the tag alone", write_text(b"\xd2"), Reason.CBOR_TRUNCATED)
    yield Vector("a byte after the message", write_text(genuine + b"\0"), Reason.CBOR_TRAILING)
    yield Vector("the message twice", write_text(genuine + genuine), Reason.CBOR_TRAILING)
    yield Vector("the message cut by a byte", write_text(genuine[:-1]), Reason.CBOR_TRUNCATED)


def headers(world: World) -> Iterator[Vector]:
    """Give headers with too little, too much, or in the wrong place; all well signed."""
    card = world.city.card
    kid = bytes.fromhex(card.key_id)
    right = {1: card.alg, 4: kid}

    def made(name: str, reason: Reason, protected: object, unprotected: object = None) -> Vector:
        text = write_text(content(PAYLOAD, card, protected=protected, unprotected=unprotected))
        return Vector(name, text, reason)

    yield made("no protected header", Reason.ALG_MISSING, b"")
    yield made("an empty protected map", Reason.ALG_MISSING, {})
    yield made("no algorithm", Reason.ALG_MISSING, {4: kid})
    yield made("an algorithm of null", Reason.ALG_MISSING, {1: None, 4: kid})
    yield made("the algorithm unprotected only", Reason.UNPROTECTED_HEADER, {4: kid}, {1: -7})
    yield made("the algorithm in both headers", Reason.UNPROTECTED_HEADER, right, {1: -7})
    yield made("the key id unprotected only", Reason.UNPROTECTED_HEADER, {1: -7}, {4: kid})
    yield made("a certificate, unprotected", Reason.UNPROTECTED_HEADER, right, {33: b"cert"})
    for name, alg in (
        ("none", 0),
        ("HMAC 256/256", 5),
        ("HMAC 256/64", 4),
        ("ES384", -35),
        ("ES512", -36),
        ("ES256K", -47),
        ("RS256", -257),
        ("PS256", -37),
        ("ESP256", -9),
        ("Ed25519 fully specified", -19),
        ("the largest negative number", -(2**64)),
        ("a text", "ES256"),
        ("bytes", b"\x26"),
        ("a list", [-7]),
    ):
        yield made(f"the algorithm {name}", Reason.ALG_UNKNOWN, {1: alg, 4: kid})
    yield made("no key id", Reason.KID_MISSING, {1: -7})
    yield made("a key id in text", Reason.KID_MISSING, {1: -7, 4: card.key_id})
    for name, label, value in (
        ("crit", 2, [1]),
        ("crit of an unknown header", 2, [-70000]),
        ("a content type", 3, 61),
        ("an initialisation vector", 5, b"iv"),
        ("a type", 16, "application/statuslist+cwt"),
        ("CWT claims", 15, {1: "x"}),
        ("a certificate chain", 33, b"cert"),
        ("a certificate's hash", 34, [-16, b"hash"]),
        ("a certificate's address", 35, "https://beacon.example/"),
        ("a bag of certificates", 32, [b"cert"]),
        ("an embedded key", -1, {1: 2}),
        ("a counter-signature", 11, b"sig"),
    ):
        yield made(f"with {name}", Reason.UNKNOWN_HEADER, cbor2.dumps(right | {label: value}, canonical=True))
    yield made("with a text label", Reason.UNKNOWN_HEADER, right | {"jwk": {}})
    yield made("the protected header as a list", Reason.COSE_FORM, plain([1, -7]))
    yield made("a byte after the protected header", Reason.CBOR_TRAILING, plain(right) + b"\0")
    yield made("the algorithm twice", Reason.CBOR_DUPLICATE_KEY, b"\xa2\x01\x26\x01\x27")
    yield made("the headers in another order", Reason.CBOR_KEY_ORDER, {4: kid, 1: -7})


def other_tokens(world: World) -> Iterator[Vector]:
    """Give honest tokens of other kinds."""
    city, stranger = world.city, world.stranger
    yield Vector(
        "a status list",
        write_text(sign_status_list(world.status_lists()["fresh"], city.status)),
        Reason.UNKNOWN_HEADER,
    )
    yield Vector("a trust list", write_text(sign_trust_list(city.trust(), city.root)), Reason.UNKNOWN_HEADER)
    health = {1: "XX", 4: 1796169600, 6: 1781524800, -260: {1: {"ver": "1.3.0", "dob": "1964-08-12"}}}
    header = {1: -7, 4: b"12345678"}
    yield Vector(
        "a health certificate as its standard writes it",
        "HC1:" + write_text(content(plain(health), stranger, protected=header)),
        Reason.BASE45,
    )
    for name, reason, claims in (
        ("a health certificate without its prefix, in its own order", Reason.CBOR_KEY_ORDER, plain(health)),
        (
            "a health certificate without its prefix",
            Reason.CLAIM_169_MISSING,
            cbor2.dumps(health, canonical=True),
        ),
        ("a plain CWT", Reason.CLAIM_169_MISSING, plain({1: "coap://as.example.com", 4: 1444064944})),
        ("a payload that is no map", Reason.CLAIMS_FORM, plain([1, 2])),
    ):
        text = write_text(content(claims, stranger, protected=header))
        yield Vector(f"{name}, by a stranger", text, reason)
        yield Vector(f"{name}, by the city's card key", write_text(content(claims, city.card)), reason)
