"""Set a column of notes, one paragraph below the other; what a program leaves out closes up."""

from collections.abc import Iterator
from dataclasses import dataclass

from idsvc.printing.artwork.elements import Note, Notes
from idsvc.printing.text.fitting import LEADING, wrap
from idsvc.printing.text.fonts import measure

_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class SetNote:
    """A note in its place: `top` in points below the top of the card."""

    top: float
    lines: tuple[str, ...]
    note: Note

    @property
    def foot(self) -> float:
        """Give the foot of the last line in points below the top of the card."""
        return self.top + self.note.size * (1 + LEADING * (len(self.lines) - 1))


def set_notes(notes: Notes) -> tuple[SetNote, ...]:
    """Break every note into the lines of its column, from the top down."""
    made: list[SetNote] = []
    top = notes.box.y * _MM
    for note in notes.notes:
        if made:
            top = made[-1].foot + note.gap * _MM
        width = notes.box.width * _MM
        is_address = len(note.text.split()) == 1  # broken after its hyphens, nobody could tell whose they are
        wrapped = (
            (note.text,) if is_address else wrap(note.text, width=width, size=note.size, weight=note.weight)
        )
        lines = tuple(part for line in wrapped for part in _break_address(line, width, note))
        made.append(SetNote(top, lines, note))
    return tuple(made)


def _break_address(line: str, width: float, note: Note) -> Iterator[str]:
    """Break a line that is one long address where people expect it: after a slash, before a dot."""
    while measure(line, note.weight, note.size) > width:
        places = [
            place
            for place in range(1, len(line))
            if (line[place - 1] == "/" or line[place] == ".")
            and measure(line[:place], note.weight, note.size) <= width
        ]
        if not places:
            break
        slashes = [place for place in places if line[place - 1] == "/"]
        place = max(slashes or places)
        yield line[:place]
        line = line[place:]
    yield line
