"""The city's seal, from a small part of SVG: paths and circles with plain fills and strokes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from idsvc.domain.errors import BadSetting

Point = tuple[float, float]

_NUMBER: Final = re.compile(r"[MLHVCQZmlhvcqz]|[-+]?(?:\d*\.\d+|\d+\.?)(?:[eE][-+]?\d+)?")
_COUNTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}
_CIRCLE: Final = 0.5522847498
"""Length of the handles with which four Bézier curves draw a circle of radius 1."""
_MOST_BYTES: Final = 400_000


@dataclass(frozen=True, slots=True)
class Stroke:
    """One step of an outline: kind M (1 point), L (1 point), C (3 points) or Z (none)."""

    kind: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline with its fill and line colours (#rrggbb) in the seal's own units."""

    strokes: tuple[Stroke, ...]
    fill: str | None
    line: str | None
    line_width: float


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal of `side` units square, its shapes from the bottom up."""

    side: float
    shapes: tuple[Shape, ...]


def load_seal(path: Path) -> Seal:
    """Read a seal from an SVG file.

    Taken are `path` (M L H V C Q Z), `circle` and `g` with fill, stroke and stroke-width, and a square
    viewBox that begins at 0 0. Raises BadSetting for anything else: text becomes paths first.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadSetting(f"The seal {path.name} cannot be read; put an SVG file there.") from None
    if len(text) > _MOST_BYTES or "<!" in text.replace("<!--", ""):
        raise BadSetting(f"The seal {path.name} is too large or has a DOCTYPE; save it as plain SVG.")
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DOCTYPE, so no entities; the city's own file
    except ET.ParseError:
        raise BadSetting(f"The seal {path.name} is no SVG; save it as plain SVG.") from None
    view = [float(number) for number in root.get("viewBox", "").split()]
    if len(view) != 4 or view[:2] != [0, 0] or view[2] != view[3] or view[2] <= 0:  # noqa: PLR2004 - x y width height
        raise BadSetting(f'The seal {path.name} needs a square viewBox such as "0 0 100 100".')
    return Seal(side=view[2], shapes=tuple(_shapes(root, path.name, {})))


def _shapes(node: ET.Element, file: str, style: dict[str, str]) -> Iterator[Shape]:
    for child in node:
        tag = child.tag.rpartition("}")[2]
        own = style | {
            key: child.attrib[key] for key in ("fill", "stroke", "stroke-width") if key in child.attrib
        }
        if tag in ("title", "desc"):
            continue
        if tag == "g":
            yield from _shapes(child, file, own)
            continue
        if tag == "path":
            strokes = tuple(_outline(child.get("d", ""), file))
        elif tag == "circle":
            strokes = _circle(*(float(child.get(key, "0")) for key in ("cx", "cy", "r")))
        else:
            raise BadSetting(f"The seal {file} has a <{tag}>; turn it into paths.")
        yield Shape(
            strokes=strokes,
            fill=_colour(own.get("fill", "#000000"), file),
            line=_colour(own.get("stroke", "none"), file),
            line_width=float(own.get("stroke-width", "1")),
        )


def _colour(text: str, file: str) -> str | None:
    if text == "none":
        return None
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise BadSetting(f"The seal {file} has the colour {text}; write it as #rrggbb.")
    return text


def _circle(x: float, y: float, radius: float) -> tuple[Stroke, ...]:
    handle = radius * _CIRCLE
    left, right, top, foot = x - radius, x + radius, y - radius, y + radius
    return (
        Stroke("M", ((right, y),)),
        Stroke("C", ((right, y + handle), (x + handle, foot), (x, foot))),
        Stroke("C", ((x - handle, foot), (left, y + handle), (left, y))),
        Stroke("C", ((left, y - handle), (x - handle, top), (x, top))),
        Stroke("C", ((x + handle, top), (right, y - handle), (right, y))),
        Stroke("Z", ()),
    )


def _outline(text: str, file: str) -> Iterator[Stroke]:
    tokens = _NUMBER.findall(text)
    here = start = (0.0, 0.0)
    place, command = 0, "M"
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        count = _COUNTS[command.upper()]
        try:
            values = [float(token) for token in tokens[place : place + count]]
        except ValueError:
            values = []
        if len(values) != count:
            raise BadSetting(f"The seal {file} has a path that ends too early; save it as plain SVG.")
        place += count
        stroke, here = _step(command, values, here, start)
        if stroke.kind == "M":
            start = here
            command = "l" if command == "m" else "L"
        yield stroke


def _step(command: str, values: list[float], here: Point, start: Point) -> tuple[Stroke, Point]:
    kind = command.upper()
    if kind == "Z":
        return Stroke("Z", ()), start
    from_x, from_y = here if command.islower() else (0.0, 0.0)
    if kind == "H":
        points = [(from_x + values[0], here[1])]
    elif kind == "V":
        points = [(here[0], from_y + values[0])]
    else:
        points = [(from_x + x, from_y + y) for x, y in zip(values[::2], values[1::2], strict=True)]
    if kind == "Q":  # a cubic curve that equals the quadratic one
        (control_x, control_y), (end_x, end_y) = points
        points = [
            (here[0] + (control_x - here[0]) * 2 / 3, here[1] + (control_y - here[1]) * 2 / 3),
            (end_x + (control_x - end_x) * 2 / 3, end_y + (control_y - end_y) * 2 / 3),
            (end_x, end_y),
        ]
    drawn = {"H": "L", "V": "L", "Q": "C"}.get(kind, kind)
    return Stroke(drawn, tuple(points)), points[-1]
