"""Private halves of epochs under one AES key each in a PKCS#11 token; on the day that key is destroyed.

No token speaks the hybrid KEM yet, so the half itself is a file, wrapped: a process that may use the token
holds it in memory while it opens an item. What the token adds is the end: once the wrapping key is gone from
the hardware, no copy of the file, from no backup or snapshot, gives the half back.
"""

from pathlib import Path
from typing import Final

from pkcs11 import ObjectClass

from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import EpochName, Random
from idsvc.signing.durable import read_private, refuse_lax, shred, sweep, write_new
from idsvc.signing.halves import PRIVATE_BYTES, epochs_in
from idsvc.signing.hsm import Hsm

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class HsmHalves:
    """One wrapped file for each private half, its wrapping key in the token."""

    def __init__(self, directory: Path, hsm: Hsm, *, random: Random) -> None:
        refuse_lax(directory, "The directory of purge-day keys")
        self._directory = directory
        self._hsm = hsm
        self._random = random

    def create(self, epoch: EpochName, private: bytes) -> bool:
        """Store a private half durably; False when the epoch has one already."""
        sweep(self._directory)
        path = self._directory / epoch
        if path.exists():
            return False
        if not self._hsm.has(_label(epoch), ObjectClass.SECRET_KEY):
            self._hsm.make_wrapping_key(_label(epoch))
        nonce = self._random(_NONCE_BYTES)
        return write_new(path, nonce + self._hsm.encrypt(_label(epoch), nonce, private))

    def read(self, epoch: EpochName) -> bytes | None:
        """Return a private half to the epoch store, None when its file or its wrapping key is gone."""
        path = self._directory / epoch
        if not path.exists():
            return None
        wrapped = read_private(path, "The purge-day key")
        if len(wrapped) != _NONCE_BYTES + PRIVATE_BYTES + _TAG_BYTES:
            raise Unavailable(f"The purge-day key {epoch} is damaged; what was sealed to it is lost.")
        return self._hsm.decrypt(_label(epoch), wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:])

    def destroy(self, epoch: EpochName) -> None:
        """Destroy the wrapping key, then the file; nothing happens if they are gone."""
        self._hsm.destroy(_label(epoch))
        shred(self._directory / epoch)
        sweep(self._directory)

    def names(self) -> frozenset[EpochName]:
        """Return the epochs whose private half exists."""
        return epochs_in(self._directory)


def _label(epoch: EpochName) -> str:
    return f"idsvc epoch {epoch}"
