"""Reading a TOML table key by key: values are checked where they are taken, mistakes gathered, not raised.

After a mistake a reader gives a harmless stand-in and goes on, so that a city sees everything at once; the
stand-ins never leave `load`, which refuses a file with any mistake.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from idsvc.domain.dates import Span, Unit, days
from idsvc.domain.evidence import Ages
from idsvc.program.mistakes import Mistake
from idsvc.program.positions import Path

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_SPAN = re.compile(r"(\d{1,4}) (day|month|year)s?")
_AGES = re.compile(r"(\d{1,3})(?:-(\d{1,3})?)?")
_LONGEST_FOUND = 60


@dataclass(slots=True)
class Notes:
    """The mistakes of one file, and where its keys stand."""

    file: str
    lines: Mapping[Path, int]
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, found: str, wanted: str) -> None:
        """Note a mistake at a key; a key that is missing is noted at the nearest table above it."""
        line = next(
            (self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 1
        )
        self.mistakes.append(Mistake(self.file, line, written(path), found, wanted))


def written(path: Path) -> str:
    """Write a path as a city reads it: names with dots, places in arrays counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shown(value: object) -> str:
    """Write a value as it stands in the file, shortened."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = f'"{value}"'
        case dict():
            text = "a table"
        case list():
            text = f"[{', '.join(shown(item) for item in value)}]"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_FOUND else text[: _LONGEST_FOUND - 1] + "…"


def any_of(choices: Iterable[str]) -> str:
    """Write a choice of values in words."""
    quoted = [f'"{choice}"' for choice in choices]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


class Table:
    """One table of the file; every key that is not asked for by the end is unknown."""

    def __init__(self, notes: Notes, path: Path, values: Mapping[str, object]) -> None:
        self.notes = notes
        self.path = path
        self._values = values
        self._asked: set[str] = set()

    def mistake(self, key: str, wanted: str, found: str | None = None) -> None:
        """Note that the value of a key is not right."""
        self.notes.add((*self.path, key), found or shown(self._values.get(key)), wanted)

    def has(self, key: str) -> bool:
        """Tell whether the key is written."""
        return key in self._values

    def text(
        self, key: str, wanted: str = "a text", *, pattern: str = r"(?s).*\S.*", default: str | None = None
    ) -> str:
        """Take a text that matches a pattern as a whole."""
        return self._take(key, wanted, default, "", lambda value: _matching(value, pattern))

    def whole(self, key: str, wanted: str, *, low: int, high: int, default: int | None = None) -> int:
        """Take a whole number between two bounds, both included."""
        return self._take(key, wanted, default, low, lambda value: _whole(value, low, high))

    def yes_or_no(self, key: str, *, default: bool | None = None) -> bool:
        """Take true or false."""
        return self._take(
            key, "true or false", default, False, lambda value: value if isinstance(value, bool) else None
        )

    def choice(self, key: str, kind: type[E], *, default: E | None = None) -> E:
        """Take one of the words of an enumeration."""
        first = next(iter(kind))
        return self._take(key, any_of(kind), default, first, lambda value: _member(value, kind))

    def choices(self, key: str, kind: type[E], *, default: frozenset[E] | None = None) -> frozenset[E]:
        """Take a list of words of an enumeration, each once."""

        def read(value: object) -> frozenset[E] | None:
            members = [_member(item, kind) for item in value] if isinstance(value, list) else [None]
            found = frozenset(member for member in members if member is not None)
            return found if len(found) == len(members) else None

        return self._take(key, f"a list of {any_of(kind)}, each at most once", default, frozenset(), read)

    def texts(
        self, key: str, wanted: str, *, pattern: str = r".*\S.*", default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Take a list of one or more texts, each matching a pattern."""

        def read(value: object) -> tuple[str, ...] | None:
            if not isinstance(value, list) or not value:
                return None
            texts = [_matching(item, pattern) for item in value]
            return None if None in texts else tuple(text for text in texts if text is not None)

        return self._take(key, wanted, default, (), read)

    def span(self, key: str, *, default: Span | None = None) -> Span:
        """Take a length of time."""
        return self._take(
            key, 'a length such as "60 days", "6 months" or "5 years"', default, days(1), read_span
        )

    def span_or_none(self, key: str) -> Span | None:
        """Take a length of time if it is written."""
        self._asked.add(key)
        return self.span(key) if self.has(key) else None

    def ages(self, key: str, *, default: Ages | None = None) -> Ages:
        """Take a range of ages: "14-64", "65-" (and over) or "17"."""
        return self._take(key, 'ages such as "0-13", "14-64" or "65-"', default, Ages(), _ages)

    def table(self, key: str) -> "Table":
        """Take a table; an absent one is a mistake and reads as empty."""
        return Table(
            self.notes,
            (*self.path, key),
            self._take(key, f"a table [{written((*self.path, key))}]", None, {}, _mapping),
        )

    def table_if_written(self, key: str) -> "Table | None":
        """Take a table that may be left out."""
        self._asked.add(key)
        return self.table(key) if self.has(key) else None

    def tables(self, key: str, *, at_least: int = 0) -> "list[Table]":
        """Take a list of tables ([[key]])."""
        name = written((*self.path, key))
        wanted = (
            f"tables [[{name}]]"
            if not at_least
            else f"at least {at_least} table{'s' if at_least > 1 else ''} [[{name}]]"
        )

        def read(value: object) -> list[Mapping[str, object]] | None:
            items = [_mapping(item) for item in value] if isinstance(value, list) else [None]
            found = [item for item in items if item is not None]
            return found if len(found) == len(items) >= at_least else None

        nothing: list[Mapping[str, object]] = []
        found = self._take(key, wanted, None if at_least else nothing, nothing, read)
        return [Table(self.notes, (*self.path, key, place), item) for place, item in enumerate(found)]

    def raw(self, key: str) -> object:
        """Take whatever is written; the caller notes what is wrong with it."""
        self._asked.add(key)
        return self._values.get(key)

    def keys(self) -> Iterator[str]:
        """Give the keys that are written."""
        return iter(self._values)

    def close(self) -> None:
        """Note every key that nobody asked for, with the nearest one that exists."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                wanted = (
                    f'"{near[0]}" (did you mean that?)'
                    if near
                    else f"one of: {', '.join(sorted(self._asked))}"
                )
                self.mistake(key, wanted, f'the unknown key "{key}"')

    def _take(
        self, key: str, wanted: str, default: T | None, stand_in: T, read: Callable[[object], T | None]
    ) -> T:
        self._asked.add(key)
        if key not in self._values:
            if default is not None:
                return default
            self.mistake(key, wanted, "nothing")
            return stand_in
        value = read(self._values[key])
        if value is not None:
            return value
        self.mistake(key, wanted)
        return stand_in if default is None else default


def read_span(value: object) -> Span | None:
    """Read "60 days"; None if it is something else."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        return None
    return Span(int(match[1]), Unit(match[2]))


def _ages(value: object) -> Ages | None:
    match = _AGES.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    start = int(match[1])
    if "-" not in match[0]:
        return Ages(start, start)
    if match[2] is None:
        return Ages(start, None)
    return Ages(start, int(match[2])) if start <= int(match[2]) else None


def _matching(value: object, pattern: str) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(pattern, value) else None


def _whole(value: object, low: int, high: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None


def _member(value: object, kind: type[E]) -> E | None:
    return kind(value) if isinstance(value, str) and value in tuple(kind) else None


def _mapping(value: object) -> Mapping[str, object] | None:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else None
