"""The outer two layers of a token: zlib (RFC 1950) and Base45 (RFC 9285), the text in the QR code."""

import struct
import zlib
from typing import Final

from idsvc.credential.deflate import in_fixed_codes
from idsvc.credential.verdicts import Malformed, Reason

LONGEST_TEXT: Final = 4296
"""Characters; no QR code holds more (version 40, ECC L, alphanumeric)."""
LARGEST_CONTENT: Final = 4_096
"""Bytes after unpacking: a card has under 1,100, a bomb millions. It bounds the work on what comes out."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIRS: Final = tuple(low + high for high in _ALPHABET for low in _ALPHABET)
_VALUES: Final = bytes(max(_ALPHABET.find(chr(code)), 0) for code in range(256))
_LANES: Final = int.from_bytes(b"\0\0\xff" * (LONGEST_TEXT // 3))
"""Selects the lowest byte of every 24-bit lane."""
_STORED: Final = 0
_DEFLATE_32K: Final = 0x78
_PRESET_DICTIONARY: Final = 0x20


def write_text(content: bytes) -> str:
    """Give the text for the QR code."""
    return base45(_compressed(content))


def read_text(text: str | bytes) -> bytes:
    """Give back the content of a text, within bounded time and memory; Malformed if there is none."""
    if not text:
        raise Malformed(Reason.EMPTY)
    if len(text) > LONGEST_TEXT:
        raise Malformed(Reason.TOO_LONG)
    if isinstance(text, str):
        try:
            text = text.encode("ascii")
        except UnicodeEncodeError:
            raise Malformed(Reason.BASE45) from None
    return inflated(unbase45(text))


def _compressed(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    is_stored = packed[2] >> 1 & 3 == _STORED  # the kind of the first block; one block holds a whole token
    return in_fixed_codes(content) if is_stored else packed


def inflated(packed: bytes) -> bytes:
    """Unpack one whole zlib stream; Malformed if it is none, or holds too much."""
    header = int.from_bytes(packed[:2])
    if packed[:1] != bytes((_DEFLATE_32K,)) or header % 31 or header & _PRESET_DICTIONARY:
        raise Malformed(Reason.NOT_ZLIB)
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, LARGEST_CONTENT + 1)
    except zlib.error:
        raise Malformed(Reason.COMPRESSION) from None
    if len(content) > LARGEST_CONTENT:
        raise Malformed(Reason.TOO_LARGE)
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed(Reason.COMPRESSION)
    return content


def base45(data: bytes) -> str:
    """Write bytes as Base45."""
    pairs = len(data) // 2
    values = struct.unpack_from(f">{pairs}H", data)
    text = [_PAIRS[value % 2025] + _ALPHABET[value // 2025] for value in values]
    if len(data) % 2:
        text.append(_PAIRS[data[-1]])
    return "".join(text)


def unbase45(text: bytes) -> bytes:
    """Read Base45 of at most `LONGEST_TEXT`; Malformed for any other character, overflow or length.

    All triples are decoded at once: each is a 24-bit lane of one large integer, so none runs into the next.
    """
    if len(text) > LONGEST_TEXT or text.translate(None, _ALPHABET.encode()):
        raise Malformed(Reason.BASE45)
    digits = text.translate(_VALUES)
    triples, rest = divmod(len(digits), 3)
    lanes = int.from_bytes(digits[: 3 * triples])
    total = (lanes >> 16 & _LANES) + 45 * (lanes >> 8 & _LANES) + 2025 * (lanes & _LANES)
    values = total.to_bytes(3 * triples)
    if values[::3].count(0) != triples:  # one is above 65,535
        raise Malformed(Reason.BASE45)
    data = bytearray(2 * triples)
    data[::2], data[1::2] = values[1::3], values[2::3]
    if rest:
        value = digits[-2] + 45 * digits[-1] if rest == 2 else 256  # noqa: PLR2004 - two characters for a last byte
        if value > 255:  # noqa: PLR2004 - one byte
            raise Malformed(Reason.BASE45)
        data.append(value)
    return bytes(data)
