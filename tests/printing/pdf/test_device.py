import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.cards.backdrop import PAGE_SIZE
from idsvc.printing.cards.card import CardFace, render_cards
from idsvc.printing.pdf.device import CardPrinter, ColourModel, stroke_operator

NUMBER = rb"-?\d*\.?\d+"
COLOURS = re.compile(rb"(?:(?<=\s)|^)((?:" + NUMBER + rb" )+)(rg|RG|k|K|g|G)(?=\s)")


def _operators(pdf: bytes) -> Iterator[bytes]:
    """Give the operators of every form and page."""
    for found in re.finditer(rb"<<([^\0]*?)>>\s*stream\r?\n", pdf):
        head, start = found[1].rpartition(b" obj")[2], found.end()
        if re.search(rb"/Subtype ?/Image|/Length1", head):
            continue
        data = pdf[start : pdf.index(b"endstream", start)]
        yield zlib.decompress(data) if b"FlateDecode" in head else data


def _colours(pdf: bytes) -> dict[bytes, set[bytes]]:
    used: dict[bytes, set[bytes]] = {}
    for operators in _operators(pdf):
        for values, operator in COLOURS.findall(operators):
            used.setdefault(operator, set()).add(values.strip())
    return used


def _for(artwork: Artwork, colours: ColourModel, dots_per_inch: int = 300) -> Artwork:
    return replace(artwork, printer=CardPrinter(colours, dots_per_inch))


def test_rgb_cards_have_no_cmyk_and_black_is_grey_alone(artwork: Artwork, face: CardFace) -> None:
    used = _colours(render_cards([face], artwork=_for(artwork, ColourModel.RGB)))
    assert {b"rg", b"RG"} <= used.keys()
    assert not used.keys() & {b"k", b"K"}
    assert used[b"g"] == {b"0"}
    assert b"0 0 0" not in used[b"rg"]


def test_cmyk_cards_have_no_rgb_but_the_portrait(artwork: Artwork, face: CardFace) -> None:
    pdf = render_cards([face], artwork=_for(artwork, ColourModel.CMYK))
    used = _colours(pdf)
    assert {b"k", b"K"} <= used.keys()
    assert not used.keys() & {b"rg", b"RG"}
    assert used[b"g"] == {b"0"}
    for values in used[b"k"] | used[b"K"]:
        cyan, magenta, yellow, _ = (float(value) for value in values.split())
        assert min(cyan, magenta, yellow) == 0  # what they have in common is black
    assert pdf.count(b"/DeviceRGB") == 1


def test_text_and_code_are_grey_black_for_either_model(artwork: Artwork, face: CardFace) -> None:
    for model in ColourModel:
        pdf = render_cards([face], artwork=_for(artwork, model))
        (code,) = re.findall(rb"q ([^q]*?)/Code Do", pdf)
        assert code.startswith(b"0 g ")
        texts = re.findall(rb"BT (.*?)ET", pdf, re.DOTALL)
        assert texts
        for text in texts:
            assert [found[1] for found in COLOURS.findall(text)] == [b"g"]


def test_a_colour_comes_back_from_cmyk_as_it_was() -> None:
    for colour in ("#c9dbef", "#1b4f8f", "#ffffff", "#808080", "#010000"):
        cyan, magenta, yellow, black = (
            float(value) for value in stroke_operator(colour, ColourModel.CMYK).split()[:4]
        )
        back = [round(255 * (1 - min(1, ink + black))) for ink in (cyan, magenta, yellow)]
        assert "#" + "".join(f"{value:02x}" for value in back) == colour


@pytest.mark.parametrize("dots_per_inch", [300, 600])
@pytest.mark.parametrize("length", [300, 700, 1082, 1400])
def test_the_modules_are_whole_dots_of_the_printer(
    artwork: Artwork, face: CardFace, dots_per_inch: int, length: int
) -> None:
    wide = replace(face, qr_text=face.qr_text[:length].ljust(length, "A"))
    pdf = render_cards([wide], artwork=_for(artwork, ColourModel.RGB, dots_per_inch))
    (modules,) = (int(width) for width in re.findall(rb"/ImageMask true.*?/Width (\d+)", pdf))
    (found,) = re.findall(rb"q 0 g (\S+) 0 0 (\S+) (\S+) (\S+) cm /Code Do", pdf)
    width, height, left, foot = (float(points) * dots_per_inch / 72 for points in found)
    top = PAGE_SIZE[1] * dots_per_inch / 72 - foot - height
    for dots in (width / modules, height / modules, left, top):
        assert dots == pytest.approx(round(dots), abs=0.001)
    assert width == height
    # The largest modules that leave four of quiet zone on both sides in 48 mm.
    assert (
        width / modules * (modules + 8) <= 48 / 25.4 * dots_per_inch < (width / modules + 1) * (modules + 8)
    )
