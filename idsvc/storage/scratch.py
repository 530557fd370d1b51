"""A database of its own for a demonstration, beside configured rows and never touching them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import text

from idsvc.domain.ids import Random
from idsvc.storage.database import Database
from idsvc.storage.engine import open_engine

_NAME_BYTES: Final = 8


@contextmanager
def scratch_database(url: str, folder: Path, *, random: Random) -> Iterator[Database]:
    """Give an upgraded database on the same engine as `url`, and remove it at the end.

    SQLite: a file in `folder`. PostgreSQL: a schema with a random name in the configured database. Raises
    BadSetting for a bad URL, Unavailable when the engine is away.
    """
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        yield from _opened(Database(f"sqlite:///{folder / 'scratch.db'}", random=random))
        return
    name = f"idsvc_scratch_{random(_NAME_BYTES).hex()}"
    keeper = Database(url, random=random)
    keeper.transact(lambda session: session.execute(text(f"CREATE SCHEMA {name}")))
    try:
        yield from _opened(Database(url, random=random, schema=name))
    finally:
        keeper.transact(lambda session: session.execute(text(f"DROP SCHEMA {name} CASCADE")))
        keeper.close()


def _opened(database: Database) -> Iterator[Database]:
    try:
        database.upgrade()
        yield database
    finally:
        database.close()
