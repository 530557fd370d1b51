"""The label that a clerk sticks on the sheet handed over with a card: the renewal code, large, in black.

Like a slip that is handed over it names nobody: found in a street, it leads to no door.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.domain.numbers import CARD_NUMBER_GROUP, RENEWAL_CODE_DIGITS, RENEWAL_CODE_GROUP, format_groups
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.cards.face import CAP_HEIGHT, MM
from idsvc.printing.documents.document import ONE_AT_A_TIME, open_document
from idsvc.printing.papers.slip_words import SLIP_WORDS
from idsvc.printing.text.bidi import is_right_to_left
from idsvc.printing.text.fitting import Fitted, draw_line, fit
from idsvc.printing.text.fonts import Weight, measure

LEAST_CODE_SIZE: Final = 13.0
"""Points: digits 3.3 mm high, typed from without glasses."""
_EASY_CODE: Final = 15.0
_LARGEST_CODE: Final = 24.0
_MARGIN_MM: Final = 2.5
"""Label printers shift by up to 1.5 mm."""
_TITLE_SIZE: Final = 8.0
_LEAST_TITLE: Final = 5.0
_FOOT_SIZE: Final = 7.0
_LEAST_FOOT: Final = 5.0
_GAP: Final = 0.55
"""Between groups, in sizes."""
_LINE: Final = 1.25
"""From one line of the code to the next, in sizes."""
_STEP: Final = 0.25


@dataclass(frozen=True, slots=True)
class LabelFace:
    """What a label shows: the renewal code and the card number, as digits."""

    renewal_code: str
    card_number: str


@dataclass(frozen=True, slots=True)
class SetCode:
    """How a code stands on a label: so many groups on each line, and their size in points."""

    groups: tuple[int, ...]
    size: float


def set_code(label_mm: tuple[float, float]) -> SetCode:
    """Choose the fewest lines that leave the code easy to read, or else those that make it largest."""
    width, height = ((side - 2 * _MARGIN_MM) * MM for side in label_mm)
    height -= 1.5 * _TITLE_SIZE + 1.5 * _FOOT_SIZE
    group = measure("0" * RENEWAL_CODE_GROUP, Weight.SEMIBOLD, 1.0)
    best = SetCode((), 0.0)
    for lines in range(1, 5):
        groups = _share_out(RENEWAL_CODE_DIGITS // RENEWAL_CODE_GROUP, lines)
        across = width / (groups[0] * group + (groups[0] - 1) * _GAP)
        down = height / (CAP_HEIGHT + (lines - 1) * _LINE)
        size = min(across, down, _LARGEST_CODE) // _STEP * _STEP
        if size > best.size:
            best = SetCode(groups, size)
        if best.size >= _EASY_CODE:
            break
    return best


def render_labels(labels: Iterable[LabelFace], *, artwork: Artwork) -> bytes:
    """Render a PDF of labels, one page of the artwork's label each; the same input gives the same bytes."""
    out = io.BytesIO()
    width, height = (side * MM for side in artwork.label_mm)
    with ONE_AT_A_TIME:
        canvas = open_document(out, (width, height), title=artwork.title, author=artwork.author)
        for label in labels:
            _draw(canvas, label, artwork)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: LabelFace, artwork: Artwork) -> None:
    width, height = (side * MM for side in artwork.label_mm)
    margin = _MARGIN_MM * MM
    canvas.setFillGray(0)
    _draw_title(canvas, artwork, top=height - margin, width=width - 2 * margin)
    ending = f"•••• •••• {format_groups(label.card_number, CARD_NUMBER_GROUP).split()[-1]}"
    for foot in (f"{artwork.card_name}   {ending}", ending):  # the name goes before it is too small to read
        fitted = _fit_foot(foot, width=width - 2 * margin)
        if fitted is not None:
            draw_line(canvas, margin, margin, foot, weight=Weight.REGULAR, size=fitted.size)
            break
    code = set_code(artwork.label_mm)
    groups = format_groups(label.renewal_code, RENEWAL_CODE_GROUP).split()
    used = code.size * (CAP_HEIGHT + (len(code.groups) - 1) * _LINE)
    room = height - 2 * margin - 1.5 * _TITLE_SIZE - 1.5 * _FOOT_SIZE
    y = height - margin - 1.5 * _TITLE_SIZE - (room - used) / 2 - code.size * CAP_HEIGHT
    step = measure("0" * RENEWAL_CODE_GROUP, Weight.SEMIBOLD, code.size) + _GAP * code.size
    for count in code.groups:
        for place in range(count):
            x = margin + place * step
            draw_line(canvas, x, y, groups.pop(0), weight=Weight.SEMIBOLD, size=code.size)
        y -= code.size * _LINE


def _fit_foot(text: str, *, width: float) -> Fitted | None:
    return fit(text, width=width, size=_FOOT_SIZE, floor=_LEAST_FOOT, most_lines=1, weight=Weight.REGULAR)


def _draw_title(canvas: Canvas, artwork: Artwork, *, top: float, width: float) -> None:
    """Draw what the code is, in the program's first language that labels speak."""
    words = next((SLIP_WORDS[tag] for tag in artwork.languages if tag in SLIP_WORDS), SLIP_WORDS["en"])
    title = fit(
        words.title,
        width=width,
        size=_TITLE_SIZE,
        floor=_LEAST_TITLE,
        most_lines=1,
        weight=Weight.SEMIBOLD,
    )
    size = title.size if title else _LEAST_TITLE
    spare = width - measure(words.title, Weight.SEMIBOLD, size) if is_right_to_left(words.title) else 0.0
    x, y = _MARGIN_MM * MM + spare, top - size * CAP_HEIGHT
    draw_line(canvas, x, y, words.title, weight=Weight.SEMIBOLD, size=size)


def _share_out(count: int, lines: int) -> tuple[int, ...]:
    """Share groups out over lines as evenly as they go, the longer lines first: 7 over 2 is 4 and 3."""
    least, over = divmod(count, lines)
    shares: Sequence[int] = [least + (line < over) for line in range(lines)]
    return tuple(shares)
