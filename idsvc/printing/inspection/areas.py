"""Where on a card its elements are read or scanned, over all sample people, and how areas meet."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from idsvc.printing.artwork.elements import (
    CARD_HEIGHT_MM,
    CARD_WIDTH_MM,
    Artwork,
    Box,
    Element,
    Fields,
    GhostPlace,
    Microtext,
    Notes,
    PortraitPlace,
    QrPlace,
    SealPlace,
    Signature,
    Words,
)
from idsvc.printing.artwork.notes import set_notes
from idsvc.printing.cards.face import LABEL_LEADING, MM, NameDoesNotFit, set_fields
from idsvc.printing.inspection.samples import SAMPLES, make_face
from idsvc.printing.text.fonts import Weight, measure

SLACK_MM: Final = 0.05


def read_areas(element: Element, artwork: Artwork) -> Iterator[Box]:
    """Give the areas in which an element is read or scanned, over all sample people; none for a ground."""
    if isinstance(element, Signature) and not artwork.signature_strip:
        return
    if isinstance(element, Words | Microtext | PortraitPlace | GhostPlace | QrPlace | SealPlace | Signature):
        yield element.box
    if isinstance(element, Notes) and (placed_notes := set_notes(element)):
        yield replace(element.box, height=placed_notes[-1].foot / MM - element.box.y)
    if isinstance(element, Fields):
        for sample in SAMPLES:
            try:
                placed = set_fields(
                    element, make_face(sample, portrait=b"", code_on=artwork.code_on), artwork
                )
            except NameDoesNotFit:
                continue  # told where the samples' names are judged
            for field in placed:
                label = element.label_size * LABEL_LEADING if field.field.label else 0.0
                width = max(field.width, measure(field.field.label, Weight.REGULAR, element.label_size))
                yield Box(field.x / MM, field.y / MM, width / MM, (field.value_height + label) / MM)


def inside(box: Box, margin: float) -> bool:
    """Tell whether a box keeps a margin in millimetres from the card's edge."""
    return (
        box.x >= margin - 1e-6
        and box.y >= margin - 1e-6
        and box.x + box.width <= CARD_WIDTH_MM - margin + 1e-6
        and box.y + box.height <= CARD_HEIGHT_MM - margin + 1e-6
    )


def covers(outer: Box, inner: Box) -> bool:
    """Tell whether a box holds the whole of another."""
    return (
        outer.x <= inner.x + SLACK_MM
        and outer.y <= inner.y + SLACK_MM
        and outer.x + outer.width >= inner.x + inner.width - SLACK_MM
        and outer.y + outer.height >= inner.y + inner.height - SLACK_MM
    )


def overlap(first: Box, second: Box) -> bool:
    """Tell whether two boxes share an area, by more than a slack at their edges."""
    return (
        first.x + SLACK_MM < second.x + second.width
        and second.x + SLACK_MM < first.x + first.width
        and first.y + SLACK_MM < second.y + second.height
        and second.y + SLACK_MM < first.y + first.height
    )
