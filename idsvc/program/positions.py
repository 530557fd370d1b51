"""Where every key of a TOML text stands: tomllib reads values but forgets lines.

Only texts that tomllib has accepted come here, so this walks over the statements and trusts their grammar
(TOML 1.0); a test holds it against tomllib on random documents.
"""

import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""A key's way from the top: names, and places in arrays counted from 0."""


def find_lines(text: str) -> Mapping[Path, int]:
    """Give the line (from 1) of every table, key and array item of a valid TOML text."""
    return _Walk(text.replace("\r\n", "\n")).run()


class _Walk:
    """One pass over a text; `at` is the place of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def run(self) -> Mapping[Path, int]:
        table: Path = ()
        while self._skip_blank():
            line = self.line
            if self._peek() == "[":
                table = self._header()
                self._mark(table, line)
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        self._step(2 if is_array else 1)
        names = self._dotted_key()
        self._step(2 if is_array else 1)
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            if is_array and place == len(names) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
                self.lines.setdefault(path, self.line)
            if path in self.counts:  # a table inside an array of tables belongs to its newest item
                path = (*path, self.counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        line = self.line
        path = table
        for name in self._dotted_key():
            path = (*path, name)
            self._mark(path, line)
        self._step(1)  # the equals sign
        self._skip_spaces()
        self._value(path)

    def _mark(self, path: Path, line: int) -> None:
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def _dotted_key(self) -> list[str]:
        names = [self._name()]
        while self._peek() == ".":
            self._step(1)
            names.append(self._name())
        return names

    def _name(self) -> str:
        self._skip_spaces()
        if self._peek() in {'"', "'"}:
            start = self.at
            self._string()
            name = self._unquoted(self.text[start : self.at])
        else:
            start = self.at
            while self._peek() not in " \t.=]":
                self._step(1)
            name = self.text[start : self.at]
        self._skip_spaces()
        return name

    def _unquoted(self, quoted: str) -> str:
        return str(next(iter(tomllib.loads(f"{quoted} = 0"))))

    def _value(self, path: Path) -> None:
        match self._peek():
            case '"' | "'":
                self._string()
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case _:
                while self._peek() not in ",]}#\n":
                    self._step(1)

    def _array(self, path: Path) -> None:
        self._step(1)
        place = 0
        while self._skip_blank() and self._peek() != "]":
            item = (*path, place)
            self.lines[item] = self.line
            self._value(item)
            self._skip_blank()
            if self._peek() == ",":
                self._step(1)
            place += 1
        self._step(1)

    def _inline_table(self, path: Path) -> None:
        self._step(1)
        while self._skip_blank() and self._peek() != "}":
            self._pair(path)
            self._skip_blank()
            if self._peek() == ",":
                self._step(1)
        self._step(1)

    def _string(self) -> None:
        quote = self._peek()
        triple = quote * 3
        if self.text.startswith(triple, self.at):
            self._step(3)
            while not self.text.startswith(triple, self.at):
                self._step(2 if quote == '"' and self._peek() == "\\" else 1)
            self._step(3)
            while self._peek() == quote:  # up to two quotes may stand before the closing three
                self._step(1)
            return
        self._step(1)
        while self._peek() != quote:
            self._step(2 if quote == '"' and self._peek() == "\\" else 1)
        self._step(1)

    def _skip_spaces(self) -> None:
        while self._peek() in {" ", "\t"}:
            self._step(1)

    def _skip_blank(self) -> bool:
        """Pass spaces, line ends and comments; tell whether anything is left."""
        while (character := self._peek()) and character in " \t\n#":
            if character == "#":
                while self._peek() not in {"\n", ""}:
                    self._step(1)
            else:
                self._step(1)
        return self.at < len(self.text)

    def _peek(self) -> str:
        """Give the next character, "" at the end: it is in every string, so loops with `not in` end there."""
        return self.text[self.at : self.at + 1]

    def _step(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count
