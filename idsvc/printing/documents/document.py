"""Begin a PDF that says nothing but its title and author, and is the same bytes for the same input."""

import io
import threading
from typing import Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.pdf.device import ColourModel, to_cmyk
from idsvc.printing.text.fonts import Weight, register_font

ONE_AT_A_TIME: Final = threading.RLock()
"""Held while a PDF is made or shown: reportlab's fonts and the whole of PDFium are shared by all threads."""


def open_document(
    out: io.BytesIO,
    size: tuple[float, float],
    *,
    title: str,
    author: str,
    colours: ColourModel = ColourModel.RGB,
) -> Canvas:
    """Begin a PDF without dates, names of software or other traces; pages and streams deflated.

    CMYK colours are what `device.to_cmyk` makes of them.
    """
    rl_config.useA85 = 0  # reportlab's ASCII85 in pure Python took two thirds of the time
    canvas = Canvas(
        out,
        pagesize=size,
        pageCompression=1,
        invariant=1,
        enforceColorSpace=to_cmyk if colours is ColourModel.CMYK else None,
        initialFontName=register_font(Weight.REGULAR),  # type: ignore[arg-type] # the stubs say float
    )
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("idsvc")
    canvas.setProducer("idsvc")
    canvas.setSubject("")
    return canvas
