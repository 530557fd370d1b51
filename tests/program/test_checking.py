"""Programs without a mistake in any single value, whose values do not go together."""

import re
import tomllib
from pathlib import Path

import pytest

from idsvc.program import load
from idsvc.program.checking import check, check_values
from idsvc.program.evidence_checks import check_evidence
from idsvc.program.findings import Weight
from idsvc.program.loading import parse

FILE = Path("doubtful.toml")
CITIES = sorted((Path(__file__).parent / "cities").glob("*.toml"))


DOUBTS: list[dict[str, str]] = tomllib.loads((Path(__file__).parent / "doubts.toml").read_text())["doubt"]


def findings(text: str) -> list[tuple[Weight, str, str]]:
    return [(found.weight, found.key, found.sentence) for found in check(parse(text, FILE))]


@pytest.mark.parametrize("doubt", DOUBTS, ids=[f"{doubt['key']}: {doubt['sentence']}" for doubt in DOUBTS])
def test_what_does_not_go_together_is_found(riverbend_text: str, doubt: dict[str, str]) -> None:
    assert doubt["old"] in riverbend_text
    program = parse(riverbend_text.replace(doubt["old"], doubt["new"], 1), FILE)
    about_evidence = doubt["key"].startswith(("evidence", "city.languages"))
    found = list(check_evidence(program) if about_evidence else check_values(program))
    assert any(
        (told.weight, told.key) == (doubt["weight"], doubt["key"]) and doubt["sentence"] in told.sentence
        for told in found
    ), found


@pytest.mark.parametrize(
    ("points", "key", "sentence"),
    [
        (30, "evidence.identity", "the listed papers are never enough"),
        (12, "evidence", "no 4 papers are enough"),
    ],
)
def test_rules_that_ask_too_much_are_found(riverbend_text: str, points: int, key: str, sentence: str) -> None:
    found = findings(riverbend_text.replace("points = 3\n", f"points = {points}\n"))
    assert any(told[1] == key and sentence in told[2] for told in found), found


def test_the_default_program_has_no_finding_but_its_example_address(riverbend_text: str) -> None:
    assert [found[1] for found in findings(riverbend_text)] == ["city.issuer"]


@pytest.mark.parametrize("file", CITIES, ids=[file.stem for file in CITIES])
def test_real_programs_have_no_errors(file: Path) -> None:
    found = check(load(file))
    assert [str(one) for one in found if one.weight is Weight.ERROR] == []
    assert "city.issuer" in {one.key for one in found}


def test_a_paper_that_never_makes_a_difference_is_found(riverbend_text: str) -> None:
    idle = (
        riverbend_text
        + '\n[evidence.paper.library_card]\nnames.en = "Library card"\nidentity = "secondary"\n'
    )
    assert "evidence.paper.library_card.identity" in {key for _, key, _ in findings(idle)}


def test_a_way_stands_even_if_only_a_caretaker_can_meet_it(riverbend_text: str) -> None:
    text = riverbend_text.replace(
        "[[evidence.residency]]\n",
        '[[evidence.residency]]\nall_of = ["caretaker_statement"]\nages = "0-13"\n\n[[evidence.residency]]\n',
        1,
    )
    assert [found[1] for found in findings(text)] == ["city.issuer"]


def test_errors_come_before_warnings_and_read_as_one_line(riverbend_text: str) -> None:
    text = riverbend_text.replace('ink = "#16243a"', 'ink = "#9aa5b1"')
    lines = [str(found) for found in check(parse(text, FILE))]
    assert lines[0].startswith("error: colours.ink: text on paper")
    assert lines[-1].startswith("warning: city.issuer: id.riverbend.example is a name for examples")


def test_without_help_near_you_the_program_is_doubted(riverbend_text: str) -> None:
    start, end = (
        riverbend_text.index("[[help_near_you]]"),
        riverbend_text.index("# -----", riverbend_text.index("[[help_near")),
    )
    assert "help_near_you" in {key for _, key, _ in findings(riverbend_text[:start] + riverbend_text[end:])}


def test_a_program_whose_cards_never_expire_has_no_shortest_validity(riverbend_text: str) -> None:
    start, end = riverbend_text.index("[[validity]]"), riverbend_text.index("[renewal]")
    text = f'{riverbend_text[:start]}[[validity]]\nages = "0-"\nexpires = false\n\n{riverbend_text[end:]}'
    assert [found[1] for found in findings(text)] == ["city.issuer"]


def test_what_a_program_does_not_do_is_not_doubted(riverbend_text: str) -> None:
    text = (
        riverbend_text.replace('ways = ["pick-up", "mail"]', 'ways = ["pick-up"]')
        .replace("https://id.riverbend.example", "https://id.riverbend.gov")
        .replace('slots = ["resident", "city"]', 'slots = ["resident"]')
        .replace('["portrait", "address"]', '["portrait"]')
        .replace('keep = "21 days"', 'keep = "1 day"')
    )
    for kept, keep in (("city_slot", "1 year"), ("contact", "1 day")):
        text = re.sub(rf'(\[retention\.{kept}\].*\n)keep = ".*"', rf'\1keep = "{keep}"', text)
    assert list(check_values(parse(text, FILE))) == []
