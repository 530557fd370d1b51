"""Everything that a city left behind, written down so that two cities can be compared.

Rows and files of a moment, every line that was logged, and every file that was ever opened for writing, gone
or not.
"""

import hashlib
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import inspect, text

from idsvc.signing.epochs import HEADER_BYTES
from idsvc.storage.database import Database
from tests.services.city import City

Trace = dict[str, object]
_ID = re.compile(r"\b[0-9a-f]{16,}\b")
_FOLDED_ID = re.compile(r"\b[0-9a-f]{2}/(?=\.?[0-9a-f]{32}\b)")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_OUTSIDE = ("/dev/null", "/proc/")
_ONCE_A_PROCESS = frozenset({"pypdfium2._lazy"})
"""Loggers that tell of the first import of a module, whoever happens to come first."""


@dataclass
class Watched:
    """What happened while a city was watched."""

    folder: Path
    logged: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def note_opened(self, path: str) -> None:
        """Take down a file that is written; what the interpreter caches of its own modules is not ours."""
        if "__pycache__" in path or path.startswith(_OUTSIDE):
            return
        below = path.removeprefix(f"{self.folder}/")
        self.opened.append("database" if below.startswith("idsvc.db") else below)


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in _ONCE_A_PROCESS:
            return
        fields = getattr(record, "fields", {})
        self._lines.append(f"{record.name} {record.levelname} {record.getMessage()} {fields}")


class _Watching:
    now: Watched | None = None
    hooked = False


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """Watch this process: its log at every level, and the files that it opens for writing."""
    if not _Watching.hooked:
        sys.addaudithook(_on_event)
        _Watching.hooked = True
    spool = folder / "tmp"
    spool.mkdir()
    watched = Watched(folder)
    lines, root, before = _Lines(watched.logged), logging.getLogger(), tempfile.tempdir
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    tempfile.tempdir, _Watching.now = str(spool), watched
    try:
        yield watched
    finally:
        _Watching.now, tempfile.tempdir = None, before
        root.setLevel(level)
        root.removeHandler(lines)


def _on_event(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or _Watching.now is None:
        return
    path, _, flags = arguments
    if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int) and flags & _WRITING:
        _Watching.now.note_opened(os.fsdecode(path))


def trace(city: City, watched: Watched | None, *, exactly: bool) -> Trace:
    """Write down everything that a city left, or only its shape: counts, lengths, sizes, modes.

    On PostgreSQL rows are compared sorted: where they lie depends on when the server last made room, and
    settling draws a random order anyway; how many settlings are remembered there depends on whatever else
    runs on the server. Contents are taken down as their hash.
    """
    left: Trace = {}
    items: set[str] = set()
    for table, rows in _read_everything(city.database).items():
        if table == "settlings" and not city.database.is_sqlite:
            left[table] = max((str(row["day"]) for row in rows), default="")
            continue
        left[f"{table}: rows"] = len(rows)
        shapes = []
        for row in rows:
            if table == "sealed_items" and row["body"] is None:
                items.add(str(row["id"]))
            shapes.append({name: _cell(table, name, value, exactly=exactly) for name, value in row.items()})
        left[table] = shapes if exactly and city.database.is_sqlite else sorted(map(repr, shapes))
    sizes = []
    for path in sorted(city.folder.rglob("*")):
        if not path.is_file() or path.is_relative_to(city.places.roots) or path.name.startswith("idsvc.db"):
            continue
        name, told = str(path.relative_to(city.folder)), path.stat()
        mode = (stat.S_IMODE(told.st_mode), told.st_mtime_ns if "blobs/" in name else 0)
        part = name.split("/", maxsplit=1)[0]
        if exactly:
            content = path.read_bytes()[HEADER_BYTES if path.name in items else 0 :]
            left[name] = (mode, told.st_size, hashlib.sha256(content).digest())
        else:
            shape = _ID.sub("id", _FOLDED_ID.sub("", name))
            sizes.append((shape, mode, told.st_size if part != "epochs" else 0))
    if not exactly:
        left["files"] = sorted(sizes)
    if watched is not None:
        take_down = list[str] if exactly else _sorted_shapes
        left["log"], left["written files"] = take_down(watched.logged), take_down(watched.opened)
    return left


def differences(first: Trace, second: Trace) -> list[str]:
    """Name everything in which two traces differ."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _sorted_shapes(lines: list[str]) -> list[str]:
    return sorted(_ID.sub("id", _FOLDED_ID.sub("", line)) for line in lines)


def _read_everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """Read every column of every table that there is, declared or not, in the order in which rows lie."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
            for name in sorted(names)
        }


def _cell(table: str, name: str, value: object, *, exactly: bool) -> object:
    if isinstance(value, memoryview):
        value = bytes(value)
    if table == "settlings" and name != "day":
        return name  # transaction numbers, which count everything that ever happened on the server
    if isinstance(value, bytes):
        if not exactly:
            return len(value)
        return (len(value), value[HEADER_BYTES:]) if (table, name) == ("sealed_items", "body") else value
    if not exactly and isinstance(value, str) and len(value) == 32:
        return "id"
    if not exactly and name in ("status_index", "note"):
        return name  # a random place; a text that ids and signatures stand in
    return value
