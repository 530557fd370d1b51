"""The QR codes of cards: module for module what the `qrcode` package draws, full mask search and all.

Codes are drawn many at a time, so that each step is a few operations on arrays for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from qrcode import base, constants, util

from idsvc.domain.errors import Refusal
from idsvc.printing.qr.masks import place_codewords

Ecc = Literal["M", "L"]
Octets = NDArray[np.uint8]

MOST_VERSION: Final = 22
QUIET_MODULES: Final = 4
SIDE_MM: Final = 48.0
"""The square the code and its quiet zone stand in."""
_LEVELS: Final[dict[Ecc, Literal[0, 1]]] = {"M": constants.ERROR_CORRECT_M, "L": constants.ERROR_CORRECT_L}
_LONG_RUN: Final = 20
"""Characters of one mode from which the package begins a segment of their own."""
_LETTERS: Final = 2
"""The package's number of the alphanumeric mode."""
_SHAPE: Final = bytes.maketrans(b"0123456789", b"0000000000")
_LONG_NUMBER: Final = b"0" * _LONG_RUN


class QrTooDense(Refusal):
    """The text needs a denser code than a phone reads from a card."""


@dataclass(frozen=True, slots=True)
class QrMatrix:
    """A QR code of `modules` a side; in `packed` each row begins a byte, its leftmost module highest."""

    version: int
    ecc: Ecc
    modules: int
    packed: bytes

    @property
    def rows(self) -> tuple[int, ...]:
        """Give each row from the top as a number whose highest of `modules` bits is the leftmost module."""
        width = len(self.packed) // self.modules
        spare = width * 8 - self.modules
        return tuple(
            int.from_bytes(self.packed[start : start + width], "big") >> spare
            for start in range(0, len(self.packed), width)
        )

    @property
    def module_mm(self) -> float:
        """Give the side of one module in millimetres on a card printed at 300 dpi."""
        return dots_per_module(self.modules, 300) * 25.4 / 300


def dots_per_module(modules: int, dots_per_inch: int) -> int:
    """Give the whole dots that one module's side takes on a card, in a code of so many modules a side."""
    return int(SIDE_MM * dots_per_inch / 25.4 / (modules + 2 * QUIET_MODULES))


def draw_qr(text: str) -> QrMatrix:
    """Draw one text; see `draw_qrs`."""
    return draw_qrs((text,))[0]


def draw_qrs(texts: Sequence[str]) -> list[QrMatrix]:
    """Draw texts as QR codes of at most version 22, with error correction M where that fits, else L.

    Raises QrTooDense when neither fits (at version 22: 1,134 and 1,460 characters of Base45).
    """
    sorts: dict[tuple[int, Ecc], list[tuple[int, Octets]]] = {}
    for place, text in enumerate(texts):
        segments = _encode(text)
        version, ecc = _choose(segments)
        sorts.setdefault((version, ecc), []).append((place, _join(segments, version, ecc)))
    drawn: dict[int, QrMatrix] = {}
    for (version, ecc), entries in sorts.items():
        codewords = _correct(np.stack([data for _, data in entries]), _blocks(version, ecc))
        order = _interleave(version, ecc)
        matrices = place_codewords(codewords, order, version=version, level=_LEVELS[ecc])
        for (place, _), packed in zip(entries, matrices, strict=True):
            drawn[place] = QrMatrix(version, ecc, version * 4 + 17, packed)
    return [drawn[place] for place in range(len(texts))]


@dataclass(frozen=True, slots=True)
class _Segment:
    mode: Literal[1, 2, 4]
    characters: int
    bits: Octets


class _Bits(util.BitBuffer):
    """Collects bits in one integer; the package's own list of bytes costs a call per bit."""

    def __init__(self) -> None:
        super().__init__()
        self.value = 0

    def put(self, num: int, length: int) -> None:
        self.value = self.value << length | num
        self.length += length


def _encode(text: str) -> list[_Segment]:
    data = text.encode("utf-8")
    one_mode = len(data) > _LONG_RUN and not data.translate(None, util.ALPHA_NUM)
    if one_mode and _LONG_NUMBER not in data.translate(_SHAPE):
        return [_Segment(_LETTERS, len(data), _encode_letters(data))]
    made = []
    for segment in util.optimal_data_chunks(text, minimum=_LONG_RUN):
        if segment.mode == util.MODE_ALPHA_NUM:
            bits = _encode_letters(segment.data)
        else:
            written = _Bits()
            segment.write(written)
            bits = _to_bits(written.value, written.length)
        made.append(_Segment(segment.mode, len(segment), bits))
    return made


def _encode_letters(data: bytes) -> Octets:
    """Write the alphanumeric mode: 11 bits for two characters, 6 for a last one (ISO/IEC 18004, 7.4.4)."""
    values = _letter_values()[np.frombuffer(data, dtype=np.uint8)]
    even = values.size // 2 * 2
    bits = _pair_bits()[values[0:even:2] * 45 + values[1:even:2]].ravel()
    return np.concatenate([bits, _to_bits(int(values[even]), 6)]) if even < values.size else bits


def _to_bits(value: int, length: int) -> Octets:
    return np.unpackbits(
        np.frombuffer((value << -length % 8).to_bytes((length + 7) // 8, "big"), dtype=np.uint8)
    )[:length]


@lru_cache(maxsize=1)
def _letter_values() -> NDArray[np.int64]:
    values = np.zeros(256, dtype=np.int64)
    values[np.frombuffer(util.ALPHA_NUM, dtype=np.uint8)] = np.arange(45)
    return values


@lru_cache(maxsize=1)
def _pair_bits() -> Octets:
    return (np.arange(45 * 45)[:, np.newaxis] >> np.arange(10, -1, -1) & 1).astype(np.uint8)


def _choose(segments: Iterable[_Segment]) -> tuple[int, Ecc]:
    payload = sum([segment.bits.size for segment in segments])
    for ecc, level in _LEVELS.items():
        for version in range(1, MOST_VERSION + 1):
            most = util.BIT_LIMIT_TABLE[level][version]
            if payload < most:
                heads = sum([4 + util.length_in_bits(segment.mode, version) for segment in segments])
                if heads + payload <= most:
                    return version, ecc
    raise QrTooDense("This card's code would be too dense to read; make it with a smaller portrait.")


def _join(segments: Iterable[_Segment], version: int, ecc: Ecc) -> Octets:
    """Put segments behind their heads, and fill up the data codewords (ISO/IEC 18004, 7.4.9 and 7.4.10)."""
    parts: list[Octets] = []
    for segment in segments:
        length = util.length_in_bits(segment.mode, version)
        parts += [_to_bits(segment.mode << length | segment.characters, 4 + length), segment.bits]
    capacity = sum(_blocks(version, ecc)[0])
    # The end is four zero bits, or what is left of them; packing fills its last byte with zeros.
    end = np.zeros(min(4, capacity * 8 - sum([part.size for part in parts])), dtype=np.uint8)
    filled = np.packbits(np.concatenate([*parts, end]))
    return np.concatenate([filled, _padding()[: capacity - filled.size]])


@lru_cache(maxsize=1)
def _padding() -> Octets:
    most = max(sum(_blocks(MOST_VERSION, ecc)[0]) for ecc in _LEVELS)
    return np.resize(np.array([util.PAD0, util.PAD1], dtype=np.uint8), most)


@lru_cache(maxsize=MOST_VERSION * 2)
def _blocks(version: int, ecc: Ecc) -> tuple[tuple[int, ...], int]:
    """Give each block's data codewords, and the correction codewords that every block has."""
    blocks = base.rs_blocks(version, _LEVELS[ecc])
    return tuple(block.data_count for block in blocks), blocks[0].total_count - blocks[0].data_count


def _correct(data: Octets, blocks: tuple[tuple[int, ...], int]) -> Octets:
    """Put behind each row of data codewords its corrections, block by block (ISO/IEC 18004, 7.5.2)."""
    sizes, count = blocks
    longest = max(sizes)
    starts = np.cumsum([0, *sizes[:-1]])
    # A shorter block begins with zeros that leave no remainder; they are read from behind the data.
    reach = np.arange(-longest, 0)[:, np.newaxis] + (starts + sizes)[np.newaxis]
    reach[reach < starts] = data.shape[1]
    with_zero = np.pad(data, ((0, 0), (0, 1)))
    values = with_zero[:, reach].transpose(1, 0, 2).reshape(longest, -1)  # place in its block, then blocks
    terms = np.take(_remainders(longest, count), np.arange(longest)[:, np.newaxis] * 256 + values, axis=0)
    corrections = np.bitwise_xor.reduce(terms, axis=0).view(np.uint8)[:, :count]
    return np.concatenate([data, corrections.reshape(data.shape[0], -1)], axis=1)


@lru_cache(maxsize=MOST_VERSION * 2)
def _remainders(size: int, count: int) -> NDArray[np.uint64]:
    """Give what each value at each place of a block leaves after division by the generator, in words."""
    power = np.array([base.gexp(n % 255) for n in range(511)], dtype=np.uint8)
    logarithm = np.array([0] + [base.glog(n) for n in range(1, 256)], dtype=np.int64)
    generator = base.Polynomial([1], 0)
    for n in range(count):
        generator = generator * base.Polynomial([1, base.gexp(n)], 0)
    made = np.zeros((size, 256, -(-count // 8) * 8), dtype=np.uint8)
    for place in range(size):
        unit = base.Polynomial([1] + [0] * (size - 1 - place), count)
        remainder = list(unit % generator)
        row = np.array([0] * (count - len(remainder)) + remainder)
        products = power[logarithm[:, np.newaxis] + logarithm[row]]
        made[place, 1:, :count] = np.where(row, products, 0)[1:]
    return made.reshape(size * 256, -1).view(np.uint64)


@lru_cache(maxsize=MOST_VERSION * 2)
def _interleave(version: int, ecc: Ecc) -> NDArray[np.int64]:
    """Give the order in which codewords are placed: one of each block in turn (ISO/IEC 18004, 7.6)."""
    sizes, count = _blocks(version, ecc)
    starts = np.cumsum([0, *sizes])
    data = [
        starts[block] + place
        for place in range(max(sizes))
        for block in range(len(sizes))
        if place < sizes[block]
    ]
    corrections = starts[-1] + np.arange(len(sizes) * count).reshape(len(sizes), count).T.ravel()
    return np.concatenate([np.array(data), corrections])
