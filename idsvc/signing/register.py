"""The public register of a key store: which keys there are, for what, since when, in which state.

It holds no secret and says dates, not times.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from idsvc.credential.keys import KeyState, Purpose, VerificationKey
from idsvc.credential.verdicts import Malformed
from idsvc.domain.errors import BadSetting
from idsvc.domain.ids import KeyId
from idsvc.signing.durable import disk_errors, replace

_VERSION: Final = 1


class IndexName(StrEnum):
    """The blind index keys: persons' names, and card numbers."""

    NAME = "name"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One signing key as everybody may know it."""

    purpose: Purpose
    state: KeyState
    made_on: date
    signs_from: date
    """First day it signs: later than `made_on` when verifiers are told of it beforehand."""
    retired_on: date | None
    withdrawn_on: date | None
    public_key: VerificationKey

    @property
    def key_id(self) -> KeyId:
        """Return the key's short name."""
        return self.public_key.key_id


def read_register(path: Path) -> tuple[KeyEntry, ...]:
    """Read the register, oldest first; no register yet means no keys. Raises BadSetting."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError):
        raise BadSetting(f"The key register {path} cannot be read; restore it from the backup.") from None
    try:
        if content["version"] != _VERSION:
            raise BadSetting(
                f"The key register {path} was written by another version of idsvc; upgrade first."
            )
        return tuple(_read_entry(row) for row in content["keys"])
    except (KeyError, TypeError, ValueError, Malformed):
        raise BadSetting(f"The key register {path} is damaged; restore it from the backup.") from None


def write_register(path: Path, entries: tuple[KeyEntry, ...]) -> None:
    """Write the register whole; call it while holding the store's lock."""
    content = {"version": _VERSION, "keys": [_write_entry(entry) for entry in entries]}
    with disk_errors("The key register could not be written"):
        replace(path, (json.dumps(content, indent=2) + "\n").encode())


def _write_entry(entry: KeyEntry) -> dict[str, object]:
    row: dict[str, object] = {
        "id": entry.key_id,
        "purpose": entry.purpose.value,
        "state": entry.state.value,
        "made_on": entry.made_on.isoformat(),
        "signs_from": entry.signs_from.isoformat(),
        "key": entry.public_key.jwk(),
    }
    if entry.retired_on is not None:
        row["retired_on"] = entry.retired_on.isoformat()
    if entry.withdrawn_on is not None:
        row["withdrawn_on"] = entry.withdrawn_on.isoformat()
    return row


def _read_entry(row: Mapping[str, str]) -> KeyEntry:
    key = VerificationKey.from_jwk(row["key"])
    if key.key_id != row["id"]:
        raise ValueError(row["id"])
    return KeyEntry(
        purpose=Purpose(row["purpose"]),
        state=KeyState(row["state"]),
        made_on=date.fromisoformat(row["made_on"]),
        signs_from=date.fromisoformat(row["signs_from"]),
        retired_on=_day(row.get("retired_on")),
        withdrawn_on=_day(row.get("withdrawn_on")),
        public_key=key,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
