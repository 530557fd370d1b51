"""Tokens that no city would issue."""

import zlib

from idsvc.credential import qrtext


def base45(packed: bytes) -> str:
    """Write bytes as Base45, independent of the product's own writer."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    signs = []
    for start in range(0, len(packed), 2):
        pair = packed[start : start + 2]
        value = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            signs.append(alphabet[digit])
    return "".join(signs)


def tamper(token: str) -> str:
    """Change one letter of the holder's name and leave the signature as it was."""
    message = qrtext.read_text(token)
    return base45(zlib.compress(message.replace(b"Amara", b"Tamar")))
