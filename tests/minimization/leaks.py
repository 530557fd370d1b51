"""Ways in which a change could let out what may not be known of a visit."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Response, request
from sqlalchemy import text

from idsvc.audit import leaves
from idsvc.domain.ids import BlobId, DraftId
from idsvc.domain.retention import Kept
from idsvc.services import enrollment, journal, renewal
from idsvc.services.desk import Desk
from idsvc.services.sealing import PreparedItem, Sealing
from idsvc.storage.queries import service
from idsvc.storage.records import Counted
from idsvc.vault import envelope
from idsvc.vault.blobs import BlobStore
from idsvc.vault.kinds import CONTACT
from idsvc.web import headers, health
from tests.minimization.hidden import Visit
from tests.services.city import City

Leak = Callable[[pytest.MonkeyPatch, City], None]
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
        path: Path = city.places.blobs / "fresh" / blob
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


def language_in_the_figures(patch: pytest.MonkeyPatch, city: City) -> None:
    """A count of the answers to a choice of language."""
    del city
    patch.setattr(health, "_UNCOUNTED", frozenset())


def transient_file(patch: pytest.MonkeyPatch, city: City) -> None:
    """A temporary file for every paper, gone before anybody looks."""
    del city

    def leak(_: object) -> None:
        for _paper in range(_papers()):
            with tempfile.NamedTemporaryFile() as spool:
                spool.write(b"scan")

    _after_approval(patch, leak)


def language_in_a_record(patch: pytest.MonkeyPatch, city: City) -> None:
    """A library that logs what it was given, below the level that is shown."""
    del city
    _after_approval(patch, lambda _: logging.getLogger("library").debug("form %s", _hidden_text()))


def hold_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A card that waits for a second look when the papers were unusual."""
    del city
    statement = text("UPDATE cards SET delivery = 'posted'")
    _after_approval(patch, lambda session: session.execute(statement) if _papers() > 2 else None)


def lookup_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A look-up for those alone who showed much: a leaf, and one use of the hour's budget."""
    del city
    begin = Desk.begin_draft

    def leaking(self: Desk, draft_id: DraftId, typed: bytes) -> None:
        begin(self, draft_id, typed)
        if _papers() > 2:
            self.reader.note_lookup()

    patch.setattr(Desk, "begin_draft", leaking)


def budget_by_language(patch: pytest.MonkeyPatch, city: City) -> None:
    """A rate limit whose bucket knows the language."""
    del city

    def leak(session: object) -> None:
        bucket = hashlib.sha256(_hidden_text().encode()).digest()
        window = datetime(2026, 3, 2, 15, tzinfo=UTC)
        service.count_use(session, bucket, window=window)  # type: ignore[arg-type]

    _after_approval(patch, leak)


def second_draft_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A draft that stays open for those who must come again."""
    del city
    begin = Desk.begin_draft

    def leaking(self: Desk, draft_id: DraftId, typed: bytes) -> None:
        begin(self, draft_id, typed)
        if _papers() > 2:
            begin(self, DraftId(draft_id[::-1]), typed)

    patch.setattr(Desk, "begin_draft", leaking)


def kept_longer_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """A request that dies later when its papers were foreign."""
    del city
    prepare = renewal.prepare_request

    def leaking(*arguments: object, today: date, **named: object) -> PreparedItem:
        return prepare(*arguments, today=today + timedelta(days=_papers()), **named)  # type: ignore[arg-type]

    patch.setattr(renewal, "prepare_request", leaking)


def visitor_in_a_log(patch: pytest.MonkeyPatch, city: City) -> None:
    """An access log with the page that a visitor came from."""
    del city
    protect = headers.protect

    def leaking(response: Response) -> Response:
        logging.getLogger("access").info("%s from %s", request.path, request.referrer)
        return protect(response)

    patch.setattr(headers, "protect", leaking)
