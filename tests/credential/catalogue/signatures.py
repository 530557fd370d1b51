"""Signatures that are not the key's, and keys that are not the issuer's for cards."""

from collections.abc import Iterator
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idsvc.credential import EDDSA, ES256, Reason, encode
from idsvc.credential.claims import write_claims
from idsvc.credential.qrtext import write_text
from tests.credential.catalogue.world import OTHER_ISSUER, Vector, World
from tests.credential.city import CARD
from tests.credential.forge import content, plain

PAYLOAD = write_claims(CARD)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = (1 << 252) + 27742317777372353535851937790883648493


def signatures(world: World) -> Iterator[Vector]:
    """Give every way in which 64 bytes, or another number of them, are no signature of this key."""
    card, edward, stranger = world.city.card, world.ed25519, world.stranger
    to_be_signed = plain(["Signature1", plain({1: ES256, 4: bytes.fromhex(card.key_id)}), b"", PAYLOAD])
    good = card.sign(to_be_signed)
    r, s = int.from_bytes(good[:32]), int.from_bytes(good[32:])

    def made(name: str, signature: bytes, reason: Reason) -> Vector:
        return Vector(name, write_text(content(PAYLOAD, card, signature=signature)), reason)

    yield made("as it should be", good, Reason.GENUINE)
    yield made(
        "the valid twin of an ECDSA signature", good[:32] + (P256_ORDER - s).to_bytes(32), Reason.GENUINE
    )
    yield made("none", b"", Reason.SIGNATURE_FORM)
    yield made("63 bytes", good[:-1], Reason.SIGNATURE_FORM)
    yield made("65 bytes", good + b"\0", Reason.SIGNATURE_FORM)
    yield made("half", good[:32], Reason.SIGNATURE_FORM)
    yield made("DER", encode_dss_signature(r, s), Reason.SIGNATURE_FORM)
    yield made("a 32-byte MAC", bytes(32), Reason.SIGNATURE_FORM)
    yield made("zeros", bytes(64), Reason.SIGNATURE)
    yield made("r is zero", bytes(32) + good[32:], Reason.SIGNATURE)
    yield made("s is zero", good[:32] + bytes(32), Reason.SIGNATURE)
    yield made("r is the order of the curve", P256_ORDER.to_bytes(32) + good[32:], Reason.SIGNATURE)
    yield made("s is the order of the curve", good[:32] + P256_ORDER.to_bytes(32), Reason.SIGNATURE)
    yield made("all ones", b"\xff" * 64, Reason.SIGNATURE)
    yield made("r and s exchanged", good[32:] + good[:32], Reason.SIGNATURE)
    yield made("little-endian", good[31::-1] + good[:31:-1], Reason.SIGNATURE)
    yield made("a flipped bit", good[:-1] + bytes((good[-1] ^ 1,)), Reason.SIGNATURE)
    yield made("by another key", stranger.sign(to_be_signed), Reason.SIGNATURE)
    yield made("by the status key", world.city.status.sign(to_be_signed), Reason.SIGNATURE)
    yield made("of the payload alone", card.sign(PAYLOAD), Reason.SIGNATURE)
    for context in ("Signature", "CounterSignature", "MAC0"):
        text = write_text(content(PAYLOAD, card, context=context))
        yield Vector(f"in the context {context}", text, Reason.SIGNATURE)
    header = plain({1: ES256, 4: bytes.fromhex(card.key_id)})
    outside = card.sign(plain(["Signature1", header, b"external", PAYLOAD]))
    yield made("with external data", outside, Reason.SIGNATURE)
    spoiled = PAYLOAD.replace(b"Ren", b"Ran")
    yield Vector("over another name", write_text(content(spoiled, card, signature=good)), Reason.SIGNATURE)

    edwards = content(PAYLOAD, edward)
    yield Vector("Ed25519", write_text(edwards), Reason.GENUINE)
    top = int.from_bytes(edwards[-32:], "little") + ED25519_ORDER
    not_reduced = edwards[:-32] + top.to_bytes(32, "little")
    yield Vector("Ed25519, s not reduced", write_text(not_reduced), Reason.SIGNATURE)
    yield Vector("Ed25519, zeros", write_text(edwards[:-64] + bytes(64)), Reason.SIGNATURE)
    identity = edwards[:-64] + b"\x01" + bytes(63)
    yield Vector("Ed25519, neutral point", write_text(identity), Reason.SIGNATURE)
    for name, signer, alg in (
        ("EdDSA named for a P-256 key", card, EDDSA),
        ("ES256 named for an Ed25519 key", edward, ES256),
    ):
        wrong = {1: alg, 4: bytes.fromhex(signer.key_id)}
        yield Vector(name, write_text(content(PAYLOAD, signer, protected=wrong)), Reason.ALG_NOT_OF_KEY)


def keys(world: World) -> Iterator[Vector]:
    """Give keys that nobody knows, that were withdrawn, or that are for something else."""
    city, stranger = world.city, world.stranger
    genuine = world.issue()
    yield Vector("an unknown key", encode(CARD, stranger), Reason.KEY_UNKNOWN)
    other_city = replace(CARD, issuer=OTHER_ISSUER)
    yield Vector("another city's card", encode(other_city, stranger), Reason.ISSUER)
    yield Vector("our key, another issuer", encode(other_city, city.card), Reason.ISSUER)
    yield Vector("our card where another is expected", genuine, Reason.ISSUER, issuer=OTHER_ISSUER)
    yield Vector("the status key", encode(CARD, city.status), Reason.KEY_PURPOSE)
    yield Vector("the root key", encode(CARD, city.root), Reason.KEY_UNKNOWN)
    yield Vector("a key that signs no more", genuine, Reason.GENUINE, trust="retired")
    yield Vector("a withdrawn key", genuine, Reason.KEY_WITHDRAWN, trust="withdrawn")
    yield Vector("a key of later days", genuine, Reason.KEY_PERIOD, trust="key_of_later_days")
    yield Vector("our key, listed for status only", genuine, Reason.KEY_PURPOSE, trust="key_for_status")
    for name, kid in (
        ("no bytes", b""),
        ("7 bytes", bytes.fromhex(city.card.key_id)[:7]),
        ("9 bytes", bytes.fromhex(city.card.key_id) + b"\0"),
    ):
        text = write_text(content(PAYLOAD, city.card, protected={1: ES256, 4: kid}))
        yield Vector(f"a key id of {name}", text, Reason.KEY_UNKNOWN)
    yield Vector("the key set alone", genuine, Reason.STATUS_URI_UNKNOWN, trust=None)
    yield Vector("the key set alone, another issuer", genuine, Reason.ISSUER, trust=None, issuer=OTHER_ISSUER)
    yield Vector("the key set alone, an unknown key", encode(CARD, stranger), Reason.KEY_UNKNOWN, trust=None)
    yield Vector(
        "the key set alone, no issuer expected",
        encode(other_city, city.card),
        Reason.STATUS_URI_UNKNOWN,
        trust=None,
    )
