"""Open an engine that leaves no values behind: SQLite deletes securely, no error prints a parameter."""

import os
import sqlite3
from pathlib import Path
from typing import Final, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from idsvc.domain.errors import BadSetting

_CONNECT_SECONDS: Final = 5
_SILENCE_SECONDS: Final = 15
"""A server that acknowledges nothing for so long is gone."""
_POSTGRESQL_SESSION: Final = {"lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}
"""No act waits long for another, and one whose process hangs lets go of its rows."""
_POOL: Final = 10
SQLITE_BEGIN: Final = "idsvc_sqlite_begin"
"""Execution option: the statement that begins a SQLite transaction, or "" for none."""

SQLITE_PRAGMAS: Final = {
    "secure_delete": ("ON", 1),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "recursive_triggers": ("ON", 1),
    "temp_store": ("MEMORY", 2),
    "trusted_schema": ("OFF", 0),
}
"""What each connection sets, and the answer when it is read back.

secure_delete overwrites what is deleted; recursive_triggers lets REPLACE meet the insert-only triggers;
temp_store keeps sorting out of files.
"""


def open_engine(url: str, *, schema: str | None = None) -> Engine:
    """Make the engine for a database URL; nothing is connected yet.

    `schema`: PostgreSQL only, the one schema that unqualified names mean. Raises BadSetting.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadSetting(
            "IDSVC_DATABASE_URL is no database URL; write sqlite:///FILE or postgresql://…"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql" | "postgres":
            return _open_postgresql(parsed, schema)
        case _:
            raise BadSetting("IDSVC_DATABASE_URL names an engine other than sqlite or postgresql.")


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise BadSetting("IDSVC_DATABASE_URL names no file; write sqlite:///FILE.")
    file = Path(url.database)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        pool_size=_POOL,
    )

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        raw = cast("sqlite3.Connection", connection)
        raw.isolation_level = None  # transactions begin where SQLAlchemy says, by `begin` below
        for name, (wish, answer) in SQLITE_PRAGMAS.items():
            raw.execute(f"PRAGMA {name} = {wish}").close()
            found = raw.execute(f"PRAGMA {name}").fetchone()[0]
            if found != answer:
                raise BadSetting(f"This build of SQLite refuses {name} = {wish}; install another.")

    def create(*_: object) -> None:
        """Let nobody else read the file from its first moment; its companions get the same rights."""
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as problem:
            raise BadSetting(
                f"The database file {file} cannot be opened ({problem.strerror}); "
                "name another by IDSVC_DATABASE_URL."
            ) from None

    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(SQLITE_BEGIN, "BEGIN IMMEDIATE")
        if statement:
            connection.exec_driver_sql(statement)

    event.listen(engine, "do_connect", create)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _open_postgresql(url: URL, schema: str | None) -> Engine:
    session = dict(_POSTGRESQL_SESSION) | ({} if schema is None else {"search_path": schema})
    arguments: dict[str, str | int] = {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": 1000 * _SILENCE_SECONDS,
        "application_name": "idsvc",
        "options": " ".join(f"-c {name}={value}" for name, value in session.items()),
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level="SERIALIZABLE",
        connect_args=arguments,
        pool_size=_POOL,
        max_overflow=_POOL,
    )
