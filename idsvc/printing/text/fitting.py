"""Text that always fits: smaller to a floor, then more lines, then a refusal; never cut off."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.text.fonts import Weight, measure, run_width, set_line, shape, split_runs
from idsvc.printing.text.glyphs import Glyphs

_STEP: Final = 0.25
_NOT_FIRST: Final = "，。、；：？！）」』》"  # noqa: RUF001 - full-width on purpose
_BREAKS_AFTER: Final = " -\u2010"
LEADING: Final = 1.16
"""Distance of baselines in sizes."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text set to fit its box: its lines and their size in points."""

    lines: tuple[str, ...]
    size: float
    weight: Weight
    runs: tuple[tuple[Glyphs, ...], ...]
    """Each line shaped, its runs from left to right."""

    @property
    def height(self) -> float:
        """Give the height from the first line's top to the last line's foot, in points."""
        return self.size * (1 + LEADING * (len(self.lines) - 1))


def fit(
    text: str, *, width: float, size: float, floor: float, most_lines: int, weight: Weight
) -> Fitted | None:
    """Set a text in a width of points: one line as large as fits, else more lines; None when nothing fits."""
    for count in range(1, most_lines + 1):
        broken = _break(text, count, weight)
        if broken is None:
            continue
        runs = tuple([set_line(line, weight) for line in broken])
        widest = max([sum([glyphs.width for glyphs in line]) for line in runs])
        largest = min(size, _STEP * (width / widest // _STEP)) if widest else size
        if largest >= floor:
            return Fitted(broken, largest, weight, runs)
    return None


def wrap(text: str, *, width: float, size: float, weight: Weight) -> tuple[str, ...]:
    """Break running text into lines of at most that width in points; a newline always breaks."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        ends = [*_gaps(paragraph), len(paragraph)]
        start = 0
        for end, following in pairwise([*ends, None]):
            if following is None or measure(paragraph[start:following].rstrip(), weight, size) > width:
                lines.append(paragraph[start:end].strip())
                start = end or 0
    return tuple(lines)


def draw_line(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    *,
    weight: Weight,
    size: float,
    right_to_left: bool | None = None,
) -> None:
    """Draw one line with its left end and baseline at a point; `right_to_left` is its paragraph's."""
    runs = split_runs(text, weight, right_to_left=right_to_left)
    for place, run in enumerate(runs, start=1):
        shaped = shape(run, size)  # makes the font known
        canvas.setFont(run.font, size)
        canvas.drawString(x, y, shaped)
        if place < len(runs):
            x += run_width(run, size)


def _break(text: str, count: int, weight: Weight) -> tuple[str, ...] | None:
    """Break a text into so many lines, as even as its gaps allow."""
    if count == 1:
        return (text,)
    gaps = list(_gaps(text))
    best: tuple[str, ...] | None = None
    narrowest = float("inf")
    for chosen in combinations(gaps, count - 1):
        ends = (0, *chosen, len(text))
        lines = tuple(text[start:end].strip() for start, end in pairwise(ends))
        widest = max(measure(line, weight, 1.0) for line in lines)
        if widest < narrowest:
            best, narrowest = lines, widest
    return best


def _gaps(text: str) -> Iterator[int]:
    """Give the places where a line may break: after a space or hyphen, between ideographs.

    Not after a hyphen before a figure (UAX #14, LB25): a telephone number stays whole.
    """
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        if before in _BREAKS_AFTER:
            if before == " " or not after.isdecimal():
                yield place
        elif _is_wide(before) and _is_wide(after) and after not in _NOT_FIRST:
            yield place


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")
