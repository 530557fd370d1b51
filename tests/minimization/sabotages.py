"""Ways in which a change could let out what may not be known; each must be caught by the twins."""

import hashlib
import os
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from idsvc.audit import leaves
from idsvc.domain.ids import BlobId
from idsvc.domain.retention import Kept
from idsvc.services import enrollment, journal
from idsvc.services.sealing import Sealing
from idsvc.storage.queries import service
from idsvc.storage.records import Counted
from idsvc.vault import envelope
from idsvc.vault.blobs import BlobStore
from idsvc.vault.kinds import CONTACT
from tests.minimization.lives import Visit
from tests.services.city import City

Sabotage = Callable[[pytest.MonkeyPatch, City], None]
_LENGTH = 4
_SMALL = 1024
"""Keys in slots are smaller: they all have one length."""


def _hidden_text() -> str:
    return "" if Visit.now is None else f"{Visit.now.language} {' '.join(Visit.now.papers)}"


def _papers() -> int:
    return 0 if Visit.now is None else len(Visit.now.papers)


def _after_approval(patch: pytest.MonkeyPatch, leak: Callable[..., None]) -> None:
    approve = enrollment.approve

    def leaking(session: object, *arguments: object, **named: object) -> object:
        result = approve(session, *arguments, **named)  # type: ignore[arg-type]
        leak(session)
        return result

    patch.setattr(enrollment, "approve", leaking)


def kind_column(patch: pytest.MonkeyPatch, city: City) -> None:
    """A column for the kind of paper."""
    with city.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE residents ADD COLUMN proof VARCHAR(80)"))
    statement = text("UPDATE residents SET proof = :papers WHERE proof IS NULL")
    _after_approval(patch, lambda session: session.execute(statement, {"papers": _hidden_text()}))


def language_in_a_log(patch: pytest.MonkeyPatch, city: City) -> None:
    """A log line with the language of the interface."""

    def leak(_: object) -> None:
        with (city.folder / "app.log").open("a") as log:
            log.write(f"approved locale={os.environ['LANG']}\n")

    _after_approval(patch, leak)


def hash_in_the_audit(patch: pytest.MonkeyPatch, city: City) -> None:
    """The hash of a paper in an audit leaf."""
    del city
    record = leaves.record

    def leaking(session: object, act: object, *, subject: str, **named: object) -> object:
        subject = hashlib.sha256((subject + _hidden_text()).encode()).hexdigest()[:32]
        return record(session, act, subject=subject, **named)  # type: ignore[arg-type]

    patch.setattr(journal, "record", leaking)


def extra_step_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A supervisor's step when there are many papers."""
    note = journal.Journal.note

    def leaking(self: journal.Journal, session: object, act: object, subject: str) -> None:
        for _ in range(2 if _papers() > 2 else 1):
            note(self, session, act, subject)  # type: ignore[arg-type]

    del city
    patch.setattr(journal.Journal, "note", leaking)


def count_by_kind(patch: pytest.MonkeyPatch, city: City) -> None:
    """A count of visits with foreign papers."""

    def leak(session: object) -> None:
        for _ in range(_papers()):
            service.add_count(session, city.today, Counted.VOIDED)  # type: ignore[arg-type]

    _after_approval(patch, leak)


def sequence(patch: pytest.MonkeyPatch, city: City) -> None:
    """Ids that count what was shown: one is drawn for each paper and thrown away."""

    prepare = enrollment.prepare

    def leaking(*arguments: object, **named: object) -> object:
        for _paper in range(_papers()):
            city.random(16)
        return prepare(*arguments, **named)  # type: ignore[arg-type]

    patch.setattr(enrollment, "prepare", leaking)


def validity_by_papers(patch: pytest.MonkeyPatch, city: City) -> None:
    """A card that ends with the paper that was shown."""
    del city
    patch.setattr(enrollment, "expires_on", lambda *_: date(2031, 1, 1 + _papers()))


def upload_kept(patch: pytest.MonkeyPatch, city: City) -> None:
    """The upload as it came, metadata and all, in the sealed record."""
    encode = envelope._pad

    def leaking(plaintext: bytes, context: envelope.Context) -> bytes:
        kept = _hidden_text().encode() if context.size > _SMALL else b""
        return encode(plaintext + kept, context)

    del city
    patch.setattr(envelope, "_pad", leaking)


def file_name_on_disk(patch: pytest.MonkeyPatch, city: City) -> None:
    """A spool file under the name that the upload had."""

    def leak(_: object) -> None:
        assert Visit.now is not None
        (city.folder / "blobs" / Visit.now.file_name).write_bytes(b"")

    _after_approval(patch, leak)


def temporary_file(patch: pytest.MonkeyPatch, city: City) -> None:
    """A temporary file that holds the papers until somebody cleans up."""

    def leak(_: object) -> None:
        spool = city.folder / "tmp"
        spool.mkdir(exist_ok=True)
        (spool / "upload").write_text(_hidden_text())

    _after_approval(patch, leak)


def item_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A sealed scan only for those whose papers were unusual."""

    def leak(session: object) -> None:
        if _papers() > 2:
            sealing = city.desk.sealing
            epoch = sealing.epoch(city.program, Kept.CONTACT, city.today)
            sealing.prepare(CONTACT, epoch=epoch, owner="c" * 32, content=b"scan").add(session)  # type: ignore[arg-type]

    _after_approval(patch, leak)


def time_of_a_blob(patch: pytest.MonkeyPatch, city: City) -> None:
    """The modification time of the upload on the blob."""
    write = BlobStore.write

    def leaking(self: BlobStore, blob: BlobId, content: bytes) -> None:
        write(self, blob, content)
        path: Path = city.places.blobs / blob[:2] / blob
        os.utime(path, (1_000_000 + len(_hidden_text()), 1_000_000 + len(_hidden_text())))

    patch.setattr(BlobStore, "write", leaking)


def evidence_in_a_key_store(patch: pytest.MonkeyPatch, city: City) -> None:
    """A secret deposited for each paper."""

    def leak(_: object) -> None:
        sealing: Sealing = city.desk.sealing
        epoch = sealing.epoch(city.program, Kept.CONTACT, city.today)
        for number in range(_papers()):
            sealing.vault.seal(CONTACT, epoch, f"{number:032d}", b"paper")

    _after_approval(patch, leak)


def no_padding(patch: pytest.MonkeyPatch, city: City) -> None:
    """Ciphertext as long as what it holds."""
    del city
    patch.setattr(envelope, "_pad", lambda plaintext, _: len(plaintext).to_bytes(_LENGTH) + plaintext)


def compress_then_pad(patch: pytest.MonkeyPatch, city: City) -> None:
    """Compressed to save room, then padded to whole kilobytes."""
    del city
    pad = envelope._pad

    def leaking(plaintext: bytes, context: envelope.Context) -> bytes:
        if context.size < _SMALL:
            return pad(plaintext, context)
        small = zlib.compress(plaintext)
        return len(small).to_bytes(_LENGTH) + small.ljust(-(-len(small) // 1024) * 1024, b"\0")

    patch.setattr(envelope, "_pad", leaking)


EXACT: tuple[Sabotage, ...] = (
    kind_column,
    language_in_a_log,
    hash_in_the_audit,
    extra_step_for_some,
    count_by_kind,
    sequence,
    validity_by_papers,
    upload_kept,
    file_name_on_disk,
    temporary_file,
    item_for_some,
    time_of_a_blob,
    evidence_in_a_key_store,
)
"""Caught by twins whose kept facts are equal."""
SHAPE: tuple[Sabotage, ...] = (no_padding, compress_then_pad)
"""Caught by twins with different portraits."""
