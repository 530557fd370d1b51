"""The card's typefaces: which font draws which character, how wide a text is, how it is shaped and ordered.

Text comes in logical order; Arabic joins, Devanagari reorders, and mixed directions stand as readers expect.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from reportlab.lib.abag import ABag
from reportlab.pdfbase import pdfmetrics, ttfonts

from idsvc import resources
from idsvc.printing.glyphs import Glyphs, characters_of, shape_glyphs


class Weight(StrEnum):
    """The strengths of type on a card."""

    REGULAR = "Regular"
    MEDIUM = "Medium"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"


_LATIN: Final = {weight: f"PublicSans-{weight}" for weight in Weight}
"""Each has all of printable ASCII and no letter that is written from the right: a text in one is one run."""
_SCRIPTS: Final = (
    *("", "Arabic", "Hebrew", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Sinhala", "Thai", "Lao", "Khmer", "Myanmar", "Ethiopic", "Armenian", "Georgian"),
)
_FEATURES: Final = {"kern": True, "liga": True}
"""reportlab's `shapeStr` also turns on discretionary ligatures, which add vowels to Arabic names."""
_RIGHT_TO_LEFT: Final = {"R", "AL"}
_NUMBERS: Final = {"EN", "AN"}
_SHARED: Final = {"Mn", "Mc", "Cf", "Zs", "Pd", "Po"}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font and direction; runs of a line are in visual order."""

    text: str
    font: str


def register_font(weight: Weight) -> str:
    """Make the Latin font of a weight known to reportlab; give its name there."""
    _register(_LATIN[weight])
    return _LATIN[weight]


def can_draw(text: str) -> bool:
    """Tell whether every character has a glyph in some font of the card."""
    if text.isascii() and text.isprintable():
        return True
    return all(_font_of(character, Weight.REGULAR) is not None for character in text)


def split_runs(text: str, weight: Weight, *, right_to_left: bool | None = None) -> tuple[Run, ...]:
    """Split a line into runs, in the order in which they stand on the page from left to right.

    `right_to_left` is the direction of the line's paragraph; None: the line is a paragraph.
    """
    latin = _LATIN[weight]
    if text.isascii() or (not right_to_left and characters_of(latin).issuperset(map(ord, text))):
        return (Run(text, latin),) if text else ()
    base = is_right_to_left(text) if right_to_left is None else right_to_left
    stretches = _visual_order(text, base=int(base))
    runs = []
    for stretch, level in stretches:
        parts = [Run(part, font) for part, font in _by_font(stretch, weight)]
        runs += parts[::-1] if level % 2 else parts
    return tuple(runs)


def is_right_to_left(text: str) -> bool:
    """Tell whether a paragraph starts on the right: its first strong letter decides (UAX #9, P2)."""
    classes = (unicodedata.bidirectional(character) for character in text)
    return next((kind in _RIGHT_TO_LEFT for kind in classes if kind == "L" or kind in _RIGHT_TO_LEFT), False)


def set_line(text: str, weight: Weight) -> tuple[Glyphs, ...]:
    """Shape a line: its runs as they stand on the page from left to right."""
    return tuple([shape_glyphs(run.text, run.font) for run in split_runs(text, weight)])


def measure(text: str, weight: Weight, size: float) -> float:
    """Give the width of a line in points, shaped."""
    return size * sum(glyphs.width for glyphs in set_line(text, weight))


def shape(run: Run, size: float) -> str:
    """Shape a run for reportlab's `drawString`: joins, reorders and positions its glyphs."""
    _register(run.font)
    style = ABag(fontName=run.font, fontSize=size)
    width = pdfmetrics.stringWidth(run.text, run.font, size)
    shaped: str = ttfonts.shapeFragWord([width, (style, run.text)], features=_FEATURES, force=True)[1][1]
    return shaped


def run_width(run: Run, size: float) -> float:
    """Give the width of one run in points."""
    return size * shape_glyphs(run.text, run.font).width


@lru_cache(maxsize=64)
def _register(name: str) -> None:
    """Register a font with reportlab once."""
    pdfmetrics.registerFont(
        ttfonts.TTFont(name, str(resources.path(f"templates/fonts/{name}.ttf")), shapable=True)
    )


def _candidates(weight: Weight) -> Iterator[str]:
    yield _LATIN[weight]
    heavy = "Bold" if weight in (Weight.SEMIBOLD, Weight.BOLD) else "Regular"
    for script in _SCRIPTS:
        yield f"NotoSans{script}-{heavy}"
    yield "DroidSansFallback"


@lru_cache(maxsize=4096)
def _font_of(character: str, weight: Weight) -> str | None:
    return next((name for name in _candidates(weight) if ord(character) in characters_of(name)), None)


def _by_font(text: str, weight: Weight) -> Iterator[tuple[str, str]]:
    """Split text by font; marks, joiners, spaces and dashes stay with the letters beside them."""
    latin = _LATIN[weight]
    fonts = [_font_of(character, weight) or latin for character in text]
    shared = [unicodedata.category(character) in _SHARED for character in text]
    for order in (range(1, len(text)), range(len(text) - 2, -1, -1)):
        for place in order:
            beside = place - order.step
            if shared[place] and ord(text[place]) in characters_of(fonts[beside]):
                fonts[place] = fonts[beside]
                shared[place] = shared[beside]
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or fonts[place] != fonts[start]:
            yield text[start:place], fonts[start]
            start = place


def _visual_order(text: str, *, base: int) -> list[tuple[str, int]]:
    """Order stretches of one level as UAX #9 does for a line without embeddings."""
    levels = _levels(text, base)
    stretches: list[tuple[int, str]] = []
    for character, level in zip(text, levels, strict=True):
        if stretches and stretches[-1][0] == level:
            stretches[-1] = (level, stretches[-1][1] + character)
        else:
            stretches.append((level, character))
    for lowest in range(max(levels, default=0), 0, -1):  # rule L2: turn every sequence at this level or above
        turned: list[tuple[int, str]] = []
        held: list[tuple[int, str]] = []
        for stretch in stretches:
            if stretch[0] >= lowest:
                held.insert(0, stretch)
            else:
                turned += [*held, stretch]
                held = []
        stretches = turned + held
    return [(stretch, level) for level, stretch in stretches]


def _levels(text: str, base: int) -> list[int]:
    classes = [unicodedata.bidirectional(character) for character in text]
    sides: list[str] = []
    before = "R" if base else "L"
    for kind in classes:
        if kind == "L":
            before = "L"
        elif kind in _RIGHT_TO_LEFT:
            before = "R"
        if kind in _NUMBERS:
            sides.append("N" if before == "R" else "L")
        elif kind == "NSM":
            sides.append(sides[-1] if sides else before)
        else:
            sides.append(before if kind == "L" or kind in _RIGHT_TO_LEFT else "?")
    _settle_neutrals(sides, "R" if base else "L")
    by_side = {"L": base + base % 2, "R": 1, "N": 2}
    return [by_side[side] for side in sides]


def _settle_neutrals(sides: list[str], base: str) -> None:
    place = 0
    while place < len(sides):
        if sides[place] != "?":
            place += 1
            continue
        end = place
        while end < len(sides) and sides[end] == "?":
            end += 1
        left = sides[place - 1].replace("N", "R") if place else base
        right = sides[end].replace("N", "R") if end < len(sides) else base
        sides[place:end] = [left if left == right else base] * (end - place)
        place = end
