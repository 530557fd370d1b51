"""What is the same on every card of a city, drawn once per artwork and copied into every file as it is."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from idsvc.printing.artwork.elements import CARD_HEIGHT_MM, CARD_WIDTH_MM, Artwork, Element
from idsvc.printing.cards.drawing import draw_shared, is_shared
from idsvc.printing.cards.face import MM
from idsvc.printing.documents.document import ONE_AT_A_TIME, open_document
from idsvc.printing.text.glyphs import tag_subset

PAGE_SIZE: Final = (CARD_WIDTH_MM * MM, CARD_HEIGHT_MM * MM)

_REFERENCE: Final = re.compile(rb"\b(\d+) 0 R\b")
_TAGGED: Final = re.compile(rb"(/(?:BaseFont|FontName) ?/)([A-Z]{6})\+([^\s/>]+)")
_STREAM: Final = re.compile(rb"\bstream\r?\n")

Layer = int | Element
"""The number of a form that shared elements are drawn on, or an element that differs from card to card."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Finished objects, numbered from 1 as they refer to each other, and each side's layers from below."""

    objects: tuple[bytes, ...]
    front: tuple[Layer, ...]
    back: tuple[Layer, ...]


@lru_cache(maxsize=8)
def make_backdrop(artwork: Artwork) -> Backdrop:
    """Draw an artwork's shared elements, each stretch between two others on a form of its own."""
    with ONE_AT_A_TIME:
        canvas = open_document(
            io.BytesIO(),
            PAGE_SIZE,
            title=artwork.title,
            author=artwork.author,
            colours=artwork.printer.colours,
        )
        sides = [_draw_forms(canvas, name, artwork) for name in ("front", "back")]
        objects, numbers = _take_objects(canvas)
    front, back = (
        tuple(numbers[layer] if isinstance(layer, str) else layer for layer in side) for side in sides
    )
    return Backdrop(objects, front, back)


def _draw_forms(canvas: Canvas, side: str, artwork: Artwork) -> list[str | Element]:
    layers: list[str | Element] = []
    for shared, stretch in groupby(artwork.front if side == "front" else artwork.back, key=is_shared):
        if shared:
            form = f"{side}{len(layers)}"
            canvas.beginForm(form)
            for element in stretch:
                draw_shared(canvas, element, artwork)
            canvas.endForm()
            layers.append(form)
        else:
            layers += stretch
    return layers


def _take_objects(canvas: Canvas) -> tuple[tuple[bytes, ...], dict[str, int]]:
    """Take the forms out of reportlab's file with all that they refer to, numbered anew without gaps."""
    document = canvas._doc  # type: ignore[attr-defined] # noqa: SLF001 - knows where its objects stand
    file: bytes = canvas.getpdfdata()  # type: ignore[no-untyped-call]
    begin = sorted(document.idToOffset.values())
    ends = dict(zip(begin, [*begin[1:], file.rindex(b"xref\n", 0, file.rindex(b"startxref"))], strict=True))
    bodies: dict[int, bytes] = {}
    forms: dict[str, int] = {}
    for name, start in document.idToOffset.items():
        number, _ = document.idToObjectNumberAndVersion[name]
        written = file[start : ends[start]]
        bodies[number] = written[written.index(b" obj") + 4 : written.rindex(b"endobj")].strip()
        if name.startswith("FormXob."):
            forms[name.removeprefix("FormXob.")] = number
    wanted = list(forms.values())
    for number in wanted:  # grows while it is walked
        wanted += [found for found in _references(bodies[number]) if found not in wanted]
    numbers = {old: new for new, old in enumerate(sorted(set(wanted)), start=1)}
    objects = _name_fonts([_renumber(bodies[number], numbers) for number in sorted(numbers)])
    return objects, {name: numbers[number] for name, number in forms.items()}


def _name_fonts(objects: list[bytes]) -> tuple[bytes, ...]:
    """Name subsets after what is in them: reportlab's names are the same in every file."""
    whole = b"".join(objects)

    def rename(found: re.Match[bytes]) -> bytes:
        return found[1] + tag_subset(found[3], found[2] + whole)

    parts = [_split(body) for body in objects]
    return tuple(_TAGGED.sub(rename, head) + stream for head, stream in parts)


def _split(body: bytes) -> tuple[bytes, bytes]:
    """Part an object's dictionary, which holds references, from its stream, which may look like anything."""
    stream = _STREAM.search(body)
    place = stream.start() if stream else len(body)
    return body[:place], body[place:]


def _references(body: bytes) -> Iterator[int]:
    return (int(found[1]) for found in _REFERENCE.finditer(_split(body)[0]))


def _renumber(body: bytes, numbers: dict[int, int]) -> bytes:
    head, stream = _split(body)
    return _REFERENCE.sub(lambda found: b"%d 0 R" % numbers[int(found[1])], head) + stream
