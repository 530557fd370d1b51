"""COSE_Sign1 (RFC 9052, section 4.2) in the one form that idsvc signs and reads.

Tag 18; `alg` and `kid` protected; nothing unprotected; the payload inside. Cards have no further header;
lists also have `typ` (RFC 9596), so that neither can be taken for the other.
"""

from dataclasses import dataclass
from typing import Final

from idsvc.credential import cbor
from idsvc.credential.keys import EDDSA, ES256, SIGNATURE_BYTES, Signs, VerificationKey
from idsvc.credential.verdicts import Malformed, Reason
from idsvc.domain.ids import KeyId

_TAG_18: Final = b"\xd2"
_ALG, _KID, _TYP = 1, 4, 16


@dataclass(frozen=True, slots=True)
class Sign1:
    """A message of the right form. Its payload means nothing before `check` has passed."""

    protected: bytes
    alg: int
    key_id: KeyId
    payload: bytes
    signature: bytes

    def check(self, key: VerificationKey) -> None:
        """Pass only if this key signed these bytes with its own algorithm; Malformed otherwise."""
        if self.alg != key.alg:
            raise Malformed(Reason.ALG_NOT_OF_KEY)
        if len(self.signature) != SIGNATURE_BYTES:
            raise Malformed(Reason.SIGNATURE_FORM)
        if not key.signed(self.signature, _to_be_signed(self.protected, self.payload)):
            raise Malformed(Reason.SIGNATURE)


def sign1(payload: bytes, signs: Signs, *, typ: str | None = None) -> bytes:
    """Sign a payload; `typ` names the kind of a list."""
    header: cbor.Map = {_ALG: signs.alg, _KID: bytes.fromhex(signs.key_id)}
    if typ is not None:
        header[_TYP] = typ
    protected = cbor.encode(header)
    signature = signs.sign(_to_be_signed(protected, payload))
    return _TAG_18 + cbor.encode([protected, {}, payload, signature])


def read_sign1(data: bytes, *, typ: str | None = None) -> Sign1:
    """Take a message apart without judging its signature; Malformed when it is not of the one form."""
    if data[:1] != _TAG_18:
        raise Malformed(Reason.COSE_TAG)
    match cbor.decode(data[1:]):
        case [bytes(protected), dict(unprotected), bytes() | None as payload, bytes(signature)]:
            pass
        case _:
            raise Malformed(Reason.COSE_FORM)
    if unprotected:
        raise Malformed(Reason.UNPROTECTED_HEADER)
    if payload is None:
        raise Malformed(Reason.PAYLOAD_DETACHED)
    alg, key_id = _read_header(protected, typ)
    return Sign1(protected, alg, key_id, payload, signature)


def _read_header(protected: bytes, typ: str | None) -> tuple[int, KeyId]:
    header = cbor.decode(protected) if protected else {}
    if not isinstance(header, dict):
        raise Malformed(Reason.COSE_FORM)
    alg, kid = header.get(_ALG), header.get(_KID)
    if alg is None:
        raise Malformed(Reason.ALG_MISSING)
    if not isinstance(alg, int) or alg not in (ES256, EDDSA):
        raise Malformed(Reason.ALG_UNKNOWN)
    if not isinstance(kid, bytes):
        raise Malformed(Reason.KID_MISSING)
    if header.get(_TYP) != typ:
        raise Malformed(Reason.UNKNOWN_HEADER if typ is None else Reason.LIST_TYPE)
    if len(header) != (2 if typ is None else 3):
        raise Malformed(Reason.UNKNOWN_HEADER)
    return alg, KeyId(kid.hex())


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Write the Sig_structure (RFC 9052, section 4.4)."""
    return cbor.encode(["Signature1", protected, b"", payload])
