"""Draw an artwork's elements with reportlab: what is the same on every card once, what differs card by card.

Text and the QR code are plain black in DeviceGray, which printers of either colour model put on the K panel.
"""

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.artwork import (
    CARD_HEIGHT_MM,
    Align,
    Artwork,
    Box,
    Element,
    Fields,
    GhostPlace,
    Microtext,
    Net,
    Panel,
    PortraitPlace,
    QrPlace,
    Rosette,
    SealPlace,
    Signature,
    Words,
)
from idsvc.printing.face import LABEL_LEADING, MM, CardFace, set_fields
from idsvc.printing.fonts import Weight, measure
from idsvc.printing.guilloche import Curve, braid_net, rosette
from idsvc.printing.qr import QrMatrix
from idsvc.printing.seal import Seal
from idsvc.printing.text import LEADING, Fitted, draw_label, draw_line, wrap

BLACK: Final = "#000000"
_CAP_HEIGHT: Final = 0.72
"""Height of capitals in sizes, in Public Sans and close to it in the others."""
_FRAME_MM: Final = 0.3
_GHOST_STEPS: Final = 7
_H: Final = 0.5522847498
"""Length of the handles with which four Bézier curves draw a circle of radius 1."""
_CIRCLE: Final = (
    ((1, _H), (_H, 1), (0, 1)),
    ((-_H, 1), (-1, _H), (-1, 0)),
    ((-1, -_H), (-_H, -1), (0, -1)),
    ((_H, -1), (1, -_H), (1, 0)),
)


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
        case Microtext():
            _draw_microtext(canvas, element)
        case Signature() if artwork.signature_strip:
            _draw_signature(canvas, element)
        case _:
            pass


def draw_person(
    canvas: Canvas, element: Element, face: CardFace, *, artwork: Artwork, qr: QrMatrix, picture: str
) -> None:
    """Draw one element that differs from card to card; `picture` is the portrait's name in the document."""
    match element:
        case PortraitPlace():
            _place_picture(canvas, element.box, picture)
            set_stroke(canvas, element.frame)
            canvas.setLineWidth(_FRAME_MM * MM)
            _rect(canvas, element.box, stroke=1)
        case GhostPlace():
            _draw_ghost(canvas, element, picture)
        case QrPlace():
            draw_qr_mask(canvas, qr, element.box)
        case Fields():
            _draw_fields(canvas, element, face, artwork)
        case _:
            pass


def add_portrait(canvas: Canvas, name: str, jpeg: bytes) -> None:
    """Put a JPEG into the document as it is, to be placed by its name any number of times."""
    # Canvas.drawImage would decode every JPEG only to hash its pixels.
    image = pdfdoc.PDFImageXObject(name)
    image.loadImageFromJPEG(io.BytesIO(jpeg))
    document = canvas._doc  # type: ignore[attr-defined] # noqa: SLF001 - as drawImage registers its images
    document.Reference(image, document.getXObjectName(name))
    document.addForm(name, image)


def draw_qr_mask(canvas: Canvas, qr: QrMatrix, box: Box) -> None:
    """Draw a QR code in the middle of its box as a 1-bit mask in pure black: no edge is ever smoothed.

    Its top left corner stands on a whole dot at 300 dpi, counted from the card's top left.
    """
    side_mm = qr.module_mm * qr.modules
    dot = 25.4 / 300
    left = round((box.x + (box.width - side_mm) / 2) / dot) * dot
    top = round((box.y + (box.height - side_mm) / 2) / dot) * dot
    width = (qr.modules + 7) // 8
    data = b"".join((row << (width * 8 - qr.modules)).to_bytes(width, "big") for row in qr.rows).hex()
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.translate(left * MM, y_up(top + side_mm))
    canvas.scale(side_mm * MM, side_mm * MM)
    _write(canvas, f"BI /W {qr.modules} /H {qr.modules} /IM true /D [1 0] /F /AHx ID {data}> EI")
    canvas.restoreState()


def draw_fitted(canvas: Canvas, fitted: Fitted, *, x: float, top: float) -> float:
    """Draw set lines below a height in points; give the height of their foot."""
    for line in fitted.lines:
        draw_line(canvas, x, top - fitted.size * _CAP_HEIGHT, line, weight=fitted.weight, size=fitted.size)
        top -= fitted.size * LEADING
    return top


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


def draw_seal(canvas: Canvas, seal: Seal, *, x: float, top: float, side: float) -> None:
    """Draw a seal with its top left corner at a point, `side` points wide."""
    scale = side / seal.side
    canvas.saveState()
    canvas.translate(x, top)
    canvas.scale(scale, -scale)
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
            path, stroke=int(shape.line is not None), fill=int(shape.fill is not None), fillMode=0
        )
    canvas.restoreState()


def _draw_words(canvas: Canvas, words: Words) -> None:
    set_fill(canvas, words.colour)
    top = y_up(words.box.y)
    for line in wrap(words.text, width=words.box.width * MM, size=words.size, weight=words.weight):
        width = measure(line, words.weight, words.size) + words.spacing * max(0, len(line) - 1)
        spare = words.box.width * MM - width
        shift = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[words.align]
        x, y = words.box.x * MM + shift, top - words.size * _CAP_HEIGHT
        if words.spacing:
            for letter in line:
                draw_line(canvas, x, y, letter, weight=words.weight, size=words.size)
                x += measure(letter, words.weight, words.size) + words.spacing
        else:
            draw_line(canvas, x, y, line, weight=words.weight, size=words.size)
        top -= words.size * LEADING


def _draw_microtext(canvas: Canvas, micro: Microtext) -> None:
    set_fill(canvas, micro.colour)
    unit = measure(micro.text, Weight.MEDIUM, micro.size)
    count = int(micro.box.width * MM / unit)
    draw_line(
        canvas,
        micro.box.x * MM + (micro.box.width * MM - unit * count) / 2,
        y_up(micro.box.y + micro.box.height),
        micro.text * count,
        weight=Weight.MEDIUM,
        size=micro.size,
    )


def _draw_signature(canvas: Canvas, strip: Signature) -> None:
    set_fill(canvas, "#ffffff")
    set_stroke(canvas, BLACK)
    canvas.setLineWidth(0.3)
    _rect(canvas, strip.box, fill=1, stroke=1)
    canvas.setFillGray(0)
    draw_label(
        canvas, (strip.box.x + 0.6) * MM, y_up(strip.box.y + strip.box.height - 0.7), strip.label, size=5
    )


def _place_picture(canvas: Canvas, box: Box, picture: str) -> None:
    canvas.saveState()
    _write(canvas, _placing(box))
    canvas.doForm(picture)
    canvas.restoreState()


def _placing(box: Box) -> str:
    return (
        f"{box.width * MM:.3f} 0 0 {box.height * MM:.3f} {box.x * MM:.3f} {y_up(box.y + box.height):.3f} cm"
    )


def _draw_ghost(canvas: Canvas, ghost: GhostPlace, picture: str) -> None:
    """Draw the portrait faintly in ovals one inside the other, which together fade out towards the edge."""
    canvas.saveState()
    canvas.setFillAlpha(1 - (1 - ghost.strength) ** (1 / _GHOST_STEPS))
    for oval in _ovals(ghost.box):
        canvas.saveState()
        _write(canvas, f"{oval} W n {_placing(ghost.box)}")
        canvas.doForm(picture)
        canvas.restoreState()
    canvas.restoreState()


@lru_cache(maxsize=8)
def _ovals(box: Box) -> tuple[str, ...]:
    """Give the outlines of the ghost's ovals as PDF operators, the largest first."""
    middle_x, middle_y = (box.x + box.width / 2) * MM, y_up(box.y + box.height / 2)
    made = []
    for step in range(_GHOST_STEPS):
        share = (1 - 0.42 * step / _GHOST_STEPS) * MM / 2
        points = [
            tuple((middle_x + x * box.width * share, middle_y + y * box.height * share) for x, y in quarter)
            for quarter in _CIRCLE
        ]
        start = f"{points[-1][-1][0]:.2f} {points[-1][-1][1]:.2f} m"
        made.append(
            " ".join([start, *(" ".join(f"{x:.2f} {y:.2f}" for x, y in piece) + " c" for piece in points)])
        )
    return tuple(made)


def _write(canvas: Canvas, operators: str) -> None:
    # reportlab's own calls format every number by a pure-Python function that took a third of the time.
    canvas._code.append(operators)  # type: ignore[attr-defined] # noqa: SLF001


def _draw_fields(canvas: Canvas, fields: Fields, face: CardFace, artwork: Artwork) -> None:
    canvas.setFillGray(0)
    for placed in set_fields(fields, face, artwork):
        top = CARD_HEIGHT_MM * MM - placed.y
        if placed.field.label:
            y = top - fields.label_size * _CAP_HEIGHT
            draw_label(canvas, placed.x, y, placed.field.label, size=fields.label_size)
            top -= fields.label_size * LABEL_LEADING
        for line in placed.lines:
            top = draw_fitted(canvas, line, x=placed.x, top=top)
