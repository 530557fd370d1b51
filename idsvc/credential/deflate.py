"""Deflate in fixed codes (RFC 1951, section 3.2.6) for contents that zlib would rather store.

zlib stores a block that it cannot shorten, whatever its strategy, and readers in the field throw on stored
blocks. A portrait is such a content. What this writes is read by every inflater.
"""

import zlib
from typing import Final

_HEADER: Final = b"\x78\xda"
_LAST_BLOCK_IN_FIXED_CODES: Final = "110"
_END: Final = "0000000"
_LITERALS: Final = (
    *(f"{0x30 + place:08b}" for place in range(144)),
    *(f"{0x190 + place:09b}" for place in range(256 - 144)),
)
_SHORTEST, _LONGEST = 3, 10
"""Lengths of repetitions that need no extra bits: the codes 257 to 264."""


def in_fixed_codes(content: bytes) -> bytes:
    """Give a zlib stream of one block; about a twentieth longer than noise that it holds."""
    bits = [_LAST_BLOCK_IN_FIXED_CODES]
    at = 0
    while at < len(content):
        length, distance = _repetition(content, at)
        if length:
            bits.append(f"{length - _SHORTEST + 1:07b}{_distance_bits(distance)}")
        else:
            bits.append(_LITERALS[content[at]])
        at += length or 1
    stream = "".join([*bits, _END])
    block = int(stream[::-1], 2).to_bytes(-(-len(stream) // 8), "little")
    return _HEADER + block + zlib.adler32(content).to_bytes(4)


def _repetition(content: bytes, at: int) -> tuple[int, int]:
    """Find what stands here earlier in the content: its length (0 for none) and how far back."""
    length = place = 0
    for longer in range(_SHORTEST, min(_LONGEST, len(content) - at) + 1):
        earlier = content.rfind(content[at : at + longer], 0, at + longer - 1)
        if earlier < 0:
            break
        length, place = longer, earlier
    return length, at - place


def _distance_bits(distance: int) -> str:
    """Write a distance (RFC 1951, section 3.2.5): a code of five bits, then its extra bits, lowest first."""
    before = distance - 1
    extra = max(0, before.bit_length() - 2)
    code = 2 * extra + (before >> extra)
    return f"{code:05b}" + "".join(str(before >> place & 1) for place in range(extra))
