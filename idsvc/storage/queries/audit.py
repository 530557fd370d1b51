"""Queries of the audit log: append, place, read; what is written once is never changed."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from idsvc.storage.records import (
    AuditCheckpoint,
    AuditLeaf,
    AuditPosition,
    AuditQueued,
    AuditTile,
    LeafId,
)


def append_leaf(session: Session, leaf: AuditLeaf) -> None:
    """Write a leaf and put it into the sequencer's queue."""
    session.add_all((leaf, AuditQueued(leaf_id=leaf.id)))


def list_queued(session: Session, *, limit: int) -> tuple[AuditLeaf, ...]:
    """List leaves that wait for a place, by random id."""
    waiting = (
        select(AuditLeaf)
        .join(AuditQueued, AuditQueued.leaf_id == AuditLeaf.id)
        .order_by(AuditLeaf.id)
        .limit(limit)
    )
    return tuple(session.scalars(waiting))


def count_leaves(session: Session) -> int:
    """Give the size of the tree: leaves with a place."""
    last = session.scalar(select(func.max(AuditPosition.position)))
    return 0 if last is None else last + 1


def place_leaves(session: Session, leaf_ids: Sequence[LeafId], *, first: int) -> None:
    """Give these leaves the next places, in this order, and take them off the queue."""
    session.add_all(
        AuditPosition(position=first + offset, leaf_id=leaf_id) for offset, leaf_id in enumerate(leaf_ids)
    )
    session.execute(delete(AuditQueued).where(AuditQueued.leaf_id.in_(leaf_ids)))


def list_leaves(session: Session, first: int, end: int) -> tuple[tuple[int, AuditLeaf], ...]:
    """List the leaves with places from `first` up to but not including `end`, in order."""
    placed = (
        select(AuditPosition.position, AuditLeaf)
        .join(AuditLeaf, AuditLeaf.id == AuditPosition.leaf_id)
        .where(AuditPosition.position >= first, AuditPosition.position < end)
        .order_by(AuditPosition.position)
    )
    return tuple((position, leaf) for position, leaf in session.execute(placed))


def find_position(session: Session, leaf_id: LeafId) -> int | None:
    """Find a leaf's place."""
    return session.scalar(select(AuditPosition.position).where(AuditPosition.leaf_id == leaf_id))


def find_leaves(
    session: Session,
    *,
    first: date,
    last: date,
    actors: Collection[bytes] = (),
    subjects: Collection[bytes] = (),
) -> tuple[AuditLeaf, ...]:
    """Find the leaves of a span of days, of some actors or upon some subjects if any are given."""
    found = select(AuditLeaf).where(AuditLeaf.day.between(first, last))
    if actors:
        found = found.where(AuditLeaf.actor.in_(tuple(actors)))
    if subjects:
        found = found.where(AuditLeaf.subject.in_(tuple(subjects)))
    return tuple(session.scalars(found.order_by(AuditLeaf.day, AuditLeaf.id)))


def count_lost(session: Session) -> int:
    """Count the leaves that have no place and wait in no queue: somebody removed a row."""
    placed = exists().where(AuditPosition.leaf_id == AuditLeaf.id)
    queued = exists().where(AuditQueued.leaf_id == AuditLeaf.id)
    return session.scalar(select(func.count()).select_from(AuditLeaf).where(~placed, ~queued)) or 0


def count_queued(session: Session) -> int:
    """Count the leaves that wait for a place."""
    return session.scalar(select(func.count()).select_from(AuditQueued)) or 0


def find_tile(session: Session, level: int, number: int) -> AuditTile | None:
    """Find a full tile."""
    return session.get(AuditTile, (level, number))


def list_tile_roots(session: Session, level: int, first: int, end: int) -> tuple[bytes, ...]:
    """List the roots of the full tiles from `first` up to but not including `end`, in order."""
    roots = (
        select(AuditTile.root)
        .where(AuditTile.level == level, AuditTile.number >= first, AuditTile.number < end)
        .order_by(AuditTile.number)
    )
    return tuple(session.scalars(roots))


def find_latest_checkpoint(session: Session) -> AuditCheckpoint | None:
    """Find the checkpoint of the largest tree."""
    return session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)).first()


def list_checkpoints(session: Session) -> tuple[AuditCheckpoint, ...]:
    """List all checkpoints by size."""
    return tuple(session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size)))
