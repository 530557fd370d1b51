"""Lives in twin cities that differ only in what may not be known, and every difference that they leave.

Randomness and clock are pinned, so that twins whose kept facts are equal must leave equal rows and files.
Only the HPKE header of a sealed item (its first 1,168 bytes) draws its randomness where no test can pin it.
"""

import hashlib
import io
import os
import random
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from PIL import Image, PngImagePlugin
from sqlalchemy import inspect, text

from idsvc.domain.ids import CardId, DraftId, EnrollmentId, RequestId, fresh_id
from idsvc.domain.lifecycle import Delivery
from idsvc.domain.minimization import Intake, RetainedFacts, retain
from idsvc.imaging.portrait import make_portrait
from idsvc.services import activation, enrollment, standing
from idsvc.services.cards import find
from idsvc.services.closing import forget_resident
from idsvc.services.records import open_with_code
from idsvc.services.renewal import Asked
from idsvc.signing.epochs import HEADER_BYTES
from idsvc.storage.database import Database, Session
from tests.services.city import City, sample_portrait

LANGUAGES = ("en_US.UTF-8", "es_MX.UTF-8", "ht_HT.UTF-8", "ar_EG.UTF-8", "zh_CN.UTF-8")
PAPERS = ("passport", "consular card", "foreign licence", "birth certificate", "lease", "vouching letter")


@dataclass(frozen=True)
class Hidden:
    """What the law forbids to know about one visit."""

    language: str
    papers: tuple[str, ...]
    file_name: str
    metadata: tuple[tuple[str, str], ...]
    caretaker_signed: bool
    address_confirmed: bool


def draw_hidden(chance: random.Random) -> Hidden:
    """Draw one visit."""
    papers = tuple(chance.sample(PAPERS, chance.randint(1, 4)))
    return Hidden(
        language=chance.choice(LANGUAGES),
        papers=papers,
        file_name=f"{papers[0]}_{chance.choice(('GT', 'MX', 'HT'))}_{chance.randint(1, 99)}.png",
        metadata=tuple((word, chance.randbytes(chance.randint(1, 40)).hex()) for word in ("Title", "Author")),
        caretaker_signed=chance.random() < 0.5,
        address_confirmed=chance.random() < 0.5,
    )


class Visit:
    """The visit under way, where a leaking program could look; ours does not know that it exists."""

    now: Hidden | None = None


class Pinned:
    """Random bytes that repeat: SHA-256 of a seed and a counter."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._count = seed, 0

    def __call__(self, size: int) -> bytes:
        drawn = b""
        while len(drawn) < size:
            drawn += hashlib.sha256(self._seed + self._count.to_bytes(8)).digest()
            self._count += 1
        return drawn[:size]


def upload(hidden: Hidden) -> bytes:
    """Give the sample's pixels as the file that this visit sends: other metadata, other compression."""
    picture = Image.open(io.BytesIO(sample_portrait()))
    notes = PngImagePlugin.PngInfo()
    for word, value in (*hidden.metadata, ("Source", hidden.file_name)):
        notes.add_text(word, value)
    exif = Image.Exif()
    exif[0x010E] = hidden.file_name
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=notes, exif=exif, compress_level=1 + len(hidden.file_name) % 3)
    return out.getvalue()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Run with the languages of a visit in the process's environment."""
    before = {name: os.environ.get(name) for name in ("LANG", "LC_ALL", "LANGUAGE")}
    os.environ.update(dict.fromkeys(before, language))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass
class Twin:
    """One city in which the visits of one twin happen, one by one."""

    city: City
    portrait: bytes

    def visit(self, number: int, hidden: Hidden) -> None:
        """Draft, decline, enroll up to the order, close the record: everything that is cheap."""
        with self._hidden(hidden):
            self._draft(number, hidden)
            self._order(number, hidden)

    def live(self, number: int, hidden: Hidden) -> None:
        """A whole life through every service that writes: counter, portal, printing, retention, closing."""
        city, name = self.city, f"Lena {_word(number)}"
        with self._hidden(hidden):
            facts = self._facts(name, hidden)
            self._draft(number, hidden)
            draft = DraftId(fresh_id(city.random))
            city.desk.begin_draft(draft, name.encode())
            approved, made = city.desk.enroll(
                EnrollmentId(fresh_id(city.random)), facts, self.portrait, draft_id=draft
            )
            assert made is not None
            city.print()
            made = city.desk.void(made.card_id)
            assert made is not None
            city.print()
            city.activate(made)
            self._on_card(made.card_id)
            city.desk.hand_over(made.card_id)
            city.clock.now += timedelta(days=365 * 5 - 10)
            city.resign()
            city.run_retention()
            request = RequestId(fresh_id(city.random))
            assert made.code is not None
            tag, code = made.number_tag, made.code
            opened = city.database.read(
                lambda s: open_with_code(s, tag, code, sealing=city.portal.sealing, today=city.today)
            )
            asked = Asked(opened.record.content.facts, self.portrait)
            city.portal.portal().ask_renewal(request, opened, asked)
            city.desk.decline_renewal(request)
            city.portal.portal().ask_renewal(request, opened, asked)
            renewed = city.desk.renew(request)
            assert renewed is not None
            city.print()
            city.activate(renewed)
            city.desk.hand_over(renewed.card_id)
            replaced = city.desk.replace(renewed.card_id, opened.record.content, lost=True)
            assert replaced is not None
            city.publish()
            city.clock.now += timedelta(days=2)
            city.run_retention()
            if number % 2:
                city.desk.revoke(replaced.card_id)
                city.desk.close(approved.resident_id)

    def _draft(self, number: int, hidden: Hidden) -> None:
        del hidden
        desk, draft = self.city.desk, DraftId(fresh_id(self.city.random))
        desk.begin_draft(draft, f"Lena {_word(number)}".encode() + self.portrait)
        if number % 3 == 2:
            desk.decline(draft)

    def _order(self, number: int, hidden: Hidden) -> None:
        city, desk = self.city, self.city.desk
        prepared = enrollment.prepare(
            EnrollmentId(fresh_id(city.random)),
            self._facts(f"Lena {_word(number)}", hidden),
            self.portrait,
            program=city.program,
            sealing=desk.sealing,
            name_key=desk.name_key,
            random=city.random,
            today=city.today,
        )
        approved, _ = city.database.transact(
            lambda s: enrollment.approve(
                s,
                prepared,
                status_list=0,
                program=city.program,
                number_key=desk.number_key,
                random=city.random,
                journal=desk.journal,
                today=city.today,
            )
        )
        if number % 5 == 4:
            doomed = city.database.transact(
                lambda s: forget_resident(s, approved.resident_id, journal=desk.journal)
            )
            desk.sealing.destroy(doomed)

    def _on_card(self, card_id: CardId) -> None:
        city, desk = self.city, self.city.desk

        def act(session: Session) -> None:
            powers = {"program": city.program, "journal": desk.journal, "today": city.today}
            card = find(session, card_id)
            standing.suspend(session, card, **powers)  # type: ignore[arg-type]
            standing.resume(session, card, **powers)  # type: ignore[arg-type]
            activation.move(session, card, Delivery.AWAITING_PICK_UP, **powers)  # type: ignore[arg-type]

        city.database.transact(act)

    def _facts(self, name: str, hidden: Hidden) -> RetainedFacts:
        intake = Intake(
            name,
            date(1990, 5, 17),
            identity_met=True,
            residency_met=True,
            caretaker_signed=hidden.caretaker_signed,
            address=("200 Main Street",),
            address_confirmed=hidden.address_confirmed,
        )
        return retain(intake, self.city.program, self.city.today)

    @contextmanager
    def _hidden(self, hidden: Hidden) -> Iterator[None]:
        Visit.now = hidden
        with speaking(hidden.language):
            yield
        Visit.now = None


def rebuilt(hidden: Hidden) -> bytes:
    """Give the portrait that is kept of a visit's upload."""
    return make_portrait(upload(hidden)).jpeg


def other_portrait(size: int) -> bytes:
    """Give a portrait of other content and length: noise that compresses worse the larger `size` is."""
    noise = Image.effect_noise((size, size), 60).convert("RGB").resize((600, 768))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=60)
    return out.getvalue()


Trace = dict[str, object]


def trace(city: City, *, exactly: bool) -> Trace:
    """Write down everything that a city left, or only its shape: counts, lengths, sizes, modes.

    On PostgreSQL rows are compared sorted: where they lie depends on when the server last made room, and
    settling draws a random order anyway.
    """
    left: Trace = {}
    items: set[str] = set()
    for table, rows in _read_everything(city.database).items():
        left[f"{table}: rows"] = len(rows)
        shapes = []
        for row in rows:
            if table == "sealed_items" and row["body"] is None:
                items.add(str(row["id"]))
            shapes.append({name: _cell(table, name, value, exactly=exactly) for name, value in row.items()})
        left[table] = shapes if exactly and city.database.is_sqlite else sorted(map(repr, shapes))
    sizes = []
    for path in sorted(city.folder.rglob("*")):
        if not path.is_file() or path.is_relative_to(city.places.roots):
            continue
        name, content, told = str(path.relative_to(city.folder)), path.read_bytes(), path.stat()
        mode = (stat.S_IMODE(told.st_mode), told.st_mtime_ns if "blobs/" in name else 0)
        if exactly:
            left[name] = (mode, content[HEADER_BYTES if path.name in items else 0 :])
        else:
            part = name.split("/", maxsplit=1)[0]
            sizes.append((part, mode, len(content) if part != "epochs" else 0))
    if not exactly:
        left["files"] = sorted(sizes)
    return left


def differences(first: Trace, second: Trace) -> list[str]:
    """Name everything in which two traces differ."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _read_everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """Read every column of every table that there is, declared or not, in the order in which rows lie."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
            for name in sorted(names)
        }


def _cell(table: str, name: str, value: object, *, exactly: bool) -> object:
    if isinstance(value, memoryview):
        value = bytes(value)
    if table == "settlings" and name != "day":
        return name  # transaction numbers, which count everything that ever happened on the server
    if isinstance(value, bytes):
        if not exactly:
            return len(value)
        return (len(value), value[HEADER_BYTES:]) if (table, name) == ("sealed_items", "body") else value
    if not exactly and isinstance(value, str) and len(value) == 32:
        return "id"
    if not exactly and name in ("status_index", "note"):
        return name  # a random place; a text that ids and signatures stand in
    return value


def _word(number: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in str(number)).capitalize()


def with_database(city: City, database: Database) -> City:
    """Give the same city around another database."""
    return replace(city, database=database, _desks={})
