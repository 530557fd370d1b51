"""The runtime as a monitor and a nightly job see it."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from idsvc.bootstrap import open_for_retention, open_full
from idsvc.config import read_settings
from idsvc.domain.errors import BadSetting, Unavailable
from idsvc.domain.ids import DraftId, fresh_id
from idsvc.services.retention_report import Rule
from idsvc.storage.queries import service
from tests.services.city import PROGRAM_FILE, City


def test_ready_means_usable_and_no_key_overdue_since_the_night_before_last(city: City) -> None:
    city.desk.begin_draft(DraftId(fresh_id(os.urandom)), b"typed")
    assert all(city.counter.readiness().values())
    city.clock.pass_days(2)
    assert all(city.counter.readiness().values()), "the coming night's run destroys what ended last midnight"
    city.clock.pass_days(1)
    readiness = city.counter.readiness()
    assert [name for name, ok in readiness.items() if not ok] == ["no key overdue"]
    assert city.run_retention().complete
    assert all(city.counter.readiness().values())
    city.database.close()


def test_what_is_left_but_a_key_is_told_to_monitors_and_closes_no_counter(city: City) -> None:
    city.desk  # noqa: B018 - the audit epoch begins
    window = city.clock.now - timedelta(days=9)
    city.database.transact(lambda session: service.count_use(session, bytes(32), window=window))
    assert city.counter.monitored()["limits"] == 1
    assert all(city.counter.readiness().values())
    city.database.close()


def test_a_clock_before_the_noted_day_is_not_ready_until_a_person_vouches_for_it(city: City) -> None:
    draft = DraftId(fresh_id(os.urandom))
    assert city.run_retention(vouched=False).complete
    city.clock.pass_days(5)
    city.desk.begin_draft(draft, b"typed under a clock that is five days ahead")
    city.clock.pass_days(-5)
    readiness = city.counter.readiness()
    assert [name for name, ok in readiness.items() if not ok] == ["purge days"]
    assert city.run_retention().complete
    assert all(city.counter.readiness().values())
    city.database.close()


def test_a_process_without_its_key_store_is_not_ready(city: City) -> None:
    counter = city.counter
    for path in city.places.keys.glob("*.pem"):
        path.unlink()
    assert not counter.readiness()["keys"]
    shutil.rmtree(city.places.epochs)
    assert not counter.readiness()["purge days"]
    city.database.close()


@pytest.mark.slow
def test_a_retention_run_opens_without_a_database_and_destroys_keys(city: City) -> None:
    city.desk.begin_draft(DraftId(fresh_id(os.urandom)), b"typed")
    city.clock.pass_days(2)
    nowhere = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"
    settings = read_settings(city.places.environment(program=PROGRAM_FILE, database_url=nowhere))
    with pytest.raises(Unavailable):
        open_full(settings, clock=city.clock)
    runtime = open_for_retention(settings, clock=city.clock)
    report = runtime.retention().run(vouched=city.today)
    assert report.done[Rule.KEYS] == 1
    assert not report.complete
    runtime.database.close()
    city.database.close()


def test_a_database_behind_the_program_does_not_keep_keys_alive(city: City, tmp_path: Path) -> None:
    city.desk.begin_draft(DraftId(fresh_id(os.urandom)), b"typed")
    city.clock.pass_days(2)
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    settings = read_settings(city.places.environment(program=PROGRAM_FILE, database_url=empty))
    with pytest.raises(BadSetting, match="idsvc db upgrade"):
        open_full(settings, clock=city.clock)
    runtime = open_for_retention(settings, clock=city.clock)
    report = runtime.retention().run(vouched=city.today)
    assert report.done[Rule.KEYS] == 1
    assert any("idsvc db upgrade" in sentence for _, sentence in report.failures)
    runtime.database.close()
    city.database.close()
