"""The retention run: what is due is destroyed, keys first, then rows and blobs, item by item.

A run can be stopped at any point and begun again; what failed is named, counted and tried by the next run.
The keys die even when the database is full or away. Opening past the day is refused by the epoch store
whether or not a run ever happened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Final, TypeVar

from idsvc.audit.sequencer import sequence, sign_head
from idsvc.domain.errors import IdsvcError, NotFound
from idsvc.domain.ids import BlobId, Clock, EpochName, ItemId, Random, ResidentId, fresh_id
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, due_day, last_start
from idsvc.services.closing import forget_resident
from idsvc.services.due_cards import PAGE, CardsByTime, DueCards
from idsvc.services.journal import Journal
from idsvc.services.purge_certificate import Seals, add_certificate, write_certificate
from idsvc.services.retention_report import Report, Rule
from idsvc.services.sealing import NOTHING, Doomed, Sealing, carry_out
from idsvc.signing.notedday import ClockDisagreement
from idsvc.storage.database import Database, Isolation, Session
from idsvc.storage.queries import audit, items, residents, service, staff
from idsvc.storage.records import Act
from idsvc.storage.upkeep import clean, last_settled, settle

Id = TypeVar("Id", bound=str)

LEASE: Final = "retention"
_LEASE_TIME: Final = timedelta(minutes=15)
_ORPHAN_AGE: Final = timedelta(days=1)
"""A blob is written before its act commits; one that no row names after a day never will be named."""
AHEAD: Final = 7
"""Days for which epochs are made ahead, for the portal, which cannot make them."""
_AHEAD_KINDS: Final = (Kept.REQUEST, Kept.CONTACT, Kept.SOURCE_DOCUMENT)
_LEASE_LOST: Final = "Another process took the retention run over; what is left, it does."


Progress = Callable[[Rule, int], None]
Step = Callable[[Report], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Retention:
    """Everything a run uses; one is built for each run."""

    database: Database
    program: Program
    sealing: Sealing
    open_journal: Callable[[], Journal]
    """Called when today is believed: a new audit epoch must not begin in a year that a bad clock made up."""
    seals: Seals | None
    """None when a signing key cannot be used: then the run ends without a certificate, and says so."""
    clock: Clock
    random: Random = field(repr=False)
    today: date

    def run(self, *, vouched: date | None = None, progress: Progress | None = None) -> Report:
        """Destroy and delete everything that is due; the report names what remains.

        1. Nothing at all is destroyed after a jump of the clock, unless `vouched`, today's date from a source
           that is not this host's clock, agrees. While the clock stands before the noted day, only what is
           over by both is destroyed, and the report says so.
        2. Keys, then the sealed items of ended days: any process may do it at any time.
        3. The rest is for one process at a time: the holder of the lease.
        4. The run leaves an audit leaf, the closed days are settled, a certificate is signed.
        """
        report = Report(fresh_id(self.random), self.today)
        try:
            self.sealing.epochs.confirm_today(vouched=vouched)  # 1
        except ClockDisagreement as failure:
            report.failures.append((Rule.KEYS, str(failure)))
        except IdsvcError as failure:
            report.failures.append((Rule.KEYS, str(failure)))
            return report
        tell = progress or _tell_nobody
        self._take(self._anywhere(vouched), report, tell)  # 2
        try:
            journal = self.open_journal()
            report.elsewhere = not self._hold(report)  # 3
        except IdsvcError as failure:
            report.failures.append((Rule.RESIDENTS, str(failure)))
            return report
        if not report.elsewhere:
            self._take((*self._once_only(journal), *self._closing(journal)), report, tell)  # 4
            self._let_go(report)
        return report

    def _anywhere(self, vouched: date | None) -> tuple[tuple[Rule, Step], ...]:
        return (
            (Rule.KEYS, partial(self._destroy_keys, vouched=vouched)),
            (Rule.AHEAD, lambda _: self._prepare_days()),
            (Rule.ITEMS, self._delete_items),
        )

    def _once_only(self, journal: Journal) -> tuple[tuple[Rule, Step], ...]:
        program, today = self.program, self.today
        due = DueCards(program, today)
        acts = CardsByTime(due, journal)
        return (
            self._each(
                Rule.RESIDENTS,
                lambda s, after: residents.list_expired_residents(s, today, limit=PAGE, after=after),
                partial(_forget, journal=journal),
            ),
            self._each(Rule.EXPIRED, due.page_expired, acts.expire),
            self._each(Rule.UNCOLLECTED, due.page_uncollected, acts.destroy_uncollected),
            self._each(Rule.UNFINISHED, due.page_unfinished, acts.revoke_unfinished),
            self._each(Rule.CARDS, due.page_ended, acts.delete_ended),
            (Rule.TOKENS, self._once(lambda s: residents.delete_due_tokens(s, today))),
            (Rule.SESSIONS, self._once(lambda s: staff.delete_ended_sessions(s, self.clock()))),
            (Rule.STAFF, self._once(self._delete_staff)),
            (Rule.COUNTS, self._once(self._delete_counts)),
            (Rule.LIMITS, self._once(self._delete_windows)),
            (Rule.ORPHANS, lambda _: self._remove_orphans()),
        )

    def _closing(self, journal: Journal) -> tuple[tuple[Rule, Step], ...]:
        return (
            (Rule.LEAVES, lambda report: self._sequence(report, journal)),
            (Rule.SETTLED, lambda _: self._settle()),
            (Rule.BLOBS, self._settle_blobs),
            (Rule.CERTIFIED, self._certify),
        )

    def _take(self, steps: tuple[tuple[Rule, Step], ...], report: Report, tell: Progress) -> None:
        """Take the steps one by one; one that fails is named and the next is taken."""
        for rule, step in steps:
            report.done[rule] = 0
            try:
                for count in step(report):
                    report.done[rule] += count
                    tell(rule, report.done[rule])
            except IdsvcError as failure:
                report.failures.append((rule, str(failure)))

    def _destroy_keys(self, report: Report, *, vouched: date | None) -> Iterator[int]:
        for epoch in self.sealing.epochs.status():
            # A day that is over by the noted day alone was told of at the beginning.
            if epoch.overdue and epoch.epoch < self.today.isoformat():
                try:
                    yield int(self.sealing.epochs.destroy_epoch(epoch.epoch, vouched=vouched))
                except IdsvcError as failure:
                    report.failures.append((Rule.KEYS, str(failure)))
        for name in self.sealing.epochs.strays():
            told = f"{name} lies among the purge-day keys and is none; if it is a copy of one, destroy it."
            report.failures.append((Rule.KEYS, told))

    def _delete_items(self, report: Report) -> Iterator[int]:
        """Delete the rows and blobs of epochs that are over; one bad blob or page holds up no other."""
        for epoch in self.database.read(lambda session: items.list_due_epochs(session, self.today)):
            after: ItemId | None = None
            refused: list[IdsvcError] = []
            while lines := self._page_items(epoch, after):
                after = lines[-1].id
                removed = [line.id for line in lines if line.in_database or self._removed(line.id, report)]
                try:
                    self.database.transact(partial(items.delete_items, item_ids=removed))
                except IdsvcError as failure:  # a full database keeps its rows; every blob goes all the same
                    refused.append(failure)
                else:
                    yield len(removed)
            report.failures += [(Rule.ITEMS, str(failure)) for failure in refused[:1]]

    def _page_items(self, epoch: EpochName, after: ItemId | None) -> tuple[items.ItemLine, ...]:
        return self.database.read(lambda s: items.page_epoch(s, epoch, limit=PAGE, after=after))

    def _removed(self, item: ItemId, report: Report) -> bool:
        try:
            self.sealing.blobs.delete(BlobId(item))
        except IdsvcError as failure:
            report.failures.append((Rule.ITEMS, str(failure)))
            return False
        return True

    def _delete_staff(self, session: Session) -> int:
        until = last_start(self.program.retention, Kept.STAFF, self.today)
        return staff.delete_closed_accounts(session, until=until)

    def _delete_counts(self, session: Session) -> int:
        until = last_start(self.program.retention, Kept.COUNT, self.today)
        return service.delete_counts(session, until=until)

    def _delete_windows(self, session: Session) -> int:
        return service.delete_old_windows(session, before=self.clock() - timedelta(days=1))

    def _remove_orphans(self) -> Iterator[int]:
        """Remove blobs that no row names: their act never committed, or died between commit and removal."""
        older = self.clock() - _ORPHAN_AGE
        batch: list[BlobId] = []
        for blob in self.sealing.blobs.each(changed_before=older):
            batch.append(blob)
            if len(batch) == PAGE:
                yield self._remove_unnamed(batch)
                batch = []
        yield self._remove_unnamed(batch)
        yield self.sealing.blobs.sweep(changed_before=older)

    def _remove_unnamed(self, batch: list[BlobId]) -> int:
        named = self.database.read(lambda s: items.named_blobs(s, batch))
        orphans = [blob for blob in batch if blob not in named]
        return sum(self.sealing.blobs.delete(blob) for blob in orphans)

    def _settle(self) -> Iterator[int]:
        """Settle once a day, but clean in every run: the one before may have failed before it could."""
        if self.database.read(last_settled) == self.today:
            clean(self.database)
        else:
            yield settle(self.database, today=self.today)

    def _settle_blobs(self, report: Report) -> Iterator[int]:
        """Settle the blobs of closed days; what a full disk refuses stays as it is for the next run."""
        failures: list[str] = []
        yesterday = EpochName((self.today - timedelta(days=1)).isoformat())
        closed = self.sealing.epochs.ends_at(yesterday)
        for number, blob in enumerate(
            self.sealing.blobs.unsettled(changed_before=closed, random=self.random)
        ):
            if number % PAGE == 0 and not self._hold(report):
                failures.append(_LEASE_LOST)
                break
            try:
                yield int(self.sealing.blobs.settle(blob, random=self.random))
            except IdsvcError as failure:
                failures.append(str(failure))
        if failures:
            report.failures.append((Rule.BLOBS, f"{failures[0]} ({len(failures)} in all)"))

    def _prepare_days(self) -> Iterator[int]:
        for ahead in range(AHEAD + 1):
            start = self.today + timedelta(days=ahead)
            for kept in _AHEAD_KINDS:
                self.sealing.epochs.create_if_absent(due_day(self.program.retention, kept, start))
        yield AHEAD

    def _sequence(self, report: Report, journal: Journal) -> Iterator[int]:
        """Leave the run's own leaf and give every waiting leaf its place in the tree."""
        self.database.transact(lambda s: journal.note(s, Act.RETENTION_RUN, report.run_id))
        seals = self._need_seals()
        waiting = self.database.read(audit.count_queued)
        sequence(
            self.database,
            holder=report.run_id,
            signer=seals.log_signer,
            key=seals.log,
            clock=self.clock,
            random=self.random,
        )
        yield waiting

    def _certify(self, report: Report) -> Iterator[int]:
        seals = self._need_seals()
        head = sign_head(self.database, signer=seals.log_signer, key=seals.log, clock=self.clock)
        note = write_certificate(
            report.run_id,
            report.day,
            {rule: count for rule, count in report.done.items() if rule is not Rule.CERTIFIED},
            remains=len(report.failures),
            head=head,
            seals=seals,
        )
        self.database.transact(partial(add_certificate, day=report.day, note=note, random=self.random))
        yield 1

    def _need_seals(self) -> Seals:
        if self.seals is None:
            raise NotFound("The keys for checkpoints and certificates cannot be used; see: idsvc keys status")
        return self.seals

    def _each(
        self,
        rule: Rule,
        page: Callable[[Session, Id | None], tuple[Id, ...]],
        act: Callable[[Session, Id], tuple[bool, Doomed]],
    ) -> tuple[Rule, Step]:
        """Make the step that goes through what is due, one transaction each: a failure holds up no other."""

        def step(report: Report) -> Iterator[int]:
            after: Id | None = None
            while due := self.database.read(partial(_page, page, after)):
                if not self._hold(report):
                    report.failures.append((rule, _LEASE_LOST))
                    return
                after = due[-1]
                for one in due:
                    try:
                        yield int(carry_out(self.database, self.sealing, partial(_on, act, one)))
                    except IdsvcError as failure:
                        report.failures.append((rule, str(failure)))

        return rule, step

    def _once(self, act: Callable[[Session], int]) -> Step:
        def step(_: Report) -> Iterator[int]:
            yield self.database.transact(act)

        return step

    def _hold(self, report: Report) -> bool:
        """Take the lease of the run, or prolong it; False while another process has it."""
        now = self.clock()
        return self.database.transact(
            lambda s: service.acquire_lease(s, LEASE, report.run_id, now=now, until=now + _LEASE_TIME),
            isolation=Isolation.READ_COMMITTED,
        )

    def _let_go(self, report: Report) -> None:
        try:
            self.database.transact(lambda s: service.release_lease(s, LEASE, report.run_id))
        except IdsvcError as failure:
            report.failures.append((Rule.CERTIFIED, str(failure)))


def _page(
    page: Callable[[Session, Id | None], tuple[Id, ...]], after: Id | None, session: Session
) -> tuple[Id, ...]:
    return page(session, after)


def _on(act: Callable[[Session, Id], tuple[bool, Doomed]], one: Id, session: Session) -> tuple[bool, Doomed]:
    return act(session, one)


def _forget(session: Session, resident_id: ResidentId, *, journal: Journal) -> tuple[bool, Doomed]:
    if residents.find_resident(session, resident_id) is None:
        return False, NOTHING  # closed by its holder between the look and the act
    return True, forget_resident(session, resident_id, journal=journal)


def _tell_nobody(_: Rule, __: int) -> None:
    """Take progress that nobody watches."""
