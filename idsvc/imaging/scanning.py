"""Find QR codes in an untrusted picture or PDF: runs only inside the child process."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason
from idsvc.imaging.decoding import MOST_PIXELS, decode
from idsvc.imaging.reading import Code, write_codes
from idsvc.imaging.warming import PDF, draw_pictures

Grey = NDArray[np.uint8]

_MOST_PAGES: Final = 100
_DOTS_PER_INCH: Final = 300
_SECOND_LOOK_SIDE: Final = 1600


def warm_up() -> None:
    """Load all that the libraries load late."""
    for sample in (*draw_pictures(), PDF):
        answer_codes(sample)


def answer_codes(file: bytes) -> bytes:
    """List the texts of all QR codes of a JPEG, PNG, WebP or PDF, page by page."""
    return write_codes(
        Code(number, text) for number, page in enumerate(read_pages(file), start=1) for text in scan(page)
    )


def scan(page: Grey) -> list[str]:
    """Read every QR code in view, top to bottom; looks again at a smaller, smoother copy when it sees none.

    The second look is for photos of 12 megapixels and more, whose grain hides the modules.
    """
    texts = _read(page)
    if not texts and max(page.shape) > _SECOND_LOOK_SIDE:
        picture = Image.fromarray(page)
        picture.thumbnail((_SECOND_LOOK_SIDE, _SECOND_LOOK_SIDE), Image.Resampling.BOX)
        texts = _read(np.asarray(picture))
    return texts


def _read(page: Grey) -> list[str]:
    found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    found.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return list(dict.fromkeys(code.text for code in found if code.text))


def read_pages(file: bytes) -> Iterator[Grey]:
    """Give the pages of a PDF at 300 dpi, or the one page of a picture, in grey."""
    if file.lstrip()[:5] != b"%PDF-":
        yield np.asarray(Image.fromarray(decode(file, field="file")).convert("L"))
        return
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError:
        raise BadInput("file", Reason.BAD_PDF) from None
    if len(document) > _MOST_PAGES:
        raise BadInput("file", Reason.LONG_PDF)
    for page in document:
        width, height = page.get_size()
        scale = _DOTS_PER_INCH / 72
        if width * height * scale * scale > MOST_PIXELS:
            scale = (MOST_PIXELS / (width * height)) ** 0.5
        bitmap = page.render(scale=scale, grayscale=True)
        yield (
            np.asarray(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, -1)[:, : bitmap.width].copy()
        )
        bitmap.close()
        page.close()
