from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from idsvc.credential import DoesNotFit
from idsvc.domain.errors import BadInput, Refusal
from idsvc.domain.ids import DraftId, EnrollmentId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.domain.program import Duplicates, Program, Slot
from idsvc.printing.cards.face import NameDoesNotFit
from idsvc.services.people import AlreadyEnrolled
from idsvc.storage.queries import cards
from tests.services.city import (
    City,
    LosesAnswers,
    count_rows,
    count_secrets,
    sample_portrait,
    with_lookup,
)
from tests.services.conftest import Placing

BORN = date(1990, 5, 17)


def _enrollment(city: City) -> EnrollmentId:
    return EnrollmentId(fresh_id(city.random))


def test_an_enrollment_orders_one_card_and_keeps_only_sealed_facts(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    assert count_rows(city.database) == {
        "residents": 1,
        "enrollments": 1,
        "records": 1,
        "slots": 1,
        "person_tags": 1,
        "tolerant_tokens": count_rows(city.database)["tolerant_tokens"],
        "cards": 1,
        "card_numbers": 1,
        "status_indices": 1,
        "sealed_items": 3,  # the city's slot, the print file, the audit key
        "print_jobs": 1,
        "audit_leaves": 2,
        "audit_queue": 2,
    }
    card = city.card(ana.card)
    assert card.state is CardState.ORDERED
    assert card.expires_on == date(2031, 3, 2)
    opened = city.desk.reader.open_record(ana.card)
    assert (opened.content.facts, opened.content.portrait) == (ana.facts, sample_portrait())


def test_the_same_enrollment_again_gives_the_first_card_and_writes_nothing(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    desk = city.desk
    rows, secrets, blobs = count_rows(city.database), count_secrets(city), city.blobs()
    approved, produced = desk.enroll(ana.enrollment, ana.facts, sample_portrait())
    assert (approved.is_new, approved.resident_id, produced) == (False, ana.resident, None)
    assert approved.ordered.card.id == ana.card
    assert count_rows(city.database) == rows
    assert (count_secrets(city), city.blobs()) == (secrets, blobs)


@pytest.mark.parametrize("name", ["Ana López", "ANA LOPEZ", "ana  lopez"])
def test_a_person_enrolled_already_is_told_and_leaves_a_look_up_alone(
    small_at_stage: Placing, name: str
) -> None:
    city, _ = small_at_stage("queued")
    desk = city.desk
    rows, secrets, blobs = count_rows(city.database), count_secrets(city), city.blobs()
    with pytest.raises(AlreadyEnrolled) as refused:
        desk.enroll(_enrollment(city), city.facts(name), sample_portrait())
    assert "Ana" not in str(refused.value)
    assert count_rows(city.database) == with_lookup(rows)
    assert (count_secrets(city), city.blobs()) == (secrets, blobs)


@pytest.mark.slow
def test_a_namesake_is_enrolled_when_the_clerk_says_it_is_a_different_person(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    approved, produced = city.desk.enroll(
        _enrollment(city), ana.facts, sample_portrait(), different_person=True
    )
    assert approved.is_new
    assert produced is not None
    assert approved.resident_id != ana.resident
    assert count_rows(city.database)["person_tags"] == 2


@pytest.mark.parametrize("name", ["Ana Lópes", "López Ana", "Anna López"])
def test_a_misspelt_name_is_found_while_the_city_may_open_the_record(
    small_at_stage: Placing, name: str
) -> None:
    city, ana = small_at_stage("queued")
    assert city.desk.reader.find_alike(city.facts(name)) == (ana.resident,)


def test_a_name_that_cannot_be_printed_is_refused_before_anything_is_written(small_city: City) -> None:
    desk, rows = small_city.desk, count_rows(small_city.database)
    facts = replace(small_city.facts(), name="W" * 90)
    with pytest.raises((NameDoesNotFit, DoesNotFit)):
        desk.enroll(_enrollment(small_city), facts, sample_portrait())
    assert count_rows(small_city.database) == rows
    assert small_city.blobs() == set()


def test_a_portrait_that_is_too_large_is_refused_before_anything_is_written(small_city: City) -> None:
    desk, rows = small_city.desk, count_rows(small_city.database)
    with pytest.raises(BadInput, match="portrait"):
        desk.enroll(_enrollment(small_city), small_city.facts(), bytes(120_001))
    assert count_rows(small_city.database) == rows


def test_a_portrait_that_carries_more_than_its_pixels_is_refused_before_anything_is_written(
    small_city: City,
) -> None:
    desk, rows, jpeg = small_city.desk, count_rows(small_city.database), sample_portrait()
    comment = b"\xff\xfe\x00\x08canary"
    with pytest.raises(BadInput, match="not made here"):
        desk.enroll(_enrollment(small_city), small_city.facts(), jpeg[:20] + comment + jpeg[20:])
    assert count_rows(small_city.database) == rows
    assert small_city.blobs() == set()


@pytest.mark.parametrize("met", [{"identity_met": False}, {"residency_met": False}])
def test_without_both_attestations_there_is_nothing_to_enroll(
    small_city: City, met: dict[str, object]
) -> None:
    with pytest.raises(Refusal, match="both be shown"):
        small_city.facts("Ana López", BORN, **met)


@pytest.mark.slow
def test_the_draft_dies_with_the_approval(city: City) -> None:
    draft = DraftId(fresh_id(city.random))
    city.desk.begin_draft(draft, b"typed")
    blobs = city.blobs()
    city.desk.enroll(_enrollment(city), city.facts(), sample_portrait(), draft_id=draft)
    assert not blobs & city.blobs()
    assert "drafts" not in count_rows(city.database)


@pytest.mark.slow
def test_an_enrollment_whose_every_answer_is_lost_is_made_once(city: City) -> None:
    with closing(LosesAnswers(city.database)) as losing:
        city.desk  # noqa: B018 - the audit epoch begins with answers that arrive
        desk = replace(city.desk, database=losing)
        approved, produced = desk.enroll(_enrollment(city), city.facts(), sample_portrait())
    assert produced is not None
    rows = count_rows(city.database)
    assert (rows["residents"], rows["cards"], rows["card_numbers"], rows["print_jobs"]) == (1, 1, 1, 1)
    assert (rows["status_indices"], rows["sealed_items"]) == (1, 3)
    assert rows["audit_leaves"] == 4, "approval and order once; the look that finishes the card, twice"
    card = city.card(approved.ordered.card.id)
    found = city.database.read(lambda s: cards.find_card_by_number(s, produced.number_tag))
    assert found is not None
    assert found.id == card.id
    assert len(city.blobs()) == 2, "the record and the print file"
    assert count_secrets(city) == 3


def _without_city(program: Program) -> Program:
    return replace(program, record=replace(program.record, slots=frozenset({Slot.RESIDENT})))


def _without_resident(program: Program) -> Program:
    return replace(program, record=replace(program.record, slots=frozenset({Slot.CITY})))


def _without_tags(program: Program) -> Program:
    return replace(program, record=replace(program.record, duplicates=Duplicates.NONE))


@pytest.mark.slow
def test_a_program_without_a_city_slot_lets_the_city_open_nothing(city: City) -> None:
    city.change = _without_city
    bo = city.issue()
    rows = count_rows(city.database)
    assert "tolerant_tokens" not in rows
    assert rows["sealed_items"] == 1, "the audit key"
    assert city.open(bo.produced).record.content.facts == bo.facts


@pytest.mark.slow
def test_a_misprint_is_made_again_in_a_program_without_a_city_slot(city: City) -> None:
    city.change = _without_city
    bo = city.enroll()
    again = city.desk.void(bo.card)
    assert again is not None
    city.print()
    city.activate(again)
    city.desk.hand_over(again.card_id)
    assert count_rows(city.database)["sealed_items"] == count_secrets(city) == 1, "the audit key"
    assert city.open(again).record.content.facts == bo.facts


@pytest.mark.slow
def test_a_program_without_a_resident_slot_prints_no_code_and_keeps_none(city: City) -> None:
    city.change = _without_resident
    bo = city.issue()
    assert bo.produced.code is None
    assert "slots" not in count_rows(city.database)


@pytest.mark.slow
def test_a_program_without_tags_keeps_none(small_city: City) -> None:
    small_city.change = _without_tags
    small_city.enroll()
    assert not {"person_tags", "tolerant_tokens"} & set(count_rows(small_city.database))
