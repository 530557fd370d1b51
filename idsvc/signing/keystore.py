"""The long-lived keys of one process: make, rotate, retire, withdraw, list, and use them to sign and tag."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, Protocol

from idsvc.credential.keys import EDDSA, ES256, KeyState, Purpose, VerificationKey
from idsvc.domain.errors import BadSetting, Conflict, NotFound, Refusal
from idsvc.domain.ids import KeyId
from idsvc.signing.durable import disk_errors, locked, refuse_lax, sweep
from idsvc.signing.register import (
    IndexName,
    KeyEntry,
    read_register,
    write_register,
)
from idsvc.signing.signer import IndexKey, Signer

SERVER_PURPOSES: Final = frozenset({Purpose.CARD, Purpose.STATUS, Purpose.CERTIFICATE, Purpose.CHECKPOINT})
ROOT_PURPOSES: Final = frozenset({Purpose.ROOT, Purpose.SPARE_ROOT})
DEFAULT_ALG: Final = dict.fromkeys(Purpose, ES256) | {Purpose.CHECKPOINT: EDDSA, Purpose.CERTIFICATE: EDDSA}
"""Checkpoints and purge certificates are C2SP signed notes, which know Ed25519."""


class Custody(Protocol):
    """Where private keys live: `filekeys.FileKeys` or `hsmkeys.HsmKeys`."""

    def make(self, alg: int) -> VerificationKey:
        """Make and store a signing key."""
        ...

    def load(self, public: VerificationKey) -> Callable[[bytes], bytes]:
        """Return the signing function of a stored key; BadSetting when it is missing or shut."""
        ...

    def destroy(self, public: VerificationKey) -> None:
        """Destroy a private half; nothing happens if it is gone."""
        ...

    def make_index(self, name: IndexName) -> bool:
        """Make an index key unless there is one; tell whether it was made now."""
        ...

    def load_index(self, name: IndexName) -> IndexKey:
        """Return a stored index key; BadSetting when it is missing or shut."""
        ...


class KeyStore:
    """One directory with a public register, and the custody of the private halves."""

    def __init__(self, directory: Path, custody: Custody, *, purposes: frozenset[Purpose]) -> None:
        refuse_lax(directory, "The key directory")
        self._register = directory / "register.json"
        self._lock = directory / ".lock"
        self._directory = directory
        self._custody = custody
        self._purposes = purposes
        self._signers: dict[KeyId, Signer] = {}
        self._index_keys: dict[IndexName, IndexKey] = {}

    def status(self) -> tuple[KeyEntry, ...]:
        """List every key that ever was, oldest first."""
        return read_register(self._register)

    def new(
        self, purpose: Purpose, *, today: date, signs_from: date | None = None, alg: int | None = None
    ) -> KeyEntry:
        """Make the first key of a purpose; Conflict when one is active (rotate it instead)."""
        return self._make(purpose, today, signs_from, alg, first=True)

    def rotate(
        self, purpose: Purpose, *, today: date, signs_from: date | None = None, alg: int | None = None
    ) -> KeyEntry:
        """Make the next key of a purpose, which signs from a day on (today unless given).

        Give a later day so that verifiers hold the new trust list before the first card; the old
        key signs until then and is retired by `retire`.
        """
        return self._make(purpose, today, signs_from, alg, first=False)

    def retire(self, key_id: KeyId, *, today: date) -> KeyEntry:
        """End a key's signing and destroy its private half; what it signed stays genuine.

        Conflict when no other key of its purpose signs yet.
        """
        with self._changing():
            entry = self._find(key_id)
            if entry.state is not KeyState.ACTIVE:
                raise Conflict(f"The key {key_id} no longer signs; nothing is left to retire.")
            others = [other for other in self._signing(entry.purpose, today) if other.key_id != key_id]
            if not others:
                raise Conflict(f"The key {key_id} is the only one that signs today; rotate it first.")
            retired = replace(entry, state=KeyState.RETIRED, retired_on=today)
            self._put(retired)
            self._forget(entry)
        return retired

    def withdraw(self, key_id: KeyId, *, today: date) -> KeyEntry:
        """Withdraw a lost or stolen key: nothing it signed is accepted once verifiers have the new list."""
        with self._changing():
            entry = self._find(key_id)
            if entry.state is KeyState.WITHDRAWN:
                raise Conflict(f"The key {key_id} is withdrawn already.")
            withdrawn = replace(entry, state=KeyState.WITHDRAWN, withdrawn_on=today)
            self._put(withdrawn)
            self._forget(entry)
        return withdrawn

    def signer(self, purpose: Purpose, *, today: date) -> Signer:
        """Return the key that signs for a purpose today: the latest active one that has begun.

        Raises BadSetting when there is none, or its private half is missing or shut.
        """
        signing = self._signing(purpose, today)
        if not signing:
            raise BadSetting(f"No {purpose} key signs today; make one with: idsvc keys new {purpose}")
        entry = signing[-1]
        if entry.key_id not in self._signers:
            self._signers[entry.key_id] = Signer(entry.public_key, self._custody.load(entry.public_key))
        return self._signers[entry.key_id]

    def new_index(self, name: IndexName) -> bool:
        """Make an index key unless there is one; it is never rotated (every tag would change)."""
        with self._changing():
            return self._custody.make_index(name)

    def index_key(self, name: IndexName) -> IndexKey:
        """Return an index key; BadSetting when it is missing or shut."""
        if name not in self._index_keys:
            self._index_keys[name] = self._custody.load_index(name)
        return self._index_keys[name]

    def _make(
        self, purpose: Purpose, today: date, signs_from: date | None, alg: int | None, *, first: bool
    ) -> KeyEntry:
        if purpose not in self._purposes:
            raise Refusal(
                f"A {purpose} key is not kept in {self._directory}; root keys have a directory of their own, "
                "offline."
            )
        begins = today if signs_from is None else signs_from
        if begins < today:
            raise Refusal("A key cannot sign from a day that has passed; give today or a later day.")
        with self._changing():
            if first and any(
                entry.purpose is purpose and entry.state is KeyState.ACTIVE for entry in self.status()
            ):
                raise Conflict(f"A {purpose} key is active; use: idsvc keys rotate {purpose}")
            public = self._custody.make(DEFAULT_ALG[purpose] if alg is None else alg)
            entry = KeyEntry(purpose, KeyState.ACTIVE, today, begins, None, None, public)
            self._put(entry)
        return entry

    def _signing(self, purpose: Purpose, today: date) -> list[KeyEntry]:
        """Return the active keys of a purpose that have begun, the one to use last."""
        begun = [
            entry
            for entry in self.status()
            if entry.purpose is purpose and entry.state is KeyState.ACTIVE and entry.signs_from <= today
        ]
        return sorted(begun, key=lambda entry: entry.signs_from)

    def _find(self, key_id: KeyId) -> KeyEntry:
        for entry in self.status():
            if entry.key_id == key_id:
                return entry
        raise NotFound(f"There is no key {key_id} in {self._directory}; idsvc keys status lists them.")

    def _put(self, entry: KeyEntry) -> None:
        others = self.status()
        if any(other.key_id == entry.key_id for other in others):
            written = tuple(entry if other.key_id == entry.key_id else other for other in others)
        else:
            written = (*others, entry)
        write_register(self._register, written)

    def _forget(self, entry: KeyEntry) -> None:
        self._signers.pop(entry.key_id, None)
        self._custody.destroy(entry.public_key)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with disk_errors("The key store could not be changed"), locked(self._lock):
            sweep(self._directory)
            for entry in self.status():  # finish what a crash cut off
                if entry.state is not KeyState.ACTIVE:
                    self._custody.destroy(entry.public_key)
            yield
