"""A log with keys of its own, and acts to write into it."""

import hmac
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from idsvc.audit import Act, AuditKey, record
from idsvc.audit.notes import Checkpoint, NoteKey
from idsvc.audit.sequencer import sequence
from idsvc.credential.keys import VerificationKey
from idsvc.domain.ids import EpochName, KeyId, fresh_id
from idsvc.storage.database import Database, Session
from idsvc.storage.records import LeafId

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "riverbend.example/audit"


@dataclass(frozen=True)
class Ed25519Signer:
    private: Ed25519PrivateKey

    @property
    def key_id(self) -> KeyId:
        return VerificationKey.of(self.private.public_key()).key_id

    @property
    def alg(self) -> int:
        return -8

    def sign(self, message: bytes, /) -> bytes:
        return self.private.sign(message)


@dataclass(frozen=True)
class Log:
    """One log with its keys; the database is a parameter."""

    signer: Ed25519Signer
    key: NoteKey
    audit_key: AuditKey
    holder: str

    def write(self, database: Database, count: int) -> list[LeafId]:
        return [
            database.transact(
                lambda session: record(
                    session,
                    Act.CARD_ORDERED,
                    actor="clerk",
                    subject=fresh_id(os.urandom),
                    day=DAY,
                    key=self.audit_key,
                    random=os.urandom,
                )
            )
            for _ in range(count)
        ]

    def fill(self, database: Database, count: int) -> None:
        """Write many leaves in one transaction."""

        def act(session: Session) -> None:
            for _ in range(count):
                record(
                    session,
                    Act.CARD_PRINTED,
                    actor="clerk",
                    subject=fresh_id(os.urandom),
                    day=DAY,
                    key=self.audit_key,
                    random=os.urandom,
                )

        database.transact(act)

    def sequence(self, database: Database) -> Checkpoint | None:
        return sequence(
            database,
            holder=self.holder,
            signer=self.signer,
            key=self.key,
            clock=lambda: NOW,
            random=os.urandom,
        )


def make_log() -> Log:
    """Make a log with fresh keys."""
    private = Ed25519PrivateKey.generate()
    secret = os.urandom(32)
    return Log(
        signer=Ed25519Signer(private),
        key=NoteKey.of(ORIGIN, VerificationKey.of(private.public_key())),
        audit_key=AuditKey(
            epoch=EpochName("2027-03-01"), tag=lambda message: hmac.digest(secret, message, "sha256")
        ),
        holder=fresh_id(os.urandom),
    )
