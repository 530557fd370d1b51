"""What is purged is gone from every copy: a thief takes everything, every day, and keeps all of it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from idsvc.domain.errors import Destroyed, IdsvcError, SealBroken
from idsvc.domain.ids import BlobId, DraftId, EpochName, ItemId, fresh_id
from idsvc.domain.retention import Kept
from idsvc.services.retention_report import Report, Rule
from idsvc.services.sealing import Sealing
from idsvc.storage.database import Database, Session
from idsvc.storage.records import Draft, RecordId
from idsvc.storage.records import SealedItem as Row
from idsvc.vault.blobs import BlobStore
from idsvc.vault.items import SealedItem
from idsvc.vault.kinds import CITY_SLOT, CONTACT, DRAFT, UNCROPPED_PORTRAIT, SealedKind
from tests.databases import *  # noqa: F403 - fixtures
from tests.minimization.cluster import Cluster, private_cluster, restored
from tests.services.city import START, City, found

ROOT = Path(__file__).parents[2]
ITEMS = 1_020
_KINDS: dict[str, SealedKind] = {kind.until: kind for kind in (DRAFT, CONTACT, CITY_SLOT)}
_DAYS = {DRAFT: 1, CONTACT: 3, CITY_SLOT: 5}


@dataclass(frozen=True)
class Stolen:
    """One sealed item as it lies in some copy."""

    id: ItemId
    kind: SealedKind
    epoch: EpochName
    owner: str
    body: bytes | None


def _fill(city: City) -> int:
    """Seal more than a thousand items to three days: in rows and in blobs, with their drafts."""
    sealing = city.counter.sealing
    days = {
        kind: sealing.epochs.create_if_absent(city.today + timedelta(days=ahead))
        for kind, ahead in _DAYS.items()
    }
    made = []
    for number in range(ITEMS):
        kind = CONTACT if number % 2 else CITY_SLOT if number % 20 else DRAFT
        owner = fresh_id(os.urandom)
        item = sealing.prepare(kind, epoch=days[kind], owner=owner, content=os.urandom(32))
        made.append((item, kind, owner))

    def add(session: Session) -> None:
        for item, _, _ in made:
            item.add(session)
        session.flush()
        for item, kind, owner in made:
            if kind is DRAFT:
                session.add(Draft(id=DraftId(owner), item_id=item.id, opened_on=city.today))

    city.database.transact(add)
    return len(made)


def _from_sqlite(file: Path) -> Iterator[Stolen]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT id, kind, epoch, owner_id, body FROM sealed_items").fetchall()
    yield from (_stolen(*row) for row in rows if row[1] in _KINDS)


def _from_dump(file: Path) -> Iterator[Stolen]:
    lines = iter(file.read_text().splitlines())
    for line in lines:
        if line.startswith("COPY public.sealed_items (id, kind, epoch, owner_id, body)"):
            break
    for line in lines:
        if line == "\\.":
            return
        item, kind, epoch, owner, body = line.split("\t")
        if kind in _KINDS:
            content = None if body == "\\N" else bytes.fromhex(body.removeprefix("\\\\x"))
            yield _stolen(item, kind, epoch, owner, content)


def _from_server(url: str) -> list[Stolen]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id, kind, epoch, owner_id, body FROM sealed_items").fetchall()
    return [_stolen(*row) for row in rows if row[1] in _KINDS]


def _stolen(item: str, kind: str, epoch: str, owner: str, body: bytes | None) -> Stolen:
    return Stolen(ItemId(item), _KINDS[kind], EpochName(epoch), owner, body)


def _open_all(copied: Iterator[Stolen], blobs: Path, sealing: Sealing) -> Counter[str]:
    """Try every stolen item with every secret that still lives."""
    told: Counter[str] = Counter()
    store = BlobStore(blobs)
    for item in copied:
        sealed = store.read(BlobId(item.id)) if item.body is None else item.body
        try:
            sealing.vault.open(item.kind, SealedItem(item.id, item.epoch, item.kind.name, sealed), item.owner)
        except (Destroyed, SealBroken):
            told["shut"] += 1
        else:
            told["open"] += 1
    return told


def _as_on_that_day(city: City) -> Sealing:
    """Turn the clock and the noted day back, as a thief would, with the keys as they are now."""
    (city.places.epochs / "private" / ".day").write_text(START.date().isoformat())
    back = replace(city, clock=type(city.clock)(), _desks={})
    return back.counter.sealing


def _purge(city: City) -> Report:
    city.clock.pass_days(6)
    return city.run_retention()


def _take_blobs(city: City, name: str) -> Path:
    return Path(shutil.copytree(city.places.blobs, city.folder.parent / name))


@pytest.fixture
def filled(tmp_path: Path, sqlite_database: Database) -> City:
    found(tmp_path / "city")
    city = City(tmp_path / "city", sqlite_database)
    city.desk  # noqa: B018 - the audit epoch begins
    assert _fill(city) >= 1_000
    return city


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_purged_items_open_from_no_copy_of_a_sqlite_installation(filled: City, tmp_path: Path) -> None:
    city, blobs = filled, _take_blobs(filled, "stolen-blobs")
    for name in ("idsvc.db", "idsvc.db-wal"):
        shutil.copy(tmp_path / name, tmp_path / f"stolen.{name[6:]}")
    control = _open_all(_from_sqlite(tmp_path / "stolen.db"), blobs, _as_on_that_day(city))
    assert control == {"open": ITEMS}, "the control: before the purge the thief opens everything"

    report = _purge(city)
    assert report.complete, report.failures
    assert report.done[Rule.KEYS] == 3
    assert report.done[Rule.ITEMS] == ITEMS
    after = _open_all(_from_sqlite(tmp_path / "stolen.db"), blobs, _as_on_that_day(city))
    assert after == {"shut": ITEMS}
    assert list(_from_sqlite(tmp_path / "idsvc.db")) == []
    assert city.blobs() == set()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("idsvc.db*"))
    for item in list(_from_sqlite(tmp_path / "stolen.db"))[:200]:
        assert item.id.encode() not in raw, "nothing of a deleted row is left in the files"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_purged_items_open_from_no_copy_although_the_database_is_stopped(
    filled: City, tmp_path: Path
) -> None:
    """The rows are all still there; they open nothing."""
    city, blobs = filled, _take_blobs(filled, "stolen-blobs")
    with closing(Database("postgresql://nobody@127.0.0.1:1/none", random=os.urandom, patience=0)) as away:
        report = _purge(replace(city, database=away, _desks={}))
    assert not report.complete
    assert report.done[Rule.KEYS] == 3
    assert _open_all(_from_sqlite(tmp_path / "idsvc.db"), blobs, _as_on_that_day(city)) == {"shut": ITEMS}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("strace")
def test_purged_items_open_from_no_copy_although_the_database_is_full(filled: City, tmp_path: Path) -> None:
    """Drafts, contacts and slots, in rows and in blobs: keys and blobs go, the rows wait for room."""
    city, blobs, file = filled, _take_blobs(filled, "stolen-blobs"), tmp_path / "idsvc.db"
    last = city.counter.sealing.epochs.create_if_absent(city.today + timedelta(days=max(_DAYS.values())))
    pictures = [
        city.counter.sealing.prepare(UNCROPPED_PORTRAIT, epoch=last, owner="f" * 32, content=b"x")
        for _ in range(20)
    ]
    city.database.transact(lambda session: [item.add(session) for item in pictures])
    assert {item.id for item in pictures} < city.blobs(), "blobs of the last day too, behind refused rows"
    control = _open_all(_from_sqlite(file), blobs, _as_on_that_day(city))
    assert control == {"open": ITEMS}, "the control: before the purge the thief opens everything"
    city.clock.pass_days(6)
    city.database.close()
    done, failures = _purge_with_a_full_database(city, file)
    assert done["KEYS"] == 3
    assert done["ITEMS"] == 0
    assert any("disk is full" in sentence for sentence in failures)
    assert city.blobs() == set(), "removing a blob needs no room"
    assert sum(1 for _ in _from_sqlite(file)) == ITEMS, "no row could go"
    assert _open_all(_from_sqlite(file), blobs, _as_on_that_day(city)) == {"shut": ITEMS}
    report = city.run_retention()
    assert report.complete, report.failures
    assert report.done[Rule.ITEMS] == ITEMS + len(pictures)
    assert list(_from_sqlite(file)) == []


def _purge_with_a_full_database(city: City, file: Path) -> tuple[dict[str, int], list[str]]:
    """Run retention in a process of its own to which the disk gives no room for the database."""
    program = """
import json, os, sys
from datetime import datetime
from pathlib import Path
from idsvc.storage.database import Database
from tests.services.city import City, SetClock

database = Database(f"sqlite:///{sys.argv[2]}", random=os.urandom)
city = City(Path(sys.argv[1]), database, clock=SetClock(datetime.fromisoformat(sys.argv[3])))
report = city.run_retention()
done = {rule.name: count for rule, count in report.done.items()}
print(json.dumps([done, [sentence for _, sentence in report.failures]]))
"""
    full = [f"--trace-path={file}", f"--trace-path={file}-wal", "-e", "inject=pwrite64,write:error=ENOSPC"]
    command = [
        "strace",
        "-f",
        "-qq",
        "-o",
        str(city.folder.parent / "strace"),
        *full,
        sys.executable,
        "-c",
        program,
    ]
    arguments = [str(city.folder), str(file), city.clock.now.isoformat()]
    ran = subprocess.run(
        [*command, *arguments], check=True, capture_output=True, text=True, cwd=ROOT, timeout=300
    )
    done, failures = json.loads(ran.stdout.splitlines()[-1])
    return done, failures


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with private_cluster() as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("postgres-server")
def test_purged_items_open_from_no_copy_of_a_postgresql_installation(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Dump, base backup, WAL archive: the thief restores each and opens what is in it."""
    found(tmp_path / "city")
    with closing(Database(cluster.url, random=os.urandom)) as database:
        database.upgrade()
        city = City(tmp_path / "city", database)
        city.desk  # noqa: B018 - the audit epoch begins
        empty = cluster.back_up(cluster.folder / "empty")
        _fill(city)  # since that backup: a restored server has it from the archive alone
        blobs, taken = _take_blobs(city, "stolen-blobs"), cluster.steal("before")
        with (
            restored(empty, taken / "archive") as played,
            restored(taken / "base", taken / "archive") as whole,
        ):
            copies = {
                "the dump": list(_from_dump(taken / "dump.sql")),
                "the base backup": _from_server(whole.url),
                "the archive": _from_server(played.url),
            }
        for name, stolen in copies.items():
            opened = _open_all(iter(stolen), blobs, _as_on_that_day(city))
            assert opened == {"open": ITEMS}, f"the control: before the purge the thief opens {name}"
        report = _purge(city)
        assert report.complete, report.failures
        for name, stolen in copies.items():
            assert _open_all(iter(stolen), blobs, _as_on_that_day(city)) == {"shut": ITEMS}, name
        after = cluster.steal("after")
        assert list(_from_dump(after / "dump.sql")) == []
        with restored(empty, after / "archive") as played:
            assert _from_server(played.url) == []

    kept = {item.id for item in copies["the dump"]}
    for part in ("base", "data", "archive"):
        raw = b"".join(path.read_bytes() for path in sorted((taken / part).rglob("*")) if path.is_file())
        assert sum(item.encode() in raw for item in kept) == ITEMS, f"the thief does hold them in {part}"


def test_a_single_item_dies_early_in_every_copy(tmp_path: Path, sqlite_database: Database) -> None:
    found(tmp_path / "city")
    city = City(tmp_path / "city", sqlite_database)
    sealing = city.counter.sealing
    epoch = sealing.epoch(city.program, Kept.CONTACT, city.today)
    items = [
        sealing.prepare(CONTACT, epoch=epoch, owner=RecordId("a" * 32), content=b"contact") for _ in range(2)
    ]
    sealing.destroy(items[0].doomed)
    opened = []
    for item in items:
        row = Row(id=item.id, kind=item.kind, epoch=item.epoch, owner_id=item.owner, body=item.body)
        try:
            opened.append(sealing.open(CONTACT, row))
        except IdsvcError:
            opened.append(b"")
    assert opened == [b"", b"contact"]
