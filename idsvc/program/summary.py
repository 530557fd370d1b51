"""What a program says, value by value in the words of its file: what `idsvc program show` prints."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from idsvc.domain.dates import Span
from idsvc.domain.evidence import Ages
from idsvc.domain.program import Program

_LEFT_OUT = frozenset({"words"})
_WRITTEN = {"span": "keep", "papers": "paper"}
"""Names that the file writes in another way."""


def summarise(program: Program) -> Iterator[tuple[str, str]]:
    """Give every value with its dotted key, in the order of the file; names in the first language only."""
    yield from _values("", program, program.language)


def _values(key: str, value: object, language: str) -> Iterator[tuple[str, str]]:
    parts = _parts(key, value, language)
    if parts is not None:
        for below, part in parts:
            yield from _values(below, part, language)
    elif value is not None and value not in ((), frozenset(), ""):
        yield key, _text(value)
    elif key.endswith(".years"):
        yield key, "no expiry"


def _parts(key: str, value: object, language: str) -> list[tuple[str, object]] | None:
    """Take a value apart into what stands below it; None for a single value."""
    if isinstance(value, Ages | Span):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        names = [part.name for part in fields(value) if part.name not in _LEFT_OUT]
        return [(_below(key, _WRITTEN.get(name, name)), getattr(value, name)) for name in names]
    if isinstance(value, Mapping):
        shown = {language: value[language]} if language in value else value
        return [(_below(key, str(name)), part) for name, part in shown.items()]
    if isinstance(value, tuple) and any(is_dataclass(item) for item in value):
        return [(f"{key}[{place}]", item) for place, item in enumerate(value, 1)]
    return None


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return "; ".join(_text(item) for item in value)
        case frozenset():
            return ", ".join(sorted(str(item) for item in value))
        case _:
            return str(value)


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
