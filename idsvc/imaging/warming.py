"""Draw a tiny picture of each taken kind: read once, they make the libraries load all that lies in files."""

import io
from collections.abc import Iterator
from typing import Final

from PIL import Image

_SIZE: Final = (48, 64)
_ORIENTATION: Final = 0x0112
PDF: Final = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R"
    b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 29>>stream\nBT /F 12 Tf 9 9 Td (a) Tj ET \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)
"""One page with one letter; PDFium finds the objects without a table."""


def draw_pictures() -> Iterator[bytes]:
    """Draw a JPEG turned by EXIF, a JPEG of two pictures, a PNG and a WebP."""
    picture = Image.new("RGB", _SIZE, "grey")
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    for form, options in (
        ("JPEG", {"exif": exif}),
        ("MPO", {"save_all": True, "append_images": [picture]}),
        ("PNG", {}),
        ("WEBP", {}),
    ):
        out = io.BytesIO()
        picture.save(out, form, **options)
        yield out.getvalue()
