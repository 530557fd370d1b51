import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.domain.errors import BadSetting
from idsvc.printing.papers.guide import render_guide
from idsvc.printing.papers.slip import Paper
from idsvc.program import load
from idsvc.program.guide_text import GuideText, guide_text
from idsvc.program.loading import parse

ROOT = Path(__file__).parents[3]
RIVERBEND = ROOT / "templates/programs/riverbend/program.toml"
CITIES = sorted((ROOT / "tests/program/cities").glob("*.toml"))

pytestmark = pytest.mark.slow


def the_guide(language: str = "en", file: Path = RIVERBEND) -> tuple[GuideText, bytes]:
    program = load(file)
    text = guide_text(program, language)
    return text, render_guide(text, program.colours)


def words_on(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        return " ".join(str(document[0].get_textpage().get_text_bounded()).split())
    finally:
        document.close()


def test_the_guide_says_what_to_bring_in_the_programs_own_words() -> None:
    text, pdf = the_guide()
    shown = words_on(pdf)
    for part in (
        "What to bring",
        "200 Main Street · Riverbend, NY 14999",
        "Monday to Friday 9 to 5, Thursday to 7 · Questions? Call 311.",
        "You need papers that show who you are, worth 3 points; among them a paper with a photo",
        "You need one paper that shows where you live.",
        "Passport of any country 3 points",
        "may have expired up to 5 years ago",
        "not older than 60 days",
        "Harbor House Shelter",
        "Under the age of 14 a parent, guardian or institution comes along and signs.",
        "No photo is needed at ages 0 to 13 when a parent, guardian or institution signs.",
        "we do not keep a record of which papers you showed",
        "Questions? Call 311.",
    ):
        assert part in shown
    assert text.examples[0] == "Photo ID card or driver's license with your Riverbend address"
    assert len(text.examples) == len(set(text.examples)) == 5


@pytest.mark.parametrize("language", ["es", "zh", "ar", "ht"])
def test_every_language_of_the_default_program_fits_on_one_page(language: str) -> None:
    text, pdf = the_guide(language)
    assert text.right_to_left is (language == "ar")
    assert len(words_on(pdf)) > 800


@pytest.mark.parametrize("file", CITIES, ids=[file.stem for file in CITIES])
def test_every_real_program_fits_on_one_page(file: Path) -> None:
    text, pdf = the_guide("es", file)
    assert text.title in words_on(pdf)


def test_classes_ages_and_groups_are_written_out() -> None:
    francisco, shown = the_guide("en", ROOT / "tests/program/cities/san_francisco.toml")
    identity = francisco.lists[0]
    assert identity.enough[0] == (
        "Age 14 and over: You need one paper of the first class, with a photo, with the date of birth."
    )
    assert identity.enough[1].startswith(
        "Or: 2 papers of the second class; among them a paper with a photo and"
    )
    assert (
        identity.enough[2]
        == "Ages 0 to 13: You need one paper that shows who you are, with the date of birth."
    )
    assert identity.papers[0].worth == "first class"
    assert francisco.lists[1].papers[0].worth == ""
    assert "A paper of the first class also counts as one of the second class." in words_on(shown)
    assert "Cards are for people aged" not in words_on(shown)
    philadelphia, _ = the_guide("en", ROOT / "tests/program/cities/philadelphia.toml")
    assert philadelphia.lists[0].enough[0] == (
        "You need one of these: Passport, State ID or driver's license or Consular ID card."
    )
    new_york, shown = the_guide("en", ROOT / "tests/program/cities/new_york.toml")
    assert (
        "No photo is needed at ages 10 to 21 when a parent, guardian or institution signs." in new_york.rules
    )
    assert "Cards are for people aged 10 and over." in words_on(shown)
    assert "first class" not in words_on(shown)


@pytest.mark.parametrize("language", ["en", "es", "zh", "ar", "ht"])
def test_every_language_says_when_the_office_is_open(language: str) -> None:
    text, _ = the_guide(language)
    assert text.hours == load(RIVERBEND).city.hours[language]


def test_an_address_reads_from_left_to_right_also_on_an_arabic_page() -> None:
    document = pypdfium2.PdfDocument(the_guide("ar")[1])
    page = document[0].get_textpage()
    written = str(page.get_text_range())
    start = written.index("200 Main Street")
    places = [
        page.get_charbox(start + offset)[0]
        for offset, letter in enumerate("200 Main Street")
        if letter != " "
    ]
    assert places == sorted(places)


def test_a_telephone_number_reads_from_left_to_right_also_on_an_arabic_page() -> None:
    program = load(RIVERBEND)
    far = replace(program, city=replace(program.city, hours={}, telephone="555-0190"))
    document = pypdfium2.PdfDocument(render_guide(guide_text(far, "ar"), program.colours))
    height, page = document[0].get_size()[1], document[0].get_textpage()
    letters = [
        (page.get_charbox(place), page.get_text_range(place, 1)) for place in range(page.count_chars())
    ]
    band = [(box[0], letter) for box, letter in letters if height - 60 < box[1] < height - 45]
    assert "555-0190" in "".join(letter for _, letter in sorted(band))


def test_a_program_without_hours_says_none_and_a_long_address_keeps_the_margins() -> None:
    program = load(RIVERBEND)
    lines = tuple(f"A line of thirty-four characters {number}" for number in range(4))
    far = replace(program, city=replace(program.city, hours={}, office_lines=lines))
    text = guide_text(far, "en")
    assert text.hours == ""
    shown = words_on(render_guide(text, program.colours))
    assert " · ".join(lines) in shown
    assert "· Questions?" not in shown


def test_what_a_program_does_not_have_leaves_no_gap() -> None:
    text = RIVERBEND.read_text()
    for old, new in (
        ("points = 3\n", "points = 99\n"),
        ('features = ["photo"]\nwith_caretaker = true', 'questions = ["residency"]'),
        ("year_only_birth_date = true ", "year_only_birth_date = false "),
        ("caretaker_under = 14 ", "caretaker_under = 0 "),
        ('given_by = "vouching"\n', ""),
        (
            "[[evidence.residency]]\npoints = 1",
            '[[evidence.residency]]\nall_of = ["lease", "utility_bill"]\nages = "14-"',
        ),
    ):
        assert old in text
        text = text.replace(old, new)
    start, end = text.index("[evidence.organisations]  "), text.index("[[evidence.identity]]\n")
    program = parse(text[:start] + text[end:], RIVERBEND)
    guide = guide_text(program, "en")
    assert (guide.examples, guide.examples_heading, guide.vouching, guide.vouching_heading) == (
        (),
        "",
        (),
        "",
    )
    assert guide.rules == ("Ages 0 to 13: you need not show where you live.",)
    assert guide.lists[1].enough == (
        "Age 14 and over: You need Lease or rent receipt and Gas, water, power, telephone or internet bill.",
    )
    assert guide.promise in words_on(render_guide(guide, program.colours))


def test_a_question_let_go_with_a_caretaker_says_so() -> None:
    text = RIVERBEND.read_text().replace('features = ["photo"]\nwith', 'questions = ["identity"]\nwith')
    rule = guide_text(parse(text, RIVERBEND), "en").rules[1]
    assert rule.startswith("Ages 0 to 13: you need not show who you are. A parent, guardian or institution")


def test_the_same_program_gives_the_same_bytes() -> None:
    assert the_guide()[1] == the_guide()[1]


def test_more_than_a_page_can_hold_is_refused() -> None:
    program = load(RIVERBEND)
    text = guide_text(program, "en")
    long = replace(text, lists=(replace(text.lists[0], papers=text.lists[0].papers * 9), text.lists[1]))
    with pytest.raises(BadSetting, match=r'"en" does not fit on a page'):
        render_guide(long, program.colours)


@pytest.mark.slow
@pytest.mark.needs("pdftoppm")
@pytest.mark.parametrize("paper", Paper)
def test_the_guide_keeps_its_margins(tmp_path: Path, paper: Paper) -> None:
    program = load(RIVERBEND)
    (tmp_path / "guide.pdf").write_bytes(
        render_guide(guide_text(program, "es"), program.colours, paper=paper)
    )
    command = [
        "pdftoppm",
        "-r",
        "50",
        "-gray",
        "-singlefile",
        str(tmp_path / "guide.pdf"),
        str(tmp_path / "guide"),
    ]
    subprocess.run(command, check=True)
    header, width_height, _, pixels = (tmp_path / "guide.pgm").read_bytes().split(b"\n", 3)
    assert header == b"P5"
    width, height = map(int, width_height.split())
    margin = int(14 / 25.4 * 50)
    rows = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    below_band = rows[int(26 / 25.4 * 50) : height]
    assert all(set(row[:margin]) == set(row[width - margin :]) == {255} for row in below_band)
    assert all(set(row) == {255} for row in rows[-int(10 / 25.4 * 50) :])
    assert sum(pixel < 128 for row in below_band for pixel in row) > 5_000
