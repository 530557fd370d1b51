"""Read a city's artwork.toml beside its program file; a mistake is told with the element and key it is in."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program, Slot
from idsvc.printing.artwork.elements import (
    Align,
    Artwork,
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
from idsvc.printing.artwork.entry import GAPS, SIZES, STROKES, Entry, Reader
from idsvc.printing.artwork.seal import Seal, load_seal
from idsvc.printing.artwork.seal_picture import PictureSeal, load_picture_seal
from idsvc.printing.pdf.device import RESOLUTIONS, CardPrinter, ColourModel
from idsvc.program.toml_hints import explain_toml

FILE_NAME: Final = "artwork.toml"

LARGEST_FILE: Final = 512 * 1024
_MOST_LINES: Final = 4
"""Of one fact; every way to break it into so many is tried."""


def load_artwork(path: Path, *, program: Program) -> Artwork:
    """Read an artwork file and the seal that it names, for a program.

    Texts may hold {city}, {card_name}, {office} (its lines), {telephone} and {verify_address}; words and
    notes with one that the program leaves out are left out too. Colours are names of [colours], of the
    program's colours, `black` or `white`. Raises BadSetting naming element and key of a mistake.
    """
    text = _read_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        hint = explain_toml(text, mistake)
        raise BadSetting(
            f"The artwork {path.name} is no TOML, line {hint.line}: found {hint.found}; "
            f"right would be {hint.wanted}."
        ) from None
    reader = Reader(table, program)
    top = Entry(reader, path.name, table)
    card = top.table("card")
    artwork = Artwork(
        title=card.words("title"),
        author=card.words("author"),
        seed=card.text("seed"),
        seal=_load_seal(path.with_name(card.file("seal"))),
        dates=program.card.dates,
        no_expiry=_no_expiry(card),
        signature_strip=program.card.signature_strip,
        printer=_printer(top),
        colours=reader.colours,
        front=_elements(top, "front"),
        back=_elements(top, "back"),
        card_name=program.city.card_name,
        telephone=program.city.telephone,
        languages=program.city.languages,
        code_on=program.record.code_on if Slot.RESIDENT in program.record.slots else None,
        label_mm=card.label(),
    )
    card.finish()
    top.finish(but=("colours",))
    return artwork


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError:
        raise BadSetting(
            f"The artwork {path} cannot be read; copy artwork.toml and seal.svg of a city that "
            "ships with idsvc (templates/programs/) beside the program file."
        ) from None
    if len(raw) > LARGEST_FILE:
        raise BadSetting(f"The artwork {path} is larger than {LARGEST_FILE} bytes: is it the right one?")
    try:
        return raw.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadSetting(
            f"The artwork {path.name} is not UTF-8, line {line}; save the file as UTF-8."
        ) from None


def _no_expiry(card: Entry) -> str:
    words = card.words("no_expiry")
    if not words.strip():
        card.refuse("no_expiry", 'what a card without a last day says there, such as "Does not expire"')
    return words


def _load_seal(path: Path) -> Seal | PictureSeal:
    return load_picture_seal(path) if path.suffix.lower() == ".png" else load_seal(path)


def _elements(top: Entry, key: str) -> tuple[Element, ...]:
    entries = top.tables(key, "a list of tables", f"{key} element {{name}}")
    made = [element for entry in entries if not _is_silent(element := _element(entry))]
    names = [element.name for element in made]
    for name in names:
        if names.count(name) > 1:
            top.refuse(key, f"elements of different names (two are called {name})")
    return tuple(made)


def _is_silent(element: Element) -> bool:
    """Tell whether an element's text is empty, be it that the program leaves out what it would say."""
    return isinstance(element, Words | Microtext) and not element.text.strip()


def _printer(top: Entry) -> CardPrinter:
    entry = top.table("printer", {})
    wanted = " or ".join(str(number) for number in RESOLUTIONS)
    dots = entry.count("dpi", max(RESOLUTIONS), RESOLUTIONS[0])
    if dots not in RESOLUTIONS:
        entry.refuse("dpi", f"{wanted}, the dots that card printers print to an inch")
    colours = entry.choice("colours", ColourModel, f"{' or '.join(ColourModel)}", ColourModel.RGB)
    entry.finish()
    return CardPrinter(colours, dots)


def _field(entry: Entry) -> Field:
    field = Field(
        fact=entry.choice("fact", Fact, f"one of {', '.join(Fact)}"),
        label=entry.words("label"),
        share=entry.number("share", (0.01, 1.0), 1.0),
        size=(size := entry.number("size", SIZES, 8.0)),
        floor=entry.number("floor", (SIZES[0], size), size),
        lines=entry.count("lines", _MOST_LINES, 1),
        weight=entry.weight(),
    )
    entry.finish()
    return field


def _rows(entry: Entry) -> tuple[tuple[Field, ...], ...]:
    rows = entry.rows_of_tables("rows", "a list of rows, each a list of fields", "{above}, a field")
    return tuple(tuple(_field(field) for field in row) for row in rows)


def _notes(entry: Entry) -> tuple[Note, ...]:
    entries = entry.tables("notes", "a list of notes, each { text = … }", "{above}, a note")
    return tuple(note for note in map(_note, entries) if note.text.strip())


def _note(entry: Entry) -> Note:
    note = Note(
        text=entry.words("text"),
        size=entry.number("size", SIZES, 5.4),
        weight=entry.weight(),
        gap=entry.number("gap", GAPS, 0.8),
        takes=entry.place_holders("text"),
    )
    entry.finish()
    return note


def _element(entry: Entry) -> Element:
    kind = entry.text("kind")
    if kind not in _MAKERS:
        raise BadSetting(
            f"In the artwork, the kind {kind} of an element is not known; take one of {', '.join(_MAKERS)}."
        )
    element = _MAKERS[kind](entry)
    entry.finish()
    return element


_MAKERS: Final[dict[str, Callable[[Entry], Element]]] = {
    "panel": lambda entry: Panel(entry.text("name"), entry.box(), entry.colour("colour")),
    "net": lambda entry: Net(
        entry.text("name"),
        entry.box(),
        entry.colour("colour"),
        bands=entry.count("bands", 20, 2),
        lines=entry.count("lines", 100, 14),
        stroke=entry.number("stroke", STROKES, 0.2),
    ),
    "rosette": lambda entry: Rosette(
        entry.text("name"),
        entry.box(),
        entry.colour("colour"),
        petals=entry.count("petals", 100, 12),
        lines=entry.count("lines", 100, 24),
        stroke=entry.number("stroke", STROKES, 0.2),
    ),
    "seal": lambda entry: SealPlace(entry.text("name"), entry.box()),
    "words": lambda entry: Words(
        entry.text("name"),
        entry.box(),
        entry.words("text"),
        size=entry.number("size", SIZES),
        weight=entry.weight(),
        colour=entry.colour("colour", "black"),
        align=entry.choice("align", Align, "left, centre or right", "left"),
        spacing=entry.number("spacing", (0.0, 20.0), 0.0),
        takes=entry.place_holders("text"),
    ),
    "notes": lambda entry: Notes(
        entry.text("name"), entry.box(), _notes(entry), entry.colour("colour", "black")
    ),
    "microtext": lambda entry: Microtext(
        entry.text("name"),
        entry.box(),
        entry.words("text"),
        entry.number("size", SIZES, 0.85),
        entry.colour("colour", "ink"),
    ),
    "portrait": lambda entry: PortraitPlace(entry.text("name"), entry.box(), entry.colour("frame", "ink")),
    "ghost": lambda entry: GhostPlace(
        entry.text("name"), entry.box(), entry.number("strength", (0.01, 1.0), 0.3)
    ),
    "qr": lambda entry: QrPlace(entry.text("name"), entry.box()),
    "signature": lambda entry: Signature(entry.text("name"), entry.box(), entry.words("label")),
    "fields": lambda entry: Fields(
        entry.text("name"),
        entry.box(),
        _rows(entry),
        label_size=entry.number("label_size", SIZES, 5.0),
        gap=entry.number("gap", GAPS, 1.0),
        from_foot=entry.yes_or_no("from_foot", default=False),
    ),
}
