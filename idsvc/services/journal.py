"""Write to the audit log under pseudonyms whose key dies with the audit epoch."""

import hmac
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from idsvc.audit.leaves import AuditKey, record
from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import EpochName, Random
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing
from idsvc.storage.database import Session
from idsvc.storage.queries import items
from idsvc.storage.records import Act, SealedItem
from idsvc.vault.kinds import AUDIT_KEY

_OWNER: Final = "0" * 32
"""The audit keys belong to the service, not to a person."""
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Journal:
    """The audit log as one actor writes it on one day; `actor` is an opaque id."""

    actor: str
    day: date
    key: AuditKey = field(repr=False)
    random: Random = field(repr=False)

    def note(self, session: Session, act: Act, subject: str) -> None:
        """Add a leaf to the act's own transaction; `subject` is an opaque id."""
        record(
            session,
            act,
            actor=self.actor,
            subject=subject,
            day=self.day,
            key=self.key,
            random=self.random,
        )


def prepare_audit_key(*, program: Program, sealing: Sealing, random: Random, today: date) -> PreparedItem:
    """Make the pseudonym key of the audit epoch that begins today."""
    epoch = sealing.epoch(program, Kept.AUDIT_KEY, today)
    return sealing.prepare(AUDIT_KEY, epoch=epoch, owner=_OWNER, content=random(_KEY_BYTES))


def begin_audit_epoch(session: Session, item: PreparedItem, *, today: date) -> Doomed:
    """Keep a prepared key unless an audit epoch runs already: of two processes that begin one, one does."""
    if not _list_running(session, today):
        item.add(session)
    return NOTHING


def find_audit_key(session: Session, *, sealing: Sealing, today: date) -> AuditKey | None:
    """Open the key of the running audit epoch; None when a new epoch is to begin."""
    running = _list_running(session, today)
    if not running:
        return None
    row = min(running, key=lambda item: (item.epoch, item.id))
    return keyed(row.epoch, sealing.open(AUDIT_KEY, row))


def find_pseudonyms(session: Session, identifier: str, *, sealing: Sealing) -> dict[EpochName, bytes]:
    """Give an id's pseudonym in every audit epoch whose key still lives, for an auditor's search."""
    found: dict[EpochName, bytes] = {}
    for row in items.list_items_of(session, _OWNER, kind=Kept.AUDIT_KEY):
        try:
            found[row.epoch] = keyed(row.epoch, sealing.open(AUDIT_KEY, row)).pseudonym(identifier)
        except Destroyed:
            continue  # an epoch that ended: nobody can resolve its pseudonyms any more
    return found


def keyed(epoch: EpochName, key: bytes) -> AuditKey:
    """Make pseudonyms under a key: HMAC-SHA-256, 32 bytes."""
    return AuditKey(epoch, lambda message: hmac.digest(key, message, "sha256"))


def unlinkable(epoch: EpochName, random: Random) -> AuditKey:
    """Make pseudonyms that nobody can ever resolve, for a process that may not hold the audit key."""
    return AuditKey(epoch, lambda _: random(_KEY_BYTES))


def _list_running(session: Session, today: date) -> tuple[SealedItem, ...]:
    rows = items.list_items_of(session, _OWNER, kind=Kept.AUDIT_KEY)
    return tuple(row for row in rows if row.epoch >= today.isoformat())
