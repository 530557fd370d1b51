"""Judge a card design by rule before anybody prints it; every complaint names the element.

What is judged: nothing leaves the card or its safe area, nothing that is read or scanned overlaps, type is
large enough and stands out from its ground, the code stands on plain white, and hard names fit.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import CodePlace
from idsvc.printing.artwork.elements import (
    Artwork,
    Box,
    Element,
    Fact,
    Fields,
    GhostPlace,
    Net,
    Notes,
    Panel,
    PortraitPlace,
    QrPlace,
    Rosette,
    SealPlace,
    Words,
)
from idsvc.printing.artwork.seal_picture import LEAST_DOTS_PER_INCH, PictureSeal
from idsvc.printing.cards.face import NameDoesNotFit, set_fields
from idsvc.printing.inspection.areas import covers, inside, overlap, read_areas
from idsvc.printing.inspection.lettering import judge_city_words, judge_lettering
from idsvc.printing.inspection.samples import SAMPLES, make_face
from idsvc.printing.papers.label import LEAST_CODE_SIZE, set_code
from idsvc.printing.papers.slip import SEAL_MM
from idsvc.printing.pdf.device import BLACK
from idsvc.printing.qr.matrix import SIDE_MM

Areas = tuple[Box, ...]

SAFE_MM: Final = 2.0
"""Card printers and punches shift by up to 1 mm; twice that keeps text whole."""
LEAST_CONTRAST: Final = 4.5
"""WCAG 2.2, success criterion 1.4.3."""


class BadArtwork(BadSetting):
    """A card design that must not be printed; `complaints` name the elements."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(f"The card design in artwork.toml must not be printed: {'; '.join(complaints)}.")
        self.complaints = tuple(complaints)


def require_printable(artwork: Artwork) -> None:
    """Inspect an artwork; raise BadArtwork with every complaint when there is one."""
    complaints = [*inspect(artwork)]
    if complaints:
        raise BadArtwork(complaints)


def inspect(artwork: Artwork) -> Iterator[str]:
    """Give every complaint about an artwork, each naming its element."""
    yield from _judge_presence(artwork)
    yield from judge_city_words(artwork)
    for side, elements in (("front", artwork.front), ("back", artwork.back)):
        areas = [tuple(dict.fromkeys(read_areas(element, artwork))) for element in elements]
        for element in elements:
            yield from _judge_place(side, element)
            yield from judge_lettering(side, element)
            yield from _judge_ground(side, element, elements)
        yield from _judge_overlaps(side, elements, areas)
        yield from _judge_covers(side, elements, areas)
    yield from _judge_names(artwork)
    yield from _judge_seal(artwork)
    yield from _judge_label(artwork)


def _judge_presence(artwork: Artwork) -> Iterator[str]:
    facts = {
        field.fact
        for element in artwork.front
        if isinstance(element, Fields)
        for row in element.rows
        for field in row
    }
    for fact in (Fact.NAME, Fact.NUMBER, Fact.EXPIRES):
        if fact not in facts:
            yield f"front: no element shows the {fact.value}"
    if sum(isinstance(element, PortraitPlace) for element in artwork.front) != 1:
        yield "front: there must be one portrait"
    if sum(isinstance(element, QrPlace) for element in artwork.back) != 1:
        yield "back: there must be one code"
    yield from _judge_renewal_code(artwork)


def _judge_renewal_code(artwork: Artwork) -> Iterator[str]:
    if artwork.code_on is not CodePlace.CARD:
        return  # a field for it stays empty, and the rows close up
    front, back = (
        sum(
            field.fact is Fact.RENEWAL_CODE
            for element in elements
            if isinstance(element, Fields)
            for row in element.rows
            for field in row
        )
        for elements in (artwork.front, artwork.back)
    )
    if front:
        yield "front: the renewal code stands here, beside the name; move it to the back"
    if not front + back:
        yield 'front and back: no element shows the renewal code, and the program says code_on = "card"'
    if back > 1:
        yield f"back: the renewal code stands here {back} times; leave one of them"


def _judge_place(side: str, element: Element) -> Iterator[str]:
    if not inside(element.box, 0):
        yield f"{side}: {element.name} leaves the card"
    elif not isinstance(element, Panel | Net | Rosette) and not inside(element.box, SAFE_MM):
        yield f"{side}: {element.name} leaves the safe area of {SAFE_MM:g} mm from the edge"
    if isinstance(element, PortraitPlace | GhostPlace):
        shape = element.box.width / element.box.height
        if abs(shape - 25 / 32) > 0.01:  # noqa: PLR2004 - the portrait would be visibly stretched
            yield f"{side}: {element.name} must be 25 to 32, such as 25 x 32 mm"
    if isinstance(element, SealPlace) and element.box.width != element.box.height:
        yield f"{side}: {element.name} must be square"
    if isinstance(element, QrPlace) and min(element.box.width, element.box.height) < SIDE_MM:
        yield f"{side}: {element.name} must be {SIDE_MM:g} mm square"


def _judge_seal(artwork: Artwork) -> Iterator[str]:
    """Complain of a seal of pixels that is too coarse at one of the sizes at which it is printed."""
    if not isinstance(artwork.seal, PictureSeal):
        return
    places = [
        (f"{side}: {element.name}", element.box.width)
        for side, elements in (("front", artwork.front), ("back", artwork.back))
        for element in elements
        if isinstance(element, SealPlace)
    ]
    if artwork.code_on in (CodePlace.SLIP, CodePlace.LABEL):
        places.append(("slip: seal", SEAL_MM))
    for place, width in places:
        if width > 0 and artwork.seal.dots_per_inch(width) < LEAST_DOTS_PER_INCH:
            needed = math.ceil(width / 25.4 * LEAST_DOTS_PER_INCH)
            yield (
                f"{place} is {width:g} mm wide and needs a picture of {needed} pixels a side for "
                f"{LEAST_DOTS_PER_INCH} dpi; this one has {artwork.seal.side}"
            )


def _judge_label(artwork: Artwork) -> Iterator[str]:
    if artwork.code_on is CodePlace.LABEL and set_code(artwork.label_mm).size < LEAST_CODE_SIZE:
        width, height = artwork.label_mm
        yield (
            f"label: the renewal code falls under {LEAST_CODE_SIZE:g} pt on {width:g} x {height:g} mm; "
            "take larger labels"
        )


def _judge_ground(side: str, element: Element, elements: Sequence[Element]) -> Iterator[str]:
    below = elements[: elements.index(element)]
    if isinstance(element, QrPlace):
        grounds = _grounds(element.box, below)
        if grounds != ["#ffffff"]:
            yield f"{side}: {element.name} must stand on plain white and nothing else"
    if isinstance(element, Words | Notes | Fields):
        colour = BLACK if isinstance(element, Fields) else element.colour
        for ground in _grounds(element.box, below):
            if contrast(colour, ground) < LEAST_CONTRAST:
                yield f"{side}: {element.name} does not stand out from its ground ({colour} on {ground})"
                return


def _grounds(box: Box, below: Sequence[Element]) -> list[str]:
    """Give the colours that show under a box: the topmost panel that covers it and what lies above it."""
    found: list[str] = ["#ffffff"]
    for element in below:
        if isinstance(element, Panel) and covers(element.box, box):
            found = [element.colour]
        elif isinstance(element, Panel | Net | Rosette) and overlap(element.box, box):
            found.append(element.colour)
    return found


def _judge_overlaps(side: str, elements: Sequence[Element], areas: Sequence[Areas]) -> Iterator[str]:
    for (first, own), (second, other) in combinations(zip(elements, areas, strict=True), 2):
        if any(overlap(box, beside) for box in own for beside in other):
            yield f"{side}: {first.name} and {second.name} overlap"


def _judge_covers(side: str, elements: Sequence[Element], areas: Sequence[Areas]) -> Iterator[str]:
    """Complain of a ground that is drawn after what is read or scanned in its place."""
    for place, ground in enumerate(elements):
        if isinstance(ground, Panel | Net | Rosette):
            for element, own in zip(elements[:place], areas[:place], strict=True):
                if any(overlap(box, ground.box) for box in own):
                    yield f"{side}: {ground.name} covers {element.name}; write it above it, or move it"


def _judge_names(artwork: Artwork) -> Iterator[str]:
    for sample in SAMPLES:
        for element in (*artwork.front, *artwork.back):
            if isinstance(element, Fields):
                try:
                    set_fields(element, make_face(sample, portrait=b"", code_on=artwork.code_on), artwork)
                except NameDoesNotFit as refusal:
                    yield f"{element.name}: the {refusal.field} of the sample {sample.file} does not fit"


def contrast(first: str, second: str) -> float:
    """Give the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in shares)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
