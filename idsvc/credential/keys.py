"""Verification keys: P-256 and Ed25519 public keys, named by their thumbprint and bound to one algorithm."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idsvc.credential import cbor
from idsvc.credential.verdicts import Malformed, Reason
from idsvc.domain.ids import KeyId

ES256: Final = -7
EDDSA: Final = -8
ALGORITHMS: Final = frozenset({ES256, EDDSA})
KEY_ID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64

_KTY, _CRV, _X, _Y = 1, -1, -2, -3  # RFC 9053, section 7
_OKP, _EC2 = 1, 2
_P256, _ED25519 = 1, 6
_COORDINATE: Final = 32
_ECDSA: Final = ec.ECDSA(SHA256())


class Purpose(StrEnum):
    """What a signing key may sign; a key has exactly one purpose."""

    CARD = "card"
    STATUS = "status"
    CERTIFICATE = "certificate"
    CHECKPOINT = "checkpoint"
    ROOT = "root"
    SPARE_ROOT = "spare-root"


class KeyState(StrEnum):
    """A signing key's life."""

    ACTIVE = "active"
    RETIRED = "retired"
    """Signs no more; what it signed stays good."""
    WITHDRAWN = "withdrawn"
    """Nothing that it signed is believed any more."""


class Signs(Protocol):
    """What can sign for one purpose; the private key stays behind it."""

    @property
    def key_id(self) -> KeyId:
        """The name of the key."""

    @property
    def alg(self) -> int:
        """The COSE algorithm: ES256 (-7) or EdDSA (-8)."""

    def sign(self, message: bytes, /) -> bytes:
        """Give the 64 bytes of the signature: r || s for ES256."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key that is ready to use; equal keys have equal names."""

    alg: int
    public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
    key_id: KeyId

    @classmethod
    def of(cls, public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> Self:
        """Wrap a public key of `cryptography`; ValueError for any other curve than P-256."""
        if isinstance(public, ec.EllipticCurvePublicKey) and not isinstance(public.curve, ec.SECP256R1):
            raise ValueError("An ES256 key is on the curve P-256.")  # noqa: TRY004 - right type, wrong curve
        alg = ES256 if isinstance(public, ec.EllipticCurvePublicKey) else EDDSA
        return cls(alg, public, key_id_of(public))

    @classmethod
    def from_cose(cls, key: cbor.Value) -> Self:
        """Read a COSE_Key that holds exactly a P-256 or Ed25519 public key; Malformed otherwise."""
        match key:
            case {1: 2, -1: 1, -2: bytes(x), -3: bytes(y)} if isinstance(key, dict) and len(key) == 4:  # noqa: PLR2004 - exactly these
                return cls._from_p256(x, y)
            case {1: 1, -1: 6, -2: bytes(x)} if isinstance(key, dict) and len(key) == 3:  # noqa: PLR2004 - exactly these
                return cls._from_ed25519(x)
        raise Malformed(Reason.KEY_FORM)

    @classmethod
    def from_jwk(cls, key: object) -> Self:
        """Read the public half of a JSON Web Key (RFC 7517, 8037); Malformed for another kind of key."""
        match key:
            case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}:
                return cls._from_p256(_bytes_of(x), _bytes_of(y))
            case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
                return cls._from_ed25519(_bytes_of(x))
        raise Malformed(Reason.KEY_FORM)

    @classmethod
    def _from_p256(cls, x: bytes, y: bytes) -> Self:
        if len(x) != _COORDINATE or len(y) != _COORDINATE:
            raise Malformed(Reason.KEY_FORM)
        try:
            return cls.of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y))
        except ValueError:  # not on the curve
            raise Malformed(Reason.KEY_FORM) from None

    @classmethod
    def _from_ed25519(cls, x: bytes) -> Self:
        if len(x) != _COORDINATE:
            raise Malformed(Reason.KEY_FORM)
        return cls.of(ed25519.Ed25519PublicKey.from_public_bytes(x))

    def cose(self) -> cbor.Map:
        """Give the COSE_Key map (RFC 9052, section 7)."""
        return _cose(self.public)

    def jwk(self) -> dict[str, str]:
        """Give the JSON Web Key; its `kid` is the base64url of the same 8 bytes that a token names."""
        name = {"use": "sig", "kid": _base64url(bytes.fromhex(self.key_id))}
        x, *y = _coordinates(self.public)
        if y:
            kind = {"kty": "EC", "crv": "P-256", "alg": "ES256", "x": _base64url(x), "y": _base64url(y[0])}
        else:
            kind = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": _base64url(x)}
        return kind | name

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether 64 bytes are this key's signature of the message."""
        try:
            if isinstance(self.public, ec.EllipticCurvePublicKey):
                r, s = int.from_bytes(signature[:_COORDINATE]), int.from_bytes(signature[_COORDINATE:])
                self.public.verify(encode_dss_signature(r, s), message, _ECDSA)
            else:
                self.public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_id_of(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> KeyId:
    """Name a key: the first 8 bytes of its COSE key thumbprint with SHA-256 (RFC 9679), in hexadecimal."""
    return KeyId(hashlib.sha256(cbor.encode(_cose(public))).digest()[:KEY_ID_BYTES].hex())


def _cose(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> cbor.Map:
    x, *y = _coordinates(public)
    return {_KTY: _EC2, _CRV: _P256, _X: x, _Y: y[0]} if y else {_KTY: _OKP, _CRV: _ED25519, _X: x}


def _coordinates(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> tuple[bytes, ...]:
    """Give x and y of a P-256 key, x alone of an Ed25519 key, 32 bytes each."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point[1 : 1 + _COORDINATE], point[1 + _COORDINATE :]
    return (public.public_bytes(Encoding.Raw, PublicFormat.Raw),)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Malformed(Reason.KEY_FORM) from None
