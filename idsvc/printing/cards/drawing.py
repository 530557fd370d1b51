"""Draw with reportlab what is the same on every card of a city: panels, nets, the seal, the city's words."""

from collections.abc import Iterable
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.artwork.elements import (
    CARD_HEIGHT_MM,
    Align,
    Artwork,
    Box,
    Element,
    Fields,
    GhostPlace,
    Microtext,
    Net,
    Notes,
    Panel,
    PortraitPlace,
    QrPlace,
    Rosette,
    SealPlace,
    Signature,
    Words,
)
from idsvc.printing.artwork.notes import set_notes
from idsvc.printing.artwork.seal import Seal
from idsvc.printing.artwork.seal_picture import PictureSeal, draw_picture_seal
from idsvc.printing.cards.face import CAP_HEIGHT, MM
from idsvc.printing.cards.guilloche import Curve, braid_net, rosette
from idsvc.printing.pdf.device import BLACK
from idsvc.printing.text.fitting import LEADING, draw_line, wrap
from idsvc.printing.text.fonts import Weight, measure

SIGNATURE_LABEL_SIZE: Final = 5.0
SIGNATURE_INSET_MM: Final = 0.6
"""Of the strip's label, from its left edge."""
_SVG_MITER: Final = 4
"""How long SVG lets a corner's tip be, in line widths."""

_EVEN_ODD: Final = 0
_NON_ZERO: Final = 1
"""reportlab's numbers for the ways to fill an outline that crosses itself."""


def y_up(y_mm: float) -> float:
    """Turn millimetres from the card's top into points from its foot."""
    return (CARD_HEIGHT_MM - y_mm) * MM


def set_fill(canvas: Canvas, colour: str) -> None:
    """Fill in a colour; black as DeviceGray."""
    if colour == BLACK:
        canvas.setFillGray(0)
    else:
        canvas.setFillColor(HexColor(colour))


def set_stroke(canvas: Canvas, colour: str) -> None:
    """Draw lines in a colour; black as DeviceGray."""
    if colour == BLACK:
        canvas.setStrokeGray(0)
    else:
        canvas.setStrokeColor(HexColor(colour))


def is_shared(element: Element) -> bool:
    """Tell whether an element is the same on every card of a city."""
    return not isinstance(element, PortraitPlace | GhostPlace | QrPlace | Fields)


def draw_shared(canvas: Canvas, element: Element, artwork: Artwork) -> None:
    """Draw one element that every card of the city shares."""
    match element:
        case Panel():
            set_fill(canvas, element.colour)
            _rect(canvas, element.box, fill=1)
        case Net():
            curves = braid_net(
                element.box, seed=artwork.seed, name=element.name, bands=element.bands, lines=element.lines
            )
            _draw_curves(canvas, element.box, curves, element.colour, element.stroke)
        case Rosette():
            curves = rosette(
                element.box, seed=artwork.seed, name=element.name, petals=element.petals, lines=element.lines
            )
            _draw_curves(canvas, element.box, curves, element.colour, element.stroke)
        case SealPlace():
            x, top = element.box.x * MM, y_up(element.box.y)
            draw_seal(canvas, artwork.seal, x=x, top=top, side=element.box.width * MM)
        case Words():
            _draw_words(canvas, element)
        case Notes():
            _draw_notes(canvas, element)
        case Microtext():
            _draw_microtext(canvas, element)
        case Signature() if artwork.signature_strip:
            _draw_signature(canvas, element)
        case _:
            pass


def _rect(canvas: Canvas, box: Box, *, fill: int = 0, stroke: int = 0) -> None:
    canvas.rect(
        box.x * MM, y_up(box.y + box.height), box.width * MM, box.height * MM, fill=fill, stroke=stroke
    )


def _clip_to(canvas: Canvas, box: Box) -> None:
    path = canvas.beginPath()
    path.rect(box.x * MM, y_up(box.y + box.height), box.width * MM, box.height * MM)
    canvas.clipPath(path, stroke=0, fill=0)


def _draw_curves(canvas: Canvas, box: Box, curves: Iterable[Curve], colour: str, stroke: float) -> None:
    canvas.saveState()
    _clip_to(canvas, box)
    set_stroke(canvas, colour)
    canvas.setLineWidth(stroke)
    for curve in curves:
        points = [f"{x * MM:.2f} {y_up(y):.2f}" for x, y in curve]
        pieces = zip(points[1::3], points[2::3], points[3::3], strict=True)
        _write(
            canvas, f"{points[0]} m " + " ".join(f"{first} {second} {end} c" for first, second, end in pieces)
        )
    _write(canvas, "S")
    canvas.restoreState()


def draw_seal(canvas: Canvas, seal: Seal | PictureSeal, *, x: float, top: float, side: float) -> None:
    """Draw a seal with its top left corner at a point, `side` points wide."""
    if isinstance(seal, PictureSeal):
        draw_picture_seal(canvas, seal, x=x, top=top, side=side)
        return
    scale = side / seal.side
    canvas.saveState()
    canvas.translate(x, top)
    canvas.scale(scale, -scale)
    square = canvas.beginPath()
    square.rect(0, 0, seal.side, seal.side)
    canvas.clipPath(square, stroke=0, fill=0)  # SVG shows nothing outside its viewBox
    canvas.setMiterLimit(_SVG_MITER)
    for shape in seal.shapes:
        path = canvas.beginPath()
        for step in shape.strokes:
            if step.kind == "M":
                path.moveTo(*step.points[0])
            elif step.kind == "L":
                path.lineTo(*step.points[0])
            elif step.kind == "C":
                path.curveTo(*step.points[0], *step.points[1], *step.points[2])
            else:
                path.close()
        if shape.fill:
            set_fill(canvas, shape.fill)
        if shape.line:
            set_stroke(canvas, shape.line)
            canvas.setLineWidth(shape.line_width)
        canvas.drawPath(
            path,
            stroke=int(shape.line is not None),
            fill=int(shape.fill is not None),
            fillMode=_EVEN_ODD if shape.even_odd else _NON_ZERO,
        )
    canvas.restoreState()


def _draw_words(canvas: Canvas, words: Words) -> None:
    set_fill(canvas, words.colour)
    top = y_up(words.box.y)
    for line in wrap(words.text, width=words.box.width * MM, size=words.size, weight=words.weight):
        width = measure(line, words.weight, words.size) + words.spacing * max(0, len(line) - 1)
        spare = words.box.width * MM - width
        shift = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[words.align]
        x, y = words.box.x * MM + shift, top - words.size * CAP_HEIGHT
        if words.spacing:
            for letter in line:
                draw_line(canvas, x, y, letter, weight=words.weight, size=words.size)
                x += measure(letter, words.weight, words.size) + words.spacing
        else:
            draw_line(canvas, x, y, line, weight=words.weight, size=words.size)
        top -= words.size * LEADING


def _draw_notes(canvas: Canvas, notes: Notes) -> None:
    set_fill(canvas, notes.colour)
    for placed in set_notes(notes):
        size, weight = placed.note.size, placed.note.weight
        y = CARD_HEIGHT_MM * MM - placed.top - size * CAP_HEIGHT
        for line in placed.lines:
            draw_line(canvas, notes.box.x * MM, y, line, weight=weight, size=size)
            y -= size * LEADING


def set_microtext(micro: Microtext) -> tuple[str, float]:
    """Repeat a fine print along its box; give the line and its size, which lets it end where the box ends."""
    width = micro.box.width * MM
    once = measure(micro.text, Weight.MEDIUM, micro.size)
    count = max(1, int(width / once)) if once else 1
    line = (micro.text * count).strip()
    whole = measure(line, Weight.MEDIUM, 1.0)
    return line, width / whole if whole else 0.0  # joiners and marks alone have no width


def _draw_microtext(canvas: Canvas, micro: Microtext) -> None:
    set_fill(canvas, micro.colour)
    line, size = set_microtext(micro)
    x, y = micro.box.x * MM, y_up(micro.box.y + micro.box.height)
    draw_line(canvas, x, y, line, weight=Weight.MEDIUM, size=size)


def _draw_signature(canvas: Canvas, strip: Signature) -> None:
    set_fill(canvas, "#ffffff")
    set_stroke(canvas, BLACK)
    canvas.setLineWidth(0.3)
    _rect(canvas, strip.box, fill=1, stroke=1)
    canvas.setFillGray(0)
    x, y = (strip.box.x + SIGNATURE_INSET_MM) * MM, y_up(strip.box.y + strip.box.height - 0.7)
    draw_line(canvas, x, y, strip.label, weight=Weight.REGULAR, size=SIGNATURE_LABEL_SIZE)


def _write(canvas: Canvas, operators: str) -> None:
    # reportlab's own calls format every number by a pure-Python function that took a third of the time.
    canvas._code.append(operators)  # type: ignore[attr-defined] # noqa: SLF001
