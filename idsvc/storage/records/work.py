"""What keeps the service itself in order: limits, leases, day counts, purge certificates and settling."""

from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, String, Text
from sqlalchemy.orm import Mapped

from idsvc.domain.retention import Kept
from idsvc.storage.declared import Lasting, Protection, stored
from idsvc.storage.records.base import Record, table
from idsvc.storage.types import Moment, closed, hash_value, identifier, one_of, sized

CertificateId = NewType("CertificateId", str)
"""One purge certificate."""


class Counted(StrEnum):
    """What is counted by the day and by nothing else."""

    DECLINED = "declined"
    VOIDED = "voided"


class RateLimit(Record):
    """How often one bucket was used in one window."""

    __tablename__ = "rate_limits"
    __table_args__ = table(sized("bucket"), CheckConstraint("uses > 0", name="uses"))

    bucket: Mapped[bytes] = stored(
        hash_value(),
        primary_key=True,
        what="keyed tag of what is limited: an address block, a member of staff, a global budget",
        why="guessing is slowed down",
        until=Lasting.TASK,
        how=Protection.TAG,
    )
    window: Mapped[datetime] = stored(
        Moment(),
        primary_key=True,
        index=True,
        what="moment at which the window opened, rounded to its length",
        why="a limit is so many uses per window",
        until=Lasting.TASK,
        how=Protection.TIME,
    )
    uses: Mapped[int] = stored(
        Integer,
        what="uses so far",
        why="compared with the limit",
        until=Lasting.TASK,
        how=Protection.COUNT,
    )


class Lease(Record):
    """The right to run one scheduled task, held by one process at a time."""

    __tablename__ = "leases"
    __table_args__ = table()

    name: Mapped[str] = stored(
        String(32),
        primary_key=True,
        what="name of the task",
        why="one runner among all processes",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )
    holder: Mapped[str] = stored(
        identifier(),
        what="random id of the process that runs it",
        why="only the holder may go on or let go",
        until=Lasting.TASK,
        how=Protection.RANDOM,
    )
    held_until: Mapped[datetime] = stored(
        Moment(),
        what="moment at which the lease ends by itself",
        why="a process that died holds nothing up",
        until=Lasting.TASK,
        how=Protection.TIME,
    )


class DayCount(Record):
    """A count of one day, about nobody."""

    __tablename__ = "day_counts"
    __table_args__ = table(one_of("what", Counted), CheckConstraint("count > 0", name="count"))

    day: Mapped[date] = stored(
        Date,
        primary_key=True,
        what="the day that is counted",
        why="quarterly report",
        until=Kept.COUNT,
        how=Protection.DATE,
    )
    what: Mapped[Counted] = stored(
        closed(Counted),
        primary_key=True,
        what="what is counted",
        why="quarterly report",
        until=Kept.COUNT,
        how=Protection.CLOSED,
    )
    count: Mapped[int] = stored(
        Integer,
        what="how many",
        why="quarterly report",
        until=Kept.COUNT,
        how=Protection.COUNT,
    )


class PurgeCertificate(Record):
    """The signed statement of one retention run."""

    __tablename__ = "purge_certificates"
    __table_args__ = table()

    id: Mapped[CertificateId] = stored(
        identifier(),
        primary_key=True,
        what="random id of a certificate",
        why="names it",
        until=Lasting.SERVICE,
        how=Protection.RANDOM,
    )
    day: Mapped[date] = stored(
        Date,
        index=True,
        what="day of the run",
        why="finds it",
        until=Lasting.SERVICE,
        how=Protection.DATE,
    )
    note: Mapped[str] = stored(
        Text,
        what="signed note: run, rules, rounded counts, tree head",
        why="proves that what was due was purged",
        until=Lasting.SERVICE,
        how=Protection.PUBLIC,
    )


class Settling(Record):
    """A rewriting of rows in random order, so that the next one begins behind it."""

    __tablename__ = "settlings"
    __table_args__ = table()

    transaction_id: Mapped[int] = stored(
        BigInteger,
        primary_key=True,
        what="transaction that rewrote the rows; 0 on SQLite, which has none",
        why="rows rewritten once are left alone",
        until=Lasting.TASK,
        how=Protection.COUNT,
    )
    settled_below: Mapped[int] = stored(
        BigInteger,
        what="every transaction below this one was over when the rows were rewritten; 0 on SQLite",
        why="rows of a transaction that ended meanwhile come next time",
        until=Lasting.TASK,
        how=Protection.COUNT,
    )
    day: Mapped[date] = stored(
        Date,
        what="day of the rewriting",
        why="shows whether a closed day is still unsettled",
        until=Lasting.TASK,
        how=Protection.DATE,
    )
