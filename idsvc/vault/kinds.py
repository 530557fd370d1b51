"""Every kind of thing that is sealed: what it holds, why, until when, its one size, and where it lies.

The inventory and the page "What we hold" list these beside the columns; nothing else can be sealed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from idsvc.domain.retention import Kept

KIB: Final = 1024


class Place(StrEnum):
    """Where the sealed bytes lie."""

    ROW = "in a row of the database"
    BLOB = "in the blob store"


@dataclass(frozen=True, slots=True)
class SealedKind:
    """One kind of sealed thing; every one of a kind is padded to the same `size` in bytes."""

    name: str
    what: str
    why: str
    until: Kept
    size: int
    place: Place


DRAFT: Final = SealedKind(
    "draft",
    what="what is typed and the portrait, before approval",
    why="so that a clerk can finish an enrollment after an interruption",
    until=Kept.DRAFT,
    size=128 * KIB,
    place=Place.BLOB,
)
UNCROPPED_PORTRAIT: Final = SealedKind(
    "uncropped_portrait",
    what="the portrait as the camera took it",
    why="so that a bad crop can be corrected without calling the resident back",
    until=Kept.UNCROPPED_PORTRAIT,
    size=2048 * KIB,
    place=Place.BLOB,
)
SOURCE_DOCUMENT: Final = SealedKind(
    "source_document",
    what="one page of a residency paper, or an unused place padded alike",
    why="so that a clerk can decide a renewal with a new address",
    until=Kept.SOURCE_DOCUMENT,
    size=2048 * KIB,
    place=Place.BLOB,
)
REQUEST: Final = SealedKind(
    "request",
    what="what a resident asks for online: the new record under review",
    why="so that a clerk can decide it",
    until=Kept.REQUEST,
    size=256 * KIB,
    place=Place.BLOB,
)
PRINT_FILE: Final = SealedKind(
    "print_file",
    what="the card and slip or label as they are printed",
    why="so that the printer can be fed until the card was scanned",
    until=Kept.PRINT_FILE,
    size=2048 * KIB,
    place=Place.BLOB,
)
CONTACT: Final = SealedKind(
    "contact",
    what="an e-mail address, telephone number or mailing address given for this case",
    why="so that the resident hears when the card is ready, or receives it by mail",
    until=Kept.CONTACT,
    size=1 * KIB,
    place=Place.ROW,
)
MESSAGE: Final = SealedKind(
    "message",
    what="an outgoing letter or e-mail",
    why="so that it can be sent again when the mail server fails",
    until=Kept.MESSAGE,
    size=8 * KIB,
    place=Place.ROW,
)
RECORD: Final = SealedKind(
    "record",
    what="a resident's name, birth date, portrait and what else the card prints",
    why="so that the card can be renewed or replaced with the renewal code",
    until=Kept.RESIDENT,
    size=128 * KIB,
    place=Place.BLOB,
)
RESIDENT_SLOT: Final = SealedKind(
    "resident_slot",
    what="the record key under the renewal code",
    why="so that the resident alone can open the record",
    until=Kept.RESIDENT,
    size=32,
    place=Place.ROW,
)
CITY_SLOT: Final = SealedKind(
    "city_slot",
    what="the record key under a purge day",
    why="so that the city can make and hand over the card, and correct mistakes for a while",
    until=Kept.CITY_SLOT,
    size=32,
    place=Place.ROW,
)
AUDIT_KEY: Final = SealedKind(
    "audit_key",
    what="the key under which the audit log's pseudonyms of one audit epoch are made",
    why="so that an auditor can follow one member of staff or one record while the epoch lasts",
    until=Kept.AUDIT_KEY,
    size=32,
    place=Place.ROW,
)

KINDS: Final = (
    DRAFT,
    UNCROPPED_PORTRAIT,
    SOURCE_DOCUMENT,
    REQUEST,
    PRINT_FILE,
    CONTACT,
    MESSAGE,
    RECORD,
    RESIDENT_SLOT,
    CITY_SLOT,
    AUDIT_KEY,
)
