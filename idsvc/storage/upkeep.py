"""What a database needs beside acts: its settings checked, closed days settled, freed pages overwritten.

Settling rewrites the rows of closed days in random order in one transaction: then no row order, row number
or transaction id joins a resident's rows to the audit leaf of one clerk. Write-ahead-log archives keep the
old order; the threat model says so.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from idsvc.domain.errors import Unavailable
from idsvc.storage.database import Database
from idsvc.storage.engine import SQLITE_PRAGMAS
from idsvc.storage.faults import Fault, classify, explain
from idsvc.storage.records import Record, Settling

POSTGRESQL_LOG_SETTINGS: Final = {
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_statement": "none",
}
"""Settings without which the server's own log keeps parameters and failing rows (PostgreSQL, 20.8)."""

POSTGRESQL_SERVER_SETTINGS: Final = {"fsync": "on", "full_page_writes": "on", "track_commit_timestamp": "off"}
"""An acknowledged act survives a crash, and the server keeps no time of any commit."""

_LEFT_ALONE: Final = "audit_"
"""The audit log is insert-only; with all other rows moved, its order joins nothing."""
_CHECKPOINT_TRIES: Final = 20
_CHECKPOINT_PAUSE: Final = 0.1
_SETTLE_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One setting of the database as it is and as it must be."""

    setting: str
    found: str
    wanted: str

    @property
    def ok(self) -> bool:
        """Tell whether it is as it must be."""
        return self.found == self.wanted


def check_settings(database: Database) -> tuple[Finding, ...]:
    """Read back what keeps values out of files and logs, and on SQLite the file's integrity."""
    wanted = (
        {name: str(answer) for name, (_, answer) in SQLITE_PRAGMAS.items()} | {"quick_check": "ok"}
        if database.is_sqlite
        else POSTGRESQL_LOG_SETTINGS | POSTGRESQL_SERVER_SETTINGS
    )
    ask = "PRAGMA {}" if database.is_sqlite else "SHOW {}"

    def act(session: Session) -> tuple[Finding, ...]:
        return tuple(
            Finding(setting=name, found=str(session.scalar(text(ask.format(name)))), wanted=answer)
            for name, answer in wanted.items()
        )

    return database.read(act)


def last_settled(session: Session) -> date | None:
    """Give the day on which rows were last settled."""
    return session.scalars(select(Settling.day).order_by(Settling.transaction_id.desc()).limit(1)).first()


def settle(database: Database, *, today: date, pause: Callable[[float], None] = time.sleep) -> int:
    """Rewrite every row written since the last settling, in random order; gives the number of rows.

    On SQLite rows always lie in the order of their random keys, so only the pages are rebuilt (0 rows).
    On PostgreSQL the rewrite and its note are one transaction; when `clean` fails after it, clean again.
    Raises Unavailable when acts keep coming in between: run it in a quiet hour.
    """
    if database.is_sqlite:
        clean(database, pause=pause)
        database.transact(lambda session: _note_settling(session, today, 0, 0))
        return 0
    for _ in range(_SETTLE_TRIES):
        try:
            with database.engine.connect() as connection:
                connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    moved = _rewrite(connection, today)
        except DBAPIError as error:
            fault = classify(error)
            if fault is not Fault.CONFLICT:
                raise explain(error, fault) from None
            pause(_CHECKPOINT_PAUSE)
            continue
        clean(database, pause=pause)
        return moved
    raise Unavailable("Other work kept changing the rows of the closed day; settle again in a quiet hour.")


def _rewrite(connection: Connection, today: date) -> int:
    session = Session(connection)
    before = session.scalars(select(Settling).order_by(Settling.transaction_id)).all()
    transaction = int(session.scalar(text("SELECT pg_current_xact_id()::text::bigint")) or 0)
    below = int(session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")) or 0)
    since = before[-1].settled_below if before else 0
    bounds = {
        "young": min(transaction - since, 2**31 - 1),
        "settled": [settling.transaction_id % 2**32 for settling in before],
    }
    moved = 0
    for table in Record.metadata.sorted_tables:
        if table.name.startswith(_LEFT_ALONE) or table.name in ("settlings", "purge_certificates"):
            continue
        statement = text(
            f"WITH gone AS (DELETE FROM {table.name} WHERE age(xmin) <= :young "  # noqa: S608 - our own names
            "AND xmin::text::bigint != ALL (:settled) RETURNING *) "
            f"INSERT INTO {table.name} SELECT * FROM gone ORDER BY random()"
        )
        moved += connection.execute(statement, bounds).rowcount
    _note_settling(session, today, transaction, below)
    session.flush()  # the connection commits, not this session
    return moved


def _note_settling(session: Session, today: date, transaction: int, below: int) -> None:
    """Keep this settling, and those whose rows the next one would otherwise take for unsettled."""
    session.execute(
        delete(Settling).where(or_(Settling.transaction_id < below, Settling.transaction_id == 0))
    )
    session.add(Settling(transaction_id=transaction, settled_below=below, day=today))


def clean(database: Database, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Leave nothing of deleted rows: vacuum, and on SQLite empty the write-ahead log too.

    Raises Unavailable while a reader keeps SQLite's log from being emptied.
    """
    with database.without_transaction() as execute:
        if not database.is_sqlite:
            for table in Record.metadata.sorted_tables:
                execute(f"VACUUM {table.name}")
            return
        execute("VACUUM")
        for _ in range(_CHECKPOINT_TRIES):
            busy = execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if busy == 0:
                return
            pause(_CHECKPOINT_PAUSE)
    raise Unavailable("A reader keeps the write-ahead log open; clean again when it has ended.")
