"""Tell what a database error means for the caller, in a sentence without any stored or typed value."""

import sqlite3
from enum import Enum, auto
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, IntegrityError

from idsvc.domain.errors import BadSetting, Conflict, IdsvcError, Unavailable

_CONFLICT: Final = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available (PostgreSQL, appendix A)."""
_AWAY: Final = frozenset({"57P01", "57P02", "57P03", "53300", "25006"})
"""Shutting down, crashed, starting, too many connections, read-only standby."""
_CONNECTION: Final = "08"
_SCHEMA: Final = frozenset({"42P01", "42703", "3F000"})
_RIGHTS: Final = "42501"
_DISK_FULL: Final = "53100"

_SQLITE_CONFLICT: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_AWAY: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL})
_SQLITE_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE: Final = 0xFF


class Fault(Enum):
    """What to do about a database error."""

    CONFLICT = auto()
    """Another transaction came first: run the act again."""
    AWAY = auto()
    """The database or the connection is gone; whether the commit happened is unknown: run the act again."""
    FULL = auto()
    RULE = auto()
    """A constraint refused the change."""
    SCHEMA = auto()
    RIGHTS = auto()
    BROKEN = auto()
    """The file is damaged or no database."""
    BUG = auto()


class DatabaseFault(RuntimeError):
    """A statement that the database does not understand: a mistake of the program, told without values."""


def classify(error: DBAPIError) -> Fault:
    """Tell what a database error means."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _classify_sqlite(error, cause)
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state in _CONFLICT:
        return Fault.CONFLICT
    if isinstance(error, IntegrityError):
        return Fault.RULE
    if state in _SCHEMA:
        return Fault.SCHEMA
    if state == _RIGHTS:
        return Fault.RIGHTS
    if state == _DISK_FULL:
        return Fault.FULL
    if error.connection_invalidated or state in _AWAY or (state or "").startswith(_CONNECTION):
        return Fault.AWAY
    if state is None and isinstance(cause, psycopg.OperationalError):
        return Fault.AWAY
    return Fault.BUG


def _classify_sqlite(error: DBAPIError, cause: sqlite3.Error) -> Fault:
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if code in _SQLITE_CONFLICT:
        return Fault.CONFLICT
    if isinstance(error, IntegrityError):
        return Fault.RULE
    if code == sqlite3.SQLITE_FULL:
        return Fault.FULL
    if code == sqlite3.SQLITE_READONLY:
        return Fault.RIGHTS
    if code in _SQLITE_AWAY:
        return Fault.AWAY
    if code in _SQLITE_BROKEN:
        return Fault.BROKEN
    if "no such table" in str(cause) or "no such column" in str(cause):
        return Fault.SCHEMA
    return Fault.BUG


def explain(error: DBAPIError, fault: Fault) -> IdsvcError | DatabaseFault:
    """Make the exception that leaves storage; it holds no parameter, row or key value of the original."""
    match fault:
        case Fault.CONFLICT:
            return Unavailable("The database is too busy at the moment; try again.")
        case Fault.AWAY:
            return Unavailable("The database cannot be reached; nothing is lost, try again in a minute.")
        case Fault.FULL:
            return Unavailable("The database's disk is full; make room and try again.")
        case Fault.RULE:
            return Conflict(
                f"The database refused this change by its rule {_rule(error)}; nothing was changed."
            )
        case Fault.SCHEMA:
            return BadSetting("The database lacks a table or column; run `idsvc db upgrade`.")
        case Fault.RIGHTS:
            return BadSetting("This process may not write to the database; grant its account the rights.")
        case Fault.BROKEN:
            return BadSetting("The database file is damaged or no database; restore it from a backup.")
        case Fault.BUG:
            state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
            return DatabaseFault(
                f"the database refused a statement: {type(error).__name__} {state or ''}".strip()
            )


def _rule(error: DBAPIError) -> str:
    """Name the constraint; SQLite's own message names columns only, never values."""
    cause = error.orig
    if isinstance(cause, psycopg.Error):
        return cause.diag.constraint_name or cause.sqlstate or "unknown"
    return str(cause).rpartition(": ")[2]
