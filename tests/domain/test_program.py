from dataclasses import FrozenInstanceError

import pytest

from idsvc.domain.dates import days
from idsvc.domain.evidence import Ages, Question
from idsvc.domain.program import Program


def test_the_first_language_is_the_one_used_where_no_other_is_asked_for(riverbend: Program) -> None:
    assert riverbend.language == "en" == riverbend.city.languages[0]


def test_the_audit_epoch_lives_as_long_as_its_key(riverbend: Program) -> None:
    assert riverbend.audit_epoch == days(90)


def test_a_program_cannot_be_changed_once_it_is_read(riverbend: Program) -> None:
    with pytest.raises(FrozenInstanceError):
        riverbend.city.name = "Elsewhere"  # type: ignore[misc]


def test_ages_include_both_ends() -> None:
    assert [age in Ages(14, 64) for age in (13, 14, 64, 65)] == [False, True, True, False]
    assert 120 in Ages(65)
    assert (str(Ages(14, 64)), str(Ages(65))) == ("14 to 64", "65 and over")


def test_worth_and_ways_are_asked_for_by_question(riverbend: Program) -> None:
    passport = riverbend.evidence.papers[0]
    assert passport.worth(Question.IDENTITY) == passport.identity is not None
    assert passport.worth(Question.RESIDENCY) is None
    assert riverbend.evidence.ways(Question.IDENTITY) == riverbend.evidence.identity
    assert riverbend.evidence.ways(Question.RESIDENCY) == riverbend.evidence.residency
