"""Judge the texts of a card design: that each is large enough, has its room, and letters that print.

Every complaint names the element, and the program's key where the text comes from there.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from idsvc.printing.artwork.elements import Artwork, Element, Fields, Microtext, Notes, Signature, Words
from idsvc.printing.artwork.notes import set_notes
from idsvc.printing.cards.drawing import SIGNATURE_INSET_MM, SIGNATURE_LABEL_SIZE, set_microtext
from idsvc.printing.cards.face import CAP_HEIGHT, MM
from idsvc.printing.inspection.areas import SLACK_MM
from idsvc.printing.text.fitting import LEADING, wrap
from idsvc.printing.text.fonts import Weight, can_draw, measure

LEAST_WORDS: Final = 4.8
LEAST_VALUE: Final = 6.0
"""Points; x-heights of 0.85 and 1.1 mm, read at arm's length and in hand."""
MICROTEXT: Final = (0.5, 2.0)
"""Points; smaller, no card printer draws it, and larger, a copier keeps it."""
_SPACED: Final = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts whose letters may stand apart; the others join or pile theirs up."""
_KEYS: Final[Mapping[str, str]] = {
    "city": "city.name",
    "card_name": "city.card_name",
    "office": "city.office_lines",
    "telephone": "city.telephone",
    "verify_address": "city.verify_address",
}


def judge_lettering(side: str, element: Element) -> Iterator[str]:
    """Give every complaint about the texts of one element."""
    for complaint in (*_judge_size(element), *_judge_room(element), *_judge_letters(element)):
        yield f"{side}: {complaint}"


def judge_city_words(artwork: Artwork) -> Iterator[str]:
    """Complain of letters that no font has in what a card or slip says without an element of its own."""
    for key, text in (
        ("[card]: no_expiry", artwork.no_expiry),
        ("program: city.card_name", artwork.card_name),
    ):
        if unknown := _undrawn(text):
            yield f"{key} has {unknown}, which no font of the card has; write it otherwise"


def _judge_size(element: Element) -> Iterator[str]:
    texts = [element] if isinstance(element, Words) else element.notes if isinstance(element, Notes) else ()
    if any(text.size < LEAST_WORDS for text in texts):
        yield f"{element.name} has type under {LEAST_WORDS:g} pt"
    if isinstance(element, Microtext):
        least, largest = MICROTEXT
        if not least <= (size := set_microtext(element)[1]) <= largest:
            yield f"{element.name} has type of {size:.2g} pt; fine print is {least:g} to {largest:g} pt"
    if isinstance(element, Fields):
        if element.label_size < LEAST_WORDS and any(field.label for row in element.rows for field in row):
            yield f"{element.name} has labels under {LEAST_WORDS:g} pt"
        for row in element.rows:
            if sum(field.share for field in row) > 1 + 1e-9:
                yield f"a row of {element.name} has shares of more than 1 together"
            for field in row:
                if field.floor < LEAST_VALUE:
                    yield f"{field.fact.value} in {element.name} falls under {LEAST_VALUE:g} pt"


def _judge_room(element: Element) -> Iterator[str]:
    """Complain of text that is larger than its box."""
    wide, high = (element.box.width + SLACK_MM) * MM, (element.box.height + SLACK_MM) * MM
    if isinstance(element, Words):
        lines = wrap(element.text, width=element.box.width * MM, size=element.size, weight=element.weight)
        height = element.size * (1 + LEADING * (len(lines) - 1))
        widest = max(
            measure(line, element.weight, element.size) + element.spacing * len(line) for line in lines
        )
        if height > high or widest > wide:
            yield f"the text of {element.name} leaves its box{_whose(element.takes)}"
    if isinstance(element, Notes):
        foot = element.box.y * MM + high
        for placed in set_notes(element):
            widest = max(measure(line, placed.note.weight, placed.note.size) for line in placed.lines)
            if placed.foot > foot or widest > wide:
                takes = placed.note.takes if widest > wide else [k for n in element.notes for k in n.takes]
                yield f'the note "{placed.lines[0]}" of {element.name} leaves its box{_whose(takes)}'
                return
    if isinstance(element, Microtext) and set_microtext(element)[1] * CAP_HEIGHT > high:
        yield f"the text of {element.name} leaves its box"
    if isinstance(element, Signature):
        width = measure(element.label, Weight.REGULAR, SIGNATURE_LABEL_SIZE) / MM + 2 * SIGNATURE_INSET_MM
        if width > element.box.width + SLACK_MM:
            yield f'the label "{element.label}" of {element.name} leaves its box; shorten it'
    if isinstance(element, Fields):
        yield from _judge_labels(element)


def _judge_labels(fields: Fields) -> Iterator[str]:
    """Complain of a label that runs into the field beside it, or, the last of its row, out of the box."""
    for row in fields.rows:
        start = 0.0
        for place, field in enumerate(row, start=1):
            room = (field.share if place < len(row) else 1 - start) * fields.box.width * MM
            if measure(field.label, Weight.REGULAR, fields.label_size) > room + SLACK_MM * MM:
                yield (
                    f'the label "{field.label}" of {field.fact.value} in {fields.name} leaves its share of '
                    "the row; shorten it or give it more"
                )
            start += field.share


def _judge_letters(element: Element) -> Iterator[str]:
    for text, takes in _texts(element):
        if unknown := _undrawn(text):
            yield f"{element.name} has {unknown}, which no font of the card has{_whose(takes)}"
    if isinstance(element, Words) and element.spacing:
        letters = [character for character in element.text if unicodedata.category(character)[0] in "LM"]
        if any(not unicodedata.name(letter, "").startswith(_SPACED) for letter in letters):
            yield (
                f"{element.name} has spacing, which only Latin, Greek and Cyrillic letters bear; "
                f"leave spacing out{_whose(element.takes)}"
            )


def _texts(element: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the texts of an element with the place-holders in them."""
    match element:
        case Words():
            yield element.text, element.takes
        case Notes():
            yield from ((note.text, note.takes) for note in element.notes)
        case Microtext():
            yield element.text, ()
        case Signature():
            yield element.label, ()
        case Fields():
            yield from ((field.label, ()) for row in element.rows for field in row)


def _undrawn(text: str) -> str:
    """Name the first letter that no font has; "" when there is none."""
    for letter in text.replace("\n", ""):
        if not can_draw(letter):
            shown = f'"{letter}" ' if letter.isprintable() else ""
            return f"{shown}(U+{ord(letter):04X})"
    return ""


def _whose(takes: Iterable[str]) -> str:
    """Say which keys of the program a text shows."""
    keys = list(dict.fromkeys(_KEYS[name] for name in takes))
    return f"; it shows the program's {' and '.join(keys)}" if keys else ""
