"""The part of CBOR that idsvc signs and reads: the core deterministic encoding of RFC 8949, 4.2.1.

Integers of 64 bits, byte strings, texts, arrays, maps with integer or text keys, and null. Whatever else
CBOR knows (floats, tags, other simple values, indefinite lengths) is refused, as is a second way of writing
one thing: bytes and values stand for each other one to one. Nothing is allocated on the word of a length.
"""

from typing import Final, TypeAlias

from idsvc.credential.verdicts import Malformed, Reason

Value: TypeAlias = "int | bytes | str | list[Value] | dict[int | str, Value] | None"
Map: TypeAlias = "dict[int | str, Value]"

DEEPEST: Final = 8
"""Nesting of arrays and maps; a card needs 4."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_NULL: Final = 0xF6
_INLINE: Final = 24
_INDEFINITE: Final = 31
_LEAST_OF_SIZE: Final = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
"""The smallest argument that needs 1, 2, 4 and 8 bytes after the head (RFC 8949, section 4.2.1)."""


def encode(value: Value) -> bytes:
    """Write a value; OverflowError above 64 bits."""
    if value is None:
        return bytes((_NULL,))
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
    entries = sorted((encode(key), encode(entry)) for key, entry in value.items())
    return _head(_MAP, len(entries)) + b"".join(key + entry for key, entry in entries)


def decode(data: bytes) -> Value:
    """Read exactly one value; Malformed at the first byte that breaks a rule."""
    try:
        value, end = _item(data, 0, DEEPEST)
    except IndexError:
        raise Malformed(Reason.CBOR_TRUNCATED) from None
    except UnicodeDecodeError:
        raise Malformed(Reason.CBOR_TEXT) from None
    if end != len(data):
        raise Malformed(Reason.CBOR_TRAILING)
    return value


def _head(kind: int, argument: int) -> bytes:
    if argument < _INLINE:
        return bytes((kind << 5 | argument,))
    for power in range(4):
        if argument < 1 << (8 << power):
            return bytes((kind << 5 | _INLINE + power,)) + argument.to_bytes(1 << power)
    raise OverflowError("CBOR integers have at most 64 bits.")


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Read the item that starts at a place; gives it and the place after it (IndexError past the end)."""
    kind, argument = data[at] >> 5, data[at] & 31
    at += 1
    if kind > _MAP:
        if data[at - 1] != _NULL:
            raise Malformed(Reason.CBOR_TYPE)
        return None, at
    if argument >= _INLINE:
        argument, at = _argument(data, at, argument)
    if kind <= _NEGATIVE:
        return (argument if kind == _UNSIGNED else -1 - argument), at
    if argument > len(data) - at:  # every byte, entry or pair takes at least one byte
        raise Malformed(Reason.CBOR_TRUNCATED)
    if kind <= _TEXT:
        string = data[at : at + argument]
        return (string if kind == _BYTES else string.decode()), at + argument
    if depth == 0:
        raise Malformed(Reason.CBOR_DEPTH)
    return _array(data, at, argument, depth) if kind == _ARRAY else _map(data, at, argument, depth)


def _argument(data: bytes, at: int, size: int) -> tuple[int, int]:
    """Read an argument of 1, 2, 4 or 8 bytes that needs them."""
    least = _LEAST_OF_SIZE.get(size)
    if least is None:
        raise Malformed(Reason.CBOR_INDEFINITE if size == _INDEFINITE else Reason.CBOR_TYPE)
    end = at + (1 << size - _INLINE)
    if end > len(data):
        raise Malformed(Reason.CBOR_TRUNCATED)
    argument = int.from_bytes(data[at:end])
    if argument < least:
        raise Malformed(Reason.CBOR_NOT_SHORTEST)
    return argument, end


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _item(data, at, depth - 1)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    entries: Map = {}
    before = b""
    for _ in range(count):
        key, end = _item(data, at, 0)  # a key holds nothing
        if not isinstance(key, (int, str)):
            raise Malformed(Reason.CBOR_KEY)
        written = data[at:end]
        if written <= before:
            raise Malformed(Reason.CBOR_DUPLICATE_KEY if key in entries else Reason.CBOR_KEY_ORDER)
        before = written
        entries[key], at = _item(data, end, depth - 1)
    return entries, at
