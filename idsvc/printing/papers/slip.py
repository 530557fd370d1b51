"""The sheet handed over or mailed with a card: the card's place, the renewal code, three things to know.

A slip bears the code; a carrier bears a place for the label with the code, and can be printed in advance.
It names nobody unless it is mailed: the code alone, found in a street, then leads to no door.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.domain.numbers import CARD_NUMBER_GROUP, RENEWAL_CODE_GROUP, format_groups
from idsvc.printing.artwork.elements import CARD_HEIGHT_MM, CARD_WIDTH_MM, Artwork
from idsvc.printing.cards.drawing import draw_seal, set_fill, set_stroke
from idsvc.printing.cards.face import MM, NameDoesNotFit
from idsvc.printing.documents.document import ONE_AT_A_TIME, open_document
from idsvc.printing.papers.icons import draw_house, draw_lost_card, draw_phone
from idsvc.printing.papers.slip_words import SLIP_WORDS, SlipWords
from idsvc.printing.text.bidi import is_right_to_left
from idsvc.printing.text.fitting import LEADING, draw_line, fit, wrap
from idsvc.printing.text.fonts import Weight, can_draw, measure

_MARGIN: Final = 20.0
_BAND: Final = 24.0
SEAL_MM: Final = _BAND - 6
"""Side of the seal in the band."""
_PANEL_FOOT: Final = 148.0
_PANEL_HEIGHT: Final = 42.0
_PANEL_EDGE: Final = 5.0
"""From the panel's edge to what stands in it, in millimetres."""
_TITLE_SIZE: Final = 15.0
_CARD_TOP: Final = 38.0
_GUTTER: Final = 8.0
_FOOT: Final = 22.0
"""Height of the lowest text above the foot of the page, in millimetres."""
_ROOMY_LANGUAGES: Final = 5
_FIRST_SIZE: Final = 10.5
_OTHER_SIZE: Final = 9.5
_SMALL_SIZE: Final = 8.0
_THINGS: Final = {"keep": draw_house, "renew": draw_phone, "lost": draw_lost_card}
_LEFT_TO_RIGHT: Final = "\N{LEFT-TO-RIGHT MARK}"
_CODE_SIZE: Final = 25.0
_ADDRESS_SIZE: Final = 11.0
_MOST_ADDRESS_LINES: Final = 6


class Paper(StrEnum):
    """The sheets that slips are printed on."""

    LETTER = "Letter"
    A4 = "A4"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Give width and height in millimetres."""
        return (215.9, 279.4) if self is Paper.LETTER else (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class SlipFace:
    """What a slip shows: the renewal code and the card number as digits, and an address when it is mailed."""

    renewal_code: str
    card_number: str
    address: tuple[str, ...] = ()


def render_slips(
    slips: Iterable[SlipFace], *, artwork: Artwork, link: str, paper: Paper = Paper.LETTER
) -> bytes:
    """Render a PDF of slips, one page each, in the program's languages; the same input gives the same bytes.

    `link` is the address of the portal as people type it. Raises NameDoesNotFit (field `address`) when an
    address cannot be printed whole.
    """
    return _render(slips, artwork=artwork, link=link, paper=paper, for_label=False)


def render_carriers(
    addresses: Iterable[tuple[str, ...]], *, artwork: Artwork, link: str, paper: Paper = Paper.LETTER
) -> bytes:
    """Render a PDF of carriers, one page each; `()` is the address of a card that is handed over.

    A carrier is a slip with a place for the label instead of the code. Raises NameDoesNotFit like slips.
    """
    faces = (SlipFace("", "", address) for address in addresses)
    return _render(faces, artwork=artwork, link=link, paper=paper, for_label=True)


def _render(
    slips: Iterable[SlipFace], *, artwork: Artwork, link: str, paper: Paper, for_label: bool
) -> bytes:
    out = io.BytesIO()
    width, height = (side * MM for side in paper.size_mm)
    with ONE_AT_A_TIME:
        canvas = open_document(out, (width, height), title=artwork.title, author=artwork.author)
        page = _Page(canvas, width, height, artwork, for_label)
        canvas.beginForm("slip")
        page.draw_static(link)
        canvas.endForm()
        for slip in slips:
            canvas.doForm("slip")
            page.draw_address(slip.address)
            if not for_label:
                page.draw_code(slip)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Paragraph:
    lines: tuple[tuple[float, str], ...]  # baseline in points from the foot of the page, and text
    size: float
    weight: Weight
    right_to_left: bool


@dataclass(frozen=True, slots=True)
class _Page:
    canvas: Canvas
    width: float
    height: float
    artwork: Artwork
    for_label: bool

    def draw_static(self, link: str) -> None:
        words = [SLIP_WORDS[language] for language in self.artwork.languages if language in SLIP_WORDS]
        words = words or [SLIP_WORDS["en"]]
        while len(words) > 1 and min(self._foot_of(words, name, link) for name in _THINGS) < _FOOT * MM:
            words.pop()  # what does not stand on the page follows behind the link
        self._draw_band()
        self._draw_card_place()
        self._draw_panel()
        if self.for_label:
            self._draw_label_place(words)
        else:
            self._draw_code_titles(words)
        self._draw_three_things(words, link)
        self._draw_foot(link)

    def draw_address(self, address: tuple[str, ...]) -> None:
        canvas = self.canvas
        canvas.setFillGray(0)
        if len(address) > _MOST_ADDRESS_LINES:
            raise NameDoesNotFit(
                "address", "This address has too many lines for an envelope. Use six at most."
            )
        top = self._y(52)
        for line in address:
            fitted = fit(
                line, width=80 * MM, size=_ADDRESS_SIZE, floor=7, most_lines=1, weight=Weight.REGULAR
            )
            if fitted is None or not can_draw(line):
                raise NameDoesNotFit(
                    "address", "A line of this address is too long for an envelope. Shorten it."
                )
            draw_line(canvas, _MARGIN * MM, top, line, weight=Weight.REGULAR, size=fitted.size)
            top -= _ADDRESS_SIZE * 1.25

    def draw_code(self, slip: SlipFace) -> None:
        self.canvas.setFillGray(0)
        groups = format_groups(slip.renewal_code, RENEWAL_CODE_GROUP).split()
        self._row(groups, 135.5, weight=Weight.SEMIBOLD, size=_CODE_SIZE, gap=0.7 * _CODE_SIZE)
        ending = f"•••• •••• {format_groups(slip.card_number, CARD_NUMBER_GROUP).split()[-1]}"
        self._centred(f"{self.artwork.card_name}   {ending}", self._y(143.5), Weight.REGULAR, 9)

    def _y(self, mm: float) -> float:
        return self.height - mm * MM

    def _centred(self, text: str, y: float, weight: Weight, size: float) -> None:
        x = (self.width - measure(text, weight, size)) / 2
        draw_line(self.canvas, x, y, text, weight=weight, size=size)

    def _draw_band(self) -> None:
        canvas, colours = self.canvas, self.artwork.colours
        set_fill(canvas, colours["primary"])
        canvas.rect(0, self._y(_BAND), self.width, _BAND * MM, fill=1, stroke=0)
        set_fill(canvas, colours["accent"])
        canvas.rect(0, self._y(_BAND + 1.2), self.width, 1.2 * MM, fill=1, stroke=0)
        draw_seal(canvas, self.artwork.seal, x=_MARGIN * MM, top=self._y(3), side=SEAL_MM * MM)
        set_fill(canvas, colours["white"])
        left = (_MARGIN + _BAND) * MM
        draw_line(canvas, left, self._y(12), self.artwork.author, weight=Weight.BOLD, size=18)
        draw_line(canvas, left, self._y(18.5), self.artwork.card_name, weight=Weight.REGULAR, size=11)

    def _draw_card_place(self) -> None:
        canvas = self.canvas
        left = self.width - (_MARGIN + CARD_WIDTH_MM) * MM
        set_stroke(canvas, self.artwork.colours["primary"])
        canvas.setLineWidth(0.7)
        canvas.setDash(3, 2)
        foot = self._y(_CARD_TOP + CARD_HEIGHT_MM)
        canvas.roundRect(left, foot, CARD_WIDTH_MM * MM, CARD_HEIGHT_MM * MM, 3.18 * MM, fill=0, stroke=1)
        canvas.setDash()

    def _draw_panel(self) -> None:
        canvas = self.canvas
        set_fill(canvas, self.artwork.colours["paper"])
        set_stroke(canvas, self.artwork.colours["line"])
        canvas.setLineWidth(0.8)
        width = self.width - 2 * _MARGIN * MM
        foot = self._y(_PANEL_FOOT)
        canvas.roundRect(_MARGIN * MM, foot, width, _PANEL_HEIGHT * MM, 2 * MM, fill=1, stroke=1)
        canvas.setFillGray(0)

    def _draw_label_place(self, words: list[SlipWords]) -> None:
        """Draw where the label is stuck, at the panel's right, and what it is at its left."""
        canvas = self.canvas
        width, height = (side * MM for side in self.artwork.label_mm)
        left = self.width - (_MARGIN + _PANEL_EDGE) * MM - width
        foot = self._y(_PANEL_FOOT) + (_PANEL_HEIGHT * MM - height) / 2
        set_stroke(canvas, self.artwork.colours["primary"])
        canvas.setLineWidth(0.7)
        canvas.setDash(3, 2)
        canvas.roundRect(left, foot, width, height, 1.5 * MM, fill=0, stroke=1)
        canvas.setDash()
        room = left - (_MARGIN + 2 * _PANEL_EDGE) * MM
        spare = (_PANEL_HEIGHT - 2 * _PANEL_EDGE) * MM - _TITLE_SIZE * 1.4
        other = min(10.0, spare / max(1, len(words) - 1) / 1.35)
        sizes = [_TITLE_SIZE, *(other for _ in words[1:])]
        y = self._y(_PANEL_FOOT - _PANEL_HEIGHT / 2) + (sum(sizes) * 1.35 - sizes[0] * 0.6) / 2 - sizes[0]
        for place, (word, size) in enumerate(zip(words, sizes, strict=True)):
            weight = Weight.REGULAR if place else Weight.BOLD
            fitted = fit(word.title, width=room, size=size, floor=5, most_lines=1, weight=weight)
            set_size = fitted.size if fitted else 5
            x = (_MARGIN + _PANEL_EDGE) * MM
            draw_line(canvas, x, y, word.title, weight=weight, size=set_size)
            y -= (size * 0.75 + other * 0.6) if not place else size * 1.35

    def _draw_code_titles(self, words: list[SlipWords]) -> None:
        width = self.width - 2 * _MARGIN * MM
        self._centred(words[0].title, self._y(114.5), Weight.BOLD, _TITLE_SIZE)
        others = [word.title for word in words[1:]]
        fitted = fit(
            "\u2003\u2003".join(others) or " ",
            width=width - 20,
            size=10,
            floor=5,
            most_lines=1,
            weight=Weight.REGULAR,
        )
        size = fitted.size if fitted else 5
        self._row(others, 121, weight=Weight.REGULAR, size=size, gap=2 * size)

    def _row(self, texts: list[str], y_mm: float, *, weight: Weight, size: float, gap: float) -> None:
        """Centre texts in a row; each stands by itself, so that no language's direction turns the row."""
        widths = [measure(text, weight, size) for text in texts]
        x = (self.width - sum(widths) - gap * (len(texts) - 1)) / 2
        for text, width in zip(texts, widths, strict=True):
            draw_line(self.canvas, x, self._y(y_mm), text, weight=weight, size=size)
            x += width + gap

    @property
    def _column(self) -> float:
        return (self.width - 2 * _MARGIN * MM - 2 * _GUTTER * MM) / 3

    def _draw_three_things(self, words: list[SlipWords], link: str) -> None:
        for number, (name, draw_icon) in enumerate(_THINGS.items()):
            x = _MARGIN * MM + number * (self._column + _GUTTER * MM)
            draw_icon(self.canvas, x, self._y(170), self.artwork.colours)
            self.canvas.setFillGray(0)
            for paragraph in self._paragraphs(words, name, link):
                for y, line in paragraph.lines:
                    size, weight, turned = paragraph.size, paragraph.weight, paragraph.right_to_left
                    shift = self._column - measure(line, weight, size) if turned else 0.0
                    draw_line(self.canvas, x + shift, y, line, weight=weight, size=size, right_to_left=turned)

    def _foot_of(self, words: list[SlipWords], name: str, link: str) -> float:
        return self._paragraphs(words, name, link)[-1].lines[-1][0]

    def _paragraphs(self, words: list[SlipWords], name: str, link: str) -> list["_Paragraph"]:
        """Set one thing to know in every language, one below the other."""
        y = self._y(178)
        made = []
        for place, word in enumerate(words):
            text = _fill_in(getattr(word, name), link=link, telephone=self.artwork.telephone)
            size = (_OTHER_SIZE if len(words) <= _ROOMY_LANGUAGES else _SMALL_SIZE) if place else _FIRST_SIZE
            weight = Weight.REGULAR if place else Weight.SEMIBOLD
            lines = []
            for line in wrap(text, width=self._column, size=size, weight=weight):
                lines.append((y, line))
                y -= size * LEADING * 1.12
            y -= size * 0.75
            made.append(_Paragraph(tuple(lines), size, weight, is_right_to_left(text)))
        return made

    def _draw_foot(self, link: str) -> None:
        canvas = self.canvas
        foot = self.height - 14 * MM
        set_stroke(canvas, self.artwork.colours["line"])
        canvas.line(_MARGIN * MM, 18 * MM, self.width - _MARGIN * MM, 18 * MM)
        canvas.setFillGray(0)
        self._centred(f"{link}   ·   {self.artwork.telephone}", self.height - foot, Weight.MEDIUM, 9)


def _fill_in(words: str, *, link: str, telephone: str) -> str:
    """Fill an address and a number into words; they read from left to right in every language.

    Without the mark beside them UAX #9 (W2) turns "555-0100" into "0100-555" behind an Arabic letter.
    """
    mark = _LEFT_TO_RIGHT if is_right_to_left(words) else ""
    return words.format(link=f"{mark}{link}{mark}", telephone=f"{mark}{telephone}{mark}")
