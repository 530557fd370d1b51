"""Put codewords into their modules and choose the mask, for many QR codes of one version at a time.

A row of modules is one or two 64-bit words, and every code is held upright and on its side: then all four
penalty rules of ISO/IEC 18004, 7.8.3.1 compare rows with rows below them, and nothing is ever shifted.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from qrcode import QRCode, util

Level = Literal[0, 1]
Modules = list[list[bool | None]]
Words = NDArray[np.uint64]

_MASKS: Final = 8
_VERSION_BITS_FROM: Final = 7
_TIMING_COLUMN: Final = 6
_WINDOW: Final = 11
"""Modules of what looks like a finder pattern beside four light ones."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """What codes of one version and level share; words are (row, upright or on its side, word)."""

    side: int
    source: NDArray[np.int64]
    """Of each module, upright and on its side, the place of its bit in the codewords, or the place behind."""
    valid: Words
    has_right: Words
    """Upright only: the modules that have one to their right."""
    searched: tuple[Words, ...]
    """By mask: its flips of data modules, and patterns as the search sees them: format and version light."""
    changes_down: tuple[Words, ...]
    changes_across: tuple[Words, ...]
    """By mask: where it differs from the module below or to the right."""
    final: NDArray[np.uint8]
    """By mask: its flips and all patterns, as bytes of rows."""


def place_codewords(
    codewords: NDArray[np.uint8], order: NDArray[np.int64], *, version: int, level: Level
) -> list[bytes]:
    """Draw a code for each row of codewords, placed in an order; each row of modules begins a byte."""
    grid = _grid(version, level, order.tobytes())
    cards = codewords.shape[0]
    bits = np.unpackbits(np.pad(codewords, ((0, 0), (0, 1))), axis=1)
    modules = np.take(bits, grid.source, axis=1)  # code, upright or on its side, row, column
    packed = np.packbits(modules, axis=-1)
    upright = modules[:, 0]
    across = np.zeros_like(upright)
    np.bitwise_xor(upright[:, :, :-1], upright[:, :, 1:], out=across[:, :, :-1])
    penalties = _penalties(_as_words(packed), _as_words(np.packbits(across, axis=-1)[:, np.newaxis]), grid)
    best = penalties.argmin(axis=0)
    drawn = packed[:, 0] ^ grid.final[best]
    width = (grid.side + 7) // 8
    return [drawn[card, :, :width].tobytes() for card in range(cards)]


def _as_words(packed: NDArray[np.uint8]) -> Words:
    """Turn bytes of (code, way, row) into words of (row, way, word, code), codes side by side."""
    return np.ascontiguousarray(packed.view(np.uint64).transpose(2, 1, 3, 0))


def _penalties(dark: Words, across: Words, grid: _Grid) -> NDArray[np.float64]:
    """Score every mask on every code; `across`: which upright modules differ from the one to the right."""
    side = grid.side
    same_down = (dark[:-1] ^ dark[1:] ^ ~np.uint64(0)) & grid.valid
    same_across = (across ^ ~np.uint64(0)) & grid.has_right
    scores = []
    for mask in range(_MASKS):
        d = dark ^ grid.searched[mask]
        same = same_down ^ grid.changes_down[mask]
        beside = same_across ^ grid.changes_across[mask]
        three = same[:-1] & same[1:]
        five = _all(three[:-2], three[2:])
        light = d ^ grid.valid
        pairs = same & light[:-1]
        calm = _all(pairs[:-2], pairs[2:])  # four light modules
        edge = d[:-1] & light[1:]
        finder = _all(edge[:-5], (same & d[:-1])[2:-3], edge[4:-1], d[6:])
        inside = side - _WINDOW + 1
        # A finder has its light modules before or behind it; no place is the first module of both.
        alike = _count(_all(finder[:inside], calm[7:])) + _count(_all(calm[:inside], finder[4:]))
        share = _count(d[:, :1]) / (side * side)
        # A run of n >= 5 costs n - 2: once for every five in a row, and two more for its first.
        scores.append(
            3 * _count(five)
            - 2 * _count(_all(five[:-1], five[1:]))
            + 3 * _count(_all(beside[:-1], beside[1:], same[:, :1]))
            + 40 * alike
            + 10 * np.floor(abs(share * 100 - 50) / 5)
        )
    return np.array(scores)


def _all(words: Words, *others: Words) -> Words:
    for other in others:
        words = np.bitwise_and(words, other)
    return words


def _count(words: Words) -> NDArray[np.float64]:
    """Count the modules that are set, code by code."""
    counts = np.bitwise_count(words).reshape(-1, words.shape[-1]).astype(np.float32)
    # A product with ones is summed three times as fast as by `sum`, and exact: every sum is under 2 ** 24.
    return (np.ones(counts.shape[0], dtype=np.float32) @ counts).astype(np.float64)


@lru_cache(maxsize=16)
def _grid(version: int, level: Level, order: bytes) -> _Grid:
    bare = _draw_functions(version, level, 0, bare=True)
    side = len(bare)
    free = np.array([[module is None for module in row] for row in bare])
    places = _zigzag(free)
    coming = np.frombuffer(order, dtype=np.int64)
    bits = (coming[:, np.newaxis] * 8 + np.arange(8)).ravel()
    width = -(-side // 64) * 64
    upright = np.full((side, side), bits.size)
    upright.ravel()[places[: bits.size]] = bits  # what is left over are remainder bits, light
    source = np.full((2, side, width), bits.size)
    source[0, :, :side], source[1, :, :side] = upright, upright.T
    columns = np.arange(side)[np.newaxis].repeat(side, axis=0)
    masks = [
        free
        & np.array([[util.mask_func(number)(row, column) for column in range(side)] for row in range(side)])
        for number in range(_MASKS)
    ]
    patterns = _as_modules(bare)
    searched = [mask | patterns for mask in masks]
    final = [
        mask | _as_modules(_draw_functions(version, level, number, bare=False))
        for number, mask in enumerate(masks)
    ]
    return _Grid(
        side=side,
        source=source,
        valid=_both_ways(np.ones((side, side), dtype=bool))[:1],
        has_right=_both_ways(columns < side - 1)[:, :1],
        searched=tuple(_both_ways(mask) for mask in searched),
        changes_down=tuple(_both_ways(mask)[:-1] ^ _both_ways(mask)[1:] for mask in searched),
        changes_across=tuple(
            _both_ways(np.pad(mask[:, :-1] ^ mask[:, 1:], ((0, 0), (0, 1))))[:, :1] for mask in searched
        ),
        final=np.array([_pack(mask) for mask in final]),
    )


def _pack(modules: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Pack rows of modules into bytes, filled up to whole words."""
    return np.packbits(np.pad(modules, ((0, 0), (0, -modules.shape[1] % 64))), axis=1)


def _both_ways(modules: NDArray[np.bool_]) -> Words:
    """Give rows of modules upright and on their side as words, ready to be compared with many codes."""
    return _as_words(np.array([[_pack(modules), _pack(modules.T)]]))


def _zigzag(free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the data modules in the order in which bits are placed (ISO/IEC 18004, 7.7.3)."""
    side = free.shape[0]
    made: list[int] = []
    upwards = True
    for right in (column - (column <= _TIMING_COLUMN) for column in range(side - 1, 0, -2)):
        for row in range(side - 1, -1, -1) if upwards else range(side):
            made += [row * side + column for column in (right, right - 1) if free[row, column]]
        upwards = not upwards
    return np.array(made)


def _as_modules(modules: Modules) -> NDArray[np.bool_]:
    return np.array([[bool(module) for module in row] for row in modules])


def _draw_functions(version: int, level: Level, mask: int, *, bare: bool) -> Modules:
    code = QRCode(version=version, error_correction=level)
    side = version * 4 + 17
    code.modules_count = side
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(bare, mask)
    if version >= _VERSION_BITS_FROM:
        code.setup_type_number(bare)
    return code.modules
