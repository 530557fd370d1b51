"""Makes the tokens that no honest encoder makes: every layer by hand, each with what is to be wrong."""

from collections.abc import Mapping
from typing import Final

import cbor2

from idsvc.credential import CardClaims, Signs, cbor
from idsvc.credential.claims import write_claims
from idsvc.credential.qrtext import write_text

CLAIM_169: Final = 169
STATUS: Final = 65535
ABSENT: Final = object()
"""Instead of a value: leave the claim out."""
Loose = Mapping[object, object]


def plain(value: object) -> bytes:
    """Write any value as CBOR in the order given, also what the profile knows no form for."""
    return cbor2.dumps(value)


def payload_of(claims: CardClaims) -> dict[object, object]:
    """Give a card's claims as a map to be spoiled."""
    decoded = cbor.decode(write_claims(claims))
    assert isinstance(decoded, dict)
    return dict(decoded.items())


def changed(claims: CardClaims, outer: Loose | None = None, holder: Loose | None = None) -> bytes:
    """Write claims with some of them replaced or, where ABSENT, left out; as deterministic as they allow."""
    payload = payload_of(claims)
    inner = payload[CLAIM_169]
    assert isinstance(inner, dict)
    payload[CLAIM_169] = _replaced(inner, holder or {})
    return cbor2.dumps(_replaced(payload, outer or {}), canonical=True)


def _replaced(entries: Loose, changes: Loose) -> dict[object, object]:
    return {key: value for key, value in {**entries, **changes}.items() if value is not ABSENT}


def content(
    payload: object,
    signs: Signs,
    *,
    protected: object = None,
    unprotected: object = None,
    signature: bytes | None = None,
    context: str = "Signature1",
    tag: bytes = b"\xd2",
) -> bytes:
    """Sign anything as COSE_Sign1; whatever is given replaces what would be right."""
    if protected is None:
        protected = {1: signs.alg, 4: bytes.fromhex(signs.key_id)}
    header = protected if isinstance(protected, bytes) else plain(protected)
    if signature is None:
        signature = signs.sign(plain([context, header, b"", payload]))
    return tag + plain([header, {} if unprotected is None else unprotected, payload, signature])


def token(payload: object, signs: Signs) -> str:
    """Give the QR text of a payload of any kind under an honest header and signature."""
    return write_text(content(payload, signs))


def card(signs: Signs, claims: CardClaims, outer: Loose | None = None, holder: Loose | None = None) -> str:
    """Give the QR text of a card whose claims were changed before the city signed them."""
    return token(changed(claims, outer, holder), signs)
