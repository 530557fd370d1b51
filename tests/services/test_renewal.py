from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from idsvc.domain.errors import BadInput, Conflict, Destroyed, NotFound, Refusal
from idsvc.domain.ids import RequestId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.domain.retention import Kept
from idsvc.services.cards import find
from idsvc.services.records import OpenedCard, open_with_code
from idsvc.services.renewal import Asked, changes
from idsvc.services.retention_report import Rule
from idsvc.services.standing import revoke
from idsvc.storage.queries import work
from idsvc.vault.slots import WrongCode
from tests.services.city import (
    City,
    Enrolled,
    LosesAnswers,
    count_rows,
    count_secrets,
    read_rows,
    sample_portrait,
)
from tests.services.conftest import Placing

LAST_DAY = date(2031, 3, 2)


def _go_to(city: City, day: date) -> None:
    city.clock.now += day - city.today
    city.resign()
    city.run_retention()


def _ask(city: City, opened: OpenedCard, **other: object) -> RequestId:
    request = RequestId(fresh_id(city.random))
    content = opened.record.content
    asked = replace(Asked(content.facts, content.portrait), **other)  # type: ignore[arg-type]
    city.portal.portal().ask_renewal(request, opened, asked)
    return request


def _opened(city: City, enrolled: Enrolled) -> OpenedCard:
    """Open the record as the portal does; the card's code is genuine for its window only, so no scan here."""
    tag = enrolled.produced.number_tag
    assert enrolled.produced.code is not None
    code = enrolled.produced.code
    return city.database.read(
        lambda s: open_with_code(s, tag, code, sealing=city.portal.sealing, today=city.today)
    )


@pytest.mark.slow
def test_a_renewal_makes_a_new_card_and_the_old_one_dies_when_the_new_one_is_active(
    at_stage: Placing,
) -> None:
    city, ana = at_stage("issued")
    _go_to(city, LAST_DAY - timedelta(days=20))
    opened = _opened(city, ana)
    request = _ask(city, opened)
    again = city.portal.portal()
    again.ask_renewal(request, opened, Asked(opened.record.content.facts, opened.record.content.portrait))
    assert count_rows(city.database)["requests"] == 1
    with pytest.raises(Conflict, match="under review already"):
        _ask(city, opened)
    assert len(city.blobs()) == 2, "the record and one request"

    produced = city.desk.renew(request)
    assert produced is not None
    assert "requests" not in count_rows(city.database)
    with pytest.raises(NotFound, match="decided already"):
        city.desk.renew(request)
    assert city.card(ana.card).state is CardState.ACTIVE
    assert _opened(city, ana).record.content.facts == ana.facts, (
        "the old code opens until the new card is active"
    )

    city.print()
    city.activate(produced)
    assert city.card(ana.card).state is CardState.REVOKED
    assert city.card(produced.card_id).expires_on == date(2036, 2, 10)
    with pytest.raises(WrongCode):
        _opened(city, ana)
    assert city.open(produced).record.content.facts == ana.facts
    assert count_rows(city.database)["records"] == 1
    assert len(city.blobs()) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (LAST_DAY - timedelta(days=61), "can be renewed from 2031-01-01 on"),
        (date(2031, 9, 3), "over: please book a visit"),
    ],
)
def test_outside_the_window_a_renewal_is_refused_and_nothing_is_written(
    small_at_stage: Placing, day: date, said: str
) -> None:
    city, ana = small_at_stage("issued")
    city.clock.now += day - city.today
    opened = _opened(city, ana)
    rows, blobs = count_rows(city.database), city.blobs()
    with pytest.raises(Refusal, match=said):
        _ask(city, opened)
    assert count_rows(city.database) == rows
    assert city.blobs() == blobs


def test_a_portrait_that_carries_more_than_its_pixels_is_refused_before_anything_is_sealed(
    small_at_stage: Placing,
) -> None:
    city, ana = small_at_stage("issued")
    _go_to(city, LAST_DAY)
    opened = _opened(city, ana)
    rows, blobs = count_rows(city.database), city.blobs()
    jpeg = sample_portrait()
    with pytest.raises(BadInput, match="not made here"):
        _ask(city, opened, portrait=jpeg[:20] + b"\xff\xfe\x00\x08canary" + jpeg[20:])
    assert (count_rows(city.database), city.blobs()) == (rows, blobs)


def test_an_expired_card_can_be_renewed_within_the_window(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    _go_to(city, LAST_DAY + timedelta(days=30))
    assert city.card(ana.card).state is CardState.EXPIRED
    assert city.card(ana.card).state_on == LAST_DAY + timedelta(days=1)
    _ask(city, _opened(city, ana))


def test_what_is_shown_at_the_counter_is_not_changed_online(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    _go_to(city, LAST_DAY)
    opened = _opened(city, ana)
    for other, said in (
        ({"facts": replace(ana.facts, name="Ana Gomez")}, "changed name"),
        ({"facts": replace(ana.facts, birth_date=date(1991, 5, 17))}, "birth date is corrected"),
        ({"facts": replace(ana.facts, address=("1 New Street",))}, "new address"),
    ):
        with pytest.raises(Refusal, match=said):
            _ask(city, opened, **other)
    assert "requests" not in count_rows(city.database)
    assert changes(opened, Asked(ana.facts, sample_portrait())) == frozenset()


@pytest.mark.slow
def test_a_declined_renewal_leaves_nothing(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    _go_to(city, LAST_DAY)
    rows, secrets, blobs = count_rows(city.database), count_secrets(city), city.blobs()
    request = _ask(city, _opened(city, ana))
    city.desk.decline_renewal(request)
    left = count_rows(city.database)
    assert {name: left[name] for name in left if not name.startswith(("audit", "sealed"))} == {
        name: rows[name] for name in rows if not name.startswith(("audit", "sealed"))
    }
    assert city.blobs() == blobs
    assert count_secrets(city) <= secrets + 1, "at most the key of the audit epoch that began"
    with pytest.raises(NotFound):
        city.desk.decline_renewal(request)


@pytest.mark.slow
def test_a_decline_whose_answer_is_lost_is_no_failure(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    _go_to(city, LAST_DAY)
    blobs = city.blobs()
    request = _ask(city, _opened(city, ana))
    with closing(LosesAnswers(city.database)) as losing:
        replace(city.desk, database=losing).decline_renewal(request)
    assert city.blobs() == blobs
    with pytest.raises(NotFound):
        city.desk.decline_renewal(request)


@pytest.mark.slow
def test_a_request_cannot_be_opened_after_its_day_and_its_rows_go(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    _go_to(city, LAST_DAY)
    request = _ask(city, _opened(city, ana))
    city.clock.pass_days(61)
    with pytest.raises(Destroyed):
        city.desk.renew(request)
    assert city.run_retention().complete
    assert city.database.read(lambda s: work.find_request(s, request)) is None
    with pytest.raises(NotFound):
        city.desk.renew(request)


@pytest.mark.slow
def test_a_request_dies_with_the_deleted_card(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    short = replace(city.program.retention[Kept.CARD], span=city.program.retention[Kept.DRAFT].span)
    city.change = lambda program: replace(program, retention={**program.retention, Kept.CARD: short})
    _go_to(city, LAST_DAY)
    blobs = city.blobs()
    _ask(city, _opened(city, ana))
    city.desk.revoke(ana.card)
    city.clock.pass_days(2)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.CARDS]) == (True, 1)
    assert "requests" not in count_rows(city.database)
    kinds = sorted(str(row["kind"]) for row in read_rows(city.database)["sealed_items"])
    assert set(kinds) == {"audit_key"}
    assert city.blobs() == blobs
    assert count_secrets(city) == len(kinds)


@pytest.mark.slow
def test_a_renewal_of_a_card_that_was_withdrawn_meanwhile_is_refused(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    _go_to(city, LAST_DAY)
    request = _ask(city, _opened(city, ana))
    desk, blobs = city.desk, city.blobs()
    city.database.transact(
        lambda s: revoke(s, find(s, ana.card), program=city.program, journal=desk.journal, today=city.today)
    )
    with pytest.raises(Conflict, match="withdrawn meanwhile"):
        desk.renew(request)
    assert city.blobs() == blobs


@pytest.mark.slow
def test_a_renewal_whose_every_answer_is_lost_is_made_once(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    _go_to(city, LAST_DAY)
    with closing(LosesAnswers(city.database)) as losing:
        portal = replace(city.portal.portal(), database=losing)
        opened = _opened(city, ana)
        request = RequestId(fresh_id(city.random))
        content = opened.record.content
        portal.ask_renewal(request, opened, Asked(content.facts, content.portrait))
        desk = replace(city.desk, database=losing)
        produced = desk.renew(request)
        assert produced is not None
        city.print()
        city.publish()
        desk.activate(produced.credential.text, city.counter.verifier())
        desk.hand_over(produced.card_id)
    rows = count_rows(city.database)
    assert (rows["cards"], rows["records"], rows["slots"], rows["card_numbers"]) == (2, 1, 1, 2)
    assert len(city.blobs()) == 1
    kinds = sorted(str(row["kind"]) for row in read_rows(city.database)["sealed_items"])
    assert kinds == ["audit_key", "city_slot"]
    assert count_secrets(city) == 2, "what the first attempts gave up is destroyed"
