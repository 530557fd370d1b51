"""What is missing, in the words that people read."""

from datetime import date
from pathlib import Path

import pytest

from idsvc.domain.proofing import Shown, Situation, judge
from idsvc.program import load
from idsvc.program.wording import Told, Wording

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)


def told(city: str, *shown: Shown, age: int = 30, caretaker: bool = False, language: str = "en") -> Told:
    folder = ROOT / (
        "templates/programs/riverbend/program.toml"
        if city == "riverbend"
        else f"tests/program/cities/{city}.toml"
    )
    program = load(folder)
    situation = Situation(TODAY, age, caretaker)
    return Wording(program, language).tell(
        situation, shown, judge(program.evidence, program.ages, situation, shown)
    )


def test_the_missing_residency_paper_is_told_with_what_all_of_them_must_be() -> None:
    assert told("philadelphia", Shown("passport")).residency == (
        "Still missing: one more paper that shows where you live, with the address, not older than 30 days."
    )
    assert told("philadelphia", Shown("passport"), language="es").residency == (
        "Todavía falta: un documento más que muestre dónde vive, con la dirección, de no más de 30 días."
    )


def test_where_papers_differ_only_what_they_share_is_told() -> None:
    assert told("riverbend").residency == "Still missing: one more paper that shows where you live."


def test_points_and_features_are_told() -> None:
    assert told("riverbend", Shown("birth_certificate")).identity == (
        "Still missing: one more paper that shows who you are, with a photo."
    )
    assert told("riverbend", Shown("school_record")).identity == (
        "Still missing: papers that show who you are, worth 2 more points and a paper with a photo."
    )
    arabic = told("riverbend", Shown("birth_certificate"), language="ar").identity
    assert arabic == "ما زال ينقص: ورقة أخرى تُثبت من أنت، وعليها صورة."


def test_classes_and_groups_are_told() -> None:
    assert told("hartford", Shown("birth_certificate")).identity == (
        "Still missing: one more paper of the first class."
    )
    assert told("philadelphia", Shown("student_id")).identity == (
        "Still missing: one of these: Passport, State ID or driver's license or Consular ID card."
    )
    assert told("riverbend", Shown("vouching_letter", issued=TODAY, since=date(2020, 1, 1))).residency == (
        "Where you live: enough."
    )


BILL = "Gas, water, power, telephone or internet bill"
LICENSE = "Photo ID card or driver's license with your Riverbend address"
LETTER = "Letter from a listed school, shelter, clinic or re-entry program that knows you"


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (Shown("utility_bill", issued=date(2026, 1, 1)), f"{BILL}: must not be older than 60 days."),
        (Shown("utility_bill"), f"{BILL}: must show the day it was made."),
        (
            Shown("passport", expires=date(2020, 1, 1)),
            "Passport of any country: may have expired up to 5 years ago, this one is older.",
        ),
        (Shown("local_photo_id", expires=date(2020, 1, 1)), f"{LICENSE}: has expired."),
        (
            Shown("lease", issued=TODAY, here=False),
            "Lease or rent receipt: does not show the address where you live now.",
        ),
        (
            Shown("vouching_letter", issued=TODAY, since=TODAY),
            f"{LETTER}: must say that you have lived here for 15 days.",
        ),
    ],
)
def test_a_paper_that_does_not_count_says_why(shown: Shown, sentence: str) -> None:
    assert told("riverbend", shown).papers == (sentence,)


def test_a_person_hears_of_age_and_caretaker() -> None:
    assert told("riverbend", age=5).person == (
        "Still missing: a parent, guardian or institution who comes along and signs."
    )
    assert (
        told("new_york", age=9, caretaker=True).person
        == "Still missing: cards are for people aged 10 and over."
    )
    assert told("riverbend").person == ""


def test_an_age_without_a_rule_is_sent_to_the_office(riverbend_text: str) -> None:
    from idsvc.program.loading import parse  # noqa: PLC0415 - only here

    text = riverbend_text.replace("[[evidence.residency]]\n", '[[evidence.residency]]\nages = "14-"\n')
    program = parse(text, Path("x.toml"))
    situation = Situation(TODAY, 5, caretaker=True)
    judgement = judge(program.evidence, program.ages, situation, ())
    assert "please ask the office" in Wording(program, "en").tell(situation, (), judgement).residency
