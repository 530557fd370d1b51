from dataclasses import replace
from itertools import pairwise

import pytest

from idsvc.printing.artwork.elements import Artwork, Box, Note, Notes
from idsvc.printing.artwork.notes import set_notes
from idsvc.printing.text.fonts import Weight, measure

MM = 72 / 25.4


def _notes(*texts: str, width: float = 27) -> Notes:
    notes = tuple(Note(text, size=5.4, weight=Weight.SEMIBOLD, gap=1.0) for text in texts)
    return Notes("notes", Box(3, 4, width, 40), notes, "#000000")


def test_notes_stand_one_below_the_other_with_their_gap(artwork: Artwork) -> None:
    (notes,) = (element for element in artwork.back if isinstance(element, Notes))
    placed = set_notes(notes)
    assert placed[0].top == pytest.approx(notes.box.y * MM)
    for above, below in pairwise(placed):
        assert below.top - above.foot == pytest.approx(below.note.gap * MM)
    fewer = set_notes(replace(notes, notes=notes.notes[:2] + notes.notes[3:]))
    assert fewer[2].note == placed[3].note
    assert fewer[2].top < placed[3].top


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("id.riverbend.example/verify", ("id.riverbend.example/verify",)),
        ("cards.city-of-port-alder.example/verify", ("cards.city-of-port-alder", ".example/verify")),
        ("residentcard.portalder.example/verify", ("residentcard.portalder", ".example/verify")),
    ],
)
def test_a_long_address_is_broken_where_people_expect_it(address: str, lines: tuple[str, ...]) -> None:
    (placed,) = set_notes(_notes(address))
    assert "".join(placed.lines) == address
    assert all(measure(line, Weight.SEMIBOLD, 5.4) <= 27 * MM for line in placed.lines)
    assert placed.lines == lines


def test_a_word_that_cannot_be_broken_stays_whole_for_the_inspection_to_refuse() -> None:
    (placed,) = set_notes(_notes("Donaudampfschifffahrtsgesellschaft", width=10))
    assert placed.lines == ("Donaudampfschifffahrtsgesellschaft",)
