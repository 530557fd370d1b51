"""Queries that keep the service in order: rate limits, leases, day counts and purge certificates."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from idsvc.storage.bounded import count_up_to
from idsvc.storage.claims import insert_into, table_of
from idsvc.storage.records import Counted, DayCount, Lease, PurgeCertificate, RateLimit


def count_use(session: Session, bucket: bytes, *, window: datetime) -> int:
    """Count one more use of a bucket in a window and give the number so far; exact under concurrency.

    Run it in a transaction of its own with `Isolation.READ_COMMITTED`, so that a refused act is counted too.
    """
    table = table_of(RateLimit)
    new = insert_into(session, table).values(bucket=bucket, window=window, uses=1)
    counted = new.on_conflict_do_update(
        index_elements=[table.c.bucket, table.c.window], set_={"uses": table.c.uses + 1}
    )
    uses: int = session.execute(counted.returning(table.c.uses)).scalar_one()
    return uses


def count_old_windows(session: Session, *, before: datetime, most: int) -> int:
    """Count the windows that opened before that moment, up to `most`."""
    return count_up_to(session, select(RateLimit.bucket).where(RateLimit.window < before), most)


def delete_old_windows(session: Session, *, before: datetime) -> int:
    """Forget the windows that opened before that moment; gives their number."""
    old = delete(RateLimit).where(RateLimit.window < before)
    return len(session.execute(old.returning(RateLimit.uses)).all())


def acquire_lease(session: Session, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
    """Take a task's lease, or prolong one's own; False while another process holds it.

    A lease that runs for more than twice the time asked for here was taken under a clock that was ahead, and
    is free: it would hold the task up for days. Clocks that are one lease time apart are still believed.
    """
    table = table_of(Lease)
    new = insert_into(session, table).values(name=name, holder=holder, held_until=until)
    ahead = until + (until - now)
    free = or_(table.c.held_until <= now, table.c.held_until > ahead, table.c.holder == holder)
    taken = new.on_conflict_do_update(
        index_elements=[table.c.name], set_={"holder": holder, "held_until": until}, where=free
    )
    return session.execute(taken.returning(table.c.name)).first() is not None


def release_lease(session: Session, name: str, holder: str) -> None:
    """Let go of one's own lease; another's is left alone."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def add_count(session: Session, day: date, what: Counted) -> None:
    """Count one more of something on a day."""
    table = table_of(DayCount)
    new = insert_into(session, table).values(day=day, what=what, count=1)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[table.c.day, table.c.what], set_={"count": table.c["count"] + 1}
        )
    )


def sum_counts(session: Session, first: date, last: date) -> Mapping[Counted, int]:
    """Sum the counts of a span of days, both ends included."""
    sums = (
        select(DayCount.what, func.sum(DayCount.count))
        .where(DayCount.day.between(first, last))
        .group_by(DayCount.what)
    )
    found = {what: int(total) for what, total in session.execute(sums)}
    return {what: found.get(what, 0) for what in Counted}


def count_old_counts(session: Session, *, until: date, most: int) -> int:
    """Count the day counts up to and including that day, but no more than `most`."""
    return count_up_to(session, select(DayCount.day).where(DayCount.day <= until), most)


def delete_counts(session: Session, *, until: date) -> int:
    """Delete the counts up to and including that day; gives their number."""
    old = delete(DayCount).where(DayCount.day <= until)
    return len(session.execute(old.returning(DayCount.day)).all())


def list_certificates(session: Session, first: date, last: date) -> tuple[PurgeCertificate, ...]:
    """List the purge certificates of a span of days, both ends included."""
    found = select(PurgeCertificate).where(PurgeCertificate.day.between(first, last))
    return tuple(session.scalars(found.order_by(PurgeCertificate.day, PurgeCertificate.id)))
