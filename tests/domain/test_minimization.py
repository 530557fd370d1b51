from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import BadInput, NeedsConfirmation, Refusal, SealBroken
from idsvc.domain.minimization import (
    Gender,
    Intake,
    RetainedFacts,
    amend,
    as_record,
    mailing_address,
    recall,
    retain,
)
from idsvc.domain.program import Printing, Program

TODAY = date(2026, 11, 22)
INTAKE = Intake(
    name="  Ana María  O'Neil ",
    birth_date=date(1990, 5, 6),
    identity_met=True,
    residency_met=True,
    address=("12 Main St", "Riverbend, NY 14999"),
    gender=Gender.X,
)
FACTS = RetainedFacts("Ana María O'Neil", date(1990, 5, 6), ("12 Main St", "Riverbend, NY 14999"), Gender.X)


def printing(program: Program, *, address: Printing, gender: Printing) -> Program:
    return replace(program, card=replace(program.card, address=address, gender=gender))


def test_name_birth_date_and_what_was_asked_for_are_kept_and_nothing_else(riverbend: Program) -> None:
    assert retain(INTAKE, riverbend, TODAY) == FACTS
    assert {item.name for item in fields(RetainedFacts)} == {"name", "birth_date", "address", "gender"}


def test_what_was_not_asked_for_is_not_kept(riverbend: Program) -> None:
    bare = replace(INTAKE, address=(), gender=None)
    assert retain(bare, riverbend, TODAY) == replace(FACTS, address=(), gender=None)


def test_what_the_program_does_not_print_is_dropped(riverbend: Program) -> None:
    program = printing(riverbend, address=Printing.NEVER, gender=Printing.NEVER)
    assert retain(INTAKE, program, TODAY) == replace(FACTS, address=(), gender=None)


def test_a_program_that_always_prints_the_address_asks_for_it(riverbend: Program) -> None:
    program = printing(riverbend, address=Printing.ALWAYS, gender=Printing.NEVER)
    assert retain(INTAKE, program, TODAY).address == FACTS.address
    with pytest.raises(BadInput, match="type the address"):
        retain(replace(INTAKE, address=()), program, TODAY)


@pytest.mark.parametrize(("identity", "residency"), [(False, True), (True, False), (False, False)])
def test_without_both_attestations_nothing_is_kept(
    riverbend: Program,
    identity: bool,  # noqa: FBT001 - a parameter of the test
    residency: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    with pytest.raises(Refusal, match="must both be shown"):
        retain(replace(INTAKE, identity_met=identity, residency_met=residency), riverbend, TODAY)


def test_a_child_needs_a_caretaker_until_the_birthday_and_the_caretaker_is_not_kept(
    riverbend: Program,
) -> None:
    child = replace(INTAKE, birth_date=date(2012, 11, 23))
    with pytest.raises(Refusal, match="Below the age of 14"):
        retain(child, riverbend, TODAY)
    assert retain(replace(child, caretaker_signed=True), riverbend, TODAY) == replace(
        FACTS, birth_date=child.birth_date
    )
    assert retain(replace(child, birth_date=date(2012, 11, 22)), riverbend, TODAY).name == FACTS.name


def test_below_the_lowest_age_there_is_no_card(riverbend: Program) -> None:
    program = replace(riverbend, ages=replace(riverbend.ages, minimum=10))
    with pytest.raises(Refusal, match="from the age of 10"):
        retain(replace(INTAKE, birth_date=date(2017, 1, 1), caretaker_signed=True), program, TODAY)


@pytest.mark.parametrize("born", [date(2026, 11, 23), date(1895, 11, 22)])
def test_an_impossible_birth_date_is_refused(riverbend: Program, born: date) -> None:
    with pytest.raises(BadInput, match="compare it") as refused:
        retain(replace(INTAKE, birth_date=born), riverbend, TODAY)
    assert refused.value.field == "birth date"


def test_a_doubtful_address_is_taken_only_when_confirmed(riverbend: Program) -> None:
    doubtful = replace(INTAKE, address=("9 Consulate Street",))
    with pytest.raises(NeedsConfirmation):
        retain(doubtful, riverbend, TODAY)
    assert retain(replace(doubtful, address_confirmed=True), riverbend, TODAY).address == (
        "9 Consulate Street",
    )


def test_two_intakes_that_differ_only_in_attestations_leave_the_same_facts(riverbend: Program) -> None:
    assert retain(replace(INTAKE, caretaker_signed=True), riverbend, TODAY) == retain(
        INTAKE, riverbend, TODAY
    )


def test_an_amendment_changes_only_what_is_named(riverbend: Program) -> None:
    assert amend(FACTS, riverbend) == FACTS
    assert amend(FACTS, riverbend, name="Ana O'Neil") == replace(FACTS, name="Ana O'Neil")
    assert amend(FACTS, riverbend, address=()) == replace(FACTS, address=())
    assert amend(FACTS, riverbend, address=("1 Oak Ave",)) == replace(FACTS, address=("1 Oak Ave",))
    assert amend(FACTS, riverbend, gender=Gender.F) == replace(FACTS, gender=Gender.F)
    assert amend(FACTS, riverbend, drop_gender=True) == replace(FACTS, gender=None)
    with pytest.raises(BadInput):
        amend(FACTS, riverbend, name="3")
    with pytest.raises(NeedsConfirmation):
        amend(FACTS, riverbend, address=("9 Consulate Street",))
    confirmed = amend(FACTS, riverbend, address=("9 Consulate Street",), address_confirmed=True)
    assert confirmed.address == ("9 Consulate Street",)


def test_an_amendment_drops_what_the_program_prints_no_more(riverbend: Program) -> None:
    program = printing(riverbend, address=Printing.NEVER, gender=Printing.NEVER)
    assert amend(FACTS, program, gender=Gender.F) == replace(FACTS, address=(), gender=None)


@given(
    st.builds(
        RetainedFacts,
        name=st.text(min_size=1),
        birth_date=st.dates(),
        address=st.lists(st.text()).map(tuple),
        gender=st.none() | st.sampled_from(Gender),
    ),
)
def test_a_record_reads_back_as_it_was_and_has_the_same_keys_for_everybody(facts: RetainedFacts) -> None:
    record = as_record(facts)
    assert recall(record) == facts
    assert list(record) == ["name", "birth_date", "address", "gender"]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {**as_record(FACTS), "birth_date": "1990-13-01"},
        {**as_record(FACTS), "birth_date": 19900506},
        {**as_record(FACTS), "gender": "?"},
        {**as_record(FACTS), "address": "12 Main St"},
        {**as_record(FACTS), "address": [1]},
        {**as_record(FACTS), "paper": "none"},
    ],
)
def test_a_record_of_another_shape_is_not_read(record: dict[str, object]) -> None:
    with pytest.raises(SealBroken):
        recall(record)


def test_a_card_is_mailed_only_to_an_address() -> None:
    assert mailing_address((" 12 Main St ",), confirmed=False) == ("12 Main St",)
    with pytest.raises(BadInput, match="type the address"):
        mailing_address(("  ",), confirmed=False)
