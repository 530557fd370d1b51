"""Seal bytes so that they open only with their key, in their own place, and at one length per kind.

HKDF-SHA256 (RFC 5869) of the key with the context -> AES-KW (RFC 3394) wraps a fresh random content key ->
pad to the kind's one size -> AES-256-GCM with the context as associated data. The content key also gives a
32-byte commitment, because GCM alone opens under more than one key.
"""

from dataclasses import dataclass
from typing import Final

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from idsvc.domain.errors import BadInput, SealBroken
from idsvc.domain.ids import Random

_VERSION: Final = 1
_KEY_BYTES: Final = 32
_WRAPPED_BYTES: Final = 40
_COMMITMENT_BYTES: Final = 32
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_HEAD: Final = 1 + _WRAPPED_BYTES + _COMMITMENT_BYTES
OVERHEAD: Final = _HEAD + _LENGTH_BYTES + _TAG_BYTES
"""Bytes that sealing adds to the kind's size: 93."""
_NONCE: Final = bytes(12)
"""A content key seals once, so its nonce never repeats."""
_BROKEN: Final = "A sealed item does not belong to this place, owner or kind, or was altered."


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a sealed item is bound to; `size` is the padded length in bytes, `epoch` "" for none."""

    kind: str
    epoch: str
    item: str
    owner: str
    size: int

    def encode(self) -> bytes:
        """Give the one byte string of this context (deterministic CBOR: no two contexts share one)."""
        return cbor2.dumps(
            ["idsvc", _VERSION, self.epoch, self.item, self.owner, self.kind, self.size], canonical=True
        )


def refuse_long(context: Context, plaintext: bytes) -> None:
    """Refuse, with BadInput, what is longer than the kind's size."""
    if len(plaintext) > context.size:
        raise BadInput(
            context.kind, f"This is longer than the {context.size:,} bytes kept for it; shorten it."
        )


def seal(key: bytes, context: Context, plaintext: bytes, *, random: Random) -> bytes:
    """Seal under a key of at least 32 random bytes; the result is `context.size + OVERHEAD` bytes long.

    Raises BadInput when the plaintext is longer than the kind's size.
    """
    bound = context.encode()
    content_key = random(_KEY_BYTES)
    wrapped = aes_key_wrap(_wrapping_key(key, bound), content_key)
    cipher_key, commitment = _split(content_key, bound)
    ciphertext = AESGCM(cipher_key).encrypt(_NONCE, _pad(plaintext, context), bound)
    return bytes([_VERSION]) + wrapped + commitment + ciphertext


def unseal(key: bytes, context: Context, sealed: bytes) -> bytes:
    """Open what was sealed with the same key and context; SealBroken otherwise.

    1. Version and length are the kind's own.
    2. The content key unwraps under the key and the context.
    3. The commitment is the content key's.
    4. The ciphertext and the context authenticate.
    5. The padding is what this module writes.
    """
    bound = context.encode()
    if len(sealed) != context.size + OVERHEAD or sealed[0] != _VERSION:  # 1
        raise SealBroken(_BROKEN)
    try:
        content_key = aes_key_unwrap(_wrapping_key(key, bound), sealed[1 : 1 + _WRAPPED_BYTES])  # 2
    except InvalidUnwrap:
        raise SealBroken(_BROKEN) from None
    cipher_key, commitment = _split(content_key, bound)
    if not constant_time.bytes_eq(commitment, sealed[1 + _WRAPPED_BYTES : _HEAD]):  # 3
        raise SealBroken(_BROKEN)
    try:
        padded = AESGCM(cipher_key).decrypt(_NONCE, sealed[_HEAD:], bound)  # 4
    except InvalidTag:
        raise SealBroken(_BROKEN) from None
    return _unpad(padded)  # 5


def _wrapping_key(key: bytes, bound: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=b"idsvc wrap|" + bound).derive(key)


def _split(content_key: bytes, bound: bytes) -> tuple[bytes, bytes]:
    """Derive the cipher key and the commitment from one content key."""
    both = HKDFExpand(hashes.SHA256(), _KEY_BYTES + _COMMITMENT_BYTES, info=b"idsvc seal|" + bound)
    derived = both.derive(content_key)
    return derived[:_KEY_BYTES], derived[_KEY_BYTES:]


def _pad(plaintext: bytes, context: Context) -> bytes:
    refuse_long(context, plaintext)
    return len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext.ljust(context.size, b"\0")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    body = padded[_LENGTH_BYTES:]
    if length > len(body) or body[length:].strip(b"\0"):
        raise SealBroken(_BROKEN)
    return body[:length]
