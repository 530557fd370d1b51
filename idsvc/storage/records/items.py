"""Everything short-lived that is sealed to an epoch, and the drafts before a decision."""

from datetime import date
from typing import Final

from sqlalchemy import Date, Index, LargeBinary
from sqlalchemy.orm import Mapped

from idsvc.domain.ids import DraftId, EpochName, ItemId
from idsvc.domain.retention import Kept
from idsvc.storage.declared import Lasting, Protection, stored
from idsvc.storage.records.base import Record, belongs_to, table
from idsvc.storage.types import closed, epoch_name, identifier, one_of

ITEM_KINDS: Final = (
    Kept.DRAFT,
    Kept.SOURCE_DOCUMENT,
    Kept.UNCROPPED_PORTRAIT,
    Kept.CONTACT,
    Kept.PRINT_FILE,
    Kept.REQUEST,
    Kept.CITY_SLOT,
    Kept.MESSAGE,
    Kept.AUDIT_KEY,
)
"""What is sealed to an epoch."""


class SealedItem(Record):
    """Ciphertext of one fixed size per kind, unreadable once its epoch's key is destroyed."""

    __tablename__ = "sealed_items"
    __table_args__ = table(
        one_of("kind", ITEM_KINDS),
        Index(None, "epoch", "id"),
        Index(None, "owner_id", "kind"),
    )

    id: Mapped[ItemId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a sealed item; also the name of its blob and of its secret",
        why="finds the item",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    kind: Mapped[Kept] = stored(
        closed(Kept),
        what="which kind of thing is sealed; the same kinds for every resident",
        why="each kind has its own period",
        until=Lasting.OWNER,
        how=Protection.CLOSED,
    )
    epoch: Mapped[EpochName] = stored(
        epoch_name(),
        what="the day at whose end its key is destroyed",
        why="names the key, and tells the retention run what is due",
        until=Lasting.OWNER,
        how=Protection.DATE,
    )
    owner_id: Mapped[str] = stored(
        identifier(),
        what="random id of the draft, record, request or job that the item belongs to",
        why="the item opens for its owner only",
        until=Lasting.OWNER,
        how=Protection.RANDOM,
    )
    body: Mapped[bytes | None] = stored(
        LargeBinary,
        what="the ciphertext; none when it lies in the blob store",
        why="carries the typed draft, the request, the contact or the city's key",
        until=Lasting.OWNER,
        how=Protection.SEALED,
    )


class Draft(Record):
    """What is typed before approval, known to the database only by ids."""

    __tablename__ = "drafts"
    __table_args__ = table(belongs_to(("item_id",), "sealed_items"))

    id: Mapped[DraftId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a draft",
        why="the clerk's page finds what it typed",
        until=Kept.DRAFT,
        how=Protection.RANDOM,
    )
    item_id: Mapped[ItemId] = stored(
        identifier(),
        index=True,
        what="the sealed item with what was typed",
        why="finds the item",
        until=Kept.DRAFT,
        how=Protection.RANDOM,
    )
    opened_on: Mapped[date] = stored(
        Date,
        index=True,
        what="day of the first save",
        why="drafts left over from a day are purged together",
        until=Kept.DRAFT,
        how=Protection.DATE,
    )
