"""A clock that was ahead or is behind: nothing stops silently, one command puts it right."""

import os
from datetime import date, timedelta

import pytest

from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import DraftId, fresh_id
from idsvc.domain.lifecycle import Delivery
from idsvc.services.enrollment import open_draft
from idsvc.services.retention import LEASE
from idsvc.services.retention_report import Rule
from idsvc.signing.notedday import ClockDisagreement
from idsvc.storage.queries import service
from tests.services.city import City, read_rows
from tests.services.conftest import Placing

pytestmark = pytest.mark.slow  # every test runs the whole retention


def _draft(city: City) -> DraftId:
    draft = DraftId(fresh_id(city.random))
    city.desk.begin_draft(draft, b"typed")
    return draft


def _typed(city: City, draft: DraftId) -> bytes:
    return city.database.read(lambda s: open_draft(s, draft, sealing=city.counter.sealing))


def test_a_clock_behind_the_noted_day_opens_nothing_between_and_is_told(at_stage: Placing) -> None:
    city, _ = at_stage("queued")
    draft = _draft(city)
    city.clock.pass_days(2)
    city.counter.sealing.epochs.confirm_today()  # a run that got no farther
    city.clock.pass_days(-2)
    with pytest.raises(ClockDisagreement):
        _typed(city, draft)
    report = city.run_retention(vouched=False)
    assert [rule for rule, _ in report.failures] == [Rule.KEYS]
    assert "set the clock right" in report.failures[0][1]
    readiness = city.counter.readiness()
    assert [name for name, ok in readiness.items() if not ok] == ["purge days", "no key overdue"]
    city.clock.pass_days(2)
    with pytest.raises(Destroyed):
        _typed(city, draft)
    assert city.run_retention(vouched=False).complete


def test_a_noted_day_ahead_is_told_although_no_key_lies_between(city: City) -> None:
    assert city.run_retention(vouched=False).complete
    city.clock.pass_days(5)
    _draft(city)
    city.clock.pass_days(-5)
    city._desks.clear()
    with pytest.raises(ClockDisagreement, match="2026-03-07 was noted before"):
        _draft(city)
    for _ in range(2):
        report = city.run_retention(vouched=False)
        assert [rule for rule, _ in report.failures] == [Rule.KEYS], "told once, and by every run"
    assert not city.counter.readiness()["purge days"]


def test_what_is_over_by_clock_and_note_is_destroyed_all_the_same(city: City) -> None:
    _draft(city)
    city.clock.pass_days(5)
    city.counter.sealing.epochs.confirm_today()
    city.clock.pass_days(-3)
    report = city.run_retention(vouched=False)
    assert (report.done[Rule.KEYS], report.done[Rule.ITEMS], report.complete) == (1, 1, False)


def test_after_a_run_under_a_wrong_clock_a_vouched_day_makes_every_day_usable(city: City) -> None:
    assert city.run_retention(vouched=False).complete
    lost = _draft(city)
    city.clock.pass_days(1)
    _draft(city)
    city.clock.pass_days(6)
    assert city.run_retention(vouched=False).done[Rule.KEYS] == 2
    city.clock.pass_days(-6)
    city._desks.clear()
    assert not city.run_retention(vouched=False).complete
    report = city.run_retention(vouched=True)
    assert report.complete, report.failures
    assert all(city.counter.readiness().values())
    draft = _draft(city)
    assert _typed(city, draft)
    assert str(lost) not in str(read_rows(city.database).get("drafts", [])), "what died stays dead"
    for _ in range(8):
        city.clock.pass_days(1)
        city._desks.clear()
        _draft(city)
        report = city.run_retention(vouched=False)
        assert report.complete, report.failures


def test_a_hand_over_under_a_disagreement_is_refused_and_keeps_the_citys_access(
    small_at_stage: Placing,
) -> None:
    city, ana = small_at_stage("queued")
    city.print()
    city.activate(ana.produced)
    right = city.clock.now
    assert city.run_retention(vouched=False).complete
    for _ in range(14):  # every night under a clock that runs away, a week at a time at most
        city.clock.pass_days(7)
        city.counter.sealing.epochs.confirm_today()
    city.clock.now = right
    city._desks.clear()
    slots = read_rows(city.database)["slots"]
    with pytest.raises(ClockDisagreement):
        city.desk.hand_over(ana.card)  # not Destroyed: that would end the city's access for good
    assert read_rows(city.database)["slots"] == slots
    assert city.card(ana.card).delivery is not Delivery.HANDED_OVER
    assert city.run_retention(vouched=True).complete
    city.desk.hand_over(ana.card)
    assert len(read_rows(city.database)["slots"]) == len(slots)


def test_a_lease_of_a_clock_that_was_ahead_does_not_stop_the_run(city: City) -> None:
    city.desk  # noqa: B018 - the store of epochs learns the day
    ahead = city.clock.now + timedelta(days=5)
    assert city.database.transact(
        lambda s: service.acquire_lease(
            s, LEASE, fresh_id(os.urandom), now=ahead, until=ahead + timedelta(minutes=15)
        )
    )
    report = city.run_retention(vouched=False)
    assert (report.elsewhere, report.complete) == (False, True)
    assert report.day == date(2026, 3, 2)
