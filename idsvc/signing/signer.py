"""What a process may do with a key: sign with it, or tag with it; never see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from idsvc.credential.keys import VerificationKey
from idsvc.domain.ids import KeyId


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key in use; it fits `idsvc.credential`'s Protocol `Signs`."""

    public_key: VerificationKey
    _sign: Callable[[bytes], bytes]

    @property
    def key_id(self) -> KeyId:
        """Return the key's short name."""
        return self.public_key.key_id

    @property
    def alg(self) -> int:
        """Return the COSE algorithm, -7 (ES256) or -8 (Ed25519)."""
        return self.public_key.alg

    def sign(self, message: bytes) -> bytes:
        """Sign a message (not its hash): 64 bytes, r || s for ES256 (RFC 9053, 2.1)."""
        return self._sign(message)


class IndexKey(Protocol):
    """A key that makes blind index tags and cannot be read through this interface."""

    def tag(self, message: bytes) -> bytes:
        """Return the 32-byte HMAC-SHA-256 of the message."""
        ...
