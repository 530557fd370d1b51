"""Opaque identifiers: 128 random bits as 32 hexadecimal characters, told apart by type.

Nothing about a person, an order or a time can be read from one.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NewType

ResidentId = NewType("ResidentId", str)
EnrollmentId = NewType("EnrollmentId", str)
CardId = NewType("CardId", str)
RequestId = NewType("RequestId", str)
DraftId = NewType("DraftId", str)
PrintJobId = NewType("PrintJobId", str)
ItemId = NewType("ItemId", str)
"""One sealed item (a blob or an item secret)."""
BlobId = NewType("BlobId", str)
StaffId = NewType("StaffId", str)
KeyId = NewType("KeyId", str)
"""A signing key's short name: the first 8 bytes of its COSE key thumbprint (RFC 9679), in hexadecimal."""
EpochName = NewType("EpochName", str)
"""A purge day, written YYYY-MM-DD: the epoch's key dies at the end of that day, local time."""
StatusIndex = NewType("StatusIndex", int)

Random = Callable[[int], bytes]
"""Gives that many random bytes; `os.urandom` in production, pinned in twin runs."""
Clock = Callable[[], datetime]
"""Gives the present moment, UTC-aware."""

_ID_BYTES = 16


def fresh_id(random: Random) -> str:
    """Draw an identifier; the caller wraps it in the type it means."""
    return random(_ID_BYTES).hex()


def is_id(text: str) -> bool:
    """Tell whether a text from outside has the form of an identifier."""
    return len(text) == 2 * _ID_BYTES and all(character in "0123456789abcdef" for character in text)
