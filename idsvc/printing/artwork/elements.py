"""A city's artwork as values: colours, seal, and both sides' elements in millimetres from the top left.

`idsvc.printing.artwork.file` reads it from artwork.toml beside the program file; texts of the city come from
the program, so that nothing is said twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from idsvc.domain.program import CodePlace, DateFormat
from idsvc.printing.artwork.seal import Seal
from idsvc.printing.artwork.seal_picture import PictureSeal
from idsvc.printing.pdf.device import CardPrinter
from idsvc.printing.text.fonts import Weight

CARD_WIDTH_MM: Final = 85.60
CARD_HEIGHT_MM: Final = 53.98
"""ID-1 of ISO/IEC 7810, known to printers as CR80."""
USUAL_LABEL_MM: Final = (62.0, 29.0)
"""An address label as every label printer takes it."""
LARGEST_LABEL_MM: Final = (100.0, 38.0)
"""What the carrier has room for."""


class Align(StrEnum):
    """Where text stands in its box."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Fact(StrEnum):
    """What of the holder and the card an artwork may show."""

    NAME = "name"
    NUMBER = "number"
    BIRTH_DATE = "birth_date"
    GENDER = "gender"
    ADDRESS = "address"
    ISSUED = "issued"
    EXPIRES = "expires"
    EMERGENCY_CONTACT = "emergency_contact"
    RENEWAL_CODE = "renewal_code"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the card in millimetres, `x` and `y` of its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A filled area; `colour` is #rrggbb."""

    name: str
    box: Box
    colour: str


@dataclass(frozen=True, slots=True)
class Net:
    """A guilloche of braided waves across its box: `bands` braids of `lines` lines each."""

    name: str
    box: Box
    colour: str
    bands: int
    lines: int
    stroke: float


@dataclass(frozen=True, slots=True)
class Rosette:
    """A guilloche flower in the middle of its box, with so many petals."""

    name: str
    box: Box
    colour: str
    petals: int
    lines: int
    stroke: float


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where the city's seal stands, in a square box."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class Words:
    """A text of the city that is the same on every card; sizes in points."""

    name: str
    box: Box
    text: str
    size: float
    weight: Weight
    colour: str
    align: Align
    spacing: float
    """Extra space between letters in points."""
    takes: tuple[str, ...] = ()
    """The place-holders in which it has the city's own texts."""


@dataclass(frozen=True, slots=True)
class Note:
    """One paragraph of a column; size in points, `gap` in mm between it and the one above."""

    text: str
    size: float
    weight: Weight
    gap: float
    takes: tuple[str, ...] = ()
    """The place-holders in which it has the city's own texts."""


@dataclass(frozen=True, slots=True)
class Notes:
    """A column of paragraphs of the city, the same on every card, set one below the other."""

    name: str
    box: Box
    notes: tuple[Note, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Microtext:
    """A line of tiny repeated text that copiers blur; `size` in points."""

    name: str
    box: Box
    text: str
    size: float
    colour: str


@dataclass(frozen=True, slots=True)
class PortraitPlace:
    """Where the portrait stands, with a thin frame."""

    name: str
    box: Box
    frame: str


@dataclass(frozen=True, slots=True)
class GhostPlace:
    """Where a faint second portrait stands, in an oval; `strength` from 0 to 1."""

    name: str
    box: Box
    strength: float


@dataclass(frozen=True, slots=True)
class QrPlace:
    """Where the QR code stands, 48 mm square with its quiet zone, on plain white."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class Signature:
    """A white strip to sign on, left out unless the program wants one."""

    name: str
    box: Box
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One fact with its label: `share` of the row's width, type from `size` to `floor`, in so many lines."""

    fact: Fact
    label: str
    share: float
    size: float
    floor: float
    lines: int
    weight: Weight


@dataclass(frozen=True, slots=True)
class Fields:
    """A column of rows of facts; rows whose facts are all absent close up. `gap` in mm between rows."""

    name: str
    box: Box
    rows: tuple[tuple[Field, ...], ...]
    label_size: float
    gap: float
    from_foot: bool
    """Rows end at the foot of the box instead of beginning at its top."""


Element = (
    Panel
    | Net
    | Rosette
    | SealPlace
    | Words
    | Notes
    | Microtext
    | PortraitPlace
    | GhostPlace
    | QrPlace
    | Signature
    | Fields
)


@dataclass(frozen=True, slots=True, eq=False)
class Artwork:
    """One city's card design, complete: nothing else is needed to draw a card but its holder's facts.

    An artwork equals only itself, so that what is drawn once for all its cards is found again.
    """

    title: str
    author: str
    seed: str
    seal: Seal | PictureSeal
    dates: DateFormat
    no_expiry: str
    signature_strip: bool
    printer: CardPrinter
    colours: Mapping[str, str]
    front: tuple[Element, ...]
    back: tuple[Element, ...]
    card_name: str
    telephone: str
    languages: tuple[str, ...]
    code_on: CodePlace | None
    """None where cards come without a renewal code."""
    label_mm: tuple[float, float]
    """Width and height of the label for the renewal code, where the program wants one."""
