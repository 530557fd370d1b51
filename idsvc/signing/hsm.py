"""A PKCS#11 token as this system uses it: typed, one session under a lock, errors as one sentence.

The only importer of python-pkcs11. Nothing here returns a private or secret value: keys are made inside the
token, sensitive and not extractable.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from idsvc.credential.keys import EDDSA, ES256, VerificationKey
from idsvc.domain.errors import BadSetting, Unavailable
from idsvc.signing.filekeys import read_secret

_GUARDED: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
_CURVES: Final = {ES256: "secp256r1", EDDSA: "1.3.101.112"}
_LOST: Final = "The token holds no key named {label}; restore it from the token's backup."
_POINT_HEADER: Final = 2
"""CKA_EC_POINT is a DER octet string: tag and a one-byte length before the point."""


@dataclass(frozen=True, slots=True)
class HsmPlace:
    """Which token, through which module, and the directory of what is public or wrapped."""

    token: str
    module: Path
    directory: Path


def read_place(name: str, setting: str) -> HsmPlace:
    """Read `pkcs11:token=LABEL?module-path=LIBRARY&directory=DIR` (RFC 7512; `directory` is our own)."""
    path, _, query = setting.removeprefix("pkcs11:").partition("?")
    attributes = dict(part.partition("=")[::2] for part in path.split(";"))
    options = dict(parse_qsl(query))
    try:
        return HsmPlace(
            unquote(attributes["token"]), Path(options["module-path"]), Path(options["directory"])
        )
    except KeyError as missing:
        raise BadSetting(
            f"{name} lacks {missing}; write pkcs11:token=LABEL?module-path=LIBRARY&directory=DIR."
        ) from None


class Hsm:
    """One token, logged in; threads take turns. Open it after a process has forked, never before."""

    def __init__(self, place: HsmPlace, secret_file: Path) -> None:
        pin = read_secret(secret_file).decode()
        self._lock = threading.RLock()
        if not place.module.is_file():
            raise BadSetting(f"The PKCS#11 module {place.module} does not exist; correct module-path.")
        try:
            token = pkcs11.lib(str(place.module)).get_token(token_label=place.token)
            try:
                self._session = token.open(rw=True, user_pin=pin)
            except pkcs11.UserAlreadyLoggedIn:  # by another store of this process
                self._session = token.open(rw=True)
        except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned):
            raise BadSetting(
                f"There is not exactly one token named {place.token}; correct the setting."
            ) from None
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            raise BadSetting(f"The PIN in {secret_file} is not that of the token {place.token}.") from None
        except pkcs11.PinLocked:
            raise BadSetting(
                f"The PIN of the token {place.token} is locked; its officer must reset it."
            ) from None
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise Unavailable(f"The token {place.token} cannot be used ({type(error).__name__}).") from error

    def make_signing_key(self, alg: int) -> VerificationKey:
        """Make a key pair inside the token, named by its key id."""
        mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if alg == EDDSA else Mechanism.EC_KEY_PAIR_GEN
        kind = KeyType.EC_EDWARDS if alg == EDDSA else KeyType.EC
        with self._turn():
            domain = self._session.create_domain_parameters(
                kind, {Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVES[alg])}, local=True
            )
            public, private = domain.generate_keypair(
                mechanism=mechanism,
                store=True,
                label="idsvc unfinished",
                capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
                private_template=_GUARDED,
            )
            key = _verification_key(alg, bytes(public[Attribute.EC_POINT])[_POINT_HEADER:])
            for half in (public, private):
                half[Attribute.LABEL] = f"idsvc {key.key_id}"
                half[Attribute.ID] = bytes.fromhex(key.key_id)
        return key

    def make_index_key(self, label: str) -> None:
        """Make a 32-byte HMAC secret inside the token."""
        with self._turn():
            self._session.generate_key(
                KeyType.GENERIC_SECRET,
                256,
                store=True,
                label=label,
                capabilities=MechanismFlag.SIGN,
                template=_GUARDED,
            )

    def make_wrapping_key(self, label: str) -> None:
        """Make an AES-256 key inside the token."""
        with self._turn():
            self._session.generate_key(
                KeyType.AES,
                256,
                store=True,
                label=label,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                template=_GUARDED,
            )

    def has(self, label: str, kind: ObjectClass) -> bool:
        """Tell whether the token holds a key of that name."""
        with self._turn():
            return self._find(label, kind) is not None

    def destroy(self, label: str) -> None:
        """Destroy every key of that name; nothing happens if there is none."""
        with self._turn():
            for found in list(self._session.get_objects({Attribute.LABEL: label})):
                found.destroy()

    def signing(self, label: str, kind: ObjectClass, mechanism: Mechanism) -> Callable[[bytes], bytes]:
        """Return the function that signs or tags with the key of that name; BadSetting when there is none.

        It raises Unavailable once the key is destroyed or the token fails.
        """
        with self._turn():
            key = self._find(label, kind)
        if key is None:
            raise BadSetting(_LOST.format(label=label))

        def sign(message: bytes) -> bytes:
            with self._turn():
                return bytes(key.sign(message, mechanism=mechanism))  # type: ignore[attr-defined]

        return sign

    def encrypt(self, label: str, nonce: bytes, plaintext: bytes) -> bytes:
        """Encrypt with AES-256-GCM inside the token, its tag at the end, the name as associated data."""
        with self._turn():
            key = self._find(label, ObjectClass.SECRET_KEY)
            if key is None:
                raise Unavailable(_LOST.format(label=label))
            param = pkcs11.GCMParams(nonce, label.encode(), 128)
            sealed = key.encrypt(  # type: ignore[attr-defined]
                plaintext, mechanism=Mechanism.AES_GCM, mechanism_param=param
            )
            return bytes(sealed)

    def decrypt(self, label: str, nonce: bytes, sealed: bytes) -> bytes | None:
        """Decrypt what `encrypt` gave; None when the key is gone."""
        with self._turn():
            key = self._find(label, ObjectClass.SECRET_KEY)
            if key is None:
                return None
            param = pkcs11.GCMParams(nonce, label.encode(), 128)
            plaintext = key.decrypt(  # type: ignore[attr-defined]
                sealed, mechanism=Mechanism.AES_GCM, mechanism_param=param
            )
            return bytes(plaintext)

    def _find(self, label: str, kind: ObjectClass) -> pkcs11.Object | None:
        # The whole list: a search left half-way blocks the session for everything else.
        found = list(self._session.get_objects({Attribute.LABEL: label, Attribute.CLASS: kind}))
        return found[0] if found else None

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except pkcs11.PKCS11Error as error:
                raise Unavailable(
                    f"The key token failed ({type(error).__name__}); check it and try again."
                ) from error


def _verification_key(alg: int, point: bytes) -> VerificationKey:
    if alg == EDDSA:
        return VerificationKey.of(ed25519.Ed25519PublicKey.from_public_bytes(point))
    return VerificationKey.of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
