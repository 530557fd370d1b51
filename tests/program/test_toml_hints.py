"""Whatever somebody types by mistake, the line is told, and what is proposed is TOML."""

import random
import re
import tomllib

import pytest

from idsvc.program.toml_hints import explain_toml

FRAME = '[city]\n{}\ntelephone = "311"\n'


def _explain(text: str) -> tuple[int, str, str]:
    with pytest.raises(tomllib.TOMLDecodeError) as refused:
        tomllib.loads(text)
    hint = explain_toml(text, refused.value)
    return hint.line, hint.found, hint.wanted


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("name = “Riverbend”", 'name = "Riverbend" (straight quotes'),
        ("name = «Riverbend»", 'name = "Riverbend" (straight quotes'),
        ("name = ‘Riverbend’", "name = 'Riverbend' (straight quotes"),
        ("birth_date = True", "birth_date = true (true and false"),
        ("birth_date = FALSE # not printed", "birth_date = false # not printed (true and false"),
        ("birth_date = yes", "birth_date = true (true and false"),
        ("name = Riverbend", 'name = "Riverbend" (a text stands in quotes)'),
        ("name = Bird’s Nest", 'name = "Bird\'s Nest" (a text stands in quotes)'),
        ("name = 'O'Fallon'", 'name = "O\'Fallon" (double quotes around a text with an apostrophe)'),
        ("keep = 5 years # by law", 'keep = "5 years" # by law (a text stands in quotes)'),
        ('name = "Riverbend', 'name = "Riverbend" (the quote at the end'),
        ('name = Riverbend"', 'name = "Riverbend" (the quote at the beginning'),
        ('name = "Riverbend # the city', 'name = "Riverbend" # the city (the quote at the end'),
        ("languages = [en, es]", 'languages = ["en", "es"] (every text in quotes)'),
        ("points = 03", "points = 3 (a number without zeros before it)"),
        ('name: "Riverbend"', 'name = "Riverbend" (an equals sign behind the key)'),
        ("ink = #fff", 'ink = "#fff" (a text stands in quotes)'),
        ("ink = #16243a # dark", 'ink = "#16243a" # dark (a text stands in quotes)'),
        (
            'name = "say "hi" now"',
            'name = "say \\"hi\\" now" (a text has a backslash before each quote in it)',
        ),
        ('name = "one", "two"', "a line that TOML can read"),
        ("[card", "[card] (a heading in brackets)"),
        ("[[validity]", "[[validity]] (a heading in brackets)"),
        ("Riverbend", "a line that TOML can read"),
    ],
)
def test_a_line_is_told_with_the_line_that_would_be_right(written: str, right: str) -> None:
    line, found, wanted = _explain(FRAME.format(written))
    assert (line, found) == (2, written)
    assert wanted.startswith(right)


def test_a_list_over_several_lines_is_told_at_its_wrong_item_or_where_it_began() -> None:
    items = 'office_lines = [\n  "Riverbend City Card",\n  {}\n]'
    assert _explain(FRAME.format(items.format("“200 Main Street”,")))[::2] == (
        4,
        '"200 Main Street", (straight quotes instead of curly ones)',
    )
    opened = _explain(FRAME.format('languages = ["en", "es"'))
    assert opened == (2, 'languages = ["en", "es"', 'a list that ends with "]", its items parted by commas')


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\u2029"])
def test_lines_are_counted_as_the_reader_counts_them(separator: str) -> None:
    line, found, _ = _explain(f'name = "a{separator}b"\nplace = Mill\n')
    assert (line, found) == (2, "place = Mill")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", [True, False])
def test_a_last_line_is_told_whether_or_not_it_ends(newline: str, end: bool) -> None:  # noqa: FBT001
    closing = newline if end else ""
    line, found, wanted = _explain(f'[city]{newline}name = "a"{newline}name = "b"{closing}')
    assert (line, found) == (3, 'name = "b"')
    assert wanted.startswith("a name that stands here for the first time")
    assert _explain(f'[city]{newline}name = "Riverbend{closing}')[:2] == (2, 'name = "Riverbend')


def test_any_slip_of_the_hand_gets_an_answer_and_proposals_are_toml(riverbend_text: str) -> None:
    chance = random.Random(11)  # noqa: S311 - the same slips every time
    told = 0
    for _ in range(150):
        place = chance.randrange(len(riverbend_text))
        slip = chance.choice(["", "“", '"', "'", "[", "]", "=", "#", "True", "\n", "é", "{{"])
        text = riverbend_text[:place] + slip + riverbend_text[place + 1 :]
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            told += 1
            hint = explain_toml(text, error)
            assert 1 <= hint.line <= len(text.splitlines()) + 1
            proposal = re.fullmatch(
                r"(.*) \((?:straight|true and|a text|the quote|every text|a number|an equals|a heading).*\)",
                hint.wanted,
            )
            if proposal and not proposal[1].startswith("a name"):
                assert any(_reads(whole) for whole in (proposal[1], f"list = [{proposal[1]}]")), hint
    assert told > 40


def _reads(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
