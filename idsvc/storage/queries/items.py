"""Queries about sealed items and drafts, as the vault's callers and the retention run need them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from idsvc.domain.ids import BlobId, DraftId, EpochName, ItemId
from idsvc.domain.retention import Kept
from idsvc.storage.records import Draft, PrintJob, Request, SealedItem, SealedRecord


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A sealed item without its body."""

    id: ItemId
    kind: Kept
    owner_id: str
    in_database: bool
    """False: the body lies in the blob store under the item's id."""


def find_item(session: Session, item_id: ItemId) -> SealedItem | None:
    """Find a sealed item with its body."""
    return session.get(SealedItem, item_id)


def list_items_of(session: Session, owner_id: str, *, kind: Kept | None = None) -> tuple[SealedItem, ...]:
    """List the sealed items of one owner, by random id."""
    found = select(SealedItem).where(SealedItem.owner_id == owner_id).order_by(SealedItem.id)
    if kind is not None:
        found = found.where(SealedItem.kind == kind)
    return tuple(session.scalars(found))


def list_due_epochs(session: Session, today: date) -> tuple[EpochName, ...]:
    """List the epochs that are over and still have items, the oldest first."""
    over = (
        select(SealedItem.epoch)
        .where(SealedItem.epoch < today.isoformat())
        .distinct()
        .order_by(SealedItem.epoch)
    )
    return tuple(session.scalars(over))


def page_epoch(
    session: Session, epoch: EpochName, *, limit: int, after: ItemId | None = None
) -> tuple[ItemLine, ...]:
    """Page by id through the items of an epoch, without their bodies."""
    page = (
        select(SealedItem.id, SealedItem.kind, SealedItem.owner_id, SealedItem.body.is_not(None))
        .where(SealedItem.epoch == epoch)
        .order_by(SealedItem.id)
        .limit(limit)
    )
    if after is not None:
        page = page.where(SealedItem.id > after)
    return tuple(
        ItemLine(id=item_id, kind=kind, owner_id=owner_id, in_database=in_database)
        for item_id, kind, owner_id, in_database in session.execute(page)
    )


def delete_items(session: Session, item_ids: Collection[ItemId]) -> None:
    """Delete items and what is nothing without them: their drafts, requests and print jobs."""
    session.flush()  # what was added in this act must be seen by the statements below
    for dependent in (Draft, Request, PrintJob):
        session.execute(delete(dependent).where(dependent.item_id.in_(tuple(item_ids))))
    session.execute(delete(SealedItem).where(SealedItem.id.in_(tuple(item_ids))))


def named_blobs(session: Session, blobs: Collection[BlobId]) -> frozenset[BlobId]:
    """Tell which of these blobs some row still names: an item's, or a resident's sealed record."""
    of_items = session.scalars(select(SealedItem.id).where(SealedItem.id.in_(tuple(blobs))))
    of_records = session.scalars(select(SealedRecord.blob_id).where(SealedRecord.blob_id.in_(tuple(blobs))))
    return frozenset(BlobId(name) for name in (*of_items, *of_records))


def find_draft(session: Session, draft_id: DraftId) -> Draft | None:
    """Find a draft."""
    return session.get(Draft, draft_id)


def delete_draft(session: Session, draft_id: DraftId) -> tuple[ItemId, ...]:
    """Delete a draft and every sealed item it owns; gives the items whose secrets are to be destroyed."""
    session.flush()  # what was added in this act must be seen by the statements below
    draft = session.get(Draft, draft_id)
    owned = set(session.scalars(select(SealedItem.id).where(SealedItem.owner_id == draft_id)))
    if draft is not None:
        owned.add(draft.item_id)
    session.execute(delete(Draft).where(Draft.id == draft_id))
    session.execute(delete(SealedItem).where(SealedItem.id.in_(owned)))
    return tuple(sorted(owned))
