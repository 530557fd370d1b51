from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from idsvc.domain.errors import Conflict, NotFound, Refusal
from idsvc.domain.ids import CardId, ResidentId
from idsvc.domain.lifecycle import CardState
from idsvc.services import standing
from idsvc.services.activation import read_scanned
from idsvc.services.cards import find
from idsvc.services.people import AlreadyEnrolled, tag_person
from idsvc.storage.database import Session
from idsvc.storage.queries import residents
from tests.services.city import (
    City,
    Enrolled,
    LosesAnswers,
    count_rows,
    count_secrets,
    sample_portrait,
    with_lookup,
)
from tests.services.conftest import Placing


def _resume(city: City, card_id: CardId) -> None:
    desk = city.desk

    def act(session: Session) -> None:
        card = find(session, card_id)
        standing.resume(session, card, program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)


def _suspend(city: City, card_id: CardId) -> None:
    desk = city.desk

    def act(session: Session) -> None:
        card = find(session, card_id)
        standing.suspend(session, card, program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)


def _kept_until(city: City, enrolled: Enrolled) -> date | None:
    resident = city.database.read(lambda s: residents.find_resident(s, enrolled.resident))
    assert resident is not None
    return resident.kept_until


@pytest.mark.slow
def test_a_lost_card_is_suspended_at_once_and_revoked_when_its_replacement_is_active(
    at_stage: Placing,
) -> None:
    city, ana = at_stage("issued")
    city.clock.pass_days(10)
    made = city.desk.replace(ana.card, city.content(ana), lost=True)
    assert made is not None
    assert city.card(ana.card).state is CardState.SUSPENDED
    with pytest.raises(Refusal, match="suspended"):
        read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())
    assert city.card(made.card_id).expires_on == city.card(ana.card).expires_on

    with pytest.raises(Conflict, match="being made already"):
        city.desk.replace(ana.card, city.content(ana), lost=True)
    assert count_rows(city.database)["cards"] == 2

    _resume(city, ana.card)
    assert city.card(ana.card).state is CardState.ACTIVE, "it was found meanwhile"
    city.print()
    city.activate(made)
    assert city.card(ana.card).state is CardState.REVOKED
    assert count_rows(city.database)["records"] == 1


@pytest.mark.slow
def test_a_damaged_card_stays_in_use_until_its_replacement_is_active(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    content = replace(city.content(ana), facts=replace(ana.facts, name="Anna López"))
    made = city.desk.replace(ana.card, content, lost=False)
    assert made is not None
    assert city.card(ana.card).state is CardState.ACTIVE
    assert city.open(made).record.content.facts.name == "Anna López"
    tags = [
        tag_person(city.facts(name), program=city.program, name_key=city.desk.name_key)
        for name in ("Anna López", "Ana López")
    ]
    exact = [tag.exact for tag in tags if tag.exact is not None]

    def found() -> list[tuple[ResidentId, ...]]:
        return [city.database.read(partial(residents.find_residents_by_tag, tag=tag)) for tag in exact]

    assert found() == [(ana.resident,), (ana.resident,)], "the card in use still bears the old name"
    again = city.desk.void(made.card_id)
    assert again is not None
    assert found() == [(ana.resident,), (ana.resident,)], "the order goes on"
    city.desk.revoke(again.card_id)
    assert found() == [(), (ana.resident,)], "the order has ended"
    made = city.desk.replace(ana.card, content, lost=False)
    assert made is not None
    city.print()
    city.activate(made)
    assert found() == [(ana.resident,), ()], "found by the new name, and by the old one no more"
    city.desk.revoke(made.card_id)
    assert found() == [(ana.resident,), ()]


@pytest.mark.slow
def test_a_name_corrected_to_that_of_another_resident_asks_whether_it_is_a_different_person(
    small_at_stage: Placing,
) -> None:
    city, ana = small_at_stage("issued")
    city.enroll("Bo Chen")
    content = replace(city.content(ana), facts=replace(ana.facts, name="Bo Chen"))
    rows, blobs = count_rows(city.database), city.blobs()
    with pytest.raises(AlreadyEnrolled):
        city.desk.replace(ana.card, content, lost=False)
    assert (count_rows(city.database), city.blobs()) == (with_lookup(rows), blobs)
    assert city.desk.replace(ana.card, content, lost=False, different_person=True) is not None
    assert count_rows(city.database)["person_tags"] == 3


@pytest.mark.slow
def test_a_replacement_whose_every_answer_is_lost_is_made_once(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    with closing(LosesAnswers(city.database)) as losing:
        desk = replace(city.desk, database=losing)
        made = desk.replace(ana.card, city.content(ana), lost=True)
        assert made is not None
        again = desk.void(made.card_id)
        assert again is not None
    rows = count_rows(city.database)
    assert (rows["cards"], rows["print_jobs"], rows["records"]) == (3, 1, 2)
    assert count_secrets(city) == 4, "two city slots, one print file, the audit key"


def test_a_replacement_of_an_unknown_card_leaves_nothing(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    rows, secrets, blobs = count_rows(city.database), count_secrets(city), city.blobs()
    with pytest.raises(NotFound):
        city.desk.replace(CardId("0" * 32), city.content(ana), lost=True)
    assert (count_rows(city.database), count_secrets(city), city.blobs()) == (rows, secrets, blobs)


@pytest.mark.slow
def test_who_is_kept_without_a_card_in_use_gets_a_new_one_at_the_counter(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    city.desk.revoke(ana.card)
    city.clock.pass_days(20)
    with pytest.raises(AlreadyEnrolled, match="replace their card, even one that has ended"):
        city.enroll()
    made = city.desk.replace(ana.card, city.content(ana), lost=False)
    assert made is not None
    assert city.card(made.card_id).expires_on == date(2031, 3, 22), "the validity of the age band, from today"
    assert _kept_until(city, ana) == date(2031, 9, 22)
    with pytest.raises(Conflict, match="being made already"):
        city.desk.replace(ana.card, city.content(ana), lost=False)
    city.print()
    city.activate(made)
    city.desk.hand_over(made.card_id)
    assert [city.card(card).state for card in (ana.card, made.card_id)] == [
        CardState.REVOKED,
        CardState.ACTIVE,
    ]
    assert (count_rows(city.database)["records"], len(city.blobs())) == (1, 1)
    blobs = city.blobs()
    with pytest.raises(Conflict, match="another one in use"):
        city.desk.replace(ana.card, city.content(ana), lost=False)
    assert city.blobs() == blobs


@pytest.mark.slow
@pytest.mark.parametrize("written", [False, True])
def test_an_expired_card_without_its_slip_is_replaced_with_a_new_validity(
    small_at_stage: Placing, *, written: bool
) -> None:
    city, ana = small_at_stage("issued")
    city.clock.now = city.clock.now.replace(year=2031, day=3)
    if written:
        city.run_retention()
    made = city.desk.replace(ana.card, city.content(ana), lost=True)
    assert made is not None
    assert city.card(made.card_id).expires_on == date(2036, 3, 3)
    assert city.card(ana.card).state is (CardState.EXPIRED if written else CardState.ACTIVE)


def test_a_card_that_was_revoked_before_it_was_made_can_be_ordered_again(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    city.desk.revoke(ana.card)
    made = city.desk.replace(ana.card, city.content(ana), lost=False)
    assert made is not None
    rows = count_rows(city.database)
    assert (rows["records"], rows["print_jobs"], rows["residents"]) == (1, 1, 1)


@pytest.mark.slow
def test_a_suspended_card_can_be_resumed_and_a_revoked_one_cannot(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    _suspend(city, ana.card)
    with pytest.raises(Conflict):
        _suspend(city, ana.card)
    _resume(city, ana.card)
    read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())
    assert _kept_until(city, ana) == date(2031, 9, 2)
    city.desk.revoke(ana.card)
    assert _kept_until(city, ana) == date(2026, 9, 2), "six months after the end of the last card"
    with pytest.raises(Conflict):
        _resume(city, ana.card)
    with pytest.raises(Refusal, match="revoked"):
        read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())


def test_revoking_a_card_that_was_never_in_use_destroys_its_print_file_and_its_record(
    small_at_stage: Placing,
) -> None:
    city, ana = small_at_stage("queued")
    city.desk.revoke(ana.card)
    assert not count_rows(city.database).keys() & {"print_jobs", "records", "slots"}
    assert city.blobs() == set()
    assert count_secrets(city) == 1, "the audit key"
    assert city.card(ana.card).record_id is None


@pytest.mark.slow
def test_an_order_that_ends_unfinished_leaves_only_the_record_of_the_card_in_use(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    blobs, record = city.blobs(), city.card(ana.card).record_id
    made = city.desk.replace(ana.card, city.content(ana), lost=False)
    assert made is not None
    again = city.desk.void(made.card_id)
    assert again is not None
    assert len(city.blobs()) == 3, "two records, one print file"
    city.desk.revoke(again.card_id)
    assert city.blobs() == blobs
    assert (count_rows(city.database)["records"], count_secrets(city)) == (1, 2)
    assert city.card(ana.card).record_id == record
    assert city.open(ana.produced).record.content.facts == ana.facts


def test_a_closed_record_leaves_a_place_in_the_status_list_and_the_audit_log(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    city.desk.close(ana.resident)
    assert set(count_rows(city.database)) == {
        "audit_leaves",
        "audit_queue",
        "sealed_items",
        "status_indices",
    }
    assert count_rows(city.database)["sealed_items"] == count_secrets(city) == 1, "the audit key"
    assert city.blobs() == set()
    with pytest.raises(Refusal, match="revoked"):
        read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())
    with pytest.raises(NotFound, match="closed already"):
        city.desk.close(ana.resident)


def test_a_closing_whose_answer_is_lost_still_destroys_everything(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    with closing(LosesAnswers(city.database)) as losing:
        replace(city.desk, database=losing).close(ana.resident)
    assert city.blobs() == set()
    assert count_secrets(city) == 1
    with pytest.raises(NotFound):
        city.desk.close(ana.resident)


def test_a_revocation_whose_answer_is_lost_is_made_once_and_a_second_one_is_refused(
    at_stage: Placing,
) -> None:
    city, ana = at_stage("issued")
    leaves = count_rows(city.database)["audit_leaves"]
    with closing(LosesAnswers(city.database)) as losing:
        replace(city.desk, database=losing).revoke(ana.card)
    assert city.card(ana.card).state is CardState.REVOKED
    assert count_rows(city.database)["audit_leaves"] == leaves + 1
    with pytest.raises(Conflict):
        city.desk.revoke(ana.card)


@pytest.mark.slow
def test_somebody_who_closed_the_record_can_be_enrolled_again(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    city.desk.close(ana.resident)
    again = city.enroll()
    assert again.resident != ana.resident
    assert sample_portrait()
