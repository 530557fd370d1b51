"""What differs from card to card, as PDF operators: portrait, ghost portrait, QR code and the holder's facts.

Text and the QR code are plain black in DeviceGray, which printers of either colour model put on the K panel.
"""

from functools import lru_cache
from typing import Final

from idsvc.printing.artwork.elements import (
    CARD_HEIGHT_MM,
    Artwork,
    Box,
    Fields,
    GhostPlace,
    PortraitPlace,
)
from idsvc.printing.cards.drawing import y_up
from idsvc.printing.cards.face import CAP_HEIGHT, LABEL_LEADING, MM, CardFace, set_fields
from idsvc.printing.pdf.device import ColourModel, stroke_operator
from idsvc.printing.qr.matrix import dots_per_module
from idsvc.printing.text.fitting import LEADING
from idsvc.printing.text.fonts import Weight, set_line
from idsvc.printing.text.glyphs import Glyphs, GlyphTexts

_FRAME_MM: Final = 0.3
_GHOST_STEPS: Final = 7
_INSET: Final = 0.0001
"""Points, a four-hundredth of the finest dot: an edge that rounding puts behind a dot's makes MuPDF draw a
code a dot wider than it is."""
_H: Final = 0.5522847498
"""Length of the handles with which four Bézier curves draw a circle of radius 1."""
_CIRCLE: Final = (
    ((1, _H), (_H, 1), (0, 1)),
    ((-_H, 1), (-1, _H), (-1, 0)),
    ((-1, -_H), (-_H, -1), (0, -1)),
    ((_H, -1), (1, -_H), (1, 0)),
)


def draw_picture(place: PortraitPlace | GhostPlace, colours: ColourModel) -> str:
    """Place a holder's portrait, whichever it is: the resource /Portrait, and one of `graphics_states`."""
    return _draw_portrait(place, colours) if isinstance(place, PortraitPlace) else _draw_ghost(place)


def graphics_states(artwork: Artwork) -> bytes:
    """Give the dictionary of the transparencies that ghost portraits are drawn in."""
    ghosts = {element for element in (*artwork.front, *artwork.back) if isinstance(element, GhostPlace)}
    states = {_faintness(ghost): 1 - (1 - ghost.strength) ** (1 / _GHOST_STEPS) for ghost in ghosts}
    entries = "".join(f"/{name}<</Type/ExtGState/ca {alpha:.6f}>>" for name, alpha in sorted(states.items()))
    return f"<<{entries}>>".encode("ascii")


def _draw_portrait(place: PortraitPlace, colours: ColourModel) -> str:
    stroke = stroke_operator(place.frame, colours)
    return (
        f"q {_placing(place.box)} /Portrait Do Q\n"
        f"q {stroke} {_FRAME_MM * MM:.4f} w {_rectangle(place.box)} re S Q\n"
    )


def _draw_ghost(ghost: GhostPlace) -> str:
    """Draw the portrait faintly in ovals one inside the other, which together fade out towards the edge."""
    ovals = "".join(f"q {oval} W n {_placing(ghost.box)} /Portrait Do Q\n" for oval in _ovals(ghost.box))
    return f"q /{_faintness(ghost)} gs\n{ovals}Q\n"


def _faintness(ghost: GhostPlace) -> str:
    return f"Ghost{round(ghost.strength * 1000)}"


def _ovals(box: Box) -> list[str]:
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
    return made


@lru_cache(maxsize=64)
def draw_code(box: Box, modules: int, dots_per_inch: int) -> str:
    """Place the resource /Code, a 1-bit mask, in the middle of a box in pure black: no edge is ever smoothed.

    Modules are whole dots; its top left corner stands on one, counted from the card's top left.
    """
    side_mm = modules * dots_per_module(modules, dots_per_inch) * 25.4 / dots_per_inch
    dot = 25.4 / dots_per_inch
    left = round((box.x + (box.width - side_mm) / 2) / dot) * dot
    top = round((box.y + (box.height - side_mm) / 2) / dot) * dot
    side, x, y = side_mm * MM - 2 * _INSET, left * MM + _INSET, y_up(top + side_mm) + _INSET
    return f"q 0 g {side:.5f} 0 0 {side:.5f} {x:.5f} {y:.5f} cm /Code Do Q\n"


def draw_fields(fields: Fields, face: CardFace, *, artwork: Artwork, shown: GlyphTexts) -> str:
    """Draw a column of a holder's facts; note in `shown` which glyphs of which fonts it takes.

    Fonts are named as their files are.
    """
    label_size = fields.label_size
    operators = ["BT 0 g\n"]
    for placed in set_fields(fields, face, artwork):
        top = CARD_HEIGHT_MM * MM - placed.y
        if placed.field.label:
            label = _set_label(placed.field.label)
            _show(operators, label, shown, x=placed.x, y=top - label_size * CAP_HEIGHT, size=label_size)
            top -= label_size * LABEL_LEADING
        top -= placed.drop
        for fitted in placed.lines:
            for line in fitted.runs:
                y = top - fitted.size * CAP_HEIGHT
                _show(operators, line, shown, x=placed.x, y=y, size=fitted.size)
                top -= fitted.size * LEADING
    operators.append("ET\n")
    return "".join(operators)


@lru_cache(maxsize=256)
def _set_label(text: str) -> tuple[Glyphs, ...]:
    """Shape a city's own label, remembered between cards; never what belongs to a person."""
    return set_line(text, Weight.REGULAR)


def _show(
    operators: list[str], line: tuple[Glyphs, ...], shown: GlyphTexts, *, x: float, y: float, size: float
) -> None:
    """Write a line at size 1 under a matrix, so that what lifts a mark is in ems too."""
    for run in line:
        words = run.show(shown)
        operators.append(f"/{run.font} 1 Tf {size:.4f} 0 0 {size:.4f} {x:.4f} {y:.4f} Tm {words}\n")
        x += run.width * size


def _placing(box: Box) -> str:
    return (
        f"{box.width * MM:.3f} 0 0 {box.height * MM:.3f} {box.x * MM:.3f} {y_up(box.y + box.height):.3f} cm"
    )


def _rectangle(box: Box) -> str:
    return f"{box.x * MM:.4f} {y_up(box.y + box.height):.4f} {box.width * MM:.4f} {box.height * MM:.4f}"
