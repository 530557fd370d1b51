"""The epoch key pair, HPKE (RFC 9180) with ML-KEM-768 + X25519, and how its private half lies at rest.

Hybrid because a backup must stay shut to whoever reads it in thirty years.
"""

from datetime import date
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from idsvc.domain.errors import SealBroken, Unavailable
from idsvc.domain.ids import EpochName, Random
from idsvc.signing.durable import read_private, refuse_lax, shred, sweep, write_new

PRIVATE_BYTES: Final = 96
"""ML-KEM-768 seed (64) and X25519 private key (32)."""
PUBLIC_BYTES: Final = 1216
"""ML-KEM-768 public key (1184) and X25519 public key (32)."""
SEALED_OVERHEAD: Final = 1136
"""Encapsulation (1120) and AEAD tag (16) that HPKE adds to what it seals."""
_SEED: Final = 64
_MLKEM_PUBLIC: Final = 1184
_SUITE: Final = (hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def draw_private_half(random: Random) -> bytes:
    """Draw a private half, 96 bytes, all from the given randomness."""
    return random(PRIVATE_BYTES)


def public_half(private: bytes) -> bytes:
    """Return the 1,216-byte public half."""
    mlkem = MLKEM768PrivateKey.from_seed_bytes(private[:_SEED]).public_key()
    x25519 = X25519PrivateKey.from_private_bytes(private[_SEED:]).public_key()
    return mlkem.public_bytes_raw() + x25519.public_bytes_raw()


def seal_to(public: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """Seal to a public half, bound to `info`; the encapsulation's randomness is OpenSSL's own."""
    if len(public) != PUBLIC_BYTES:
        raise Unavailable(
            "The public half of a purge-day key is damaged; let the retention runner make it anew."
        )
    key = hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )
    return hpke.Suite(*_SUITE).encrypt(plaintext, key, info=info)


def open_with(private: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """Open what was sealed to the public half with the same `info`; SealBroken otherwise."""
    key = hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(private[:_SEED]),
        X25519PrivateKey.from_private_bytes(private[_SEED:]),
    )
    try:
        return hpke.Suite(*_SUITE).decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError):
        raise SealBroken("A sealed item does not belong to this place, or was altered.") from None


class PrivateHalves(Protocol):
    """Where the private halves of the epochs lie: `FileHalves` or `hsmhalves.HsmHalves`."""

    def create(self, epoch: EpochName, private: bytes) -> bool:
        """Store a private half durably; False when the epoch has one already."""
        ...

    def read(self, epoch: EpochName) -> bytes | None:
        """Return a private half to the epoch store, None when it is gone."""
        ...

    def destroy(self, epoch: EpochName) -> None:
        """Destroy a private half for good; nothing happens if it is gone."""
        ...

    def names(self) -> frozenset[EpochName]:
        """Return the epochs whose private half exists."""
        ...


class FileHalves:
    """One file for each private half, readable by its owner only, on a volume that is itself encrypted."""

    def __init__(self, directory: Path) -> None:
        refuse_lax(directory, "The directory of purge-day keys")
        self._directory = directory

    def create(self, epoch: EpochName, private: bytes) -> bool:
        """Store a private half durably; False when the epoch has one already."""
        sweep(self._directory)
        return write_new(self._directory / epoch, private)

    def read(self, epoch: EpochName) -> bytes | None:
        """Return a private half to the epoch store, None when it is gone."""
        path = self._directory / epoch
        if not path.exists():
            return None
        private = read_private(path, "The purge-day key")
        if len(private) != PRIVATE_BYTES:
            raise Unavailable(f"The purge-day key {epoch} is damaged; what was sealed to it is lost.")
        return private

    def destroy(self, epoch: EpochName) -> None:
        """Overwrite and remove a private half; nothing happens if it is gone."""
        shred(self._directory / epoch)
        sweep(self._directory)

    def names(self) -> frozenset[EpochName]:
        """Return the epochs whose private half exists."""
        return epochs_in(self._directory)


def epochs_in(directory: Path) -> frozenset[EpochName]:
    """Return the epochs that a directory of private halves names; what else lies there is passed over."""
    return frozenset(EpochName(path.name) for path in directory.iterdir() if is_epoch_name(path.name))


def is_epoch_name(name: str) -> bool:
    """Tell whether a name is that of a purge day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
