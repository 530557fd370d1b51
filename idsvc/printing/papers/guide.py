"""The printed guide "What to bring": one page for each language, to be pinned up, handed out and read aloud.

Text that needs more room makes the page's type smaller, never the page longer.
"""

import io
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Colours
from idsvc.printing.cards.drawing import set_fill, set_stroke
from idsvc.printing.documents.document import ONE_AT_A_TIME, open_document
from idsvc.printing.papers.slip import Paper
from idsvc.printing.text.fitting import draw_line, fit, wrap
from idsvc.printing.text.fonts import Weight, measure
from idsvc.program.guide_text import GuideList, GuidePaper, GuideText

_MM: Final = 72 / 25.4
_MARGIN: Final = 16 * _MM
_BAND: Final = 23 * _MM
_GUTTER: Final = 9 * _MM
_LEADING: Final = 1.3
_BAND_SIZE: Final = 10.0
_LARGEST: Final = 11.5
_SMALLEST: Final = 6.0
_STEP: Final = 0.25
_FOOT: Final = 13 * _MM
_WHITE: Final = "#ffffff"
_SOFT: Final = "#4a5568"
"""Grey with 7:1 on white, for what stands beside the main thing."""


def render_guide(text: GuideText, colours: Colours, *, paper: Paper = Paper.LETTER) -> bytes:
    """Render a guide as a PDF of one page; the same input gives the same bytes.

    BadSetting if the program has more to say than fits on a page in legible type.
    """
    width, height = (side * _MM for side in paper.size_mm)
    out = io.BytesIO()
    with ONE_AT_A_TIME:
        canvas = open_document(out, (width, height), title=f"{text.card}: {text.title}", author=text.city)
        sizes = [_SMALLEST + _STEP * step for step in range(int((_LARGEST - _SMALLEST) / _STEP) + 1)]
        too_large = bisect_left(
            sizes,
            1,
            key=lambda size: _Page(canvas, width, height, text, colours, size, draws=False).lay() < _FOOT,
        )
        if not too_large:
            raise BadSetting(
                f'The guide in "{text.language}" does not fit on a page: shorten the names of papers.',
            )
        _Page(canvas, width, height, text, colours, sizes[too_large - 1], draws=True).lay()
        canvas.showPage()
        canvas.save()
    return out.getvalue()


@dataclass(slots=True)
class _Page:
    """One page at one size of type; lays everything from top to foot, drawing it or only measuring."""

    canvas: Canvas
    width: float
    height: float
    text: GuideText
    colours: Colours
    size: float
    draws: bool

    def lay(self) -> float:
        """Lay the page; give the height in points at which it ends."""
        self._band()
        y = self.height - _BAND - 8 * _MM
        y = self._lines(self.text.title, self._whole, y, self._type(2.3, Weight.BOLD)) - self.size * 0.3
        for line in self.text.lead:
            y = self._lines(line, self._whole, y, self._type(1.12))
        y = self._two_lists(y - self.size * 1.1)
        y = self._more(y - self.size * 1.0)
        return self._promise(y - self.size * 0.9)

    def _band(self) -> None:
        if self.draws:
            set_fill(self.canvas, self.colours.primary)
            self.canvas.rect(0, self.height - _BAND, self.width, _BAND, fill=1, stroke=0)
            set_fill(self.canvas, self.colours.accent)
            self.canvas.rect(0, self.height - _BAND - 1.2 * _MM, self.width, 1.2 * _MM, fill=1, stroke=0)
        self._lines(self.text.card, self._whole, self.height - 4.5 * _MM, _Type(18, Weight.BOLD, _WHITE))
        where = self.text.office
        when = " · ".join(part for part in (self.text.hours, self.text.questions) if part)
        for line, top in ((where, 12.6), (when, 17.4)):
            fitted = fit(
                line,
                width=self._whole.width,
                size=_BAND_SIZE,
                floor=_SMALLEST,
                most_lines=1,
                weight=Weight.REGULAR,
            )
            size = fitted.size if fitted else _SMALLEST
            kind = _Type(size, Weight.REGULAR, _WHITE)
            self._lines(line, self._whole, self.height - top * _MM, kind, as_written=line == where)

    def _two_lists(self, top: float) -> float:
        """Lay the lists side by side, and the examples below the shorter one."""
        width = (self.width - 2 * _MARGIN - _GUTTER) / 2
        lefts = [_MARGIN, _MARGIN + width + _GUTTER]
        if self.text.right_to_left:
            lefts.reverse()
        feet = [
            self._list(part, _Column(left, width), top)
            for part, left in zip(self.text.lists, lefts, strict=True)
        ]
        shorter = feet.index(max(feet))
        feet[shorter] = self._examples(feet[shorter] - self.size * 1.3, _Column(lefts[shorter], width))
        return min(feet)

    def _list(self, part: GuideList, column: "_Column", top: float) -> float:
        y = self._heading(part.heading, column, top)
        for sentence in part.enough:
            y = self._lines(sentence, column, y, self._type(1, Weight.MEDIUM)) - self.size * 0.2
        y -= self.size * 0.4
        for paper in part.papers:
            y = self._paper(paper, column, y)
        return y

    def _heading(self, heading: str, column: "_Column", top: float) -> float:
        y = self._lines(heading, column, top, self._type(1.35, Weight.BOLD, self.colours.primary))
        y -= self.size * 0.05
        if self.draws:
            set_stroke(self.canvas, self.colours.accent)
            self.canvas.setLineWidth(1.2)
            self.canvas.line(column.left, y, column.left + column.width, y)
        return y - self.size * 0.6

    def _paper(self, paper: GuidePaper, column: "_Column", top: float) -> float:
        mark = self._type(0.86, Weight.SEMIBOLD, self.colours.primary)
        badge = measure(paper.worth, mark.weight, mark.size) + self.size if paper.worth else 0.0
        turned = self.text.right_to_left
        if paper.worth:
            place = column.left if turned else column.left + column.width - badge + self.size
            self._draw(paper.worth, place, top - self.size * 0.8, mark, turned=turned)
        inner = _Column(column.left + (badge if turned else 0.0), column.width - badge)
        y = self._lines(paper.name, inner, top, self._type(1, Weight.SEMIBOLD))
        if paper.notes:
            y = self._lines(paper.notes, inner, y, self._type(0.86, Weight.REGULAR, _SOFT))
        y -= self.size * 0.2
        if self.draws:
            set_stroke(self.canvas, self.colours.line)
            self.canvas.setLineWidth(0.5)
            self.canvas.line(column.left, y, column.left + column.width, y)
        return y - self.size * 0.4

    def _examples(self, top: float, column: "_Column") -> float:
        if not self.text.examples:
            return top
        y = self._heading(self.text.examples_heading, column, top)
        for example in self.text.examples:
            y = self._bullet(example, column, y)
        return y

    def _more(self, top: float) -> float:
        y = top
        if self.text.vouching:
            y = self._heading(self.text.vouching_heading, self._whole, y)
            names = " · ".join(self.text.vouching)
            y = self._lines(names, self._whole, y, self._type(1), as_written=True) - self.size * 0.6
        for rule in self.text.rules:
            y = self._bullet(rule, self._whole, y)
        return y

    def _bullet(self, text: str, column: "_Column", top: float) -> float:
        indent = self.size * 1.1
        turned = self.text.right_to_left
        if self.draws:
            set_fill(self.canvas, self.colours.accent)
            at = column.left + (column.width - self.size * 0.35 if turned else self.size * 0.35)
            self.canvas.circle(at, top - self.size * 0.5, self.size * 0.22, fill=1, stroke=0)
        inner = _Column(column.left + (0.0 if turned else indent), column.width - indent)
        return self._lines(text, inner, top, self._type(1)) - self.size * 0.15

    def _promise(self, top: float) -> float:
        """Lay the promise in a panel, and below it what the card is not."""
        pad = self.size
        kind = self._type(1.1, Weight.SEMIBOLD)
        inner = _Column(_MARGIN + pad, self._whole.width - 2 * pad)
        foot = top - 2 * pad + kind.size * 0.3
        foot -= (
            len(wrap(self.text.promise, width=inner.width, size=kind.size, weight=kind.weight))
            * kind.size
            * _LEADING
        )
        if self.draws:
            set_fill(self.canvas, self.colours.paper)
            set_stroke(self.canvas, self.colours.line)
            self.canvas.setLineWidth(0.8)
            self.canvas.roundRect(_MARGIN, foot, self._whole.width, top - foot, 2 * _MM, fill=1, stroke=1)
        self._lines(self.text.promise, inner, top - pad, kind)
        y = foot - self.size * 0.7
        for line in self.text.limits:
            y = self._lines(line, self._whole, y, self._type(0.92, Weight.REGULAR, _SOFT))
        return y

    @property
    def _whole(self) -> "_Column":
        return _Column(_MARGIN, self.width - 2 * _MARGIN)

    def _type(self, scale: float, weight: Weight = Weight.REGULAR, colour: str = "") -> "_Type":
        return _Type(self.size * scale, weight, colour or self.colours.ink)

    def _lines(
        self, text: str, column: "_Column", top: float, kind: "_Type", *, as_written: bool = False
    ) -> float:
        """Lay running text below a height; give the height of its foot.

        `as_written` is for addresses and names, which read in their own direction in every language.
        """
        for line in wrap(text, width=column.width, size=kind.size, weight=kind.weight):
            spare = column.width - measure(line, kind.weight, kind.size) if self.text.right_to_left else 0.0
            turned = None if as_written else self.text.right_to_left
            self._draw(line, column.left + spare, top - kind.size * 0.8, kind, turned=turned)
            top -= kind.size * _LEADING
        return top

    def _draw(self, line: str, x: float, y: float, kind: "_Type", *, turned: bool | None) -> None:
        if self.draws:
            set_fill(self.canvas, kind.colour)
            draw_line(self.canvas, x, y, line, weight=kind.weight, size=kind.size, right_to_left=turned)


@dataclass(frozen=True, slots=True)
class _Column:
    """Where text stands: its left edge and width in points."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class _Type:
    """How text is set: size in points, weight, colour."""

    size: float
    weight: Weight
    colour: str
