"""The database of one process: run an act in a transaction, again if it must be, and never twice in effect.

Acts are safe to run again because they insert under ids that the client made.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import Random
from idsvc.storage import schema
from idsvc.storage.declared import StoredColumn, check_declared, list_stored
from idsvc.storage.engine import SQLITE_BEGIN, open_engine
from idsvc.storage.faults import Fault, classify, explain
from idsvc.storage.records import Record

__all__ = ["Database", "Isolation", "Session", "answer_was_lost", "inventory"]

T = TypeVar("T")

_ANSWER_LOST: Final = "answer lost"
_PATIENCE: Final = 8.0
"""Seconds that an act is tried again; a PostgreSQL that crashed under load was back in 2-4 s."""
_CONFLICT_PAUSE: Final = 0.005
_AWAY_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_JITTER_BYTES: Final = 4
_UPGRADE_LOCK: Final = 0x1D57C
"""Number of the advisory lock that one upgrade at a time holds."""


class Isolation(StrEnum):
    """How a transaction sees others; SQLite is always serializable."""

    SERIALIZABLE = "SERIALIZABLE"
    READ_COMMITTED = "READ COMMITTED"
    """For a single upsert that many processes do at once: a rate limit, a lease."""


class Database:
    """One engine with its transactions; open it once per process."""

    def __init__(
        self,
        url: str,
        *,
        random: Random,
        schema: str | None = None,
        pause: Callable[[float], None] = time.sleep,
        patience: float = _PATIENCE,
    ) -> None:
        """Prepare the engine without connecting. Raises BadSetting for a bad URL or an undeclared column."""
        check_declared(Record.metadata)
        self._engine = open_engine(url, schema=schema)
        self._random = random
        self._pause = pause
        self._patience = patience

    @property
    def engine(self) -> Engine:
        """The engine, for what is no act: migrations, upkeep and checks."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    def transact(self, act: Callable[[Session], T], *, isolation: Isolation = Isolation.SERIALIZABLE) -> T:
        """Run the act and commit; run it again when another came first or the connection was lost.

        When the answer to a commit was lost the act runs again although it may have happened: it must
        insert under client-made ids and look at what is there. Raises Unavailable after 8 s without success,
        Conflict when a constraint refuses, and whatever the act raises (then nothing is written).
        """
        engine = self._engine if self.is_sqlite else self._engine.execution_options(isolation_level=isolation)
        return self._run(engine, act)

    def read(self, act: Callable[[Session], T]) -> T:
        """Run an act that only reads, on one unchanging view of the data; it holds up no writer."""
        return self._run(self._reading(), act)

    def _reading(self) -> Engine:
        if self.is_sqlite:
            return self._engine.execution_options(**{SQLITE_BEGIN: "BEGIN"})
        return self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _run(self, engine: Engine, act: Callable[[Session], T], *, answer_lost: bool = False) -> T:
        lost = answer_lost

        def once() -> T:
            nonlocal lost
            acted = False
            try:
                with Session(engine, expire_on_commit=False, info={_ANSWER_LOST: lost}) as session:
                    with session.begin():
                        result = act(session)
                        session.flush()  # whatever another's write refuses is refused before the commit
                        acted = True
                    return result
            except DBAPIError as error:
                lost = lost or (acted and classify(error) is Fault.AWAY)
                raise

        return self._insist(once)

    def _insist(self, once: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._patience
        attempt = 0
        while True:
            try:
                return once()
            except PoolTimeout:
                raise Unavailable("All connections to the database are in use; try again.") from None
            except DBAPIError as error:
                fault = classify(error)
                retried = fault in (Fault.CONFLICT, Fault.AWAY)
                pause = self._draw_pause(fault, attempt)
                if not retried or time.monotonic() + pause > deadline:
                    raise explain(error, fault) from None
            self._pause(pause)
            attempt += 1

    def _draw_pause(self, fault: Fault, attempt: int) -> float:
        """Draw a pause between nothing and a bound that doubles: those who met once should not meet again."""
        first = _CONFLICT_PAUSE if fault is Fault.CONFLICT else _AWAY_PAUSE
        bound = min(_LONGEST_PAUSE, first * 2.0 ** min(attempt, 10))
        share = int.from_bytes(self._random(_JITTER_BYTES)) / float(1 << 8 * _JITTER_BYTES)
        return bound * share

    def require_schema(self) -> None:
        """Refuse a database that is behind or ahead of this version. Raises BadSetting or Unavailable."""
        with self._told(), self._engine.connect() as connection:
            schema.require_schema(connection)

    def upgrade(self) -> None:
        """Run the missing migrations in one transaction; of several processes, the later ones wait."""
        engine = (
            self._engine
            if self.is_sqlite
            else self._engine.execution_options(isolation_level=Isolation.READ_COMMITTED)
        )

        def once() -> None:
            with engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
                schema.upgrade_schema(connection)

        self._insist(once)

    @contextmanager
    def without_transaction(self) -> Iterator[Callable[[str], object]]:
        """Lend a function that runs one statement outside any transaction and gives its first value."""
        engine = (
            self._engine.execution_options(**{SQLITE_BEGIN: ""})
            if self.is_sqlite
            else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        with self._told(), engine.connect() as connection:

            def execute(statement: str) -> object:
                result = connection.exec_driver_sql(statement)
                return result.scalar() if result.returns_rows else None

            yield execute

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise explain(error, classify(error)) from None


def answer_was_lost(session: Session) -> bool:
    """Tell whether this act may have been committed already: it ran to its end and the connection broke then.

    An act that finds "already so" and would refuse a second call looks here: then it is its own work.
    """
    return bool(session.info.get(_ANSWER_LOST, False))


def inventory() -> tuple[StoredColumn, ...]:
    """List every stored column with what it holds, why, until when and how it is protected."""
    return list_stored(Record.metadata)
