"""The city's seal, from a small part of SVG: paths and circles with plain fills and strokes.

The reader is strict: whatever it does not draw as every other program draws it, it refuses and names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from idsvc.domain.errors import BadSetting
from idsvc.printing.artwork.seal_outline import Stroke, circle, outline, read_number

_MOST_BYTES: Final = 400_000
_MOST_NESTED: Final = 40
_SVG: Final = "{http://www.w3.org/2000/svg}"
_STYLE: Final = frozenset({"fill", "fill-rule", "stroke", "stroke-width"})
_SILENT: Final = frozenset({"id", "{http://www.w3.org/XML/1998/namespace}space"})
"""Attributes that change nothing of a path or circle."""
_OWN: Final[Mapping[str, frozenset[str]]] = {
    "svg": frozenset({"viewBox", "width", "height", "version"}),
    "g": frozenset(),
    "path": frozenset({"d"}),
    "circle": frozenset({"cx", "cy", "r"}),
}
_NOT_DRAWN: Final = frozenset({"title", "desc", "metadata"})


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline with its fill and line colours (#rrggbb) in the seal's own units."""

    strokes: tuple[Stroke, ...]
    fill: str | None
    even_odd: bool
    """Where the outline crosses itself, every second area stays empty."""
    line: str | None
    line_width: float


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal of `side` units square, its shapes from the bottom up; what leaves the square is not drawn."""

    side: float
    shapes: tuple[Shape, ...]


def load_seal(path: Path) -> Seal:
    """Read a seal from an SVG file.

    Taken are `path` (M L H V C Q Z), `circle` and `g` with fill, fill-rule, stroke and stroke-width, and a
    square viewBox that begins at 0 0. Raises BadSetting for any other element, attribute, unit or letter of
    a path, and for a seal that draws nothing: text becomes paths first.
    """
    file = path.name
    root = _parse(path)
    if root.tag.removeprefix(_SVG) != "svg":
        raise BadSetting(f"The seal {file} is no SVG; save it as plain SVG.")
    view = re.split(r"[ \t\r\n]+|[ \t\r\n]*,[ \t\r\n]*", root.get("viewBox", "").strip())
    wanted = f'The seal {file} needs a square viewBox such as "0 0 100 100".'
    if len(view) != 4:  # noqa: PLR2004 - x y width height
        raise BadSetting(wanted)
    left, top, width, height = (read_number(number, file=file, what="viewBox") for number in view)
    if left or top or width != height or width < 1:
        raise BadSetting(wanted)
    style = _style(root, file, {})
    shapes = tuple(shape for shape in _shapes(root, file, style, 0) if shape.fill or shape.line)
    if not any(_shows(shape, width) for shape in shapes):
        raise BadSetting(f"The seal {file} draws nothing in its viewBox; put a path or circle there.")
    return Seal(side=width, shapes=shapes)


def _parse(path: Path) -> ET.Element:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadSetting(f"The seal {path.name} has more than {_MOST_BYTES:,} bytes; save it smaller.")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise BadSetting(f"The seal {path} is not there; put an SVG or PNG file there.") from None
    except OSError as error:
        raise BadSetting(
            f"The seal {path} cannot be read ({error.strerror}); put an SVG file there."
        ) from None
    except UnicodeDecodeError:
        raise BadSetting(f"The seal {path.name} is not UTF-8; save it as plain SVG.") from None
    if "<!" in text.replace("<!--", "") or "<?xml-stylesheet" in text:
        raise BadSetting(f"The seal {path.name} has a DOCTYPE or style sheet; save it as plain SVG.")
    try:
        return ET.fromstring(text)  # noqa: S314 - no DOCTYPE, so no entities; the city's own file
    except (ET.ParseError, ValueError):
        raise BadSetting(f"The seal {path.name} is no SVG; save it as plain SVG.") from None


def _shapes(node: ET.Element, file: str, style: Mapping[str, str], depth: int) -> Iterator[Shape]:
    if depth > _MOST_NESTED:
        raise BadSetting(f"The seal {file} has groups in groups over {_MOST_NESTED} deep; ungroup them.")
    for child in node:
        tag = child.tag.removeprefix(_SVG)
        if tag in _NOT_DRAWN or (tag == "defs" and not len(child)):
            continue
        if tag not in _OWN or tag == "svg":
            raise BadSetting(f"The seal {file} has a <{tag.rpartition('}')[2]}>; turn it into paths.")
        own = _style(child, file, style)
        if tag == "g":
            yield from _shapes(child, file, own, depth + 1)
            continue
        if tag == "path":
            strokes = tuple(outline(child.get("d", ""), file=file))
        else:
            x, y, radius = (
                read_number(child.get(key, "0"), file=file, what=key) for key in ("cx", "cy", "r")
            )
            if radius <= 0:
                raise BadSetting(f"The seal {file} has a circle without r; give it a radius above 0.")
            strokes = circle(x, y, radius)
        width = read_number(own.get("stroke-width", "1"), file=file, what="stroke-width")
        if width < 0:
            raise BadSetting(f'The seal {file} has stroke-width="{width:g}"; give it one above 0.')
        yield Shape(
            strokes=strokes,
            fill=_colour(own.get("fill", "#000000"), file),
            even_odd=own.get("fill-rule") == "evenodd",
            line=_colour(own.get("stroke", "none"), file) if width else None,
            line_width=width,
        )


def _style(node: ET.Element, file: str, above: Mapping[str, str]) -> Mapping[str, str]:
    """Give the style that holds in an element: its own over that of its group; refuse what it also says."""
    tag = node.tag.removeprefix(_SVG)
    for key in node.attrib:
        if key not in _STYLE | _SILENT | _OWN[tag]:
            raise BadSetting(
                f"The seal {file} has a <{tag}> with {key.rpartition('}')[2]}; "
                f"save it as plain SVG that says no more than {', '.join(sorted(_STYLE | _OWN[tag]))} there."
            )
    own = {key: node.attrib[key] for key in _STYLE & node.attrib.keys()}
    if (rule := own.get("fill-rule", "nonzero")) not in ("nonzero", "evenodd"):
        raise BadSetting(f'The seal {file} has fill-rule="{rule}"; take nonzero or evenodd.')
    return {**above, **own}


def _shows(shape: Shape, side: float) -> bool:
    """Tell whether an outline comes into the square at all."""
    points = [point for stroke in shape.strokes for point in stroke.points]
    spare = shape.line_width / 2 if shape.line else 0.0
    return len(points) > 1 and all(
        min(along) < side + spare and max(along) > -spare for along in zip(*points, strict=True)
    )


def _colour(text: str, file: str) -> str | None:
    if text == "none":
        return None
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise BadSetting(f"The seal {file} has the colour {text[:40]}; write it as #rrggbb.")
    return text
