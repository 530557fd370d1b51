"""Read a city's artwork.toml beside its program file; a mistake is told with the element and key it is in."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.printing.artwork import (
    LARGEST_LABEL_MM,
    USUAL_LABEL_MM,
    Align,
    Artwork,
    Box,
    Element,
    Fact,
    Field,
    Fields,
    GhostPlace,
    Microtext,
    Net,
    Note,
    Notes,
    Panel,
    PortraitPlace,
    QrPlace,
    Rosette,
    SealPlace,
    Signature,
    Words,
)
from idsvc.printing.device import RESOLUTIONS, CardPrinter, ColourModel
from idsvc.printing.fonts import Weight
from idsvc.printing.seal import Seal, load_seal
from idsvc.printing.seal_picture import PictureSeal, load_picture_seal
from idsvc.program.toml_hints import explain_toml

FILE_NAME: Final = "artwork.toml"

T = TypeVar("T")
_Table = dict[str, object]


def load_artwork(path: Path, *, program: Program) -> Artwork:
    """Read an artwork file and the seal that it names, for a program.

    Texts may hold {city}, {card_name}, {office} (its lines), {telephone} and {verify_address}; words and
    notes with one that the program leaves out are left out too. Colours are names of [colours], of the
    program's colours, `black` or `white`. Raises BadSetting naming element and key of a mistake.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadSetting(
            f"The artwork {path} cannot be read; copy artwork.toml and seal.svg of a city that "
            "ships with idsvc (templates/programs/) beside the program file."
        ) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        hint = explain_toml(text, mistake)
        raise BadSetting(
            f"The artwork {path.name} is no TOML, line {hint.line}: found {hint.found}; "
            f"right would be {hint.wanted}."
        ) from None
    reader = _Reader(table, program)
    top = _Entry(reader, path.name, table)
    card = top.table("card")
    artwork = Artwork(
        title=card.words("title"),
        author=card.words("author"),
        seed=card.text("seed"),
        seal=_load_seal(path.with_name(card.text("seal"))),
        dates=program.card.dates,
        no_expiry=card.words("no_expiry"),
        signature_strip=program.card.signature_strip,
        printer=_printer(top),
        colours=reader.colours,
        front=top.elements("front"),
        back=top.elements("back"),
        card_name=program.city.card_name,
        telephone=program.city.telephone,
        languages=program.city.languages,
        code_on=program.record.code_on,
        label_mm=card.label(),
    )
    card.finish()
    top.finish(but=("colours",))
    return artwork


def _load_seal(path: Path) -> Seal | PictureSeal:
    return load_picture_seal(path) if path.suffix.lower() == ".png" else load_seal(path)


class _Reader:
    """What all entries of one file share: the colours and the city's texts."""

    def __init__(self, table: _Table, program: Program) -> None:
        own = table.get("colours", {})
        if not isinstance(own, dict):
            raise BadSetting("In the artwork, [colours] must be a table of names and #rrggbb.")
        self.colours: dict[str, str] = {
            "black": "#000000",
            "white": "#ffffff",
            "ink": program.colours.ink,
            "primary": program.colours.primary,
            "accent": program.colours.accent,
            "paper": program.colours.paper,
            "line": program.colours.line,
        }
        for name, colour in own.items():
            if not isinstance(colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
                raise BadSetting(f"In the artwork, the colour {name} must be written #rrggbb.")
            self.colours[name] = colour
        self.texts = {
            "city": program.city.name,
            "card_name": program.city.card_name,
            "office": "\n".join(program.city.office_lines),
            "telephone": program.city.telephone,
            "verify_address": program.city.verify_address.removeprefix("https://"),
        }


class _Entry:
    """One table of the file; every key must be taken, and taken in its kind."""

    def __init__(self, reader: _Reader, place: str, table: _Table) -> None:
        self._reader = reader
        self._place = place
        self._table = table
        self._taken: set[str] = set()

    def refuse(self, key: str, wanted: str) -> NoReturn:
        raise BadSetting(f"In the artwork, {self._place}: {key} must be {wanted}.")

    def _get(self, key: str, kind: type[T], wanted: str, default: T | None = None) -> T:
        self._taken.add(key)
        value = self._table.get(key, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.refuse(key, wanted)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self._get(key, str, "a text", default)

    def words(self, key: str) -> str:
        """Take a text with its place-holders filled in; "" when the program leaves one of them out."""
        text = self.text(key)
        texts = self._reader.texts
        used = re.findall(r"\{(\w*)\}", text)
        if not texts.keys() >= set(used):
            self.refuse(key, f"a text with no other place-holders than {{{'} {'.join(texts)}}}")
        if not all(texts[name] for name in used):
            return ""
        return re.sub(r"\{(\w*)\}", lambda found: texts[found[1]], text)

    def number(self, key: str, default: float | None = None) -> float:
        return self._get(key, float, "a number", default)

    def count(self, key: str, default: int | None = None) -> int:
        return self._get(key, int, "a whole number", default)

    def colour(self, key: str, default: str | None = None) -> str:
        name = self.text(key, default)
        if name not in self._reader.colours:
            self.refuse(key, f"one of the colours {', '.join(sorted(self._reader.colours))}")
        return self._reader.colours[name]

    def choice(self, key: str, kind: Callable[[str], T], wanted: str, default: str | None = None) -> T:
        try:
            return kind(self.text(key, default))
        except ValueError:
            self.refuse(key, wanted)

    def weight(self) -> Weight:
        return self.choice("weight", Weight, "Regular, Medium, SemiBold or Bold", "Regular")

    def yes_or_no(self, key: str, *, default: bool) -> bool:
        return self._get(key, bool, "true or false", default)

    def label(self) -> tuple[float, float]:
        wide, high = LARGEST_LABEL_MM
        wanted = f"[width, height] in mm, at most [{wide:g}, {high:g}]"
        sides = self._get("label", list, wanted, list(USUAL_LABEL_MM))
        if len(sides) != 2 or not all(isinstance(side, int | float) for side in sides):  # noqa: PLR2004
            self.refuse("label", wanted)
        width, height = (float(side) for side in sides)
        if not (0 < width <= wide and 0 < height <= high):
            self.refuse("label", wanted)
        return width, height

    def box(self) -> Box:
        sides = self._get("box", list, "[x, y, width, height] in mm")
        if len(sides) != 4 or not all(isinstance(side, int | float) for side in sides):  # noqa: PLR2004
            self.refuse("box", "[x, y, width, height] in mm")
        return Box(*(float(side) for side in sides))

    def table(self, key: str, default: _Table | None = None) -> "_Entry":
        return _Entry(self._reader, f"[{key}]", self._get(key, dict, "a table", default))

    def elements(self, key: str) -> tuple[Element, ...]:
        entries = self._get(key, list, "a list of tables")
        made: list[Element] = []
        for number, entry in enumerate(entries, start=1):
            if not isinstance(entry, dict):
                self.refuse(key, "a list of tables")
            name = entry.get("name", f"number {number}")
            element = _element(_Entry(self._reader, f"{key} element {name}", entry))
            if not isinstance(element, Words) or element.text:
                made.append(element)
        names = [element.name for element in made]
        for name in names:
            if names.count(name) > 1:
                self.refuse(key, f"elements of different names (two are called {name})")
        return tuple(made)

    def rows(self) -> tuple[tuple[Field, ...], ...]:
        rows = self._get("rows", list, "a list of rows, each a list of fields")
        made = []
        for row in rows:
            if not isinstance(row, list) or not all(isinstance(field, dict) for field in row):
                self.refuse("rows", "a list of rows, each a list of fields")
            made.append(
                tuple(_field(_Entry(self._reader, f"{self._place}, a field", field)) for field in row)
            )
        return tuple(made)

    def notes(self) -> tuple[Note, ...]:
        notes = self._get("notes", list, "a list of notes")
        made = []
        for note in notes:
            if not isinstance(note, dict):
                self.refuse("notes", "a list of notes, each { text = … }")
            made.append(_note(_Entry(self._reader, f"{self._place}, a note", note)))
        return tuple(note for note in made if note.text)

    def finish(self, but: tuple[str, ...] = ()) -> None:
        unknown = sorted(set(self._table) - self._taken - set(but))
        if unknown:
            raise BadSetting(
                f"In the artwork, {self._place}: {unknown[0]} is not known; remove it or mend its name."
            )


def _printer(top: _Entry) -> CardPrinter:
    entry = top.table("printer", {})
    wanted = " or ".join(str(number) for number in RESOLUTIONS)
    dots = entry.count("dpi", RESOLUTIONS[0])
    if dots not in RESOLUTIONS:
        entry.refuse("dpi", f"{wanted}, the dots that card printers print to an inch")
    colours = entry.choice("colours", ColourModel, f"{' or '.join(ColourModel)}", ColourModel.RGB)
    entry.finish()
    return CardPrinter(colours, dots)


def _field(entry: _Entry) -> Field:
    field = Field(
        fact=entry.choice("fact", Fact, f"one of {', '.join(Fact)}"),
        label=entry.words("label"),
        share=entry.number("share", 1.0),
        size=entry.number("size", 8.0),
        floor=entry.number("floor", entry.number("size", 8.0)),
        lines=entry.count("lines", 1),
        weight=entry.weight(),
    )
    entry.finish()
    return field


def _note(entry: _Entry) -> Note:
    note = Note(
        text=entry.words("text"),
        size=entry.number("size", 5.4),
        weight=entry.weight(),
        gap=entry.number("gap", 0.8),
    )
    entry.finish()
    return note


def _element(entry: _Entry) -> Element:
    kind = entry.text("kind")
    if kind not in _MAKERS:
        raise BadSetting(
            f"In the artwork, the kind {kind} of an element is not known; take one of {', '.join(_MAKERS)}."
        )
    element = _MAKERS[kind](entry)
    entry.finish()
    return element


_MAKERS: Final[dict[str, Callable[[_Entry], Element]]] = {
    "panel": lambda entry: Panel(entry.text("name"), entry.box(), entry.colour("colour")),
    "net": lambda entry: Net(
        entry.text("name"),
        entry.box(),
        entry.colour("colour"),
        bands=entry.count("bands", 2),
        lines=entry.count("lines", 14),
        stroke=entry.number("stroke", 0.2),
    ),
    "rosette": lambda entry: Rosette(
        entry.text("name"),
        entry.box(),
        entry.colour("colour"),
        petals=entry.count("petals", 12),
        lines=entry.count("lines", 24),
        stroke=entry.number("stroke", 0.2),
    ),
    "seal": lambda entry: SealPlace(entry.text("name"), entry.box()),
    "words": lambda entry: Words(
        entry.text("name"),
        entry.box(),
        entry.words("text"),
        size=entry.number("size"),
        weight=entry.weight(),
        colour=entry.colour("colour", "black"),
        align=entry.choice("align", Align, "left, centre or right", "left"),
        spacing=entry.number("spacing", 0.0),
    ),
    "notes": lambda entry: Notes(
        entry.text("name"), entry.box(), entry.notes(), entry.colour("colour", "black")
    ),
    "microtext": lambda entry: Microtext(
        entry.text("name"),
        entry.box(),
        entry.words("text"),
        entry.number("size", 0.85),
        entry.colour("colour", "ink"),
    ),
    "portrait": lambda entry: PortraitPlace(entry.text("name"), entry.box(), entry.colour("frame", "ink")),
    "ghost": lambda entry: GhostPlace(entry.text("name"), entry.box(), entry.number("strength", 0.3)),
    "qr": lambda entry: QrPlace(entry.text("name"), entry.box()),
    "signature": lambda entry: Signature(entry.text("name"), entry.box(), entry.words("label")),
    "fields": lambda entry: Fields(
        entry.text("name"),
        entry.box(),
        entry.rows(),
        label_size=entry.number("label_size", 5.0),
        gap=entry.number("gap", 1.0),
        from_foot=entry.yes_or_no("from_foot", default=False),
    ),
}
