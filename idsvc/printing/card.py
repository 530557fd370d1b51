"""Cards as PDF: two pages of exactly CR80 size for each, front then back, any number in one document."""

import io
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.artwork import CARD_HEIGHT_MM, CARD_WIDTH_MM, Artwork, Element
from idsvc.printing.document import ONE_AT_A_TIME, open_document
from idsvc.printing.drawing import add_portrait, draw_person, draw_shared, is_shared
from idsvc.printing.face import MM, CardFace, NameDoesNotFit, check_fits
from idsvc.printing.qr import draw_qr

__all__ = ["CardFace", "NameDoesNotFit", "check_fits", "render_batches", "render_cards"]

PAGE_SIZE: Final = (CARD_WIDTH_MM * MM, CARD_HEIGHT_MM * MM)


def render_cards(faces: Iterable[CardFace], *, artwork: Artwork) -> bytes:
    """Render a PDF of cards, in the order given; the same input gives the same bytes.

    Raises NameDoesNotFit or QrTooDense for a card that cannot be printed whole.
    """
    out = io.BytesIO()
    with ONE_AT_A_TIME:
        canvas = open_document(out, PAGE_SIZE, title=artwork.title, author=artwork.author)
        sides = [_prepare(canvas, name, artwork) for name in ("front", "back")]
        for number, face in enumerate(faces):
            qr = draw_qr(face.qr_text)
            picture = f"portrait{number}"
            add_portrait(canvas, picture, face.portrait)
            for layers in sides:
                for form, element in layers:
                    if form:
                        canvas.doForm(form)
                    if element:
                        draw_person(canvas, element, face, artwork=artwork, qr=qr, picture=picture)
                canvas.showPage()
        canvas.save()
    return out.getvalue()


def render_batches(
    faces: Iterable[CardFace], *, artwork: Artwork, cards_a_file: int = 100
) -> Iterator[bytes]:
    """Render any number of cards as one PDF after the other, so that memory stays that of one file."""
    waiting = iter(faces)
    while batch := list(islice(waiting, cards_a_file)):
        yield render_cards(batch, artwork=artwork)


def _prepare(canvas: Canvas, side: str, artwork: Artwork) -> list[tuple[str | None, Element | None]]:
    """Draw each stretch of shared elements once, as a form; keep the others between them in their order."""
    layers: list[tuple[str | None, Element | None]] = []
    elements = artwork.front if side == "front" else artwork.back
    for shared, stretch in groupby(elements, key=is_shared):
        if shared:
            form = f"{side}{len(layers)}"
            canvas.beginForm(form)
            for element in stretch:
                draw_shared(canvas, element, artwork)
            canvas.endForm()
            layers.append((form, None))
        else:
            layers += [(None, element) for element in stretch]
    return layers
