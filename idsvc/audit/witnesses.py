"""Hand checkpoints to witnesses; each accepts only a tree that continues the one it knows.

A file on another volume, and any server that speaks C2SP tlog-witness at a configured address.
"""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from idsvc.audit.notes import Checkpoint, NoteKey, open_checkpoint
from idsvc.audit.stored_tree import StoredTree
from idsvc.audit.tree import verify_consistency
from idsvc.domain.errors import BadSetting, Conflict, Refusal, Unavailable
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import audit as queries

_SECONDS: Final = 10.0
_ANSWER_LIMIT: Final = 16_384
_HTTP_CONFLICT: Final = 409
_HTTP_UNPROCESSABLE: Final = 422
"""A proof that does not hold (tlog-witness)."""
_TRIES: Final = 3


class Witness(Protocol):
    """Somebody who remembers the largest tree head seen and never accepts one that contradicts it."""

    @property
    def name(self) -> str:
        """Name the witness in messages."""

    def known_size(self) -> int:
        """Give the size of the tree that the witness is believed to know; 0 for none."""

    def add(self, note: str, *, old: int, proof: Sequence[bytes]) -> int:
        """Hand over a checkpoint with the proof from size `old`.

        Gives the size that the witness knows now; another than the checkpoint's means: prove from there.
        Raises Conflict when the witness says that the tree contradicts what it knows, Unavailable otherwise.
        """


@dataclass(frozen=True, slots=True)
class FileWitness:
    """A checkpoint in a file, best on a volume of somebody else or one that others copy."""

    path: Path
    key: NoteKey
    older: tuple[NoteKey, ...] = ()
    """Keys that signed checkpoints before `key`: one of them may have signed what the file holds."""

    @property
    def name(self) -> str:
        """Name the file."""
        return str(self.path)

    def known(self) -> Checkpoint | None:
        """Give the checkpoint in the file; None if there is no file yet."""
        try:
            note = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise Unavailable(f"The witness file {self.path} cannot be read: {problem.strerror}.") from None
        return open_checkpoint(note, key=self.key, older=self.older)

    def known_size(self) -> int:
        """Give the size in the file."""
        known = self.known()
        return 0 if known is None else known.size

    def add(self, note: str, *, old: int, proof: Sequence[bytes]) -> int:
        """Replace the checkpoint in the file by one that continues it."""
        new = open_checkpoint(note, key=self.key)
        known = self.known()
        if known is not None:
            if known.size != old:
                return known.size
            continues = verify_consistency(
                old=known.size, old_root=known.root, new=new.size, new_root=new.root, proof=proof
            )
            if not continues:
                raise Conflict(f"The witness file {self.path} holds a tree that this log contradicts.")
        _replace(self.path, note)
        return new.size


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as problem:
        raise Unavailable(f"The witness file {path} cannot be written: {problem.strerror}.") from None


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: a checkpoint goes to the configured address only."""


class HttpWitness:
    """A server that speaks C2SP tlog-witness (POST ADDRESS/add-checkpoint)."""

    def __init__(self, address: str) -> None:
        """Take the submission prefix, http or https. Raises BadSetting."""
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise BadSetting("A witness's address begins with https:// or http://.")
        self._address = address.rstrip("/")
        self._size = 0
        self._opener = build_opener(_NoRedirect)

    @property
    def name(self) -> str:
        """Name the address."""
        return self._address

    def known_size(self) -> int:
        """Give the size that the witness last told; 0 until it was asked."""
        return self._size

    def add(self, note: str, *, old: int, proof: Sequence[bytes]) -> int:
        """Post the checkpoint (tlog-witness, "add-checkpoint")."""
        lines = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
        request = Request(  # noqa: S310 - the scheme was checked
            f"{self._address}/add-checkpoint",
            data=f"old {old}\n{lines}\n{note}".encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
        )
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                answer.read(_ANSWER_LIMIT)
        except HTTPError as error:
            with error:
                self._size = self._read_conflict(error, old)
            return self._size
        except (URLError, HTTPException, OSError):
            raise Unavailable(f"The witness {self._address} cannot be reached; try again later.") from None
        self._size = int(note.split("\n")[1])
        return self._size

    def _read_conflict(self, error: HTTPError, old: int) -> int:
        """Read the size that the witness knows instead; any other refusal is told."""
        told = error.read(_ANSWER_LIMIT).strip()
        if error.code == _HTTP_CONFLICT and told.isdigit() and int(told) != old:
            return int(told)
        if error.code in (_HTTP_CONFLICT, _HTTP_UNPROCESSABLE):
            raise Conflict(f"The witness {self._address} holds a tree that this log contradicts.")
        raise Unavailable(f"The witness {self._address} answered {error.code}; try again later.")


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of one witness."""

    witness: str
    size: int | None
    """The size it knows now; None if it could not be told."""
    problem: str | None


def hand_over(database: Database, witnesses: Sequence[Witness]) -> tuple[Handed, ...]:
    """Give the latest checkpoint to every witness, going past those that fail."""
    latest = database.read(queries.find_latest_checkpoint)
    if latest is None:
        raise Refusal("There is no checkpoint yet; the sequencer makes one.")
    return tuple(_hand_one(database, witness, latest.size, latest.note) for witness in witnesses)


def _hand_one(database: Database, witness: Witness, size: int, note: str) -> Handed:
    try:
        _convince(database, witness, size, note)
    except (Refusal, Unavailable) as problem:
        return Handed(witness=witness.name, size=None, problem=str(problem))
    return Handed(witness=witness.name, size=size, problem=None)


def _convince(database: Database, witness: Witness, size: int, note: str) -> None:
    old = witness.known_size()
    for _ in range(_TRIES):
        if old > size:
            raise Conflict(f"The witness {witness.name} knows a larger tree: leaves were removed.")
        proof = database.read(_Consistency(old, size))
        old = witness.add(note, old=old, proof=proof)
        if old == size:
            return
    raise Unavailable(f"The witness {witness.name} keeps changing its mind; try again later.")


@dataclass(frozen=True, slots=True)
class _Consistency:
    old: int
    new: int

    def __call__(self, session: Session) -> tuple[bytes, ...]:
        return StoredTree(session).consistency(self.old, self.new)
