"""Say in one line what keeps a file from being TOML, and how the line is written right.

Every proposal is read by the TOML reader itself before it is made: a wrong one is never given.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_CURLY: Final = str.maketrans(
    dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"')
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
)
_PLAIN: Final = {"true": "true", "false": "false", "yes": "true", "no": "false", "on": "true", "off": "false"}
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_ENTRY: Final = re.compile(r"\s*([\w.\"'-]+)\s*([=:])\s*(.*)")
_COLOUR: Final = re.compile(r"(#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})(\s+#.*|\s*)")
_QUOTED: Final = re.compile(r'".*".*"')
_QUOTED_TWICE: Final = re.compile(r'"\s*[,:=]\s*"')
"""Two texts rather than one with quotes in it."""
_BARE: Final = re.compile(r"(?<=[\[,=])(\s*)([^\s\[\]{}\"',=#][^\[\]{}\"',=#]*?)(\s*)(?=[,\]])")


_LONGEST: Final = 500
"""Characters of a line for which a proposal is sought."""
_ONCE: Final = 'a name that stands here for the first time; a list of sections has double brackets, "[[…]]"'


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a file stops being TOML (line from 1), what stands there, and what would be right."""

    line: int
    found: str
    wanted: str


def explain_toml(text: str, error: tomllib.TOMLDecodeError) -> Hint:
    """Explain why a text was refused by the TOML reader."""
    place = _PLACE.search(str(error))
    reason = _PLACE.sub("", str(error)).strip().rstrip(".")
    lines = text.split("\n")  # as the reader counts: splitlines() also breaks at U+2028 and others
    if not lines[-1]:
        lines.pop()
    number = int(place[1]) if place and place[1] else len(lines) + 1
    if opened := _left_open(lines, reason, number):
        return opened
    if number > len(lines) and lines and not text.endswith("\n"):
        number = len(lines)  # the reader saw the end, and what is wrong stands right before it
    written = lines[number - 1].strip() if number <= len(lines) else "the end of the file"
    if reason.startswith("Cannot "):
        return Hint(number, written, f"{_ONCE} ({reason})")
    for proposal, why in _propose(written) if len(written) <= _LONGEST else ():
        if proposal != written and _is_toml(proposal):
            return Hint(number, written, f"{proposal} ({why})")
    return Hint(number, written or "an empty line", f"a line that TOML can read ({reason})")


def _left_open(lines: list[str], reason: str, number: int) -> Hint | None:
    """Find a list or a long text that began above the place where the reader gave up."""
    above = list(enumerate(lines[:number], start=1))
    if "array" in reason.lower():
        for line, written in reversed(above[:-1] or above):
            bare = _TEXT.sub("", written.partition("#")[0])
            if bare.count("[") > bare.count("]") and "=" in bare:
                return Hint(line, written.strip(), 'a list that ends with "]", its items parted by commas')
    if number > len(lines):
        for line, written in above:
            for quotes in ('"""', "'''"):
                if written.count(quotes) % 2 and "".join(lines).count(quotes) % 2:
                    return Hint(line, written.strip(), f"a text that ends with {quotes}, as it begins")
    return None


def _propose(written: str) -> Iterator[tuple[str, str]]:
    """Give ways to mend a line, the likeliest first, each with its reason."""
    straight = written.translate(_CURLY)
    if straight != written:
        yield straight, "straight quotes instead of curly ones"
    entry = _ENTRY.fullmatch(straight)
    if straight.startswith("["):
        heading = straight.partition("#")[0].strip().rstrip("]")
        yield heading + "]" * (2 if heading.startswith("[[") else 1), "a heading in brackets"
    elif entry is None and straight.endswith((",", "]")):
        quoted = _BARE.sub(r'\1"\2"\3', f"[{straight.rstrip(',')}]")[1:-1]
        yield quoted, "a text stands in quotes"
    elif entry is not None:
        key, sign, value = entry.groups()
        if sign == ":":
            yield f"{key} = {value}", "an equals sign behind the key"
        if colour := _COLOUR.fullmatch(value):
            yield f'{key} = "{colour[1]}"{colour[2]}', "a text stands in quotes"
        bare, _, remark = value.partition("#")
        yield from _mend(f"{key} = ", bare.strip(), f" #{remark}" if remark else "")


def _mend(start: str, bare: str, behind: str) -> Iterator[tuple[str, str]]:
    """Give ways to mend an entry's value, what stands before it and the remark behind it kept."""
    if bare.lower() in _PLAIN:
        yield start + _PLAIN[bare.lower()] + behind, "true and false stand without quotes, in small letters"
    for quote in ('"', "'"):
        if bare.startswith(quote) and bare.count(quote) == 1:
            yield f"{start}{bare}{quote}{behind}", "the quote at the end of the text"
        if bare.endswith(quote) and bare.count(quote) == 1:
            yield f"{start}{quote}{bare}{behind}", "the quote at the beginning of the text"
    yield from _escape(start, bare, behind)
    if "[" in bare:
        yield start + _BARE.sub(r'\1"\2"\3', bare) + behind, "every text in quotes"
    if re.fullmatch(r"0+\d+", bare):
        yield start + (bare.lstrip("0") or "0") + behind, "a number without zeros before it"
    if bare.startswith("'") and bare.endswith("'") and '"' not in bare:
        yield f'{start}"{bare[1:-1]}"{behind}', "double quotes around a text with an apostrophe"
    if bare and not re.search(r"[\"\[\]{}]", bare):
        yield f'{start}"{bare}"{behind}', "a text stands in quotes"
    if not bare:
        yield f'{start}""{behind}', "a value behind the equals sign"


def _escape(start: str, bare: str, behind: str) -> Iterator[tuple[str, str]]:
    """Give the way to write a text with quotes in it."""
    if _QUOTED.fullmatch(bare) and not _QUOTED_TWICE.search(bare):
        inner = bare[1:-1].replace('\\"', '"').replace('"', '\\"')
        yield f'{start}"{inner}"{behind}', "a text has a backslash before each quote in it"


def _is_toml(line: str) -> bool:
    """Tell whether a line is right by itself, as an entry or as a part of a list over several lines."""
    for whole in (line, f"list = [{line}]"):
        try:
            tomllib.loads(whole)
        except tomllib.TOMLDecodeError:
            continue
        return True
    return False
