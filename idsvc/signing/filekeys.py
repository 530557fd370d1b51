"""Private keys as files: encrypted PKCS#8 for signing, a sealed file for each index key.

Both stand under argon2id of the passphrase, salted with the file's name, because OpenSSL's own
PKCS#8 encryption stretches a passphrase by only 2,048 rounds.
"""

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idsvc.credential.keys import EDDSA, VerificationKey
from idsvc.domain.errors import BadSetting
from idsvc.domain.ids import KeyId, Random
from idsvc.signing.durable import disk_errors, read_private, refuse_lax, shred, write_new
from idsvc.signing.register import IndexName
from idsvc.signing.signer import IndexKey
from idsvc.signing.stretching import SALT_BYTES, stretch

SHORTEST_PASSPHRASE: Final = 20
"""Characters; `openssl rand -hex 32` gives 64."""
_NONCE_BYTES: Final = 12
_WRONG: Final = "The passphrase in {secret} does not open {path}; give the one it was made with."


def read_secret(path: Path) -> bytes:
    """Read a passphrase or PIN from a file that only its owner may read; BadSetting otherwise."""
    secret = read_private(path, "The passphrase file").strip()
    if not secret:
        raise BadSetting(f"The passphrase file {path} is empty; put the passphrase or PIN into it.")
    return secret


class FileKeys:
    """Key files of one directory under one passphrase file."""

    def __init__(self, directory: Path, secret_file: Path, *, random: Random) -> None:
        refuse_lax(directory, "The key directory")
        self._directory = directory
        self._secret_file = secret_file
        self._passphrase = read_secret(secret_file)
        self._random = random
        if len(self._passphrase) < SHORTEST_PASSPHRASE:
            raise BadSetting(
                f"The passphrase in {secret_file} is shorter than {SHORTEST_PASSPHRASE} characters; "
                "make one with openssl rand -hex 32."
            )

    def make(self, alg: int) -> VerificationKey:
        """Make a signing key and store it; its randomness is OpenSSL's own."""
        key = (
            ed25519.Ed25519PrivateKey.generate() if alg == EDDSA else ec.generate_private_key(ec.SECP256R1())
        )
        public = VerificationKey.of(key.public_key())
        path = self._path(public.key_id)
        sealed = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._stretch(path).hex().encode()),
        )
        with disk_errors("The new key could not be stored"):
            write_new(path, sealed)
        return public

    def load(self, public: VerificationKey) -> Callable[[bytes], bytes]:
        """Return the signing function of a stored key."""
        path = self._path(public.key_id)
        sealed = read_private(path, "The key file")
        try:
            key = serialization.load_pem_private_key(sealed, self._stretch(path).hex().encode())
        except (ValueError, TypeError):
            raise BadSetting(_WRONG.format(secret=self._secret_file, path=path)) from None
        sign = _signing(key, public)
        if sign is None:
            raise BadSetting(f"The key file {path} is not the key its name says; restore it from the backup.")
        return sign

    def destroy(self, public: VerificationKey) -> None:
        """Destroy a private half; nothing happens if it is gone."""
        with disk_errors("The key could not be destroyed"):
            shred(self._path(public.key_id))

    def make_index(self, name: IndexName) -> bool:
        """Make an index key unless there is one; tell whether it was made now."""
        path = self._index_path(name)
        nonce = self._random(_NONCE_BYTES)
        sealed = AESGCM(self._stretch(path)).encrypt(nonce, self._random(32), path.name.encode())
        with disk_errors("The new index key could not be stored"):
            return write_new(path, nonce + sealed)

    def load_index(self, name: IndexName) -> IndexKey:
        """Return a stored index key, ready to tag."""
        path = self._index_path(name)
        sealed = read_private(path, "The index key file")
        try:
            secret = AESGCM(self._stretch(path)).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], path.name.encode()
            )
        except (InvalidTag, ValueError):
            raise BadSetting(_WRONG.format(secret=self._secret_file, path=path)) from None
        return _FileIndexKey(secret)

    def _path(self, key_id: KeyId) -> Path:
        return self._directory / f"{key_id}.pem"

    def _index_path(self, name: IndexName) -> Path:
        return self._directory / f"index-{name}.key"

    def _stretch(self, path: Path) -> bytes:
        salt = hashlib.sha256(b"idsvc key file 1|" + path.name.encode()).digest()[:SALT_BYTES]
        return stretch(self._passphrase, salt=salt)


class _FileIndexKey:
    """An index key held in this process's memory."""

    __slots__ = ("_keyed",)

    def __init__(self, secret: bytes) -> None:
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)

    def tag(self, message: bytes) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(message)
        return keyed.digest()


def _signing(key: PrivateKeyTypes, public: VerificationKey) -> Callable[[bytes], bytes] | None:
    """Return the signing function if this is the private half of that public key."""
    match key:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()) if (
            VerificationKey.of(key.public_key()) == public
        ):
            return _ecdsa(key)
        case ed25519.Ed25519PrivateKey() if VerificationKey.of(key.public_key()) == public:
            return key.sign
    return None


def _ecdsa(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    # RFC 6979: a failing random source cannot give the key away, and pinned runs repeat.
    scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, scheme))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign
