"""Measure a retention run: the death of one day's key whatever hangs on it, and the rows that follow.

Also what a guess at a person costs to somebody who holds the database and may use the name key.

Run: .venv/bin/python scripts/bench/retention.py [--items 1000000] [--guesses 200] [--directory DIR]
"""

import argparse
import os
import tempfile
import time
import unittest.mock
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from idsvc import resources
from idsvc.bootstrap.founding import Places, found_for_development
from idsvc.bootstrap.full import Runtime, assemble
from idsvc.config import read_settings
from idsvc.domain.ids import EpochName, ItemId, fresh_id
from idsvc.domain.names import index_form
from idsvc.domain.retention import Kept
from idsvc.program import load
from idsvc.signing.itemsecrets import ItemSecrets
from idsvc.signing.register import IndexName
from idsvc.storage.database import Database
from idsvc.storage.records import SealedItem
from idsvc.vault.items import ITEM_OVERHEAD
from idsvc.vault.kinds import CITY_SLOT
from idsvc.vault.tags import person_tag

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
PROGRAM = resources.path("templates/programs/riverbend/program.toml")
_BATCH = 10_000


def main() -> None:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--guesses", type=int, default=200)
    parser.add_argument("--directory", type=Path, help="where everything lies (default: a temporary one)")
    options = parser.parse_args()
    for count in (1, options.items):
        with tempfile.TemporaryDirectory(dir=options.directory) as folder:
            _measure_run(Path(folder), count)
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        _measure_guesses(Path(folder), options.guesses)


def _open(folder: Path, database: Database, now: datetime) -> Runtime:
    environment = Places(folder / "city").environment(program=PROGRAM, database_url="sqlite:///unused")
    settings = read_settings({**environment, "IDSVC_SURFACES": "office"})
    return assemble(settings, database, clock=lambda: now, random=os.urandom)


def _measure_run(folder: Path, count: int) -> None:
    """Make `count` city slots due on one day, then destroy the day's key and run retention."""
    found_for_development(Places(folder / "city"), program=load(PROGRAM), now=START, random=os.urandom)
    with closing(Database(f"sqlite:///{folder / 'idsvc.db'}", random=os.urandom)) as database:
        database.upgrade()
        before = _open(folder, database, START)
        before.journal("0" * 32)
        epoch = before.sealing.epochs.create_if_absent(START.date())
        _fill(folder, database, epoch, count)
        after = _open(folder, database, START + timedelta(days=1))
        started = time.perf_counter()
        after.sealing.epochs.destroy_epoch(epoch)
        _say(f"destroy the key of a day with {count:,} items", time.perf_counter() - started)
        started = time.perf_counter()
        report = after.retention().run()
        spent = time.perf_counter() - started
        if not report.complete:
            raise SystemExit(f"the run left something: {report.failures}")
        _say(f"the run that deletes the rows of {count:,} items", spent)


def _fill(folder: Path, database: Database, epoch: EpochName, count: int) -> None:
    """Write rows and secrets as long as real ones, without waiting for the disk after each."""
    secrets = ItemSecrets(folder / "city" / "epochs" / "secrets" / epoch)
    body = os.urandom(CITY_SLOT.size + ITEM_OVERHEAD)
    left = count
    with unittest.mock.patch("os.fdatasync"):
        while left:
            batch = [ItemId(fresh_id(os.urandom)) for _ in range(min(left, _BATCH))]
            left -= len(batch)
            for item in batch:
                secrets.put(item, os.urandom(32), random=os.urandom)
            rows = [
                {"id": item, "kind": Kept.CITY_SLOT, "epoch": epoch, "owner_id": item, "body": body}
                for item in batch
            ]
            with database.engine.begin() as connection:
                connection.execute(insert(SealedItem), rows)
    os.sync()


def _measure_guesses(folder: Path, guesses: int) -> None:
    """Reverse tags in bulk as somebody with the database and the use of the name key would: by guessing."""
    found_for_development(Places(folder / "city"), program=load(PROGRAM), now=START, random=os.urandom)
    with closing(Database(f"sqlite:///{folder / 'idsvc.db'}", random=os.urandom)) as database:
        key = _open(folder, database, START).keys.index_key(IndexName.NAME)
    started, used = time.perf_counter(), time.process_time()
    for number in range(guesses):
        person_tag(key, index_form(f"Ana Person{chr(97 + number % 26)}"), date(1990, 1, 1 + number % 28))
    _say("guess one person", (time.perf_counter() - started) / guesses)
    cost = (time.process_time() - used) / guesses
    _say("guess one person, time of one core", cost)
    print(f"{'guess ten million people, days of one core':60} {cost * 1e7 / 86_400:10.1f} days")


def _say(what: str, seconds: float) -> None:
    print(f"{what:60} {seconds * 1000:10.1f} ms")


if __name__ == "__main__":
    main()
