"""Sealed items as the services use them: seal to a purge day, keep in a row or a blob, open, destroy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from idsvc.domain.errors import Refusal
from idsvc.domain.ids import BlobId, EpochName, ItemId
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, due_day
from idsvc.signing.epochs import EpochStore
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import items
from idsvc.storage.records import SealedItem
from idsvc.vault.blobs import BlobStore
from idsvc.vault.items import SealedItem as VaultItem
from idsvc.vault.items import Vault
from idsvc.vault.kinds import Place, SealedKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Doomed:
    """What a committed act leaves to be destroyed: secrets of items, and blobs."""

    items: tuple[tuple[EpochName, ItemId], ...] = ()
    blobs: tuple[BlobId, ...] = ()

    def __add__(self, other: "Doomed") -> "Doomed":
        return Doomed(self.items + other.items, self.blobs + other.blobs)

    def without(self, named: frozenset[str]) -> "Doomed":
        """Leave out what some row still names."""
        return Doomed(
            tuple(item for item in self.items if item[1] not in named),
            tuple(blob for blob in self.blobs if blob not in named),
        )


NOTHING: Final = Doomed()


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """A sealed item whose secret (and blob, if its kind lies in one) is durable; its row is not yet added."""

    id: ItemId
    epoch: EpochName
    owner: str
    kind: Kept
    body: bytes | None = field(repr=False)

    def add(self, session: Session) -> ItemId:
        """Add the row; an act that runs twice adds it twice into two transactions, of which one commits."""
        session.add(
            SealedItem(id=self.id, kind=self.kind, epoch=self.epoch, owner_id=self.owner, body=self.body)
        )
        return self.id

    @property
    def doomed(self) -> Doomed:
        """Give what to destroy when the item is not wanted after all."""
        return Doomed(((self.epoch, self.id),), () if self.body is not None else (BlobId(self.id),))


@dataclass(frozen=True, slots=True)
class Sealing:
    """The vault, the epochs and the blob store of one process, used together."""

    vault: Vault
    epochs: EpochStore
    blobs: BlobStore

    def epoch(self, program: Program, kept: Kept, start: date) -> EpochName:
        """Name the epoch on whose day a thing kept since `start` dies, making it if need be."""
        return self.epochs.create_if_absent(due_day(program.retention, kept, start))

    def prepare(self, kind: SealedKind, *, epoch: EpochName, owner: str, content: bytes) -> PreparedItem:
        """Seal an item and write its blob, if its kind lies in one.

        Raises BadInput when the content is longer than the kind's size, Unavailable when a disk is full.
        """
        item = self.vault.seal(kind, epoch, owner, content)
        in_row = kind.place is Place.ROW
        if not in_row:
            self.blobs.write(BlobId(item.id), item.sealed)
        return PreparedItem(item.id, epoch, owner, kind.until, item.sealed if in_row else None)

    def open(self, kind: SealedKind, row: SealedItem) -> bytes:
        """Open a stored item; Destroyed past its day, NotFound when its blob is gone."""
        sealed = row.body if row.body is not None else self.blobs.read(BlobId(row.id))
        return self.vault.open(kind, VaultItem(row.id, row.epoch, kind.name, sealed), row.owner_id)

    def destroy(self, doomed: Doomed) -> None:
        """Destroy secrets first, then blobs; call it after the commit. What is gone is passed over."""
        for epoch, item in doomed.items:
            self.vault.destroy_item(epoch, item)
        for blob in doomed.blobs:
            self.blobs.delete(blob)


def doom(rows: Iterable[SealedItem]) -> Doomed:
    """Give what stored items leave to be destroyed once their rows are deleted."""
    found = tuple(rows)
    return Doomed(
        tuple((row.epoch, row.id) for row in found),
        tuple(BlobId(row.id) for row in found if row.body is None),
    )


def carry_out(
    database: Database,
    sealing: Sealing,
    act: Callable[[Session], tuple[T, Doomed]],
    *,
    prepared: Doomed = NOTHING,
) -> T:
    """Run an act, then destroy what it gave up and what was prepared for it and not kept.

    1. The act runs in a transaction, again if it must; what every attempt gave up is remembered, because the
       answer to a commit may be lost and the next attempt then finds its work done.
    2. After the commit, or a refusal, whatever no row names any more is destroyed.
    After any other failure the act may have been committed or not: the retention run removes what is left.
    """
    given_up = [prepared]

    def attempt(session: Session) -> T:
        result, doomed = act(session)
        given_up.append(doomed)
        return result

    try:
        result = database.transact(attempt)  # 1
    except Refusal:
        _destroy_unnamed(database, sealing, given_up)
        raise
    _destroy_unnamed(database, sealing, given_up)  # 2
    return result


def _destroy_unnamed(database: Database, sealing: Sealing, given_up: Iterable[Doomed]) -> None:
    doomed = sum(given_up, NOTHING)
    names = [BlobId(item) for _, item in doomed.items] + list(doomed.blobs)
    if names:
        named = database.read(lambda session: items.named_blobs(session, names))
        sealing.destroy(doomed.without(named))
