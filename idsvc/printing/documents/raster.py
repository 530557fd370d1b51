"""Show our own PDFs as pictures, page by page."""

import io

import pypdfium2  # type: ignore[import-untyped]

from idsvc.printing.documents.document import ONE_AT_A_TIME

_POINTS_PER_INCH = 72


def rasterise(pdf: bytes, *, dots_per_inch: int = 300) -> tuple[bytes, ...]:
    """Draw every page of one of our own PDFs as a PNG."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return tuple(_draw(page, dots_per_inch / _POINTS_PER_INCH) for page in document)
        finally:
            document.close()


def _draw(page: pypdfium2.PdfPage, scale: float) -> bytes:
    out = io.BytesIO()
    page.render(scale=scale).to_pil().save(out, "PNG")
    page.close()
    return out.getvalue()
