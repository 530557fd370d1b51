"""Collect every name that programmers chose in a source tree, by the place where it stands.

Reads files, never imports them; what does not exist yet is covered as soon as it comes.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment
from sqlalchemy import MetaData

from idsvc.domain.lexicon import Place

_ROUTING = {"route", "get", "post", "put", "patch", "delete", "add_url_rule"}
_REQUEST_VALUES = {"form", "files", "args", "values", "cookies"}
_LOGGING = {
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "critical",
    "log",
}
_METRICS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum", "GaugeMetricFamily"}
_CLI = {"option", "argument", "command", "group", "Choice", "Option", "Argument"}
_ENUMS = {"Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"}
_JSON_PACKAGES = ("web", "cli", "services", "bootstrap", "credential", "audit", "storage")


@dataclass(frozen=True)
class Name:
    """A name, the kind of place, and where to look for it."""

    place: Place
    text: str
    where: str


def collect_schema(metadata: MetaData) -> Iterator[Name]:
    """Give the names of tables, columns, constraints and indexes."""
    for table in metadata.sorted_tables:
        yield Name(Place.TABLE, table.name, table.name)
        for column in table.columns:
            yield Name(Place.COLUMN, column.name, f"{table.name}.{column.name}")
        named = {*(item.name for item in table.constraints), *(index.name for index in table.indexes)}
        yield from (Name(Place.CONSTRAINT, str(name), table.name) for name in named if name is not None)


def collect_tree(root: Path) -> Iterator[Name]:
    """Give the names in a tree with `idsvc/`, `migrations/` and `templates/`."""
    for file in sorted((root / "idsvc").rglob("*.py")):
        if "vendor" not in file.parts:
            yield from _read_python(file, root)
    for file in sorted((root / "migrations").rglob("*.py")):
        yield from _read_migration(file, root)
    for file in sorted((root / "templates").rglob("*.html")):
        yield from _read_template(file, root)
    for pattern in ("*.js", "*.mjs"):
        for file in sorted((root / "idsvc").rglob(pattern)):
            if "vendor" not in file.parts:
                yield from _read_script(file, root)


def _strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _read_python(file: Path, root: Path) -> Iterator[Name]:
    relative = file.relative_to(root)
    package = relative.parts[1]
    tree = ast.parse(file.read_text())
    constants = dict(_constants(tree))
    for node in ast.walk(tree):
        where = f"{relative}:{getattr(node, 'lineno', 0)}"
        for place, text in _names_of(node, package=package, constants=constants):
            yield Name(place, text, where)
        if package == "vault" and file.stem == "kinds":
            yield from (Name(Place.BLOB_KIND, target, where) for target in _assigned(node))
        if file.stem == "log" and isinstance(node, ast.Set):
            yield from (Name(Place.LOG_EVENT, text, where) for text in _strings(node))


def _assigned(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case (
                ast.Assign(value=ast.Constant(value=str(text)))
                | ast.AnnAssign(value=ast.Constant(value=str(text)))
            ):
                yield from ((name, text) for name in _assigned(node))


def _names_of(node: ast.AST, *, package: str, constants: dict[str, str]) -> Iterator[tuple[Place, str]]:
    match node:
        case ast.ClassDef(bases=bases):
            if any(isinstance(base, ast.Name) and base.id in _ENUMS for base in bases):
                yield from ((Place.ENUM, text) for text in _names_of_enum(node))
        case ast.Dict(keys=keys) if package in _JSON_PACKAGES:
            texts = (key.value for key in keys if isinstance(key, ast.Constant))
            yield from ((Place.JSON_KEY, text) for text in texts if isinstance(text, str))
        case ast.Subscript(value=ast.Attribute(attr=attr), slice=key):
            yield from _key(attr, key, constants)
        case ast.Call(
            func=ast.Attribute(attr="get" | "getlist", value=ast.Attribute(attr=attr)), args=[key, *_]
        ) if attr in _REQUEST_VALUES:
            yield from _key(attr, key, constants)
        case ast.Call() as call:
            yield from _names_of_call(call, package=package, constants=constants)


def _names_of_enum(node: ast.ClassDef) -> Iterator[str]:
    yield node.name
    for member in node.body:
        if isinstance(member, ast.Assign):
            yield from _assigned(member)
            yield from _strings(member.value)


def _key(attr: str, key: ast.expr, constants: dict[str, str]) -> Iterator[tuple[Place, str]]:
    if attr not in _REQUEST_VALUES:
        return
    place = Place.COOKIE if attr == "cookies" else Place.FORM_FIELD
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield place, key.value
    elif isinstance(key, ast.Name) and key.id in constants:
        yield place, constants[key.id]


def _names_of_call(call: ast.Call, *, package: str, constants: dict[str, str]) -> Iterator[tuple[Place, str]]:
    name = _called(call)
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if name in _ROUTING and text is not None and text.startswith("/"):
        yield Place.ROUTE, text
    if name == "Blueprint":
        yield from (
            (Place.ROUTE, prefix)
            for keyword in call.keywords
            if keyword.arg == "url_prefix"
            for prefix in _strings(keyword.value)
        )
    if text is not None and (name == "record_event" or (name in _LOGGING and _is_logger(call.func))):
        yield Place.LOG_EVENT, text
        yield from ((Place.LOG_EVENT, keyword.arg) for keyword in call.keywords if keyword.arg)
    if name in _METRICS and call.args and text is not None:
        yield Place.METRIC, text
        for part in (*call.args[2:], *(keyword.value for keyword in call.keywords)):
            yield from ((Place.METRIC, label) for label in _strings(part))
    if name in _CLI and package in ("cli", "__main__.py"):
        for part in call.args:
            yield from ((Place.CLI, option) for option in _strings(part))
    if name == "set_cookie" and call.args:
        yield from _key("cookies", call.args[0], constants)


def _is_logger(function: ast.expr) -> bool:
    """Tell `log.info(…)`, `self._logger.info(…)` and `logging.getLogger(…).info(…)` from other calls."""
    return isinstance(function, ast.Attribute) and "log" in ast.unparse(function.value).lower()


def _read_migration(file: Path, root: Path) -> Iterator[Name]:
    where = str(file.relative_to(root))
    tree = ast.parse(file.read_text())
    for text in _strings(tree):
        for word in re.findall(r"\w+", text):
            yield Name(Place.MIGRATION, word, where)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield Name(Place.MIGRATION, node.name, where)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "meta" and given.get("name"):
            self.names.append(str(given["name"]))


def _read_template(file: Path, root: Path) -> Iterator[Name]:
    where = str(file.relative_to(root))
    source = file.read_text()
    for _, kind, text in Environment(autoescape=True).lex(source):
        if kind == "name":
            yield Name(Place.TEMPLATE_VARIABLE, text, where)
    parser = _Fields()
    parser.feed(source)
    for text in parser.names:
        yield Name(Place.FORM_FIELD, text, where)


_KEY = re.compile(r"""["']?\b([A-Za-z_][\w-]*)["']?\s*:(?!:)""")
_APPENDED = re.compile(r"""\.(?:append|set)\(\s*["']([\w-]+)["']""")


def _read_script(file: Path, root: Path) -> Iterator[Name]:
    where = str(file.relative_to(root))
    source = re.sub(r"/\*.*?\*/|^\s*//.*$", "", file.read_text(), flags=re.DOTALL | re.MULTILINE)
    for text in _KEY.findall(source):
        yield Name(Place.JSON_KEY, text, where)
    for text in _APPENDED.findall(source):
        yield Name(Place.FORM_FIELD, text, where)
