"""The audit log: leaves written in the act's own transaction, their places in the tree, tiles, checkpoints.

Every table here but the queue is insert-only, by trigger on both engines.
"""

from datetime import date
from enum import StrEnum
from typing import Final, NewType

from sqlalchemy import BigInteger, CheckConstraint, Date, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped

from idsvc.domain.ids import EpochName
from idsvc.domain.retention import Kept
from idsvc.storage.declared import Lasting, Protection, stored
from idsvc.storage.records.base import Record, belongs_to, table
from idsvc.storage.types import closed, epoch_name, hash_value, identifier, one_of, sized

LeafId = NewType("LeafId", str)
"""One leaf of the audit log."""

TILE_WIDTH: Final = 256
"""Hashes in a full tile (C2SP tlog-tiles: height 8)."""


class Act(StrEnum):
    """Everything that leaves a trace; nothing else can be written to the audit log."""

    ENROLLMENT_APPROVED = "enrollment approved"
    CARD_ORDERED = "card ordered"
    CARD_PRINTED = "card printed"
    CARD_ACTIVATED = "card activated"
    CARD_DELIVERY_MOVED = "card delivery moved"
    CARD_SUSPENDED = "card suspended"
    CARD_RESUMED = "card resumed"
    CARD_REVOKED = "card revoked"
    CARD_VOIDED = "card voided"
    RENEWAL_SUBMITTED = "renewal submitted"
    RENEWAL_APPROVED = "renewal approved"
    REPLACEMENT_APPROVED = "replacement approved"
    RECORD_VIEWED = "record viewed"
    PERSON_LOOKED_UP = "person looked up"
    RECORD_CLOSED = "record closed"
    RECORD_DISCLOSED = "record disclosed"
    STAFF_INVITED = "staff invited"
    STAFF_SIGNED_IN = "staff signed in"
    STAFF_DISABLED = "staff disabled"
    KEYS_CHANGED = "keys changed"
    LISTS_PUBLISHED = "lists published"
    RETENTION_RUN = "retention run"


class AuditLeaf(Record):
    """Who did what to what on which day, by pseudonyms under a key that dies."""

    __tablename__ = "audit_leaves"
    __table_args__ = table(one_of("act", Act), sized("actor"), sized("subject"))

    id: Mapped[LeafId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a leaf",
        why="makes the leaf's hash unguessable",
        until=Lasting.SERVICE,
        how=Protection.RANDOM,
    )
    day: Mapped[date] = stored(
        Date,
        index=True,
        what="day of the act",
        why="an auditor asks about days",
        until=Lasting.SERVICE,
        how=Protection.DATE,
    )
    act: Mapped[Act] = stored(
        closed(Act),
        what="what was done",
        why="an auditor asks what was done",
        until=Lasting.SERVICE,
        how=Protection.CLOSED,
    )
    key_epoch: Mapped[EpochName] = stored(
        epoch_name(),
        what="day on which the audit key dies under which the pseudonyms were made",
        why="while it lives, an auditor finds the acts of one member of staff",
        until=Lasting.SERVICE,
        how=Protection.DATE,
    )
    actor: Mapped[bytes] = stored(
        hash_value(),
        what="pseudonym of who did it",
        why="acts of one member of staff can be told apart",
        until=Kept.AUDIT_KEY,
        how=Protection.PSEUDONYM,
    )
    subject: Mapped[bytes] = stored(
        hash_value(),
        what="pseudonym of what it was done to",
        why="acts upon one record can be told apart",
        until=Kept.AUDIT_KEY,
        how=Protection.PSEUDONYM,
    )


class AuditQueued(Record):
    """A leaf that has no place in the tree yet; written beside the leaf, so nothing needs to look for it."""

    __tablename__ = "audit_queue"
    __table_args__ = table()

    leaf_id: Mapped[LeafId] = stored(
        identifier(),
        primary_key=True,
        what="the leaf that waits",
        why="the sequencer finds it without reading all leaves",
        until=Lasting.TASK,
        how=Protection.RANDOM,
    )


class AuditPosition(Record):
    """A leaf's place in the tree."""

    __tablename__ = "audit_positions"
    __table_args__ = table(
        belongs_to(("leaf_id",), "audit_leaves"), CheckConstraint("position >= 0", name="position")
    )

    position: Mapped[int] = stored(
        BigInteger,
        primary_key=True,
        what="place in the tree, from 0",
        why="proofs name it",
        until=Lasting.SERVICE,
        how=Protection.COUNT,
    )
    leaf_id: Mapped[LeafId] = stored(
        identifier(),
        unique=True,
        what="the leaf at that place",
        why="finds the leaf",
        until=Lasting.SERVICE,
        how=Protection.RANDOM,
    )


class AuditTile(Record):
    """256 complete hashes of one level of the tree (C2SP tlog-tiles), never changed once written."""

    __tablename__ = "audit_tiles"
    __table_args__ = table(sized("hashes", TILE_WIDTH * 32), sized("root"))

    level: Mapped[int] = stored(
        SmallInteger,
        primary_key=True,
        what="tile level: 0 holds leaf hashes, 1 the roots of 256 of those, and so on",
        why="proofs read it",
        until=Lasting.SERVICE,
        how=Protection.COUNT,
    )
    number: Mapped[int] = stored(
        BigInteger,
        primary_key=True,
        what="place of the tile in its level",
        why="proofs read it",
        until=Lasting.SERVICE,
        how=Protection.COUNT,
    )
    hashes: Mapped[bytes] = stored(
        LargeBinary,
        what="256 hashes of leaves that hold a random id each",
        why="proofs are made from it",
        until=Lasting.SERVICE,
        how=Protection.HASH,
    )
    root: Mapped[bytes] = stored(
        hash_value(),
        what="hash over the tile",
        why="the next level is made from it",
        until=Lasting.SERVICE,
        how=Protection.HASH,
    )


class AuditCheckpoint(Record):
    """A signed tree head (C2SP signed note)."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = table()

    size: Mapped[int] = stored(
        BigInteger,
        primary_key=True,
        what="number of leaves in the tree",
        why="a witness asks for proofs between sizes",
        until=Lasting.SERVICE,
        how=Protection.COUNT,
    )
    day: Mapped[date] = stored(
        Date,
        what="day of signing",
        why="shows that the log goes on",
        until=Lasting.SERVICE,
        how=Protection.DATE,
    )
    note: Mapped[str] = stored(
        Text,
        what="the signed note: origin, size, root",
        why="anyone can hold the city to it",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )
