"""The epoch store against a model: in any order of acts and moves of the clock, nothing past comes back."""

import os
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from idsvc.domain.errors import Conflict, Destroyed, Unavailable
from idsvc.domain.ids import EpochName, ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import ClockJump, EpochStore, ItemKey
from idsvc.signing.notedday import ClockDisagreement

FIRST = date(2026, 11, 22)
days = st.integers(0, 25).map(lambda number: FIRST + timedelta(days=number))
Item = tuple[EpochName, ItemId, ItemKey]


class EpochsModel(RuleBasedStateMachine):
    """The store as files, and beside it the sets of what was made, deposited and destroyed."""

    items: Bundle[Item] = Bundle("items")

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        epochs.prepare(self.directory)
        self.today = FIRST
        self.made: set[EpochName] = set()
        self.purged: set[EpochName] = set()
        self.dead: set[ItemId] = set()
        self.deposited: list[tuple[EpochName, ItemId]] = []
        self.left: set[EpochName] = set()  # purged but for their item secrets
        self.known = FIRST  # the newest day that the store has noted

    def teardown(self) -> None:
        shutil.rmtree(self.directory)

    @property
    def store(self) -> EpochStore:
        """Open the store anew for every act, as another process would."""
        now = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)
        return stores.open_epochs(
            f"file:{self.directory}", None, zone=UTC, clock=lambda: now, random=os.urandom, opens=True
        )

    def past(self, epoch: EpochName) -> bool:
        return epoch < max(self.today, self.known).isoformat()

    def usable(self, epoch: EpochName) -> bool:
        return not self.past(epoch) and epoch not in self.purged

    def refusal(self, epoch: EpochName) -> type[Destroyed | ClockDisagreement]:
        """Tell how an unusable day is refused: as lost only where the clock itself says so."""
        return ClockDisagreement if self.today.isoformat() <= epoch < self.known.isoformat() else Destroyed

    @initialize()
    def begin(self) -> None:
        self.made.add(self.store.create_if_absent(FIRST + timedelta(days=3)))

    @rule(day=days)
    def create(self, day: date) -> None:
        epoch = EpochName(day.isoformat())
        if not self.usable(epoch):
            with pytest.raises(self.refusal(epoch)):
                self.store.create_if_absent(day)
            return
        assert self.store.create_if_absent(day) == epoch
        if epoch not in self.made and self.known < self.today <= self.known + timedelta(days=7):
            self.known = self.today
        self.made.add(epoch)

    @rule(target=items, day=days)
    def deposit(self, day: date) -> Item:
        epoch, item = EpochName(day.isoformat()), ItemId(os.urandom(16).hex())
        self.deposited.append((epoch, item))
        if self.usable(epoch) and epoch in self.made:
            return epoch, item, self.store.deposit(epoch, item, info=b"model")
        with pytest.raises((Destroyed, Unavailable)):
            self.store.deposit(epoch, item, info=b"model")
        self.dead.add(item)
        return epoch, item, ItemKey(b"", b"")

    @rule(item=items)
    def open(self, item: Item) -> None:
        epoch, name, key = item
        if self.usable(epoch) and name not in self.dead:
            assert self.store.open(epoch, name, key.header, info=b"model") == key.key
        elif key.header:
            with pytest.raises(self.refusal(epoch)):
                self.store.open(epoch, name, key.header, info=b"model")

    @rule(item=items)
    def destroy_item(self, item: Item) -> None:
        epoch, name, _ = item
        alive = name not in self.dead and epoch not in self.purged
        assert self.store.destroy_item(epoch, name) == alive
        self.dead.add(name)

    @rule(day=days, vouches=st.booleans())
    def destroy_epoch(self, day: date, *, vouches: bool) -> None:
        epoch = EpochName(day.isoformat())
        if epoch >= self.today.isoformat():  # this clock's word, not the noted day: destroying is for good
            with pytest.raises(ClockDisagreement if self.past(epoch) else Conflict):
                self.store.destroy_epoch(epoch)
            return
        if not vouches and self.today > self.known + timedelta(days=7):
            with pytest.raises(ClockJump):
                self.store.destroy_epoch(epoch)
            return
        existed = (epoch in self.made and epoch not in self.purged) or epoch in self.left
        assert self.store.destroy_epoch(epoch, vouched=self.today if vouches else None) == existed
        self.known = max(self.known, self.today)
        self.purged.add(epoch)
        self.left.discard(epoch)

    @rule(day=days)
    def be_killed_before_the_secrets_go(self, day: date) -> None:
        """Leave what a kill between the last two steps of a destruction leaves."""
        epoch = EpochName(day.isoformat())
        if epoch in self.purged:
            (self.directory / "secrets" / epoch).touch(mode=0o600)
            self.left.add(epoch)

    @rule(vouches=st.booleans())
    def confirm_today(self, *, vouches: bool) -> None:
        """Let a person say that the clock is right: days to come are usable, what died stays dead."""
        if not vouches and self.today < self.known:
            with pytest.raises(ClockDisagreement):
                self.store.confirm_today()
            return
        if not vouches and self.today > self.known + timedelta(days=7):
            with pytest.raises(ClockJump):
                self.store.confirm_today()
            return
        self.store.confirm_today(vouched=self.today if vouches else None)
        self.known = self.today
        if vouches:
            freed = {epoch for epoch in self.purged if epoch >= self.today.isoformat()}
            self.dead |= {item for epoch, item in self.deposited if epoch in freed}
            self.made -= freed
            self.purged -= freed
            self.left -= freed

    @rule(day=days)
    def move_the_clock(self, day: date) -> None:
        self.today = day

    @invariant()
    def the_status_tells_what_is_so(self) -> None:
        found = {status.epoch: status for status in self.store.status()}
        assert set(found) == self.made | self.purged
        for epoch, status in found.items():
            assert status.destroyed == (epoch in self.purged)
            assert status.overdue == ((epoch not in self.purged or epoch in self.left) and self.past(epoch))


TestEpochsModel = pytest.mark.slow(EpochsModel.TestCase)
TestEpochsModel.settings = settings(max_examples=60, stateful_step_count=40)
