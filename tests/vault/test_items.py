"""Items: a stolen copy opens all before the purge and none of the purged after it; no swap opens."""

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from idsvc.domain.errors import BadInput, Destroyed, IdsvcError, SealBroken
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import stores
from idsvc.signing.epochs import EpochStore
from idsvc.vault.items import ITEM_OVERHEAD, SealedItem, Vault
from idsvc.vault.kinds import CITY_SLOT, CONTACT, KINDS, MESSAGE, Place, SealedKind

TODAY = date(2026, 11, 22)


class Clock(Protocol):
    now: datetime

    def noon_of(self, day: date) -> None: ...


@pytest.mark.parametrize("found", KINDS, ids=lambda kind: kind.name)
def test_every_item_of_a_kind_has_one_length(
    vault: Vault, epoch_store: EpochStore, epoch_directory: Path, found: SealedKind
) -> None:
    epoch = epoch_store.create_if_absent(TODAY)
    lengths = {
        len(vault.seal(found, epoch, "owner", content).sealed)
        for content in (b"", b"short", os.urandom(found.size))
    }
    assert lengths == {found.size + ITEM_OVERHEAD}
    before = (epoch_directory / "secrets" / epoch).read_bytes()
    with pytest.raises(BadInput):
        vault.seal(found, epoch, "owner", bytes(found.size + 1))
    assert (epoch_directory / "secrets" / epoch).read_bytes() == before


def test_every_kind_says_what_why_and_until() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert all((kind.what, kind.why, kind.until))
        assert kind.size > 0
        assert kind.size <= 8192 or kind.place is Place.BLOB


def test_every_swap_of_owner_kind_epoch_item_or_content_is_refused(
    vault: Vault, epoch_store: EpochStore
) -> None:
    one, two = (epoch_store.create_if_absent(TODAY + timedelta(days=number)) for number in range(2))
    item = vault.seal(CONTACT, one, "owner", b"a")
    other = vault.seal(CONTACT, one, "owner", b"b")
    later = vault.seal(CONTACT, two, "owner", b"c")
    longer = vault.seal(MESSAGE, one, "owner", b"d")
    assert vault.open(CONTACT, item, "owner") == b"a"
    swaps = [
        (CONTACT, item, "another owner"),
        (MESSAGE, item, "owner"),
        (CITY_SLOT, item, "owner"),
        (CONTACT, SealedItem(item.id, item.epoch, item.kind, other.sealed), "owner"),
        (CONTACT, SealedItem(other.id, item.epoch, item.kind, item.sealed), "owner"),
        (CONTACT, SealedItem(item.id, two, item.kind, item.sealed), "owner"),
        (CONTACT, SealedItem(later.id, one, later.kind, later.sealed), "owner"),
        (MESSAGE, SealedItem(item.id, item.epoch, MESSAGE.name, item.sealed), "owner"),
        (CONTACT, SealedItem(longer.id, one, CONTACT.name, longer.sealed), "owner"),
        (CONTACT, SealedItem(item.id, one, item.kind, item.sealed + b"\0"), "owner"),
        (CONTACT, SealedItem(item.id, one, item.kind, item.sealed[:-1]), "owner"),
        (CONTACT, SealedItem(ItemId("0" * 32), one, item.kind, item.sealed), "owner"),
    ]
    for kind, swapped, owner in swaps:
        with pytest.raises((SealBroken, Destroyed)):
            vault.open(kind, swapped, owner)


def test_every_flipped_byte_of_a_sealed_item_is_refused(vault: Vault, epoch_store: EpochStore) -> None:
    item = vault.seal(CITY_SLOT, epoch_store.create_if_absent(TODAY), "owner", b"key")
    for place in range(len(item.sealed)):
        broken = bytearray(item.sealed)
        broken[place] ^= 1
        with pytest.raises(SealBroken):
            vault.open(CITY_SLOT, SealedItem(item.id, item.epoch, item.kind, bytes(broken)), "owner")


def test_a_destroyed_item_stays_shut_and_its_neighbours_open(vault: Vault, epoch_store: EpochStore) -> None:
    epoch = epoch_store.create_if_absent(TODAY)
    items = [vault.seal(CONTACT, epoch, "owner", bytes([number])) for number in range(10)]
    assert vault.destroy_item(epoch, items[4].id)
    assert not vault.destroy_item(epoch, items[4].id)
    with pytest.raises(Destroyed):
        vault.open(CONTACT, items[4], "owner")
    assert [vault.open(CONTACT, item, "owner")[0] for item in items if item != items[4]] == [
        number for number in range(10) if number != 4
    ]


def _opened(items: list[SealedItem], vaults: list[Vault]) -> int:
    """Count the items that any of the vaults opens."""
    count = 0
    for item in items:
        for vault in vaults:
            try:
                vault.open(CONTACT, item, "owner")
            except IdsvcError:
                continue
            count += 1
            break
    return count


@pytest.mark.slow
def test_of_1200_items_a_copy_opens_all_before_the_purge_and_none_after(
    vault: Vault, epoch_store: EpochStore, epoch_directory: Path, clock: Clock, tmp_path: Path
) -> None:
    days = [TODAY + timedelta(days=number) for number in range(4)]
    names = [epoch_store.create_if_absent(day) for day in days]
    items = [vault.seal(CONTACT, names[number % 4], "owner", os.urandom(40)) for number in range(1200)]
    early = items[::100]

    def thief(directory: Path, *, clock_says: date) -> Vault:
        """Open a copy with a clock set back, as whoever holds the copy would."""
        moment = datetime(clock_says.year, clock_says.month, clock_says.day, 18, tzinfo=UTC)
        store = stores.open_epochs(
            f"file:{directory}",
            None,
            zone=ZoneInfo("America/Chicago"),
            clock=lambda: moment,
            random=os.urandom,
            opens=True,
        )
        return Vault(store, random=os.urandom)

    before = tmp_path / "before"
    shutil.copytree(epoch_directory, before)
    assert _opened(items, [thief(before, clock_says=TODAY)]) == 1200  # positive control

    for item in early:
        vault.destroy_item(item.epoch, item.id)
    clock.noon_of(days[2])
    for name in names[:2]:
        epoch_store.destroy_epoch(EpochName(name))
    after = tmp_path / "after"
    shutil.copytree(epoch_directory, after)
    # Undo what a thief can undo: tombstones removed, public halves and old item secrets put back.
    for name in names[:2]:
        (after / "public" / f"{name}.gone").unlink()
        shutil.copy(before / "public" / name, after / "public" / name)
        shutil.copy(before / "secrets" / name, after / "secrets" / name)
    remaining = [thief(after, clock_says=TODAY)]
    purged = [item for item in items if item.epoch in names[:2]]
    alive = [item for item in items if item.epoch in names[2:]]
    assert len(purged) == 600
    assert _opened(purged, remaining) == 0
    assert _opened([item for item in alive if item not in early], remaining) == 600 - len(
        [item for item in early if item in alive]
    )
    assert _opened(early, remaining) == 0
    # Every private half that is left, tried on every purged item under its own name.
    for name in names[2:]:
        for purged_name in names[:2]:
            shutil.copy(after / "private" / name, after / "private" / purged_name)
        assert _opened(purged, [thief(after, clock_says=TODAY)]) == 0
