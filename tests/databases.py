"""Fresh, migrated databases on both engines for every test folder.

A conftest takes them by `from tests.databases import *`; `database` runs a test once on each engine.
PostgreSQL is found by IDSVC_TEST_POSTGRES; each process makes one template database, copies it, and empties
the copy after each test: dropping a database waits for a checkpoint of the whole server.
"""

import atexit
import functools
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg import sql

from idsvc.storage.database import Database
from idsvc.storage.records import Record

__all__ = ["database", "postgres", "postgres_database", "sqlite_database"]

_SERVER = os.environ.get("IDSVC_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432")


def _admin() -> psycopg.Connection:
    plain = _SERVER.replace("+psycopg", "")
    return psycopg.connect(f"{plain}/postgres", autocommit=True)


def _drop(name: str) -> None:
    with _admin() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(name: str, template: str) -> None:
    with _admin() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


@functools.cache
def _template() -> str:
    name = f"idsvc_test_{uuid.uuid4().hex[:12]}"
    _create(name, "template0")
    atexit.register(_drop, name)
    template = Database(f"{_SERVER}/{name}", random=os.urandom)
    template.upgrade()
    template.close()
    return name


def make_postgres_url() -> str:
    """Copy the migrated template; the caller drops it by `drop_postgres_url`."""
    name = f"idsvc_test_{uuid.uuid4().hex[:12]}"
    _create(name, _template())
    return f"{_SERVER}/{name}"


def drop_postgres_url(url: str) -> None:
    """Drop what `make_postgres_url` made, whoever is still connected."""
    _drop(url.rpartition("/")[2])


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """URL of a migrated database shared by one module; mark its tests needs("postgresql")."""
    url = make_postgres_url()
    yield url
    drop_postgres_url(url)


@pytest.fixture
def postgres_database() -> Iterator[Database]:
    """A fresh, migrated PostgreSQL database."""
    url = _lend_copy()
    opened = Database(url, random=os.urandom)
    yield opened
    opened.close()
    _take_back(url)


_spare: list[str] = []


def _lend_copy() -> str:
    if _spare:
        return _spare.pop()
    url = make_postgres_url()
    atexit.register(drop_postgres_url, url)
    return url


def _take_back(url: str) -> None:
    """Empty the copy for the next test; one whose schema or settings a test changed is not used again."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        if connection.execute(_SHAPE).fetchall() != _template_shape():
            return
        connection.execute("SET session_replication_role = replica")  # insert-only triggers rest meanwhile
        tables = sql.SQL(", ").join(map(sql.Identifier, Record.metadata.tables))
        connection.execute(sql.SQL("TRUNCATE {}").format(tables))
    _spare.append(url)


_SHAPE: Final = """
    SELECT relname, relkind::text, relnatts FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname, pg_get_constraintdef(oid), 0 FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT version_num, 'revision', 0 FROM alembic_version
    UNION ALL SELECT setconfig::text, 'setting', 0 FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT tgname, 'trigger', 0 FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT extname, 'extension', 0 FROM pg_extension
    ORDER BY 1, 2, 3
"""


@functools.cache
def _template_shape() -> list[tuple[object, ...]]:
    plain = _SERVER.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/{_template()}", autocommit=True) as connection:
        return connection.execute(_SHAPE).fetchall()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated SQLite file in `tmp_path / "idsvc.db"`."""
    opened = Database(f"sqlite:///{tmp_path / 'idsvc.db'}", random=os.urandom)
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated database; the test runs once on each engine."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found = request.getfixturevalue(name)
    assert isinstance(found, Database)
    return found
