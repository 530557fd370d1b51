"""Read the QR codes of an untrusted picture or PDF, for checking cards from files."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from idsvc.domain.errors import BadInput
from idsvc.imaging.answers import Reason
from idsvc.imaging.isolation import run_isolated

_MOST_BYTES: Final = 2 << 20
"""100 pages with 10 codes of 2,000 characters each."""
_HEAD: Final = struct.Struct(">HH")
"""Page and length in bytes of each text."""


@dataclass(frozen=True, slots=True)
class Code:
    """The text of one QR code and the page it was seen on, counted from 1."""

    page: int
    text: str


def read_codes(file: bytes) -> tuple[Code, ...]:
    """Read all QR codes in a JPEG, PNG, WebP (turned by EXIF) or PDF (rasterised at 300 dpi), page by page.

    Gives an empty tuple when none is in view. Raises BadInput (field `file`) when the bytes are neither a
    picture nor a PDF, or too large; Unavailable when no child process can start.
    """
    answer = run_isolated("codes", file, field="file", most_bytes=_MOST_BYTES)
    codes, start = [], 0
    try:
        while start < len(answer):
            page, length = _HEAD.unpack_from(answer, start)
            start += _HEAD.size
            text = answer[start : start + length].decode("utf-8")
            if not text:
                raise BadInput("file", Reason.UNREADABLE)
            codes.append(Code(page, text))
            start += length
    except (struct.error, UnicodeDecodeError):
        raise BadInput("file", Reason.UNREADABLE) from None
    if start != len(answer):
        raise BadInput("file", Reason.UNREADABLE)
    return tuple(codes)


def write_codes(codes: Iterable[Code]) -> bytes:
    """Write codes as the child answers them."""
    texts = [(code.page, code.text.encode("utf-8", "replace")) for code in codes]
    return b"".join(_HEAD.pack(page, len(text)) + text for page, text in texts)
