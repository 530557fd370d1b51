from collections.abc import Iterator
from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.printing.artwork.elements import LARGEST_LABEL_MM, USUAL_LABEL_MM, Artwork
from idsvc.printing.papers.label import LEAST_CODE_SIZE, LabelFace, render_labels, set_code
from idsvc.printing.papers.slip import render_carriers

CODE = "123456789012345678901"
FACE = LabelFace(CODE, "483920175566")


def _page(pdf: bytes, number: int = 0) -> pypdfium2.PdfPage:
    return pypdfium2.PdfDocument(pdf)[number]


def _text(pdf: bytes) -> str:
    return " ".join(str(_page(pdf).get_textpage().get_text_range()).split())


def test_a_label_bears_the_code_in_groups_of_three_and_names_nobody(artwork: Artwork) -> None:
    text = _text(render_labels([FACE], artwork=artwork))
    assert "123 456 789 012 345 678 901" in text
    assert "Your renewal code" in text
    assert "5566" in text
    assert "4839" not in text


def test_the_title_speaks_the_programs_first_language(artwork: Artwork) -> None:
    spanish = replace(artwork, languages=("xx", "es", "en"))
    assert "Su código de renovación" in _text(render_labels([FACE], artwork=spanish))


def test_a_card_name_too_long_to_be_read_on_the_label_is_left_out(artwork: Artwork) -> None:
    small = replace(artwork, label_mm=(54.0, 25.0))
    short, long = (
        "The Resident Card of Riverbend",
        "The Resident Card of Everybody Who Lives in the Whole City",
    )
    text = _text(render_labels([FACE], artwork=replace(small, card_name=short)))
    assert f"{short} •••• •••• 5566" in text
    text = _text(render_labels([FACE], artwork=replace(small, card_name=long)))
    assert "Resident" not in text
    assert "•••• •••• 5566" in text


SIZES = [USUAL_LABEL_MM, LARGEST_LABEL_MM, (54.0, 25.0), (89.0, 28.0), (70.0, 36.0)]


@pytest.mark.parametrize("size", SIZES)
def test_each_label_is_one_page_of_its_size_with_everything_inside(
    artwork: Artwork, size: tuple[float, float]
) -> None:
    some = replace(artwork, label_mm=size, card_name="The Resident Card of the Whole City")
    pdf = render_labels([FACE] * 3, artwork=some)
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    width, height = _page(pdf).get_size()
    assert (width, height) == pytest.approx([side / 25.4 * 72 for side in size], abs=0.01)
    for left, bottom, right, top in _boxes(_page(pdf)):
        assert left >= 5
        assert bottom >= 5
        assert right <= width - 5
        assert top <= height - 5


def _boxes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    words = page.get_textpage()
    for number in range(words.count_chars()):
        yield words.get_charbox(number)


@pytest.mark.parametrize("size", SIZES)
def test_the_code_is_large_enough_on_every_usual_label(size: tuple[float, float]) -> None:
    code = set_code(size)
    assert sum(code.groups) == 7
    assert code.size >= LEAST_CODE_SIZE


def test_a_label_is_pure_black_so_that_thermal_printers_print_it_whole(artwork: Artwork) -> None:
    picture = _page(render_labels([FACE], artwork=artwork)).render(scale=300 / 72).to_pil().convert("RGB")
    colours = picture.getcolors(maxcolors=1 << 16)
    assert colours is not None
    assert all(red == green == blue for _, (red, green, blue) in colours)
    assert min(colour for _, colour in colours) == (0, 0, 0)


def test_the_same_label_gives_the_same_bytes(artwork: Artwork) -> None:
    assert render_labels([FACE], artwork=artwork) == render_labels([FACE], artwork=artwork)


def test_a_carrier_has_the_slips_words_and_no_code(artwork: Artwork) -> None:
    pdf = render_carriers([(), ("Eileen Collins", "12 Mill Lane")], artwork=artwork, link="id.example")
    text = _text(pdf)
    assert "Your renewal code" in text
    assert "Keep this page at home" in text
    assert "Eileen" not in text
    assert "••••" not in text
    assert "Eileen Collins" in str(_page(pdf, 1).get_textpage().get_text_range())


@pytest.mark.parametrize("size", SIZES)
def test_the_label_fits_its_place_on_the_carrier_beside_every_language(
    artwork: Artwork, size: tuple[float, float]
) -> None:
    some = replace(
        artwork, label_mm=size, languages=("en", "es", "zh", "ar", "ht", "fr", "pl", "ru", "vi", "ko")
    )
    page = _page(render_carriers([()], artwork=some, link="id.example"))
    height, mm = page.get_size()[1], 72 / 25.4
    panel = [
        box
        for box in _boxes(page)
        if height - 148 * mm < (box[1] + box[3]) / 2 < height - 106 * mm and box[2] > box[0]
    ]
    label_left = page.get_size()[0] - (20 + 5 + size[0]) * mm
    assert panel
    assert all(right < label_left for _, _, right, _ in panel)
    assert all(height - 148 * mm < bottom and top < height - 106 * mm for _, bottom, _, top in panel)
