"""Ways in which a change could let out what may not be known; each must be caught by the twins."""

import hashlib
import logging
import os
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from idsvc.audit import leaves
from idsvc.domain.ids import BlobId, DraftId
from idsvc.domain.names import tolerant_forms
from idsvc.domain.retention import Kept
from idsvc.services import enrollment, journal, people, portal, renewal, source_documents
from idsvc.services.desk import Desk
from idsvc.services.sealing import PreparedItem, Sealing
from idsvc.storage.queries import service
from idsvc.storage.records import Counted
from idsvc.vault import envelope
from idsvc.vault.blobs import BlobStore
from idsvc.vault.kinds import CONTACT
from idsvc.web import health
from tests.minimization.hidden import Hidden, Visit
from tests.services.city import City

Leak = Callable[[pytest.MonkeyPatch, City], None]
_LENGTH = 4
_SMALL = 1024
"""Keys in slots are smaller: they all have one length."""

_LITTLE = Hidden("en_US.UTF-8", ("lease",), "lease.png", (), caretaker_signed=False, address_confirmed=False)
_MUCH = Hidden(
    "ar_EG.UTF-8",
    ("passport", "consular card", "birth certificate"),
    "passport_GT.png",
    (),
    caretaker_signed=True,
    address_confirmed=True,
)


@dataclass(frozen=True)
class Sabotage:
    """A leak, the twins that must notice it, and the stage of their lives by which they do."""

    leak: Leak
    exactly: bool = True
    until: str = "enroll"

    @property
    def pair(self) -> tuple[Hidden, Hidden]:
        """Give the two visits; twins of shape differ in nothing but what they show."""
        return (_LITTLE, _MUCH) if self.exactly else (_LITTLE, _LITTLE)


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


def _check_no_length(patch: pytest.MonkeyPatch) -> None:
    """Open no draft again: whoever gives up the one length of a kind no longer insists on it."""
    patch.setattr(enrollment, "open_draft", lambda *_, **__: b"typed")


def language_in_the_figures(patch: pytest.MonkeyPatch, city: City) -> None:
    """A count of the answers to a choice of language."""
    del city
    patch.setattr(health, "_UNCOUNTED", frozenset())


def no_padding(patch: pytest.MonkeyPatch, city: City) -> None:
    """Ciphertext as long as what it holds."""
    del city
    _check_no_length(patch)
    patch.setattr(envelope, "_pad", lambda plaintext, _: len(plaintext).to_bytes(_LENGTH) + plaintext)


def compress_then_pad(patch: pytest.MonkeyPatch, city: City) -> None:
    """Compressed to save room, then padded to whole kilobytes."""
    del city
    _check_no_length(patch)
    pad = envelope._pad

    def leaking(plaintext: bytes, context: envelope.Context) -> bytes:
        if context.size < _SMALL:
            return pad(plaintext, context)
        small = zlib.compress(plaintext)
        return len(small).to_bytes(_LENGTH) + small.ljust(-(-len(small) // 1024) * 1024, b"\0")

    patch.setattr(envelope, "_pad", leaking)


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


def look_by_papers(patch: pytest.MonkeyPatch, city: City) -> None:
    """A leaf for each look at a paper's page, so that the log counts the pages."""
    del city
    opened = source_documents.open_papers

    def leaking(session: object, request: object, **powers: object) -> tuple[bytes, ...]:
        pages = opened(session, request, **powers)  # type: ignore[arg-type]
        for _page in pages:
            opened(session, request, **powers)  # type: ignore[arg-type]
        return pages

    patch.setattr(source_documents, "open_papers", leaking)


def places_as_sent(patch: pytest.MonkeyPatch, city: City) -> None:
    """As many sealed places as pages were sent."""
    del city
    prepare = source_documents.prepare_papers

    def leaking(request: object, pages: Sequence[bytes], **powers: object) -> tuple[PreparedItem, ...]:
        return prepare(request, pages, **powers)[: len(pages)]  # type: ignore[arg-type]

    patch.setattr(portal, "prepare_papers", leaking)


def paper_only_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """No place at all for a request that came without a paper."""
    del city
    prepare = source_documents.prepare_papers

    def leaking(request: object, pages: Sequence[bytes], **powers: object) -> tuple[PreparedItem, ...]:
        return prepare(request, pages, **powers) if pages else ()  # type: ignore[arg-type]

    patch.setattr(portal, "prepare_papers", leaking)


def token_for_each_part_of_a_name(patch: pytest.MonkeyPatch, city: City) -> None:
    """As many tolerant tokens as a name has parts."""
    del city
    forms = tolerant_forms
    patch.setattr(people, "tolerant_forms", lambda name, born: (*forms(name, born), *name.split()))


def length_in_a_log(patch: pytest.MonkeyPatch, city: City) -> None:
    """A log line with the length of what was typed."""
    del city
    prepare = enrollment.prepare_draft

    def leaking(draft_id: DraftId, typed: bytes, **powers: object) -> PreparedItem:
        logging.getLogger("idsvc").info("draft of %d bytes", len(typed))
        return prepare(draft_id, typed, **powers)  # type: ignore[arg-type]

    patch.setattr(enrollment, "prepare_draft", leaking)


def _exact(*leaks: Leak) -> tuple[Sabotage, ...]:
    return tuple(Sabotage(leak) for leak in leaks)


SABOTAGES: tuple[Sabotage, ...] = (
    *_exact(
        kind_column,
        language_in_a_log,
        language_in_a_record,
        hash_in_the_audit,
        extra_step_for_some,
        count_by_kind,
        sequence,
        validity_by_papers,
        upload_kept,
        file_name_on_disk,
        temporary_file,
        transient_file,
        item_for_some,
        hold_for_some,
        lookup_for_some,
        budget_by_language,
        second_draft_for_some,
        time_of_a_blob,
        evidence_in_a_key_store,
    ),
    Sabotage(language_in_the_figures, until="deliver"),
    Sabotage(kept_longer_for_some, until="ask"),
    Sabotage(no_padding, exactly=False),
    Sabotage(compress_then_pad, exactly=False),
    Sabotage(token_for_each_part_of_a_name, exactly=False),
    Sabotage(length_in_a_log, exactly=False),
    Sabotage(look_by_papers, exactly=False, until="ask"),
    Sabotage(places_as_sent, exactly=False, until="ask"),
    Sabotage(paper_only_for_some, exactly=False, until="ask"),
)
"""Exact twins differ in what may not be known alone; twins of shape in pictures, papers and names."""
