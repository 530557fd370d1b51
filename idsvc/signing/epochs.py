"""The store of epochs: purge days with key pairs that die on them, outside the database and every backup.

Layout of the directory: `private/` (only for processes that open or destroy), `public/` (public halves,
and `.gone` tombstones), `secrets/` (item secrets). A key that was destroyed is gone for good. While the clock
stands before the day noted in `private/.day`, nothing of the days between is opened and nothing destroyed.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting, Conflict, Destroyed, Refusal, Unavailable
from idsvc.domain.ids import Clock, EpochName, ItemId, Random
from idsvc.signing import durable, halves
from idsvc.signing.itemsecrets import SECRET_BYTES, ItemSecrets
from idsvc.signing.notedday import LARGEST_STEP, ClockDisagreement, NotedDay

CARRIED_BYTES: Final = 32
"""The part of an item's key that HPKE carries; the store holds the other part, the item's secret."""
HEADER_BYTES: Final = halves.SEALED_OVERHEAD + CARRIED_BYTES
"""What must stand before a sealed item: 1,168 bytes."""
_PARTS: Final = ("private", "public", "secrets")
_GONE: Final = ".gone"
_UNREADABLE: Final = "The epoch store could not be read"
_PAST: Final = "The purge day of this item has passed; nothing can open it."


class ClockJump(Unavailable):
    """The clock is far ahead of every day known so far; nothing is destroyed until a second source agrees."""


@dataclass(frozen=True, slots=True)
class ItemKey:
    """A fresh item's 64-byte key, and the header to keep with the item so that the key can be found again."""

    key: bytes
    header: bytes


@dataclass(frozen=True, slots=True)
class EpochStatus:
    """An epoch as it stands: `overdue` when its day is past and its key or its secrets still exist."""

    epoch: EpochName
    destroyed: bool
    overdue: bool


def prepare(directory: Path) -> None:
    """Make the directories of an epoch store, for their owner only; what exists stays as it is."""
    with durable.disk_errors("The epoch directory could not be made"):
        for path in (directory, *(directory / part for part in _PARTS)):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)


class EpochStore:
    """Makes, uses and destroys epochs; `private=None` for a process that may only deposit."""

    def __init__(
        self,
        directory: Path,
        private: halves.PrivateHalves | None,
        *,
        zone: tzinfo,
        clock: Clock,
        random: Random,
    ) -> None:
        self._lock = directory / "private" / ".lock"
        self._noted = NotedDay(directory / "private" / ".day")
        self._public = directory / "public"
        self._secrets = directory / "secrets"
        self._private = private
        self._zone = zone
        self._clock = clock
        self._random = random
        for place in (self._public, self._secrets):
            if not place.is_dir():
                raise BadSetting(
                    f"The epoch directory {directory} has no {place.name}/ in it; make it first."
                )

    def create_if_absent(self, day: date) -> EpochName:
        """Make the epoch of a purge day unless it exists, and return its name.

        Raises Destroyed for a day that is past or an epoch that was destroyed, ClockDisagreement where only
        the noted day says that it is past, Unavailable where the day has not been made and this process
        holds no private halves.
        """
        epoch = EpochName(day.isoformat())
        self._refuse_past(epoch)
        if self._public_path(epoch).exists():
            return epoch
        if self._private is None:
            raise Unavailable(
                f"The purge-day key {epoch} is not made yet; the retention run or a counter process makes it."
            )
        with self._changing():
            self._refuse_past(epoch)
            self._noted.note(self._today())
            self._private.create(epoch, halves.draw_private_half(self._random))
            private = self._private.read(epoch)
            if private is None:
                raise Unavailable(f"The purge-day key {epoch} cannot be read back; check the key store.")
            self._item_secrets(epoch).create()
            # Public last: nothing is ever sealed to a key whose private half is not on the disk.
            durable.write_new(self._public_path(epoch), halves.public_half(private), mode=0o644)
        return epoch

    def deposit(self, epoch: EpochName, item: ItemId, *, info: bytes) -> ItemKey:
        """Make an item's key, bound to `info`, and deposit its secret durably.

        Needs the public half only; a process without the private half cannot find the key again.
        """
        self._refuse_past(epoch)
        with durable.disk_errors(_UNREADABLE):
            try:
                public = self._public_path(epoch).read_bytes()
            except FileNotFoundError:
                self._refuse_past(epoch)  # a purge may have buried it since the look above
                raise Unavailable(f"The purge-day key {epoch} has not been made; make it first.") from None
        if not public:
            self._refuse_past(epoch)  # or emptied it while it was read
        carried, secret = self._random(CARRIED_BYTES), self._random(SECRET_BYTES)
        header = halves.seal_to(public, carried, info=info)
        self._item_secrets(epoch).put(item, secret, random=self._random)
        return ItemKey(carried + secret, header)

    def open(self, epoch: EpochName, item: ItemId, header: bytes, *, info: bytes) -> bytes:
        """Return an item's 64-byte key.

        Raises Destroyed past the day, even if nothing ever purged it; ClockDisagreement where only the noted
        day says that it is past: that may be an error, and nobody should take the item for lost.
        """
        self._refuse_past(epoch)
        if self._private is None:
            raise Unavailable("This process holds no purge-day keys; open the item where they are.")
        private = self._private.read(epoch)
        if private is None:
            raise Destroyed(_PAST)
        # The secret first: what died with an earlier key of the same day is destroyed, not altered.
        secret = self._item_secrets(epoch).get(item)
        return halves.open_with(private, header, info=info) + secret

    def destroy_item(self, epoch: EpochName, item: ItemId) -> bool:
        """Destroy one item's secret now; False when it is gone already."""
        self.ends_at(epoch)
        try:
            return self._item_secrets(epoch).overwrite(item)
        except Destroyed:
            return False

    def destroy_epoch(self, epoch: EpochName, *, vouched: date | None = None) -> bool:
        """Destroy an epoch whose day is over; False when nothing was left to destroy.

        1. This clock must be past the end of the day (Conflict otherwise). The noted day does not count here
           (ClockDisagreement): what is refused too early can be opened later, what is destroyed cannot.
        2. The clock must be at most `LARGEST_STEP` ahead of the newest day this store has accepted, or of
           `vouched`: a day from a source that is not this host's clock (a witness's signature, the database
           server, the person who confirmed the date). ClockJump otherwise.
        3. The public half becomes the tombstone, by a rename that needs no free space: from here on nothing
           is sealed, opened or made under this name.
        4. The private half is destroyed; the item secrets follow.
        A crash at any point leaves what the same call finishes.
        """
        if self._private is None:
            raise Unavailable("This process holds no purge-day keys; destroy them where they are.")
        with self._changing():
            self._refuse_early(epoch)  # 1
            self._refuse_jump(vouched)  # 2
            had_key = epoch in self._private.names()
            self._bury(epoch)  # 3
            self._private.destroy(epoch)  # 4
            had_secrets = self._item_secrets(epoch).remove()
        return had_key or had_secrets

    def confirm_today(self, *, vouched: date | None = None) -> None:
        """Raise ClockJump or ClockDisagreement unless this clock's day can be believed.

        `vouched` is what step 2 of `destroy_epoch` says. Where it is this clock's own day, what a clock that
        was ahead left is put right:
        1. A day to come has no tombstone: what was left of its key is destroyed, so that nothing which was
           sealed to it comes back, and its name is free for a new key.
        2. The noted day is set back. Last, so that after a crash the same call finishes.
        """
        with self._changing():
            today = self._today()
            if vouched == today and self._private is not None:
                self._free_days_to_come(self._private)  # 1
                self._noted.set_back(today)  # 2
            self._noted.refuse_after(today.isoformat(), today=today)
            self._refuse_jump(vouched)

    def refuse_disagreement(self) -> None:
        """Raise ClockDisagreement while this clock stands before the noted day; a depositor cannot tell."""
        if self._private is not None:
            today = self._today()
            self._noted.refuse_after(today.isoformat(), today=today)

    def status(self) -> tuple[EpochStatus, ...]:
        """List every epoch, oldest first; without private halves a tombstone counts as destroyed."""
        with durable.disk_errors(_UNREADABLE):
            names = [path.name for path in self._public.iterdir()]
            gone = {EpochName(day) for name in names if halves.is_epoch_name(day := name.removesuffix(_GONE))}
            held = halves.epochs_in(self._public) if self._private is None else self._private.names()
            left = held | halves.epochs_in(self._secrets)  # secrets without a key: a crash came between
        return tuple(
            EpochStatus(epoch, destroyed=epoch not in held, overdue=epoch in left and self._is_past(epoch))
            for epoch in sorted(gone | left)
        )

    def strays(self) -> tuple[str, ...]:
        """List what lies among the private halves and is none: a copied key there would outlive its day."""
        if self._private is None:
            return ()
        with durable.disk_errors(_UNREADABLE):
            names = [path.name for path in self._lock.parent.iterdir()]
        return tuple(
            sorted(
                name
                for name in names
                # the store's own files begin with a dot; a volume of its own has lost+found
                if name[0] != "." and name != "lost+found" and not halves.is_epoch_name(name)
            )
        )

    def ends_at(self, epoch: EpochName) -> datetime:
        """Return the moment an epoch ends: 24:00 local time of its day. Refusal if it names no day."""
        try:
            day = date.fromisoformat(epoch)
        except ValueError:
            day = date.min
        if day.isoformat() != epoch:
            raise Refusal("An epoch is named by its day, such as 2026-11-23.")
        return datetime.combine(day + timedelta(days=1), time(), self._zone)

    def _is_over(self, epoch: EpochName) -> bool:
        return self._clock() >= self.ends_at(epoch)

    def _is_past(self, epoch: EpochName) -> bool:
        """Tell whether a day is over by the clock or by the noted day, which a depositor does not see."""
        try:
            self._refuse_noted(epoch)
        except ClockDisagreement:
            return True
        return self._is_over(epoch)

    def _refuse_past(self, epoch: EpochName) -> None:
        if self._is_over(epoch):
            raise Destroyed(_PAST)
        self._refuse_noted(epoch)  # before the tombstone, which the same wrong clock may have put there
        if self._tombstone(epoch).exists():
            raise Destroyed(_PAST)

    def _refuse_noted(self, epoch: EpochName) -> None:
        if self._private is not None:
            self._noted.refuse_after(epoch, today=self._today())

    def _refuse_early(self, epoch: EpochName) -> None:
        if not self._is_over(epoch):
            self._refuse_noted(epoch)
            raise Conflict(f"The day {epoch} is not over; its key is still needed.")

    def _free_days_to_come(self, private: halves.PrivateHalves) -> None:
        for tombstone in self._public.glob(f"*{_GONE}"):
            epoch = EpochName(tombstone.name.removesuffix(_GONE))
            if halves.is_epoch_name(epoch) and not self._is_over(epoch):
                private.destroy(epoch)
                self._item_secrets(epoch).remove()
                tombstone.unlink()
        durable.sync_directory(self._public)

    def _bury(self, epoch: EpochName) -> None:
        tombstone = self._tombstone(epoch)
        try:
            self._public_path(epoch).rename(tombstone)
        except FileNotFoundError:  # never finished, or buried before
            durable.write_new(tombstone, b"", mode=0o644)
        os.truncate(tombstone, 0)
        durable.sync_directory(self._public)

    def _refuse_jump(self, vouched: date | None) -> None:
        today = self._today()
        known = [day for day in (self._noted.read(), vouched) if day is not None]
        if not known and not self.status():
            self._noted.note(today)  # a store that never held an epoch: nothing can be destroyed too early
            return
        if not known or today - max(known) > LARGEST_STEP:
            last = max(known, default="none")
            raise ClockJump(
                f"The clock says {today}, the last day known is {last}; confirm today's date to go on."
            )
        self._noted.note(today, confirmed=True)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _public_path(self, epoch: EpochName) -> Path:
        return self._public / epoch

    def _tombstone(self, epoch: EpochName) -> Path:
        return self._public / f"{epoch}{_GONE}"

    def _item_secrets(self, epoch: EpochName) -> ItemSecrets:
        return ItemSecrets(self._secrets / epoch)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with durable.disk_errors("The epoch store could not be changed"), durable.locked(self._lock):
            yield
