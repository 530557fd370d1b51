"""Judge a card design by rule before anybody prints it; every complaint names the element.

What is judged: nothing leaves the card or its safe area, nothing that is read or scanned overlaps, type is
large enough and stands out from its ground, the code stands on plain white, and hard names fit.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import CodePlace
from idsvc.printing.artwork import (
    CARD_HEIGHT_MM,
    CARD_WIDTH_MM,
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
    Signature,
    Words,
)
from idsvc.printing.device import BLACK
from idsvc.printing.face import LABEL_LEADING, MM, NameDoesNotFit, set_fields
from idsvc.printing.fonts import measure
from idsvc.printing.label import LEAST_CODE_SIZE, set_code
from idsvc.printing.notes import set_notes
from idsvc.printing.qr import SIDE_MM
from idsvc.printing.samples import SAMPLES, make_face
from idsvc.printing.seal_picture import LEAST_DOTS_PER_INCH, PictureSeal
from idsvc.printing.slip import SEAL_MM
from idsvc.printing.text import LEADING, wrap

SAFE_MM: Final = 2.0
"""Card printers and punches shift by up to 1 mm; twice that keeps text whole."""
LEAST_WORDS: Final = 4.8
LEAST_VALUE: Final = 6.0
"""Points; x-heights of 0.85 and 1.1 mm, read at arm's length and in hand."""
LEAST_CONTRAST: Final = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
_SLACK_MM: Final = 0.05

Part = tuple[str, Box]


class BadArtwork(BadSetting):
    """A card design that must not be printed; `complaints` name the elements."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(f"This artwork cannot be printed: {'; '.join(complaints)}.")
        self.complaints = tuple(complaints)


def require_printable(artwork: Artwork) -> None:
    """Inspect an artwork; raise BadArtwork with every complaint when there is one."""
    complaints = [*inspect(artwork)]
    if complaints:
        raise BadArtwork(complaints)


def inspect(artwork: Artwork) -> Iterator[str]:
    """Give every complaint about an artwork, each naming its element."""
    yield from _judge_presence(artwork)
    for side, elements in (("front", artwork.front), ("back", artwork.back)):
        parts = [part for element in elements for part in _parts(element, artwork)]
        for element in elements:
            yield from _judge_place(side, element)
            yield from _judge_type(side, element)
            yield from _judge_ground(side, element, elements)
        yield from _judge_overlaps(side, parts)
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
    anywhere = {
        field.fact
        for element in (*artwork.front, *artwork.back)
        if isinstance(element, Fields)
        for row in element.rows
        for field in row
    }
    if artwork.code_on is CodePlace.CARD and Fact.RENEWAL_CODE not in anywhere:
        yield 'front and back: no element shows the renewal code, and the program says code_on = "card"'


def _judge_place(side: str, element: Element) -> Iterator[str]:
    if not _inside(element.box, 0):
        yield f"{side}: {element.name} leaves the card"
    elif not isinstance(element, Panel | Net | Rosette) and not _inside(element.box, SAFE_MM):
        yield f"{side}: {element.name} leaves the safe area of {SAFE_MM:g} mm from the edge"
    if isinstance(element, PortraitPlace | GhostPlace):
        shape = element.box.width / element.box.height
        if abs(shape - 25 / 32) > 0.01:  # noqa: PLR2004 - the portrait would be visibly stretched
            yield f"{side}: {element.name} must be 25 to 32, such as 25 x 32 mm"
    if isinstance(element, SealPlace) and element.box.width != element.box.height:
        yield f"{side}: {element.name} must be square"
    if isinstance(element, QrPlace) and min(element.box.width, element.box.height) < SIDE_MM:
        yield f"{side}: {element.name} must be {SIDE_MM:g} mm square"
    yield from _judge_room(side, element)


def _judge_room(side: str, element: Element) -> Iterator[str]:
    """Complain of text that is larger than its box."""
    if isinstance(element, Words):
        lines = wrap(element.text, width=element.box.width * MM, size=element.size, weight=element.weight)
        height = element.size * (1 + LEADING * (len(lines) - 1))
        widest = max(
            measure(line, element.weight, element.size) + element.spacing * len(line) for line in lines
        )
        if height > (element.box.height + _SLACK_MM) * MM or widest > (element.box.width + _SLACK_MM) * MM:
            yield f"{side}: the text of {element.name} leaves its box"
    if isinstance(element, Notes):
        foot = (element.box.y + element.box.height + _SLACK_MM) * MM
        for placed in set_notes(element):
            widest = max(measure(line, placed.note.weight, placed.note.size) for line in placed.lines)
            if placed.foot > foot or widest > (element.box.width + _SLACK_MM) * MM:
                yield f'{side}: the note "{placed.lines[0]}" of {element.name} leaves its box'
                return


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
    if artwork.code_on is not CodePlace.CARD:
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


def _judge_type(side: str, element: Element) -> Iterator[str]:
    if isinstance(element, Words) and element.size < LEAST_WORDS:
        yield f"{side}: {element.name} has type under {LEAST_WORDS:g} pt"
    if isinstance(element, Notes) and any(note.size < LEAST_WORDS for note in element.notes):
        yield f"{side}: {element.name} has type under {LEAST_WORDS:g} pt"
    if isinstance(element, Fields):
        if element.label_size < LEAST_WORDS and any(field.label for row in element.rows for field in row):
            yield f"{side}: {element.name} has labels under {LEAST_WORDS:g} pt"
        for row in element.rows:
            if sum(field.share for field in row) > 1 + 1e-9:
                yield f"{side}: a row of {element.name} has shares of more than 1 together"
            for field in row:
                if field.floor < LEAST_VALUE:
                    yield f"{side}: {field.fact.value} in {element.name} falls under {LEAST_VALUE:g} pt"


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
        if isinstance(element, Panel) and _covers(element.box, box):
            found = [element.colour]
        elif isinstance(element, Panel | Net | Rosette) and _overlap(element.box, box):
            found.append(element.colour)
    return found


def _judge_overlaps(side: str, parts: Sequence[Part]) -> Iterator[str]:
    told: set[tuple[str, str]] = set()
    for (name, box), (other, other_box) in combinations(parts, 2):
        pair = (name, other)
        if name != other and pair not in told and _overlap(box, other_box):
            told.add(pair)
            yield f"{side}: {name} and {other} overlap"


def _parts(element: Element, artwork: Artwork) -> Iterator[Part]:
    """Give the areas in which an element is read or scanned, over all sample people."""
    if isinstance(element, Signature) and not artwork.signature_strip:
        return
    if isinstance(element, Words | PortraitPlace | GhostPlace | QrPlace | SealPlace | Signature):
        yield element.name, element.box
    if isinstance(element, Notes) and (placed_notes := set_notes(element)):
        height = placed_notes[-1].foot / MM - element.box.y
        yield element.name, replace(element.box, height=height)
    if isinstance(element, Fields):
        for sample in SAMPLES:
            try:
                placed = set_fields(
                    element, make_face(sample, portrait=b"", code_on=artwork.code_on), artwork
                )
            except NameDoesNotFit:
                continue  # _judge_names tells it
            for field in placed:
                label = element.label_size * LABEL_LEADING if field.field.label else 0.0
                height = field.value_height + label
                yield element.name, Box(field.x / MM, field.y / MM, field.width / MM, height / MM)


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


def _inside(box: Box, margin: float) -> bool:
    return (
        box.x >= margin - 1e-6
        and box.y >= margin - 1e-6
        and box.x + box.width <= CARD_WIDTH_MM - margin + 1e-6
        and box.y + box.height <= CARD_HEIGHT_MM - margin + 1e-6
    )


def _covers(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x + _SLACK_MM
        and outer.y <= inner.y + _SLACK_MM
        and outer.x + outer.width >= inner.x + inner.width - _SLACK_MM
        and outer.y + outer.height >= inner.y + inner.height - _SLACK_MM
    )


def _overlap(first: Box, second: Box) -> bool:
    return (
        first.x + _SLACK_MM < second.x + second.width
        and second.x + _SLACK_MM < first.x + first.width
        and first.y + _SLACK_MM < second.y + second.height
        and second.y + _SLACK_MM < first.y + first.height
    )
