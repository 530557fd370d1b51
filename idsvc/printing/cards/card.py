"""Cards as PDF: two pages of exactly CR80 size for each, front then back, any number in one document.

What a city's cards share is copied, the holder's JPEG stands in the file as it is, and the rest is two
kilobytes of operators: a batch costs little more than reading its portraits.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from idsvc.printing.artwork.elements import Artwork, Fields, GhostPlace, PortraitPlace, QrPlace
from idsvc.printing.cards.backdrop import PAGE_SIZE, Backdrop, Layer, make_backdrop
from idsvc.printing.cards.face import CardFace, NameDoesNotFit, check_fits
from idsvc.printing.cards.holder import draw_code, draw_fields, draw_picture, graphics_states
from idsvc.printing.pdf.jpeg import describe_jpeg
from idsvc.printing.pdf.pdffile import PdfFile
from idsvc.printing.qr.matrix import QrMatrix, draw_qrs
from idsvc.printing.text.glyphs import GlyphTexts, embed_fonts

__all__ = ["CardFace", "NameDoesNotFit", "check_fits", "render_batches", "render_cards"]

CODES_AT_ONCE: Final = 16
"""Cards whose codes are drawn together: enough to make the arrays worth it, few enough for the cache."""


def render_cards(faces: Iterable[CardFace], *, artwork: Artwork) -> bytes:
    """Render a PDF of cards, in the order given; the same input gives the same bytes.

    Raises NameDoesNotFit or QrTooDense for a card that cannot be printed whole.
    """
    pages = _Pages(artwork)
    waiting = iter(faces)
    while some := list(islice(waiting, CODES_AT_ONCE)):
        for face, qr in zip(some, draw_qrs([face.qr_text for face in some]), strict=True):
            pages.add(face, qr)
    return pages.finish()


def render_batches(
    faces: Iterable[CardFace], *, artwork: Artwork, cards_a_file: int = 100
) -> Iterator[bytes]:
    """Render any number of cards as one PDF after the other, so that memory stays that of one file."""
    waiting = iter(faces)
    while batch := list(islice(waiting, cards_a_file)):
        yield render_cards(batch, artwork=artwork)


class _Pages:
    """The pages of one file, and what they share: the backdrop's forms, the fonts, the tree."""

    def __init__(self, artwork: Artwork) -> None:
        self._artwork = artwork
        self._file = PdfFile()
        backdrop = make_backdrop(artwork)
        for body in backdrop.objects:
            self._file.add(body)
        self._sides = [_join_constant(layers, artwork) for layers in (backdrop.front, backdrop.back)]
        self._tree = self._file.reserve()
        self._fonts = self._file.reserve()
        states = self._file.add(graphics_states(artwork))
        self._shown: GlyphTexts = {}
        self._kids: list[int] = []
        width, height = PAGE_SIZE
        self._page = (
            f"<</Type/Page/Parent {self._tree} 0 R/MediaBox[0 0 {width:.4f} {height:.4f}]"
            f"/Resources<</Font {self._fonts} 0 R/ExtGState {states} 0 R"
            f"/XObject<<{_name_forms(backdrop)}"
        ).encode("ascii")

    def add(self, face: CardFace, qr: QrMatrix) -> None:
        """Write a card's portrait, code and two pages."""
        file = self._file
        portrait = file.add_stream(describe_jpeg(face.portrait), face.portrait)
        code = file.add_stream(
            b"/Type/XObject/Subtype/Image/ImageMask true/BitsPerComponent 1/Decode[1 0]/Width %d/Height %d"
            % (qr.modules, qr.modules),
            qr.packed,
        )
        for parts in self._sides:
            drawn = "".join([part if isinstance(part, str) else self._draw(part, face, qr) for part in parts])
            content = file.add_stream(b"", drawn.encode("ascii"))
            named = b"/Portrait %d 0 R/Code %d 0 R>>>>/Contents %d 0 R>>" % (portrait, code, content)
            self._kids.append(file.add(self._page, named))

    def finish(self) -> bytes:
        """Write the fonts with the glyphs that were used, and close the file."""
        self._file.write(self._fonts, embed_fonts(self._file, self._shown))
        artwork = self._artwork
        return self._file.finish(
            pages=self._tree, kids=self._kids, title=artwork.title, author=artwork.author
        )

    def _draw(self, part: QrPlace | Fields, face: CardFace, qr: QrMatrix) -> str:
        artwork = self._artwork
        if isinstance(part, QrPlace):
            return draw_code(part.box, qr.modules, artwork.printer.dots_per_inch)
        return draw_fields(part, face, artwork=artwork, shown=self._shown)


def _join_constant(layers: Sequence[Layer], artwork: Artwork) -> list[str | QrPlace | Fields]:
    """Write what every card of a file draws in the same words, and leave what differs between it."""
    parts: list[str | QrPlace | Fields] = []
    words = ""
    for layer in layers:
        if isinstance(layer, int):
            words += f"/Form{layer} Do\n"
        elif isinstance(layer, PortraitPlace | GhostPlace):
            words += draw_picture(layer, artwork.printer.colours)
        elif isinstance(layer, QrPlace | Fields):
            parts += [words, layer]
            words = ""
    return [*parts, words]


def _name_forms(backdrop: Backdrop) -> str:
    forms = [layer for layer in (*backdrop.front, *backdrop.back) if isinstance(layer, int)]
    return "".join(f"/Form{form} {form} 0 R" for form in forms)
