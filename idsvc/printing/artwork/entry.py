"""One table of an artwork file: every key is taken in its kind and range, and none is left over."""

import math
import re
from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.printing.artwork.elements import LARGEST_LABEL_MM, USUAL_LABEL_MM, Box
from idsvc.printing.text.fonts import Weight

T = TypeVar("T")
Values = dict[str, object]

SIZES: Final = (0.3, 72.0)
"""Points of type; what is too small to read is judged when the whole design is."""
GAPS: Final = (0.0, 30.0)
"""Millimetres between rows or notes."""
STROKES: Final = (0.02, 5.0)
"""Points of a line's width."""
_FARTHEST: Final = 100.0
_LEAST_SIDE: Final = 0.05


class Reader:
    """What all entries of one file share: the colours and the city's texts."""

    def __init__(self, table: Values, program: Program) -> None:
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


class Entry:
    """One table of the file, told in mistakes as `place`."""

    def __init__(self, reader: Reader, place: str, table: Values) -> None:
        self._reader = reader
        self._place = place
        self._table = table
        self._taken: set[str] = set()

    def refuse(self, key: str, wanted: str) -> NoReturn:
        """Raise BadSetting for a key, with what it must be."""
        raise BadSetting(f"In the artwork, {self._place}: {key} must be {wanted}.")

    def finish(self, but: tuple[str, ...] = ()) -> None:
        """Refuse a key that nobody took."""
        unknown = sorted(set(self._table) - self._taken - set(but))
        if unknown:
            raise BadSetting(
                f"In the artwork, {self._place}: {unknown[0]} is not known; remove it or mend its name."
            )

    def _get(self, key: str, kind: type[T], wanted: str, default: T | None = None) -> T:
        self._taken.add(key)
        value = self._table.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.refuse(key, wanted)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text as it is written."""
        return self._get(key, str, "a text", default)

    def words(self, key: str) -> str:
        """Take a text with its place-holders filled in; "" when the program leaves one of them out."""
        text, texts = self.text(key), self._reader.texts
        used = self.place_holders(key)
        if not texts.keys() >= set(used):
            self.refuse(key, f"a text with no other place-holders than {{{'} {'.join(texts)}}}")
        if not all(texts[name] for name in used):
            return ""
        return re.sub(r"\{(\w*)\}", lambda found: texts[found[1]], text)

    def place_holders(self, key: str) -> tuple[str, ...]:
        """Give the names of what a text takes from the program."""
        return tuple(re.findall(r"\{(\w*)\}", self.text(key)))

    def number(self, key: str, within: tuple[float, float], default: float | None = None) -> float:
        """Take a number from the least to the largest that it may be."""
        self._taken.add(key)
        least, largest = within
        number = _finite(self._table.get(key, default))
        if number is None or not least <= number <= largest:
            self.refuse(key, f"a number from {least:g} to {largest:g}")
        return number

    def count(self, key: str, most: int, default: int | None = None) -> int:
        """Take a whole number from 1 to the most that it may be."""
        wanted = f"a whole number from 1 to {most}"
        number = self._get(key, int, wanted, default)
        if not 1 <= number <= most:
            self.refuse(key, wanted)
        return number

    def colour(self, key: str, default: str | None = None) -> str:
        """Take a colour by its name; give it as #rrggbb."""
        name = self.text(key, default)
        if name not in self._reader.colours:
            self.refuse(key, f"one of the colours {', '.join(sorted(self._reader.colours))}")
        return self._reader.colours[name]

    def choice(self, key: str, kind: Callable[[str], T], wanted: str, default: str | None = None) -> T:
        """Take one of the words of an enumeration."""
        try:
            return kind(self.text(key, default))
        except ValueError:
            self.refuse(key, wanted)

    def weight(self) -> Weight:
        """Take a strength of type."""
        return self.choice("weight", Weight, "Regular, Medium, SemiBold or Bold", "Regular")

    def yes_or_no(self, key: str, *, default: bool) -> bool:
        """Take true or false."""
        return self._get(key, bool, "true or false", default)

    def file(self, key: str) -> str:
        """Take the name of a file that lies beside the artwork."""
        name = self.text(key)
        if name in ("", ".", "..") or not name.isprintable() or "/" in name or "\\" in name:
            self.refuse(key, "the name of a file beside artwork.toml, without a folder")
        return name

    def label(self) -> tuple[float, float]:
        """Take the sides of the label in millimetres."""
        wide, high = LARGEST_LABEL_MM
        wanted = f"[width, height] in mm, at most [{wide:g}, {high:g}]"
        width, height = self._numbers("label", 2, wanted, list(USUAL_LABEL_MM))
        if not (0 < width <= wide and 0 < height <= high):
            self.refuse("label", wanted)
        return width, height

    def box(self) -> Box:
        """Take a place on the card."""
        wanted = f"[x, y, width, height] in mm, the sides above 0 and nothing beyond {_FARTHEST:g}"
        x, y, width, height = self._numbers("box", 4, wanted)
        if min(width, height) < _LEAST_SIDE or max(map(abs, (x, y, width, height))) > _FARTHEST:
            self.refuse("box", wanted)
        return Box(x, y, width, height)

    def _numbers(self, key: str, count: int, wanted: str, default: list[float] | None = None) -> list[float]:
        numbers = [_finite(number) for number in self._get(key, list, wanted, default)]
        whole = [number for number in numbers if number is not None]
        if len(numbers) != count or len(whole) != count:
            self.refuse(key, wanted)
        return whole

    def table(self, key: str, default: Values | None = None) -> "Entry":
        """Take a table."""
        return Entry(self._reader, f"[{key}]", self._get(key, dict, "a table", default))

    def tables(self, key: str, wanted: str, place: str) -> tuple["Entry", ...]:
        """Take a list of tables; `place` says how each is told, and may hold {name}."""
        return self._entries(key, self._get(key, list, wanted), wanted, place)

    def rows_of_tables(self, key: str, wanted: str, place: str) -> tuple[tuple["Entry", ...], ...]:
        """Take a list of lists of tables."""
        rows = self._get(key, list, wanted)
        return tuple(self._entries(key, row, wanted, place) for row in rows)

    def _entries(self, key: str, entries: object, wanted: str, place: str) -> tuple["Entry", ...]:
        if not isinstance(entries, list):
            self.refuse(key, wanted)
        made = []
        for number, entry in enumerate(entries, start=1):
            if not isinstance(entry, dict):
                self.refuse(key, wanted)
            name = entry.get("name", f"number {number}")
            told = place.format(above=self._place, name=name)
            made.append(Entry(self._reader, told, entry))
        return tuple(made)


def _finite(value: object) -> float | None:
    """Give a value as a finite number; None for anything else, and for true and false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and abs(value) > 1e9:  # noqa: PLR2004 - beyond what any key may be
        return None
    return float(value) if math.isfinite(value) else None
