"""Full disks, dead processes, missing keys and databases: a sentence, and nothing half there."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from idsvc.domain.errors import BadSetting, IdsvcError, Unavailable
from idsvc.domain.ids import DraftId, EnrollmentId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.services.retention_report import Rule
from idsvc.storage.database import Database
from idsvc.storage.queries import cards, work
from idsvc.storage.records import Card
from tests.databases import *  # noqa: F403 - fixtures
from tests.services.city import City, count_rows, found, read_rows, sample_portrait

_ROOT = Path(__file__).parents[2]
_KIB = 1024


@pytest.fixture
def lone_city(tmp_path: Path, sqlite_database: Database) -> City:
    folder = tmp_path / "city"
    found(folder)
    return City(folder, sqlite_database)


@contextmanager
def full_disk(largest: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write past it fails, as on a disk that is full at that moment."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _unmade(city: City) -> list[Card]:
    def is_unmade(card: Card) -> bool:
        return city.database.read(lambda s: work.find_job_of_card(s, card.id)) is None

    ordered = city.database.read(
        lambda s: cards.list_cards_in_state(s, CardState.ORDERED, until=city.today, limit=500)
    )
    return [card for card in ordered if is_unmade(card)]


def _finish_all(city: City) -> None:
    """Finish what was left unmade, and find everybody whole."""
    for card in _unmade(city):
        assert city.desk.finish(card.id) is not None
    rows = count_rows(city.database)
    people = rows.get("residents", 0)
    for table in ("enrollments", "cards", "card_numbers", "records", "slots", "person_tags", "print_jobs"):
        assert rows.get(table, 0) == people, table


def _removes_what_nobody_names(city: City) -> None:
    """A retention run a day later leaves no blob but those that rows name."""
    city.clock.now += timedelta(days=1)
    later = replace(city, clock=city.clock, _desks={})
    real = later.counter.retention()
    report = replace(real, clock=lambda: city.clock.now.replace(year=2126)).run(vouched=city.today)
    assert [failure for failure in report.failures if failure[0] is Rule.ORPHANS] == []
    named = {str(row["blob_id"]) for row in read_rows(city.database)["records"]}
    named |= {str(row["id"]) for row in read_rows(city.database)["sealed_items"] if row["body"] is None}
    assert set(city.blobs()) == named


@pytest.mark.slow
@pytest.mark.parametrize("largest", [8, 64, 256, 512, 1024])
def test_an_enrollment_on_a_full_disk_is_told_and_finished_later(lone_city: City, largest: int) -> None:
    """From no room for anything to no room for the print file."""
    city, desk = lone_city, lone_city.desk
    enrollment = EnrollmentId(fresh_id(os.urandom))
    facts, portrait = city.facts(), sample_portrait()
    with full_disk(largest * _KIB), pytest.raises(Unavailable):
        desk.enroll(enrollment, facts, portrait)
    approved, _ = desk.enroll(enrollment, facts, portrait)
    assert city.card(approved.ordered.card.id).state is CardState.ORDERED
    _finish_all(city)
    assert count_rows(city.database)["residents"] == 1
    _removes_what_nobody_names(city)


@pytest.mark.slow
def test_keys_die_on_a_full_disk(lone_city: City) -> None:
    city = lone_city
    city.desk.begin_draft(DraftId(fresh_id(os.urandom)), b"typed")
    city.clock.pass_days(2)
    retention = city.counter.retention()
    with full_disk(1):
        report = retention.run(vouched=city.today)
    assert report.done[Rule.KEYS] == 1
    assert not report.complete
    assert city.blobs() == set(), "removing needs no room"
    report = city.run_retention()
    assert report.complete, report.failures
    assert "drafts" not in count_rows(city.database)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_process_killed_between_any_two_steps_leaves_what_can_be_finished(
    tmp_path: Path, database: Database
) -> None:
    city = City(tmp_path / "city", database)
    found(city.folder)
    city.database.read(lambda _: None)
    chance = random.Random(3)  # noqa: S311 - a reproducible choice of moments
    acknowledged: set[str] = set()
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.services.enroller", str(city.folder), url, "50"]
    for _ in range(4):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        threading.Timer(chance.uniform(0.5, 8), child.kill).start()
        acknowledged.update(child.stdout.read().split("\n")[:-1])
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
    there = {str(row["id"]) for row in read_rows(database)["cards"]}
    assert acknowledged <= there
    assert len(there - acknowledged) <= 4
    _finish_all(city)
    _removes_what_nobody_names(city)


def test_without_the_database_nothing_is_prepared(lone_city: City) -> None:
    city, desk = lone_city, lone_city.desk
    away = Database("postgresql://nobody@127.0.0.1:1/none", random=os.urandom, patience=0)
    enrollment = EnrollmentId(fresh_id(os.urandom))
    with closing(away), pytest.raises(Unavailable, match="cannot be reached"):
        replace(desk, database=away).enroll(enrollment, city.facts(), sample_portrait())
    assert city.blobs() == set()


@pytest.mark.parametrize("name", ["index-name.key", "index-number.key", "card"])
def test_a_counter_without_one_of_its_keys_does_not_open_and_names_the_key(
    lone_city: City, name: str
) -> None:
    city = lone_city
    if name == "card":
        entry = next(entry for entry in city.counter.keys.status() if entry.purpose == "card")
        name = f"{entry.key_id}.pem"
    (city.places.keys / name).unlink()
    with pytest.raises(BadSetting) as refused:
        city.counter.desk("0" * 32)
    assert name in str(refused.value)
    assert "residents" not in count_rows(city.database)


def test_without_the_volume_of_the_epochs_an_enrollment_leaves_nothing(lone_city: City) -> None:
    city, desk = lone_city, lone_city.desk
    shutil.move(city.places.epochs, city.folder / "elsewhere")
    with pytest.raises(IdsvcError):
        desk.enroll(EnrollmentId(fresh_id(os.urandom)), city.facts(), sample_portrait())
    assert "residents" not in count_rows(city.database)
    shutil.move(city.folder / "elsewhere", city.places.epochs)
    _removes_what_nobody_names(city)
