"""Fine-line patterns from the city's seed: braided nets and rosettes, the same for every card of a city.

A copier or screen breaks lines of 0.07 mm that cross at small angles; an eye sees at once if they are whole.
"""

import hashlib
import math
from collections.abc import Callable
from typing import Final

from idsvc.printing.artwork.elements import Box

Point = tuple[float, float]
Curve = tuple[Point, ...]
"""Start point, then three points for every cubic Bézier piece, in millimetres from the top left."""

_NET_PIECES: Final = 64
_ROSETTE_PIECES: Final = 264


def _numbers(seed: str, name: str) -> Callable[[float, float], float]:
    """Draw numbers that depend only on the city's seed and the pattern's name."""
    state = hashlib.sha256(f"{seed}\0{name}".encode()).digest()
    place = 0

    def draw(low: float, high: float) -> float:
        nonlocal place
        value = int.from_bytes(state[place : place + 2], "big") / 0xFFFF
        place = (place + 2) % 30
        return low + (high - low) * value

    return draw


def braid_net(box: Box, *, seed: str, name: str, bands: int, lines: int) -> tuple[Curve, ...]:
    """Fill a box with braids: lines of even phase between two waving edges."""
    draw = _numbers(seed, name)
    curves: list[Curve] = []
    for band in range(bands):
        middle = box.y + box.height * (band + 0.5) / bands
        half = box.height / bands * 0.6
        waves = draw(1.6, 2.6)
        turns = draw(4.5, 6.5)
        tilt, swell = draw(0, math.tau), draw(0, math.tau)
        for line in range(lines):
            phase = math.tau * line / lines

            def y_at(
                x: float,
                *,
                middle: float = middle,
                half: float = half,
                waves: float = waves,
                turns: float = turns,
                tilt: float = tilt,
                swell: float = swell,
                phase: float = phase,
            ) -> float:
                along = (x - box.x) / box.width * math.tau
                width = half * (0.78 + 0.22 * math.sin(along * waves / 2 + swell))
                return (
                    middle
                    + half * 0.3 * math.sin(along * waves / 2 + tilt)
                    + width * math.sin(along * turns / 2 + phase + 0.6 * math.sin(along * waves / 2))
                )

            step = box.width / _NET_PIECES
            samples = [(box.x + step * n, y_at(box.x + step * n)) for n in range(-1, _NET_PIECES + 2)]
            curves.append(_smooth(samples))
    return tuple(curves)


def rosette(box: Box, *, seed: str, name: str, petals: int, lines: int) -> tuple[Curve, ...]:
    """Draw a flower of closed waves around the middle of a box, one inside the other."""
    draw = _numbers(seed, name)
    radius = min(box.width, box.height) / 2
    centre_x, centre_y = box.x + box.width / 2, box.y + box.height / 2
    depth, turn = draw(0.16, 0.24), draw(0, math.tau)
    curves: list[Curve] = []
    for line in range(lines):
        inner = line / lines
        samples = []
        for n in range(-1, _ROSETTE_PIECES + 2):
            angle = math.tau * n / _ROSETTE_PIECES
            wave = math.sin(petals * angle + math.tau * inner * 2 + turn)
            finer = math.sin(petals * 2 * angle - math.tau * inner * 3)
            distance = radius * (1 - 0.62 * inner) * (1 - depth + depth * (0.75 * wave + 0.25 * finer))
            samples.append((centre_x + distance * math.cos(angle), centre_y + distance * math.sin(angle)))
        curves.append(_smooth(samples))
    return tuple(curves)


def _smooth(samples: list[Point]) -> Curve:
    """Lead a curve through all samples but the first and last (Catmull-Rom as cubic Béziers)."""
    points: list[Point] = [samples[1]]
    for before, start, end, after in zip(samples, samples[1:], samples[2:], samples[3:], strict=False):
        points.append((start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6))
        points.append((end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6))
        points.append(end)
    return tuple(points)
