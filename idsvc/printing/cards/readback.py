"""Read a finished card PDF back before it leaves: the code on every back must say what it was made to say."""

from typing import Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import zxingcpp

from idsvc.domain.errors import Unavailable
from idsvc.printing.documents.document import ONE_AT_A_TIME

_DOTS_PER_INCH: Final = 300


def read_back(pdf: bytes, *, expected: tuple[str, ...]) -> None:
    """Rasterise each back of our own PDF at 300 dpi and compare its QR code, card by card.

    Raises Unavailable when a page is missing or a code does not read as expected: then print nothing of it.
    """
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if len(document) != 2 * len(expected):
                raise Unavailable(_MISPRINT)
            for number, text in enumerate(expected):
                if _read(document[2 * number + 1]) != [text]:
                    raise Unavailable(_MISPRINT)
        finally:
            document.close()


def _read(page: pypdfium2.PdfPage) -> list[str]:
    bitmap = page.render(scale=_DOTS_PER_INCH / 72, grayscale=True)
    grey = np.asarray(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, -1)[:, : bitmap.width]
    only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, formats=only_qr, try_invert=False)
    bitmap.close()
    page.close()
    return [code.text for code in found]


_MISPRINT: Final = "The finished print file does not read back as it was made; make the print file again."
