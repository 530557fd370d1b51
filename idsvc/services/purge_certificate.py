"""The signed statement of one retention run: which rules ran, how much went in round numbers, the tree head.

It is a C2SP signed note, so that anyone can check it with the certificate key of the trust list. It names
nobody, and a count below ten is not told.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from idsvc.audit.notes import Checkpoint, NoteKey, sign_note
from idsvc.credential import Signs
from idsvc.domain.ids import Random, fresh_id
from idsvc.storage.database import Session
from idsvc.storage.records import CertificateId, PurgeCertificate

_FORM: Final = "idsvc purge certificate v1"
SMALLEST: Final = 10
"""A smaller count is told only as smaller: the rule of the quarterly report."""


@dataclass(frozen=True, slots=True)
class Seals:
    """What a run signs with: the audit log's key for the tree head, the certificate key for the statement."""

    log: NoteKey
    log_signer: Signs = field(repr=False)
    certificate: NoteKey
    certificate_signer: Signs = field(repr=False)


def round_count(count: int) -> str:
    """Write a count as the certificate tells it: rounded down to tens."""
    return f"fewer than {SMALLEST}" if count < SMALLEST else f"at least {count // SMALLEST * SMALLEST}"


def write_certificate(
    run_id: str, day: date, done: Mapping[str, int], *, remains: int, head: Checkpoint, seals: Seals
) -> str:
    """Write and sign the statement; `done` is the count by rule, `remains` how many rules left something."""
    lines = [
        _FORM,
        f"run {run_id}",
        f"day {day.isoformat()}",
        f"complete {'yes' if remains == 0 else 'no'}",
        *(f"{rule}: {round_count(count)}" for rule, count in done.items()),
        f"tree {head.origin} {head.size} {base64.b64encode(head.root).decode()}",
    ]
    return sign_note("\n".join(lines) + "\n", key=seals.certificate, signer=seals.certificate_signer)


def add_certificate(session: Session, day: date, note: str, *, random: Random) -> None:
    """Keep a certificate; they are kept as long as the service runs."""
    session.add(PurgeCertificate(id=CertificateId(fresh_id(random)), day=day, note=note))
