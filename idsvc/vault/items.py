"""Seal items to a purge day: anyone with the public half can seal, nobody can open them after the day.

The key of an item has two parts: one travels with the item, sealed to the epoch; the other lies in the
epoch store, so that a single item can die early. Neither opens anything alone.
"""

from dataclasses import dataclass
from typing import Final

from idsvc.domain.errors import SealBroken
from idsvc.domain.ids import EpochName, ItemId, Random, fresh_id
from idsvc.signing.epochs import HEADER_BYTES, EpochStore
from idsvc.vault import envelope
from idsvc.vault.kinds import SealedKind

ITEM_OVERHEAD: Final = HEADER_BYTES + envelope.OVERHEAD
"""Bytes that sealing an item adds to the kind's size: 1,261."""


@dataclass(frozen=True, slots=True)
class SealedItem:
    """One sealed item as it is stored: `sealed` is `kind.size + ITEM_OVERHEAD` bytes, whatever it holds."""

    id: ItemId
    epoch: EpochName
    kind: str
    sealed: bytes


class Vault:
    """Seals items to epochs, opens them, destroys them."""

    def __init__(self, epochs: EpochStore, *, random: Random) -> None:
        self._epochs = epochs
        self._random = random

    def seal(self, kind: SealedKind, epoch: EpochName, owner: str, plaintext: bytes) -> SealedItem:
        """Seal one item for its owner; its secret is durable in the epoch store before this returns.

        Raises BadInput when it is longer than the kind's size, Destroyed past the day, Unavailable when the
        epoch has not been made or the disk is full.
        """
        item = ItemId(fresh_id(self._random))
        context = envelope.Context(kind.name, epoch, item, owner, kind.size)
        envelope.refuse_long(context, plaintext)
        key = self._epochs.deposit(epoch, item, info=context.encode())
        sealed = envelope.seal(key.key, context, plaintext, random=self._random)
        return SealedItem(item, epoch, kind.name, key.header + sealed)

    def open(self, kind: SealedKind, item: SealedItem, owner: str) -> bytes:
        """Open an item for its owner.

        Raises Destroyed when the item or its day is gone, SealBroken when owner, kind, epoch, id or content
        are not what was sealed.
        """
        if item.kind != kind.name or len(item.sealed) != kind.size + ITEM_OVERHEAD:
            raise SealBroken("A sealed item is not of the kind it should be.")
        context = envelope.Context(kind.name, item.epoch, item.id, owner, kind.size)
        header, sealed = item.sealed[:HEADER_BYTES], item.sealed[HEADER_BYTES:]
        key = self._epochs.open(item.epoch, item.id, header, info=context.encode())
        return envelope.unseal(key, context, sealed)

    def destroy_item(self, epoch: EpochName, item: ItemId) -> bool:
        """Destroy one item before its day; False when it is gone already. Call it after the commit."""
        return self._epochs.destroy_item(epoch, item)
