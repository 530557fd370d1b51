"""The outline of an SVG path, step by step: M L H V C Q Z and their small letters; anything else is refused.

Every turn of the reader takes at least one letter or number of the text, so that it always ends.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from idsvc.domain.errors import BadSetting

Point = tuple[float, float]

MOST_UNITS: Final = 100_000
"""How far a seal's numbers go; print files hold no larger ones."""
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN: Final = re.compile(rf"[ \t\r\n\f]*(?:,[ \t\r\n\f]*)?([A-Za-z]|{_NUMBER})", re.ASCII)
_COUNTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}
_CIRCLE: Final = 0.5522847498
"""Length of the handles with which four Bézier curves draw a circle of radius 1."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One step of an outline: kind M (1 point), L (1 point), C (3 points) or Z (none)."""

    kind: str
    points: tuple[Point, ...]


def read_number(text: str, *, file: str, what: str) -> float:
    """Read a plain number without a unit; BadSetting names `what` it is of."""
    if not re.fullmatch(_NUMBER, text.strip(" \t\r\n"), re.ASCII):
        raise BadSetting(f'The seal {file} has {what}="{text[:40]}"; write it as a plain number.')
    number = float(text)
    if not math.isfinite(number) or abs(number) > MOST_UNITS:
        raise BadSetting(
            f'The seal {file} has {what}="{text[:40]}"; save it at most {MOST_UNITS} units large.'
        )
    return number


def circle(x: float, y: float, radius: float) -> tuple[Stroke, ...]:
    """Give a circle as four curves."""
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


def outline(text: str, *, file: str) -> Iterator[Stroke]:
    """Give the steps of a path's `d`; BadSetting names the letter that is not taken."""
    tokens = list(_tokens(text, file))
    if not tokens or tokens[0] not in ("M", "m"):
        raise BadSetting(f"The seal {file} has a path that does not begin with M; save it as plain SVG.")
    here = start = (0.0, 0.0)
    place, command = 0, "M"
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        elif command in ("Z", "z"):
            raise BadSetting(f"The seal {file} has a path with a number after Z; save it as plain SVG.")
        count = _COUNTS[command.upper()]
        taken = tokens[place : place + count]
        if len(taken) != count or any(token.isalpha() for token in taken):
            raise BadSetting(
                f"The seal {file} has a path whose letter {command} ends too early; save it as plain SVG."
            )
        place += count
        values = [read_number(token, file=file, what="a number of a path") for token in taken]
        stroke, here = _step(command, values, here, start)
        if max(map(abs, here)) > MOST_UNITS:
            raise BadSetting(
                f"The seal {file} has a path that leads beyond {MOST_UNITS} units; save it smaller."
            )
        if stroke.kind == "M":
            start = here
            command = "l" if command == "m" else "L"
        yield stroke


def _tokens(text: str, file: str) -> Iterator[str]:
    text = text.strip(" \t\r\n\f")
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadSetting(
                f'The seal {file} has a path with "{text[place : place + 12].strip()}" in it; '
                "save it as plain SVG."
            )
        token = found[1]
        if token.isalpha() and token.upper() not in _COUNTS:
            raise BadSetting(
                f"The seal {file} has a path with the letter {token}; "
                "turn its arcs and smooth curves into M, L, H, V, C, Q and Z."
            )
        yield token
        place = found.end()


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
