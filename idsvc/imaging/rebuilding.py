"""Draw the pages of an untrusted picture or PDF anew on one canvas: runs only inside the child process."""

import cv2
import numpy as np
from PIL import Image, ImageOps

from idsvc.domain.errors import BadInput
from idsvc.imaging import scanning
from idsvc.imaging.answers import Reason
from idsvc.imaging.documents import CANVAS, MOST_PAGES
from idsvc.imaging.screens import count_even_lines, refuse_identity_papers


def warm_up() -> None:
    """Load all that the libraries load late."""
    cv2.setNumThreads(1)
    scanning.warm_up()
    lines = np.full((160, 720), 255, dtype=np.uint8)
    lines[80:92] = np.tile(np.repeat(np.array([0, 255], dtype=np.uint8), 10), 36)
    count_even_lines(lines)
    _rebuild(Image.fromarray(lines))


def answer_document(file: bytes) -> bytes:
    """Screen and rebuild every page: one grey canvas after the other."""
    pages: list[bytes] = []
    for page in scanning.read_pages(file):
        if len(pages) == MOST_PAGES:
            raise BadInput("paper", Reason.LONG_PAPER)
        refuse_identity_papers(page, field="paper")
        pages.append(_rebuild(Image.fromarray(page)))
    return b"".join(pages)


def _rebuild(page: Image.Image) -> bytes:
    upright = page if page.height >= page.width else page.rotate(90, expand=True, fillcolor=255)
    return np.asarray(ImageOps.pad(upright, CANVAS, color=255)).tobytes()
