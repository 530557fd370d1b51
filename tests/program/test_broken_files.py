"""Files with one thing wrong: each is refused at its line, by its key, with what would be right."""

import tomllib
from pathlib import Path

import pytest

from idsvc.program.loading import parse
from idsvc.program.mistakes import BadProgram, Mistake

FILE = Path("broken.toml")

ONE_WRONG: list[dict[str, str]] = tomllib.loads((Path(__file__).parent / "one_wrong.toml").read_text())[
    "case"
]


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(BadProgram) as refused:
        parse(text, FILE)
    return refused.value.mistakes


@pytest.mark.parametrize("case", ONE_WRONG, ids=[f"{case['key']}: {case['found']}" for case in ONE_WRONG])
def test_one_wrong_thing_is_told_with_its_key_and_what_would_be_right(
    riverbend_text: str, case: dict[str, str]
) -> None:
    assert case["old"] in riverbend_text
    mistakes = mistakes_of(riverbend_text.replace(case["old"], case["new"], 1))
    (told,) = [
        mistake
        for mistake in mistakes
        if mistake.key == case["key"] and case["found"] in mistake.found and case["wanted"] in mistake.wanted
    ]
    assert str(told).startswith(f"broken.toml:{told.line}: {told.key}: found ")


def test_there_are_enough_broken_files() -> None:
    assert len(ONE_WRONG) >= 25


def test_a_mistake_stands_at_its_line(riverbend_text: str) -> None:
    lines = riverbend_text.splitlines()
    for old, new, key in (
        ("years = 5\n", "years = 50\n", "validity[2].years"),
        ('ink = "#16243a"', 'ink = "black"', "colours.ink"),
        ('given_by = "vouching"', 'given_by = "friends"', "evidence.paper.vouching_letter.given_by"),
        ('["resident", "city"]', '["resident", "police"]', "record.slots"),
    ):
        (mistake,) = mistakes_of(riverbend_text.replace(old, new, 1))
        assert mistake.key == key
        assert old.strip() in lines[mistake.line - 1]


def test_a_missing_key_is_told_at_its_table(riverbend_text: str) -> None:
    (mistake,) = mistakes_of(riverbend_text.replace('telephone = "311"\n', "", 1))
    assert riverbend_text.splitlines()[mistake.line - 1] == "[city]"


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(riverbend_text: str) -> None:
    broken = riverbend_text
    chosen = {"colours.accent", "city.timezone", "renewal.opens_before", "card.dates"}
    for case in ONE_WRONG:
        if case["key"] in chosen:
            broken = broken.replace(case["old"], case["new"], 1)
    mistakes = mistakes_of(broken)
    assert {mistake.key for mistake in mistakes} == chosen
    assert [mistake.line for mistake in mistakes] == sorted(mistake.line for mistake in mistakes)


def test_an_empty_file_is_told_every_section_that_is_missing() -> None:
    keys = {mistake.key for mistake in mistakes_of("")}
    assert {
        "city",
        "card",
        "ages",
        "validity",
        "renewal",
        "record",
        "delivery",
        "retention",
        "colours",
        "evidence",
    } <= keys
    assert {mistake.line for mistake in mistakes_of("")} == {1}


def test_the_refusal_lists_every_mistake(riverbend_text: str) -> None:
    with pytest.raises(BadProgram, match=r"has 2 mistakes:\n.*city.telephone.*\n.*colours.ink"):
        parse(riverbend_text.replace('telephone = "311"\n', "").replace('ink = "#16243a"', "ink = 1"), FILE)
