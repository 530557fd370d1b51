"""What is printed of one holder, as plain values, and whether it fits a city's artwork."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from idsvc.domain.errors import BadInput
from idsvc.domain.numbers import CARD_NUMBER_GROUP, RENEWAL_CODE_DIGITS, RENEWAL_CODE_GROUP, format_groups
from idsvc.domain.program import CodePlace, DateFormat
from idsvc.printing.artwork.elements import Artwork, Fact, Field, Fields
from idsvc.printing.text.fitting import LEADING, Fitted, fit
from idsvc.printing.text.fonts import can_draw

MM: Final = 72 / 25.4
"""Points in a millimetre."""
CAP_HEIGHT: Final = 0.72
"""Height of capitals in sizes, in Public Sans and close to it in the others."""
LABEL_LEADING: Final = 1.3
"""From a label's top to its value's top, in label sizes."""

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class NameDoesNotFit(BadInput):
    """A line cannot be printed whole on this city's card; `field` is `name`, `address` or another fact."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """Everything that a card shows of its holder.

    `number` and `renewal_code` are digits only; `gender` is the letters to print; `portrait` is a JPEG of
    25:32; `issued` is None where the program does not print it, `expires` None for a card without expiry.
    """

    name: str
    number: str
    birth_date: date | None
    address: tuple[str, ...]
    gender: str | None
    issued: date | None
    expires: date | None
    portrait: bytes
    qr_text: str
    emergency_contact: tuple[str, ...] = ()
    renewal_code: str | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """A field in its place: points from the top left corner of the card."""

    x: float
    y: float
    width: float
    field: Field
    lines: tuple[Fitted, ...]
    drop: float = 0.0
    """How far the value stands below its place, so that a row's values share one line to stand on."""

    @property
    def value_height(self) -> float:
        """Give the height of the value's lines in points, without the label."""
        count = sum(len(text.lines) for text in self.lines)
        return self.drop + self.lines[0].size * (1 + LEADING * (count - 1))


def check_fits(artwork: Artwork, *, name: str, address: tuple[str, ...] = ()) -> None:
    """Make sure that a name and address can be printed whole beside everything else a card may show.

    Raises NameDoesNotFit, whose `field` is `name` or `address`.
    """
    longest = date(2088, 12, 28)
    face = CardFace(
        name=name,
        number="0" * 12,
        birth_date=longest,
        address=address,
        gender="X",
        issued=longest,
        expires=longest,
        portrait=b"",
        qr_text="",
        renewal_code="0" * RENEWAL_CODE_DIGITS if artwork.code_on is CodePlace.CARD else None,
    )
    for element in (*artwork.front, *artwork.back):
        if isinstance(element, Fields):
            set_fields(element, face, artwork)


def write_date(day: date, form: DateFormat) -> str:
    """Write a date as the program says."""
    text = form.value.replace("YYYY", f"{day.year:04d}").replace("MMM", _MONTHS[day.month - 1])
    return text.replace("MM", f"{day.month:02d}").replace("DD", f"{day.day:02d}")


def fact_lines(fact: Fact, face: CardFace, artwork: Artwork) -> tuple[str, ...]:
    """Give the lines that a fact takes on the card; none when it is absent."""
    match fact:
        case Fact.NAME:
            return (face.name,)
        case Fact.NUMBER:
            return (format_groups(face.number, CARD_NUMBER_GROUP),)
        case Fact.BIRTH_DATE:
            return (write_date(face.birth_date, artwork.dates),) if face.birth_date else ()
        case Fact.GENDER:
            return (face.gender,) if face.gender else ()
        case Fact.ADDRESS:
            return face.address
        case Fact.ISSUED:
            return (write_date(face.issued, artwork.dates),) if face.issued else ()
        case Fact.EXPIRES:
            return (write_date(face.expires, artwork.dates) if face.expires else artwork.no_expiry,)
        case Fact.EMERGENCY_CONTACT:
            return face.emergency_contact
        case Fact.RENEWAL_CODE:
            return (format_groups(face.renewal_code, RENEWAL_CODE_GROUP),) if face.renewal_code else ()


def set_fields(fields: Fields, face: CardFace, artwork: Artwork) -> tuple[SetField, ...]:
    """Set a column of fields: every text as large as fits, absent facts closed up, from the top or the foot.

    Raises NameDoesNotFit for a text that fits in no way, or when the column overflows its box.
    """
    made: list[SetField] = []
    y = fields.box.y * MM
    foot = (fields.box.y + fields.box.height) * MM
    label_height = fields.label_size * LABEL_LEADING
    for row in fields.rows:
        present = [(field, lines) for field in row if (lines := fact_lines(field.fact, face, artwork))]
        if not present:
            continue
        widths = [fields.box.width * MM * field.share for field, _ in present]
        fitted = [
            _fit_lines(field, lines, width) for (field, lines), width in zip(present, widths, strict=True)
        ]
        largest = max(lines[0].size for lines in fitted)
        x = fields.box.x * MM
        row_height = 0.0
        for (field, _), width, value in zip(present, widths, fitted, strict=True):
            drop = (largest - value[0].size) * CAP_HEIGHT
            placed = SetField(x=x, y=y, width=width, field=field, lines=value, drop=drop)
            made.append(placed)
            row_height = max(row_height, placed.value_height + (label_height if field.label else 0.0))
            x += width
        y += row_height
        if y > foot + 0.01:
            raise NameDoesNotFit(present[0][0].fact.value, _too_long(present[0][0].fact))
        y += fields.gap * MM
    if not (fields.from_foot and made):
        return tuple(made)
    spare = foot - (y - fields.gap * MM)
    return tuple(replace(placed, y=placed.y + spare) for placed in made)


def _fit_lines(field: Field, lines: tuple[str, ...], width: float) -> tuple[Fitted, ...]:
    fitted = []
    for line in lines:
        if not can_draw(line):
            raise NameDoesNotFit(field.fact.value, _CANNOT_DRAW)
        set_line = fit(
            line,
            width=width,
            size=field.size,
            floor=field.floor,
            most_lines=field.lines if len(lines) == 1 else 1,
            weight=field.weight,
        )
        if set_line is None:
            raise NameDoesNotFit(field.fact.value, _too_long(field.fact))
        fitted.append(set_line)
    smallest = min([line.size for line in fitted])
    return tuple([line if line.size == smallest else replace(line, size=smallest) for line in fitted])


_CANNOT_DRAW: Final = (
    "The card cannot show every letter of this line. Spell it with letters that the card has."
)


def _too_long(fact: Fact) -> str:
    if fact is Fact.NAME:
        return "This name is too long for the card. Ask how the holder wants it shortened."
    if fact is Fact.ADDRESS:
        return "This address is too long for the card. Shorten a line, or put it on fewer lines."
    if fact is Fact.RENEWAL_CODE:
        return "The card's artwork has too little room for the renewal code. Give its field a larger box."
    return f"The {fact.value.replace('_', ' ')} is too long for the card. Shorten it."
