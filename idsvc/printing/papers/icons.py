"""The slip's three pictures, in lines: a house to keep it in, a telephone to renew with, a lost card.

Each stands on a point, 16 mm wide and about as high.
"""

from collections.abc import Mapping

from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.cards.drawing import set_fill, set_stroke
from idsvc.printing.cards.face import MM

Colours = Mapping[str, str]


def draw_house(canvas: Canvas, x: float, y: float, colours: Colours) -> None:
    """Draw a house with a page inside: keep it at home."""
    _begin(canvas, x, y, colours)
    roof = canvas.beginPath()
    roof.moveTo(0, 8)
    roof.lineTo(8, 15)
    roof.lineTo(16, 8)
    canvas.drawPath(roof, stroke=1, fill=0)
    canvas.line(2.2, 6.1 + 3.8, 2.2, 0)
    canvas.line(13.8, 6.1 + 3.8, 13.8, 0)
    canvas.line(2.2, 0, 13.8, 0)
    set_fill(canvas, colours["accent"])
    canvas.rect(5.4, 2, 5.2, 6.6, fill=1, stroke=1)
    for height in (6.9, 5.3, 3.7):
        canvas.line(6.7, height, 9.3, height)
    canvas.restoreState()


def draw_phone(canvas: Canvas, x: float, y: float, colours: Colours) -> None:
    """Draw a telephone with digits typed in: renew online."""
    _begin(canvas, x - 3.6 * MM, y, colours)  # its left edge stands where the others' stand
    canvas.roundRect(3.6, 0, 8.8, 15, 1.4, fill=0, stroke=1)
    canvas.line(6.8, 1.5, 9.2, 1.5)
    set_fill(canvas, colours["accent"])
    canvas.rect(5.2, 8.8, 5.6, 3.2, fill=1, stroke=1)
    set_fill(canvas, colours["primary"])
    for column in range(3):
        for row in range(2):
            canvas.circle(5.9 + 2.1 * column, 6.6 - 2.1 * row, 0.42, fill=1, stroke=0)
    canvas.restoreState()


def draw_lost_card(canvas: Canvas, x: float, y: float, colours: Colours) -> None:
    """Draw a card and a question mark: what to do when it is lost."""
    _begin(canvas, x, y, colours)
    canvas.roundRect(0, 1.6, 16, 10.6, 1.2, fill=0, stroke=1)
    set_fill(canvas, colours["accent"])
    canvas.rect(1.9, 4, 4.4, 5.6, fill=1, stroke=1)
    mark = canvas.beginPath()
    mark.moveTo(8.9, 8.4)
    mark.curveTo(8.9, 11.2, 13.3, 11.2, 13.3, 8.5)
    mark.curveTo(13.3, 6.6, 11.1, 6.8, 11.1, 5.1)
    canvas.drawPath(mark, stroke=1, fill=0)
    set_fill(canvas, colours["primary"])
    canvas.circle(11.1, 3.5, 0.5, fill=1, stroke=0)
    canvas.restoreState()


def _begin(canvas: Canvas, x: float, y: float, colours: Colours) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(MM, MM)
    set_stroke(canvas, colours["primary"])
    canvas.setLineWidth(0.55)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
