"""Epochs: what died stays dead, nothing is opened past its day, and a leaping clock destroys nothing."""

import itertools
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idsvc.domain.errors import BadSetting, Conflict, Destroyed, Refusal, SealBroken, Unavailable
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import stores
from idsvc.signing.epochs import HEADER_BYTES, ClockJump, EpochStore
from idsvc.signing.itemsecrets import ItemSecrets
from idsvc.signing.notedday import ClockDisagreement

ZONE = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
Opens = Callable[..., EpochStore]


class Clock(Protocol):
    now: datetime

    def noon_of(self, day: date) -> None: ...


def fresh_item() -> ItemId:
    return ItemId(os.urandom(16).hex())


def test_what_is_deposited_opens_again_bound_to_its_info(open_epochs: Opens) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"here")
    assert (len(key.header), len(key.key)) == (HEADER_BYTES, 64)
    assert open_epochs().open(epoch, item, key.header, info=b"here") == key.key
    with pytest.raises(SealBroken):
        store.open(epoch, item, key.header, info=b"there")
    with pytest.raises(SealBroken):
        store.open(epoch, item, key.header[:-1], info=b"here")


def test_a_process_without_private_halves_deposits_what_it_cannot_open(
    open_epochs: Opens, epoch_directory: Path
) -> None:
    epoch = open_epochs().create_if_absent(TOMORROW)
    hidden = epoch_directory.with_name("hidden")
    (epoch_directory / "private").rename(hidden)
    portal = open_epochs(opens=False)
    assert portal.create_if_absent(TOMORROW) == epoch
    item = fresh_item()
    key = portal.deposit(epoch, item, info=b"")
    with pytest.raises(Unavailable):
        portal.open(epoch, item, key.header, info=b"")
    with pytest.raises(Unavailable):
        portal.create_if_absent(TOMORROW + timedelta(days=1))
    with pytest.raises(Unavailable):
        portal.destroy_epoch(epoch)
    with pytest.raises(BadSetting):
        open_epochs()
    hidden.rename(epoch_directory / "private")
    assert open_epochs().open(epoch, item, key.header, info=b"") == key.key


def test_an_item_dies_alone(open_epochs: Opens) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    items = [fresh_item() for _ in range(20)]
    keys = [store.deposit(epoch, item, info=b"") for item in items]
    assert store.destroy_item(epoch, items[7])
    assert not store.destroy_item(epoch, items[7])
    for number, (item, key) in enumerate(zip(items, keys, strict=True)):
        if number == 7:
            with pytest.raises(Destroyed):
                store.open(epoch, item, key.header, info=b"")
        else:
            assert store.open(epoch, item, key.header, info=b"") == key.key


def test_nothing_opens_or_is_sealed_past_the_day_even_if_nothing_was_purged(
    open_epochs: Opens, clock: Clock
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"")
    end = store.ends_at(epoch)
    assert end.astimezone(UTC) == datetime(2026, 11, 24, 6, tzinfo=UTC)  # midnight in Chicago
    clock.now = end - timedelta(seconds=1)
    assert store.open(epoch, item, key.header, info=b"") == key.key
    clock.now = end
    with pytest.raises(Destroyed):
        store.open(epoch, item, key.header, info=b"")
    with pytest.raises(Destroyed):
        store.deposit(epoch, fresh_item(), info=b"")
    with pytest.raises(Destroyed):
        store.create_if_absent(TOMORROW)


def test_a_destroyed_epoch_never_returns_even_if_the_clock_does(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"")
    clock.noon_of(TOMORROW + timedelta(days=1))
    assert [status.overdue for status in store.status()] == [True]
    assert store.destroy_epoch(epoch)
    assert not store.destroy_epoch(epoch)
    clock.noon_of(TODAY)
    (epoch_directory / "private" / ".day").write_text(TODAY.isoformat())
    assert [(status.destroyed, status.overdue) for status in store.status()] == [(True, False)]
    for attempt in (
        lambda: store.create_if_absent(TOMORROW),
        lambda: store.deposit(epoch, fresh_item(), info=b""),
        lambda: store.open(epoch, item, key.header, info=b""),
    ):
        with pytest.raises(Destroyed):
            attempt()
    assert not store.destroy_item(epoch, item)


def test_secrets_that_a_crash_left_behind_are_overdue_and_the_next_run_removes_them(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    store.deposit(epoch, fresh_item(), info=b"")
    secrets = epoch_directory / "secrets" / epoch
    kept = secrets.read_bytes()
    clock.noon_of(TOMORROW + timedelta(days=1))
    assert store.destroy_epoch(epoch)
    secrets.write_bytes(kept)  # as after a kill between the last two steps
    assert [(status.destroyed, status.overdue) for status in store.status()] == [(True, True)]
    assert store.destroy_epoch(epoch)
    assert not secrets.exists()
    assert [(status.destroyed, status.overdue) for status in store.status()] == [(True, False)]
    assert not store.destroy_epoch(epoch)


def test_a_clock_before_the_noted_day_opens_nothing_between_and_destroys_nothing(
    open_epochs: Opens, clock: Clock
) -> None:
    store = open_epochs()
    epoch, later = (store.create_if_absent(TODAY + timedelta(days=days)) for days in (1, 9))
    item, younger = fresh_item(), fresh_item()
    key, other = store.deposit(epoch, item, info=b""), store.deposit(later, younger, info=b"")
    clock.noon_of(TODAY + timedelta(days=3))
    store.confirm_today()  # a run began here and got no farther: the key of the past day still lives
    clock.noon_of(TODAY)
    again = open_epochs()
    for attempt in (
        lambda: again.open(epoch, item, key.header, info=b""),
        lambda: again.deposit(epoch, fresh_item(), info=b""),
        lambda: again.create_if_absent(TOMORROW),
        lambda: again.create_if_absent(TODAY),
        again.confirm_today,
        again.refuse_disagreement,
    ):
        with pytest.raises(ClockDisagreement, match="set the clock right"):
            attempt()  # not Destroyed: the clock may be what is right
    assert again.open(later, younger, other.header, info=b"") == other.key
    assert [(status.destroyed, status.overdue) for status in again.status()] == [
        (False, True),
        (False, False),
    ]
    with pytest.raises(ClockDisagreement, match=r"The clock says 2026-11-22, but 2026-11-25 was noted"):
        again.destroy_epoch(epoch, vouched=TODAY)
    open_epochs(opens=False).refuse_disagreement()  # a depositor does not see the note
    clock.noon_of(TODAY + timedelta(days=3))
    assert again.destroy_epoch(epoch)


def test_a_wrongly_noted_day_costs_nothing_once_a_person_vouches_for_today(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"")
    clock.noon_of(TODAY + timedelta(days=5))
    store.create_if_absent(TODAY + timedelta(days=6))  # within a week a wrong clock is believed
    clock.noon_of(TODAY)
    for vouched in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=5)):
        with pytest.raises(ClockDisagreement):
            store.confirm_today(vouched=vouched)
        with pytest.raises(ClockDisagreement):
            store.open(epoch, item, key.header, info=b"")
    store.confirm_today(vouched=TODAY)
    store.refuse_disagreement()
    assert (epoch_directory / "private" / ".day").read_text() == TODAY.isoformat()
    assert store.open(epoch, item, key.header, info=b"") == key.key
    assert not any(status.overdue for status in store.status())


def test_a_day_to_come_that_a_wrong_clock_ended_is_usable_again_and_opens_nothing_old(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    yesterday = store.create_if_absent(TODAY)
    ended, cut_short = (store.create_if_absent(TODAY + timedelta(days=days)) for days in (1, 2))
    old = {epoch: fresh_item() for epoch in (ended, cut_short)}
    keys = {epoch: store.deposit(epoch, item, info=b"") for epoch, item in old.items()}
    clock.noon_of(TODAY + timedelta(days=6))
    assert store.destroy_epoch(yesterday)
    assert store.destroy_epoch(ended)
    (epoch_directory / "public" / cut_short).rename(
        epoch_directory / "public" / f"{cut_short}.gone"
    )  # a kill
    clock.noon_of(TOMORROW)
    (epoch_directory / "private" / ".day").write_text(f"{TOMORROW}\n")  # corrected by hand, so far
    with pytest.raises(Destroyed):
        store.create_if_absent(TOMORROW)
    store.confirm_today(vouched=TOMORROW)
    gone = {path.name for path in (epoch_directory / "public").glob("*.gone")}
    assert gone == {f"{yesterday}.gone"}, "a day that is over keeps its tombstone"
    for epoch, item in old.items():
        with pytest.raises(Destroyed):
            store.open(epoch, item, keys[epoch].header, info=b"")
        assert store.create_if_absent(date.fromisoformat(epoch)) == epoch
        with pytest.raises(Destroyed):
            store.open(epoch, item, keys[epoch].header, info=b"")
        fresh = fresh_item()
        key = store.deposit(epoch, fresh, info=b"")
        assert store.open(epoch, fresh, key.header, info=b"") == key.key


def test_setting_the_noted_day_back_can_be_cut_short_anywhere(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    clock.noon_of(TODAY + timedelta(days=5))
    assert store.destroy_epoch(epoch)
    clock.noon_of(TODAY)
    tombstone = epoch_directory / "public" / f"{epoch}.gone"
    tombstone.unlink()
    tombstone.mkdir()  # it cannot be unlinked
    with pytest.raises(Unavailable, match="could not be changed"):
        store.confirm_today(vouched=TODAY)
    with pytest.raises(ClockDisagreement):
        store.create_if_absent(TOMORROW)  # the day is noted last: the same call will finish
    tombstone.rmdir()
    store.confirm_today(vouched=TODAY)
    assert store.create_if_absent(TOMORROW) == epoch


def test_a_damaged_note_of_the_day_opens_nothing_and_says_so(
    open_epochs: Opens, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    (epoch_directory / "private" / ".day").write_text("2026-13-01")
    with pytest.raises(Unavailable, match=r"\.day is damaged; write today's date into it"):
        store.deposit(epoch, fresh_item(), info=b"")


def test_a_depositor_goes_by_its_clock_and_by_what_is_destroyed(open_epochs: Opens, clock: Clock) -> None:
    store, portal = open_epochs(), open_epochs(opens=False)
    first, second = (store.create_if_absent(TODAY + timedelta(days=days)) for days in (1, 2))
    clock.noon_of(TODAY + timedelta(days=3))
    store.confirm_today()
    assert store.destroy_epoch(first)
    clock.noon_of(TODAY)
    with pytest.raises(Destroyed):
        portal.deposit(first, fresh_item(), info=b"")
    item = fresh_item()
    key = portal.deposit(second, item, info=b"")  # it sees neither the note nor a tombstone
    with pytest.raises(ClockDisagreement):
        store.open(second, item, key.header, info=b"")


def test_a_stolen_store_opens_everything_before_the_purge_and_nothing_after(
    open_epochs: Opens, epoch_directory: Path, clock: Clock, tmp_path: Path
) -> None:
    store = open_epochs()
    days = [TODAY + timedelta(days=number) for number in range(3)]
    kept = []
    for day in days:
        epoch = store.create_if_absent(day)
        for _ in range(20):
            item = fresh_item()
            kept.append((epoch, item, store.deposit(epoch, item, info=b"")))
    before = tmp_path / "before"
    shutil.copytree(epoch_directory, before)
    clock.noon_of(days[-1] + timedelta(days=1))
    for status in store.status():
        store.destroy_epoch(status.epoch)
    left = b"".join(path.read_bytes() for path in epoch_directory.rglob("*") if path.is_file())
    assert not any((before / "private" / day.isoformat()).read_bytes() in left for day in days)
    clock.noon_of(TODAY)
    (epoch_directory / "private" / ".day").write_text(TODAY.isoformat())  # whoever has the store sets it too
    for epoch, item, key in kept:
        with pytest.raises(Destroyed):
            store.open(epoch, item, key.header, info=b"")
    shutil.rmtree(epoch_directory)
    before.rename(epoch_directory)
    control = open_epochs()
    assert all(control.open(epoch, item, key.header, info=b"") == key.key for epoch, item, key in kept)


def test_a_day_that_is_not_over_is_not_destroyed(open_epochs: Opens) -> None:
    epoch = open_epochs().create_if_absent(TODAY)
    with pytest.raises(Conflict, match="not over"):
        open_epochs().destroy_epoch(epoch)


def test_a_leaping_clock_destroys_nothing_until_a_second_source_agrees(
    open_epochs: Opens, clock: Clock
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"")
    leapt = TODAY + timedelta(days=400)
    clock.noon_of(leapt)
    for vouched in (None, TODAY, leapt - timedelta(days=8)):
        with pytest.raises(ClockJump, match="confirm today's date"):
            store.destroy_epoch(epoch, vouched=vouched)
    store.create_if_absent(leapt)  # making a key under a wrong clock must not vouch for it
    with pytest.raises(ClockJump):
        store.destroy_epoch(epoch)
    clock.noon_of(TODAY)
    assert store.open(epoch, item, key.header, info=b"") == key.key
    clock.noon_of(leapt)
    assert store.destroy_epoch(epoch, vouched=leapt)


def test_without_any_day_known_nothing_is_destroyed(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    (epoch_directory / "private" / ".day").unlink()
    clock.noon_of(TOMORROW + timedelta(days=1))
    with pytest.raises(ClockJump, match="last day known is none"):
        store.destroy_epoch(epoch)
    assert store.destroy_epoch(epoch, vouched=TOMORROW)


def test_a_week_without_a_run_needs_nobody(open_epochs: Opens, clock: Clock) -> None:
    store = open_epochs()
    epochs = [store.create_if_absent(TODAY + timedelta(days=number)) for number in range(15)]
    clock.noon_of(TODAY + timedelta(days=7))
    assert all(store.destroy_epoch(epoch) for epoch in epochs[:7])
    clock.noon_of(TODAY + timedelta(days=14))
    assert all(store.destroy_epoch(epoch) for epoch in epochs[7:14])


def test_a_public_half_without_its_private_half_never_stands_alone(
    open_epochs: Opens, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    (epoch_directory / "public" / epoch).unlink()  # as after a crash between the two
    again = open_epochs()
    assert again.create_if_absent(TOMORROW) == epoch
    item = fresh_item()
    key = store.deposit(epoch, item, info=b"")
    assert again.open(epoch, item, key.header, info=b"") == key.key


def test_a_purge_that_empties_the_public_half_while_it_is_read_is_a_purge_and_no_damage(
    open_epochs: Opens, epoch_directory: Path, clock: Clock
) -> None:
    epoch = open_epochs().create_if_absent(TOMORROW)
    public = epoch_directory / "public" / epoch
    public.write_bytes(b"")
    looks = 0

    def look() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 2:  # after the first look at the day, and after the half was read
            public.rename(public.with_name(f"{epoch}.gone"))
        return clock.now

    portal = stores.open_epochs(
        f"file:{epoch_directory}", None, zone=ZONE, clock=look, random=os.urandom, opens=False
    )
    with pytest.raises(Destroyed):
        portal.deposit(epoch, fresh_item(), info=b"")
    assert looks == 2


def test_many_makers_at_once_make_one_key(open_epochs: Opens, epoch_directory: Path) -> None:
    stores = [open_epochs() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda store: store.create_if_absent(TOMORROW), stores))
    assert [path.name for path in (epoch_directory / "private").iterdir() if path.name[0] != "."] == [
        TOMORROW.isoformat()
    ]
    item = fresh_item()
    key = stores[0].deposit(EpochName(TOMORROW.isoformat()), item, info=b"")
    assert stores[7].open(EpochName(TOMORROW.isoformat()), item, key.header, info=b"") == key.key


@pytest.mark.parametrize("name", ["../../etc/passwd", "20261123", "2026-11-31", "", "2026-11-23/x"])
def test_a_name_that_is_no_day_is_refused(open_epochs: Opens, name: str) -> None:
    store = open_epochs()
    with pytest.raises(Refusal):
        store.deposit(EpochName(name), fresh_item(), info=b"")
    with pytest.raises(Refusal):
        store.destroy_item(EpochName(name), fresh_item())
    with pytest.raises(Refusal):
        store.destroy_epoch(EpochName(name))


def test_a_volume_that_vanishes_is_unavailable(open_epochs: Opens, epoch_directory: Path) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    epoch_directory.rename(epoch_directory.with_name("unmounted"))
    with pytest.raises(Unavailable):
        store.status()
    with pytest.raises(Unavailable):
        store.create_if_absent(TOMORROW)
    with pytest.raises(Unavailable):
        store.deposit(epoch, fresh_item(), info=b"")
    with pytest.raises(BadSetting, match="does not exist"):
        open_epochs()


@pytest.mark.parametrize("mode", [0o750, 0o705])
def test_a_directory_of_private_halves_that_others_may_use_is_refused(
    open_epochs: Opens, epoch_directory: Path, mode: int
) -> None:
    (epoch_directory / "private").chmod(mode)
    with pytest.raises(BadSetting, match="chmod 700"):
        open_epochs()


def test_the_same_day_in_another_time_zone_ends_at_its_own_midnight(open_epochs: Opens) -> None:
    ends = open_epochs().ends_at(EpochName("2026-03-08"))  # the day clocks spring forward
    assert ends.astimezone(UTC) == datetime(2026, 3, 9, 5, tzinfo=UTC)


@settings(max_examples=25)
@given(
    acts=st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=120),
    seed=st.binary(min_size=1, max_size=4),
)
def test_item_secrets_behave_like_a_dictionary(
    acts: list[tuple[bool, int]], seed: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secrets = ItemSecrets(tmp_path_factory.mktemp("secrets") / "day")
    secrets.create()
    model: dict[ItemId, bytes] = {}
    for deposits, number in acts:
        # All in one bucket of the first segment, so that they spill over into the next ones.
        item = ItemId(bytes(8).hex() + number.to_bytes(4, "big").hex() + seed.ljust(4, b"\0").hex())
        if not deposits:
            assert secrets.overwrite(item) == (model.pop(item, None) is not None)
        elif item not in model:
            model[item] = os.urandom(32)
            secrets.put(item, model[item], random=os.urandom)
    for number in range(41):
        item = ItemId(bytes(8).hex() + number.to_bytes(4, "big").hex() + seed.ljust(4, b"\0").hex())
        if item in model:
            assert secrets.get(item) == model[item]
        else:
            with pytest.raises(Destroyed):
                secrets.get(item)


def test_a_full_bucket_spills_over_and_every_secret_is_found(tmp_path: Path) -> None:
    secrets = ItemSecrets(tmp_path / "day")
    secrets.create()
    items = {ItemId(bytes(8).hex() + os.urandom(8).hex()): os.urandom(32) for _ in range(300)}
    for item, secret in items.items():
        secrets.put(item, secret, random=os.urandom)
    assert all(secrets.get(item) == secret for item, secret in items.items())
    assert all(secrets.overwrite(item) for item in items)
    assert (tmp_path / "day").read_bytes().strip(b"\0") == b""


def places(path: Path) -> dict[str, int]:
    """Give where each item's secret lies."""
    content = path.read_bytes()
    found = {content[at : at + 16].hex(): at for at in range(0, len(content), 64)}
    return {item: at for item, at in found.items() if item != "0" * 32}


def test_the_file_says_nothing_of_the_order_of_deposits(tmp_path: Path) -> None:
    items = [(fresh_item(), os.urandom(32)) for _ in range(500)]
    for name, order in (("one", items), ("two", items[::-1])):
        secrets = ItemSecrets(tmp_path / name)
        secrets.create()
        for item, secret in order:
            secrets.put(item, secret, random=os.urandom)
    one, two = ({item: at // 4096 for item, at in places(tmp_path / name).items()} for name in ("one", "two"))
    assert len(one) == 500
    assert one == two  # the id alone decides the bucket
    crowded = ItemSecrets(tmp_path / "crowded")
    crowded.create()
    neighbours = [ItemId(bytes(8).hex() + os.urandom(8).hex()) for _ in range(60)]
    for item in neighbours:
        crowded.put(item, os.urandom(32), random=os.urandom)
    ranks = sorted(neighbours, key=places(tmp_path / "crowded").__getitem__)
    later = sum(ranks.index(b) > ranks.index(a) for a, b in itertools.combinations(neighbours, 2))
    assert 0.25 < later / (60 * 59 / 2) < 0.75  # and chance, not order, the place in it


def test_a_store_that_never_held_an_epoch_begins_with_today(open_epochs: Opens, clock: Clock) -> None:
    store = open_epochs()
    store.confirm_today()
    clock.noon_of(TODAY + timedelta(days=30))
    with pytest.raises(ClockJump):
        store.confirm_today()


def test_a_stray_file_stops_no_destruction_and_is_told(
    open_epochs: Opens, clock: Clock, epoch_directory: Path
) -> None:
    store = open_epochs()
    epoch = store.create_if_absent(TOMORROW)
    for name in ("2026-12-01~", "2026-13-01", "lost+found"):
        (epoch_directory / "private" / name).touch()
    clock.noon_of(TOMORROW + timedelta(days=1))
    assert [status.epoch for status in store.status() if status.overdue] == [epoch]
    assert store.destroy_epoch(epoch)
    assert store.strays() == ("2026-12-01~", "2026-13-01")
