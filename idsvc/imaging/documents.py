"""Rebuild the pages of a residency paper from pixels: nothing of the file that was sent is kept.

Every page becomes a grey JPEG on one canvas, so that neither format, size, metadata nor file name goes on.
"""

import io
from typing import Final

from PIL import Image

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason
from idsvc.imaging.isolation import run_isolated

MOST_PAGES: Final = 4
"""Pages of one request; as many sealed places lie there whether or not they are used."""
LARGEST_PAGE: Final = 1 << 20
"""Bytes of one page; the sealed place has twice that."""
CANVAS: Final = (1240, 1754)
"""A4 at 150 dpi."""
_CANVAS_BYTES: Final = CANVAS[0] * CANVAS[1]
_QUALITIES: Final = (75, 50, 30, 15)


def rebuild_pages(file: bytes) -> tuple[bytes, ...]:
    """Rebuild the pages of a JPEG, PNG, WebP or PDF as grey JPEGs of 1240 x 1754 pixels (A4 at 150 dpi).

    Raises BadInput (field `paper`) for anything else, for more than 4 pages, and for a page that looks like
    an identity paper; Unavailable when no child process can start.
    """
    pixels = run_isolated("document", file, field="paper", most_bytes=MOST_PAGES * _CANVAS_BYTES)
    if not pixels or len(pixels) % _CANVAS_BYTES:
        raise BadInput("paper", Reason.UNREADABLE)
    starts = range(0, len(pixels), _CANVAS_BYTES)
    return tuple(_encode(pixels[start : start + _CANVAS_BYTES]) for start in starts)


def _encode(pixels: bytes) -> bytes:
    page = Image.frombytes("L", CANVAS, pixels)
    for quality in _QUALITIES:
        out = io.BytesIO()
        page.save(out, "JPEG", quality=quality)
        if out.tell() <= LARGEST_PAGE:
            return out.getvalue()
    raise BadInput("paper", "This page cannot be made small enough. Take a new picture in better light.")
