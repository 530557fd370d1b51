from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.cards.face import NameDoesNotFit
from idsvc.printing.papers.slip import Paper, SlipFace, render_slips
from idsvc.printing.papers.slip_words import SLIP_WORDS

CODE = "123456789012345678901"
LINK = "id.riverbend.example"


def _page_text(pdf: bytes, page: int = 0) -> str:
    text: str = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range()
    return " ".join(text.split())


def test_the_code_stands_in_groups_of_three_with_the_end_of_the_card_number(artwork: Artwork) -> None:
    text = _page_text(render_slips([SlipFace(CODE, "483920175566")], artwork=artwork, link=LINK))
    assert "123 456 789 012 345 678 901" in text
    assert "Riverbend City Card •••• •••• 5566" in text  # so that a family knows whose slip is whose
    assert "4839" not in text


def test_a_slip_names_nobody_unless_it_is_mailed(artwork: Artwork) -> None:
    handed, mailed = SlipFace(CODE, "0" * 12), SlipFace(CODE, "0" * 12, ("Eileen Collins", "12 Mill Lane"))
    pdf = render_slips([handed, mailed], artwork=artwork, link=LINK)
    assert "Eileen" not in _page_text(pdf, 0)
    assert "Eileen Collins" in _page_text(pdf, 1)


@pytest.mark.parametrize("paper", Paper)
def test_each_slip_is_one_page_of_its_paper(artwork: Artwork, paper: Paper) -> None:
    pdf = render_slips([SlipFace(CODE, "0" * 12)] * 3, artwork=artwork, link=LINK, paper=paper)
    sizes = [page.get_size() for page in pypdfium2.PdfDocument(pdf)]
    assert sizes == [pytest.approx([side / 25.4 * 72 for side in paper.size_mm], abs=0.01)] * 3


def test_the_programs_languages_speak_and_one_without_words_follows_behind_the_link(artwork: Artwork) -> None:
    some = replace(artwork, languages=("es", "en", "xx"))
    text = _page_text(render_slips([SlipFace(CODE, "0" * 12)], artwork=some, link=LINK))
    assert "Guarde esta hoja en casa" in text
    assert "Keep this page at home" in text
    assert text.count(LINK) == 3


def test_every_languages_words_fill_in_link_and_telephone() -> None:
    for words in SLIP_WORDS.values():
        assert "{link}" in words.renew
        assert "{telephone}" in words.lost
        assert all(text.strip() for text in (words.title, words.keep))


@pytest.mark.parametrize("languages", [("en",), tuple(SLIP_WORDS)])
def test_all_words_stay_above_the_foot_of_the_page(artwork: Artwork, languages: tuple[str, ...]) -> None:
    some = replace(artwork, languages=languages)
    pdf = render_slips([SlipFace(CODE, "0" * 12)], artwork=some, link=LINK)
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    feet = sorted(page.get_rect(number)[1] for number in range(page.count_rects()))
    foot_line = 18 / 25.4 * 72
    assert [foot for foot in feet if foot < foot_line] == [foot for foot in feet if foot < 15 / 25.4 * 72]


def test_an_address_that_does_not_fit_an_envelope_is_refused(artwork: Artwork) -> None:
    for address in (("x" * 90,), ("line",) * 7, ("𓀀",)):
        with pytest.raises(NameDoesNotFit):
            render_slips([SlipFace(CODE, "0" * 12, address)], artwork=artwork, link=LINK)


def test_the_same_slip_gives_the_same_bytes(artwork: Artwork) -> None:
    slip = SlipFace(CODE, "0" * 12)
    assert render_slips([slip], artwork=artwork, link=LINK) == render_slips(
        [slip], artwork=artwork, link=LINK
    )


def test_a_telephone_number_reads_from_left_to_right_in_every_language(artwork: Artwork) -> None:
    """Behind an Arabic letter UAX #9 turns 555-0190 into 0190-555 unless it is marked."""
    arabic = replace(artwork, languages=("ar",), telephone="555-0190")
    page = pypdfium2.PdfDocument(render_slips([SlipFace(CODE, "0" * 12)], artwork=arabic, link=LINK))[0]
    words = page.get_textpage()
    shown = [
        (words.get_text_range(place, 1), words.get_charbox(place)) for place in range(words.count_chars())
    ]
    things = (18 / 25.4 * 72, page.get_size()[1] - 150 / 25.4 * 72)  # between the foot and the code
    figures = [
        (box[0], letter) for letter, box in shown if things[0] < box[1] < things[1] and letter in "0159-"
    ]
    assert "".join(letter for _, letter in sorted(figures)) == "555-0190"


def test_a_telephone_number_is_not_broken_over_two_lines(artwork: Artwork) -> None:
    some = replace(artwork, telephone="555-0190")
    text = str(
        pypdfium2.PdfDocument(render_slips([SlipFace(CODE, "0" * 12)], artwork=some, link=LINK))[0]
        .get_textpage()
        .get_text_range()
    )
    assert text.count("555-0190") == 6
