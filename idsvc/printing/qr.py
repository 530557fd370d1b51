"""The QR code of a card: module for module what the `qrcode` package draws, full mask search and all.

The matrix is one big integer (bit row * side + column), so that ISO/IEC 18004's four penalty rules over all
eight masks are a few hundred shifts and bit counts instead of a million list accesses.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from qrcode import QRCode, base, constants, util

from idsvc.domain.errors import Refusal

Ecc = Literal["M", "L"]
Modules = list[list[bool | None]]

MOST_VERSION: Final = 22
QUIET_MODULES: Final = 4
SIDE_MM: Final = 48.0
"""The square the code and its quiet zone stand in."""
_DOTS_PER_MM: Final = 300 / 25.4
_LEVELS: Final[dict[Ecc, Literal[0, 1]]] = {"M": constants.ERROR_CORRECT_M, "L": constants.ERROR_CORRECT_L}
_MASKS: Final = 8
_VERSION_BITS_FROM: Final = 7
_TIMING_COLUMN: Final = 6


class QrTooDense(Refusal):
    """The text needs a denser code than a phone reads from a card."""


@dataclass(frozen=True, slots=True)
class QrMatrix:
    """A QR code; `rows` from the top, in each the leftmost module is the highest of `modules` bits."""

    version: int
    ecc: Ecc
    rows: tuple[int, ...]

    @property
    def modules(self) -> int:
        """Count the modules of one side, without the quiet zone."""
        return len(self.rows)

    @property
    def dots_per_module(self) -> int:
        """Give the whole dots at 300 dpi that one module's side takes on the card."""
        return int(SIDE_MM * _DOTS_PER_MM / (self.modules + 2 * QUIET_MODULES))

    @property
    def module_mm(self) -> float:
        """Give the side of one module in millimetres."""
        return self.dots_per_module / _DOTS_PER_MM


def draw_qr(text: str) -> QrMatrix:
    """Draw a text as a QR code of at most version 22, with error correction M when that fits, else L.

    Raises QrTooDense when neither fits (at version 22: 1,134 and 1,460 characters of Base45).
    """
    segments = [_encode(segment) for segment in util.optimal_data_chunks(text, minimum=20)]
    for ecc in _LEVELS:
        version = _smallest_version(segments, ecc)
        if version is not None:
            return _place(_codewords(segments, version, ecc), version, ecc)
    raise QrTooDense("This card's code would be too dense to read; make it with a smaller portrait.")


class _Bits(util.BitBuffer):
    """Collects bits in one integer; the package's own list of bytes costs a call per bit."""

    def __init__(self) -> None:
        super().__init__()
        self.value = 0

    def put(self, num: int, length: int) -> None:
        self.value = self.value << length | num
        self.length += length


@dataclass(frozen=True, slots=True)
class _Segment:
    mode: Literal[1, 2, 4]
    characters: int
    value: int
    length: int  # of value, in bits


def _encode(segment: util.QRData) -> _Segment:
    if segment.mode == util.MODE_ALPHA_NUM:
        even = len(segment.data) // 2 * 2
        pairs = _pairs()
        bits = "".join([pairs[segment.data[place : place + 2]] for place in range(0, even, 2)])
        if even < len(segment.data):
            bits += f"{util.ALPHA_NUM.index(segment.data[even]):06b}"
        return _Segment(segment.mode, len(segment), int(bits, 2), len(bits))
    written = _Bits()
    segment.write(written)
    return _Segment(segment.mode, len(segment), written.value, written.length)


@lru_cache(maxsize=1)
def _pairs() -> dict[bytes, str]:
    """Give the 11 bits of every two characters of the alphanumeric mode (ISO/IEC 18004, 7.4.4)."""
    letters = enumerate(util.ALPHA_NUM)
    return {
        bytes((first, second)): f"{45 * high + low:011b}"
        for high, first in letters
        for low, second in enumerate(util.ALPHA_NUM)
    }


def _smallest_version(segments: list[_Segment], ecc: Ecc) -> int | None:
    payload = sum(segment.length for segment in segments)
    for version in range(1, MOST_VERSION + 1):
        heads = sum(4 + util.length_in_bits(segment.mode, version) for segment in segments)
        if heads + payload <= util.BIT_LIMIT_TABLE[_LEVELS[ecc]][version]:
            return version
    return None


def _codewords(segments: list[_Segment], version: int, ecc: Ecc) -> NDArray[np.uint8]:
    """Encode data, padding and Reed-Solomon error correction, interleaved (ISO/IEC 18004, 7.4 to 7.6)."""
    bits = _Bits()
    for segment in segments:
        bits.put(segment.mode, 4)
        bits.put(segment.characters, util.length_in_bits(segment.mode, version))
        bits.put(segment.value, segment.length)
    blocks = base.rs_blocks(version, _LEVELS[ecc])
    capacity = sum(block.data_count for block in blocks)
    bits.put(0, min(4, capacity * 8 - bits.length))
    bits.put(0, -bits.length % 8)
    filled = bits.value.to_bytes(bits.length // 8, "big")
    padding = bytes((util.PAD0, util.PAD1)) * capacity
    data = np.frombuffer(filled + padding[: capacity - len(filled)], dtype=np.uint8)
    shares, corrections, start = [], [], 0
    for block in blocks:
        share = data[start : start + block.data_count]
        start += block.data_count
        shares.append(share)
        corrections.append(_correct(share, block.total_count - block.data_count))
    return np.concatenate([_interleave(shares), _interleave(corrections)])


def _interleave(shares: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    longest = max(share.size for share in shares)
    grid = np.full((longest, len(shares)), -1, dtype=np.int16)
    for column, share in enumerate(shares):
        grid[: share.size, column] = share
    return grid[grid >= 0].astype(np.uint8)


def _correct(share: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    power, logarithm = _galois()
    terms = power[logarithm[share][:, np.newaxis] + _remainders(share.size, count)]
    terms[share == 0] = 0
    return np.asarray(np.bitwise_xor.reduce(terms, axis=0))


@lru_cache(maxsize=1)
def _galois() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    power = np.array([base.gexp(n % 255) for n in range(511)], dtype=np.uint8)
    logarithm = np.array([0] + [base.glog(n) for n in range(1, 256)], dtype=np.int64)
    return power, logarithm


@lru_cache(maxsize=64)
def _remainders(size: int, count: int) -> NDArray[np.int64]:
    """Give, as logarithms, what one unit in each data byte leaves after division by the generator."""
    generator = base.Polynomial([1], 0)
    for n in range(count):
        generator = generator * base.Polynomial([1, base.gexp(n)], 0)
    rows = []
    for place in range(size):
        unit = base.Polynomial([1] + [0] * (size - 1 - place), count)
        remainder = list(unit % generator)
        rows.append([0] * (count - len(remainder)) + remainder)
    _, logarithm = _galois()
    values = np.array(rows)
    if not values.all():
        raise AssertionError("a generator polynomial of QR leaves no zero remainders")
    return np.asarray(logarithm[values])


def _place(codewords: NDArray[np.uint8], version: int, ecc: Ecc) -> QrMatrix:
    grid = _grid(version)
    bits = np.zeros(grid.side * grid.side, dtype=np.uint8)
    stream = np.unpackbits(codewords)
    bits[grid.order[: stream.size]] = stream
    data = int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")
    tried = [data ^ mask | grid.bare for mask in grid.masks]
    best = min(range(_MASKS), key=lambda mask: _penalty(tried[mask], grid))
    drawn = data ^ grid.masks[best] | _function_patterns(version, _LEVELS[ecc], best)
    everything = np.frombuffer(drawn.to_bytes(grid.side * grid.side // 8 + 1, "little"), dtype=np.uint8)
    flat = np.unpackbits(everything, bitorder="little")[: grid.side * grid.side].reshape(grid.side, grid.side)
    packed = np.packbits(flat, axis=1)
    spare = packed.shape[1] * 8 - grid.side
    rows = tuple(int.from_bytes(row.tobytes(), "big") >> spare for row in packed)
    return QrMatrix(version=version, ecc=ecc, rows=rows)


@dataclass(frozen=True, slots=True)
class _Grid:
    side: int
    order: NDArray[np.int64]  # where each data bit goes
    masks: tuple[int, ...]  # ISO/IEC 18004, 7.8.2, on data modules only
    bare: int  # finders, timing, alignment; format and version bits light, as the mask search sees them
    not_last_column: int
    not_last_row: int
    ten_columns_left: int
    ten_rows_left: int


def _draw_functions(version: int, ecc: Literal[0, 1], mask: int, *, bare: bool) -> Modules:
    code = QRCode(version=version, error_correction=ecc)
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


def _as_integer(modules: Modules) -> int:
    flat = (module for row in modules for module in row)
    return sum(1 << place for place, module in enumerate(flat) if module)


@lru_cache(maxsize=MOST_VERSION * _MASKS)
def _function_patterns(version: int, ecc: Literal[0, 1], mask: int) -> int:
    return _as_integer(_draw_functions(version, ecc, mask, bare=False))


@lru_cache(maxsize=MOST_VERSION)
def _grid(version: int) -> _Grid:
    modules = _draw_functions(version, constants.ERROR_CORRECT_M, 0, bare=True)
    side = len(modules)
    order: list[int] = []
    upwards = True
    for right in (column - (column <= _TIMING_COLUMN) for column in range(side - 1, 0, -2)):
        for row in range(side - 1, -1, -1) if upwards else range(side):
            order += [row * side + column for column in (right, right - 1) if modules[row][column] is None]
        upwards = not upwards
    masks = []
    for number in range(_MASKS):
        flips = util.mask_func(number)
        masks.append(sum(1 << place for place in order if flips(*divmod(place, side))))
    row = (1 << side) - 1
    all_rows = sum(1 << (number * side) for number in range(side))
    return _Grid(
        side=side,
        order=np.array(order),
        masks=tuple(masks),
        bare=_as_integer(modules),
        not_last_column=all_rows * (row >> 1),
        not_last_row=(1 << (side * (side - 1))) - 1,
        ten_columns_left=all_rows * (row >> 10),
        ten_rows_left=(1 << (side * (side - 10))) - 1,
    )


def _penalty(modules: int, grid: _Grid) -> int:
    """Score a masked code (ISO/IEC 18004, 7.8.3.1): runs, blocks, finder-like runs, balance."""
    side = grid.side
    same_across = ~(modules ^ modules >> 1) & grid.not_last_column
    same_down = ~(modules ^ modules >> side) & grid.not_last_row
    score = _runs(same_across, 1) + _runs(same_down, side)
    score += 3 * (same_across & same_across >> side & same_down & grid.not_last_row).bit_count()
    light = ~modules
    for step, inside in ((1, grid.ten_columns_left), (side, grid.ten_rows_left)):
        score += 40 * _finder_like(modules, light, step, inside)
    share = modules.bit_count() / (side * side)
    return score + 10 * int(abs(share * 100 - 50) / 5)


def _runs(same: int, step: int) -> int:
    """Score runs of n >= 5 equal modules with n - 2 each, from the integer of equal neighbours."""
    fives = same & same >> step & same >> 2 * step & same >> 3 * step
    return fives.bit_count() + 2 * (fives & ~(fives << step)).bit_count()


def _finder_like(dark: int, light: int, step: int, inside: int) -> int:
    core = (
        light >> step & dark >> 4 * step & light >> 5 * step & dark >> 6 * step & light >> 9 * step & inside
    )
    before = (
        dark
        & dark >> 2 * step
        & dark >> 3 * step
        & light >> 7 * step
        & light >> 8 * step
        & light >> 10 * step
    )
    after = (
        light
        & light >> 2 * step
        & light >> 3 * step
        & dark >> 7 * step
        & dark >> 8 * step
        & dark >> 10 * step
    )
    return (core & (before | after)).bit_count()
