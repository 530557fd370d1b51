"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), signed and verified with Ed25519."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idsvc.credential.keys import Signs, VerificationKey
from idsvc.domain.errors import BadSetting, Refusal

_ED25519: Final = b"\x01"
_EDDSA: Final = -8
_DASH: Final = "\u2014 "
_KEY_HASH: Final = 4
_CHECKPOINT_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class NoteKey:
    """The public half of a key that signs notes, under a name that all its notes carry."""

    name: str
    """As a note writes it: no space, no plus sign; for a log its origin, such as `city.example/audit`."""
    public: Ed25519PublicKey

    @classmethod
    def of(cls, name: str, key: VerificationKey) -> Self:
        """Take a public key of any purpose; raises BadSetting unless it is Ed25519."""
        if not isinstance(key.public, Ed25519PublicKey):
            raise BadSetting("The audit log is signed with an Ed25519 key; make one by `idsvc keys new`.")
        if not name or "+" in name or any(character.isspace() for character in name):
            raise BadSetting("The name of the audit log has a space or a plus sign; choose another.")
        return cls(name, key.public)

    @property
    def hash(self) -> bytes:
        """Give the 4 bytes that a signature line carries (signed-note, "Signatures")."""
        raw = self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return sha256(self.name.encode() + b"\n" + _ED25519 + raw).digest()[:_KEY_HASH]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Write it as the text of a note (tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note; Refusal if it is no checkpoint."""
        lines = text.split("\n")
        if len(lines) <= _CHECKPOINT_LINES or lines[-1] != "":
            raise Refusal("This note is no checkpoint.")
        origin, size, root = lines[:_CHECKPOINT_LINES]
        hashed = _decode(root)
        if not origin or not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
            raise Refusal("The checkpoint has no origin or no size.")
        if len(hashed) != sha256().digest_size:
            raise Refusal("The checkpoint's root is no SHA-256 hash.")
        return cls(origin, int(size), hashed)


def sign_note(text: str, *, key: NoteKey, signer: Signs) -> str:
    """Sign a text that ends in a line break; raises BadSetting when the signer is not Ed25519."""
    if signer.alg != _EDDSA:
        raise BadSetting("The audit log is signed with an Ed25519 key; make one by `idsvc keys new`.")
    if not text.endswith("\n") or "\n\n" in text:
        raise ValueError("a note's text is whole lines without an empty one")
    signature = base64.b64encode(key.hash + signer.sign(text.encode())).decode()
    return f"{text}\n{_DASH}{key.name} {signature}\n"


def open_note(note: str, *, key: NoteKey, older: Sequence[NoteKey] = ()) -> str:
    """Give the text of a note that the key or an older one signed; Refusal otherwise.

    Lines of other keys are passed over.
    """
    text, mark, signatures = note.rpartition("\n\n")
    if not mark or not signatures.endswith("\n"):
        raise Refusal("This is no signed note.")
    text += "\n"
    for line in signatures[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        for known in (key, *older):
            if not line.startswith(_DASH) or name != known.name or not _is_by(known, encoded):
                continue
            _verify(known, encoded, text)
            return text
    raise Refusal("This note is not signed by the expected key.")


def _is_by(key: NoteKey, encoded: str) -> bool:
    return _decode(encoded)[:_KEY_HASH] == key.hash


def _verify(key: NoteKey, encoded: str, text: str) -> None:
    try:
        key.public.verify(_decode(encoded)[_KEY_HASH:], text.encode())
    except InvalidSignature:
        raise Refusal("The signature of this note does not fit its text.") from None


def open_checkpoint(note: str, *, key: NoteKey, older: Sequence[NoteKey] = ()) -> Checkpoint:
    """Give the tree head of a checkpoint that the log's key or an older one signed; Refusal otherwise."""
    checkpoint = Checkpoint.parse(open_note(note, key=key, older=older))
    if checkpoint.origin != key.name:
        raise Refusal("This checkpoint is of another log.")
    return checkpoint


def _decode(text: str) -> bytes:
    """Decode Base64 in its one canonical form; Refusal otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refusal("Part of this note is not Base64.") from None
    if base64.b64encode(raw).decode() != text:
        raise Refusal("Part of this note is not Base64 in its canonical form.")
    return raw
