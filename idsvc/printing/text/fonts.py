"""The card's typefaces: which font draws which character, how wide a text is, how it is shaped and ordered.

Text comes in logical order; Arabic joins, Devanagari reorders, and mixed directions stand as readers expect.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics, ttfonts

from idsvc import resources
from idsvc.printing.text.bidi import is_right_to_left, resolve_levels, visual_order
from idsvc.printing.text.glyphs import Glyphs, characters_of, shape_buffer, shape_glyphs


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
_SHARED: Final = {"Mn", "Mc", "Cf", "Zs", "Pd", "Po"}
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font and direction; runs of a line are in visual order."""

    text: str
    font: str
    right_to_left: bool = False


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
    if not right_to_left and (text.isascii() or characters_of(latin).issuperset(map(ord, text))):
        return (Run(text, latin),) if text else ()
    base = is_right_to_left(text) if right_to_left is None else right_to_left
    levels = resolve_levels(text, right_to_left=base)
    stretches = [list(places) for _, places in groupby(range(len(text)), key=levels.__getitem__)]
    runs: list[Run] = []
    for number in visual_order([levels[stretch[0]] for stretch in stretches]):
        stretch = slice(stretches[number][0], stretches[number][-1] + 1)
        turned = levels[stretch.start] % 2 == 1
        parts = [Run(part, font, turned) for part, font in _by_font(text[stretch], weight)]
        runs += parts[::-1] if turned else parts
    return tuple(runs)


def set_line(text: str, weight: Weight) -> tuple[Glyphs, ...]:
    """Shape a line: its runs as they stand on the page from left to right."""
    return tuple(
        [
            shape_glyphs(run.text, run.font, right_to_left=run.right_to_left)
            for run in split_runs(text, weight)
        ]
    )


def measure(text: str, weight: Weight, size: float) -> float:
    """Give the width of a line in points, shaped."""
    return size * sum(glyphs.width for glyphs in set_line(text, weight))


def shape(run: Run, size: float) -> str:
    """Shape a run for reportlab's `drawString`: joins, reorders and positions its glyphs."""
    # Not its own `shapeStr`: that guesses the direction, and adds vowels to Arabic names.
    library: Any = ttfonts  # whose stubs know nothing of shaping
    font: Any = _register(run.font)
    whole = font.hbFont(size)
    buffer = shape_buffer(run.text, run.font, right_to_left=run.right_to_left)
    characters: list[str] = []
    placed: list[object] = []
    for info, moved in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph = info.codepoint
        codes = font.face.glyphToChar.get(glyph)
        name = whole.glyph_to_string(glyph)
        code = codes[0] if codes else font.hbAddPrivate(name, glyph, moved.x_advance)
        characters.append(chr(code))
        shifts = (moved.x_advance, moved.y_advance, moved.x_offset, moved.y_offset)
        scaled = [font.pdfScale(shift) for shift in shifts]
        placed.append(library.ShapeData(info.cluster, *scaled, font.face.charWidths[code]))
    shaped: str = library.ShapedStr("".join(characters), placed)
    return shaped


def run_width(run: Run, size: float) -> float:
    """Give the width of one run in points."""
    return size * shape_glyphs(run.text, run.font, right_to_left=run.right_to_left).width


@lru_cache(maxsize=64)
def _register(name: str) -> ttfonts.TTFont:
    """Register a font with reportlab once."""
    font = ttfonts.TTFont(name, str(resources.path(f"templates/fonts/{name}.ttf")), shapable=True)
    pdfmetrics.registerFont(font)
    return font


def _candidates(weight: Weight) -> Iterator[str]:
    yield _LATIN[weight]
    for script in _SCRIPTS:
        yield _noto(script, weight)
    yield "DroidSansFallback"


def _noto(script: str, weight: Weight) -> str:
    return f"NotoSans{script}-{'Bold' if weight in (Weight.SEMIBOLD, Weight.BOLD) else 'Regular'}"


@lru_cache(maxsize=4096)
def _font_of(character: str, weight: Weight) -> str | None:
    return next((name for name in _candidates(weight) if ord(character) in characters_of(name)), None)


def _by_font(text: str, weight: Weight) -> Iterator[tuple[str, str]]:
    """Split text by font; marks, joiners, spaces and dashes stay with the letters beside them.

    A Latin word with one letter that the card's own font lacks is wholly in the other.
    """
    latin = _LATIN[weight]
    fonts = [_font_of(character, weight) or latin for character in text]
    shared = [unicodedata.category(character) in _SHARED for character in text]
    for order in (range(1, len(text)), range(len(text) - 2, -1, -1)):
        for place in order:
            beside = place - order.step
            if shared[place] and ord(text[place]) in characters_of(fonts[beside]):
                fonts[place] = fonts[beside]
                shared[place] = shared[beside]
    other = _noto("", weight)
    for word in _WORD.finditer(text):
        places = range(*word.span())
        if any(fonts[place] == other and unicodedata.category(text[place])[0] in "LM" for place in places):
            for place in places:
                if fonts[place] == latin and ord(text[place]) in characters_of(other):
                    fonts[place] = other
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or fonts[place] != fonts[start]:
            yield text[start:place], fonts[start]
            start = place
