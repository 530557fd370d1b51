import os
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from idsvc import resources
from idsvc.domain.errors import BadSetting
from idsvc.storage.database import Database
from idsvc.storage.queries import work
from idsvc.storage.records import Record
from tests.storage.people import draw_person, enroll

_CHECKS_POSTGRESQL = """
    SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid), condeferrable, condeferred
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid != 0
    AND conrelid != 'alembic_version'::regclass
"""
_CHECKS_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"


def _shape(database: Database) -> set[tuple[object, ...]]:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            return {
                (name, part.strip().rstrip(",").replace('"', ""))
                for name, statement in connection.execute(text(_CHECKS_SQLITE))
                for part in statement.split("\n")
            }
        return {tuple(row) for row in connection.execute(text(_CHECKS_POSTGRESQL))}


def test_migrations_and_records_agree_on_tables_columns_and_indexes(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Record.metadata) == []


def test_migrations_and_records_agree_on_every_constraint(database: Database) -> None:
    migrated = _shape(database)
    with database.engine.begin() as connection:
        drop = [f"DROP TABLE {table.name}" for table in reversed(Record.metadata.sorted_tables)]
        for statement in drop:
            connection.execute(text(statement))
        Record.metadata.create_all(connection)
    assert migrated
    assert migrated == _shape(database)


def test_every_table_on_sqlite_is_without_row_numbers(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, wr FROM pragma_table_list WHERE schema = 'main'")).all()
    with_rowid = {name for name, without_rowid in rows if not without_rowid}
    assert with_rowid <= {"sqlite_schema", "alembic_version"}
    assert {table.name for table in Record.metadata.sorted_tables} <= {name for name, _ in rows}


def test_nothing_counts_itself_up(database: Database) -> None:
    numbering = (
        "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        if database.is_sqlite
        else "SELECT sequencename FROM pg_sequences"
    )
    with database.engine.connect() as connection:
        assert connection.execute(text(numbering)).all() == []


def test_an_empty_database_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}", random=os.urandom)
    with closing(empty), pytest.raises(BadSetting, match=r"empty; run `idsvc db upgrade`"):
        empty.require_schema()


@pytest.mark.parametrize(
    ("revision", "sentence"), [("0000", "newer version"), ("ffff", "newer version"), (None, "empty")]
)
def test_a_database_of_another_version_is_refused(
    database: Database, revision: str | None, sentence: str
) -> None:
    database.require_schema()
    with database.engine.begin() as connection:
        if revision is None:
            connection.execute(text("DELETE FROM alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    with pytest.raises(BadSetting, match=sentence):
        database.require_schema()


def test_a_database_behind_is_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = resources.path("migrations")
    copied = tmp_path / "migrations"
    (copied / "versions").mkdir(parents=True)
    for file in (source / "env.py", *(source / "versions").glob("*.py")):
        (copied / file.relative_to(source)).write_text(file.read_text())
    head = max(file.stem.split("_")[0] for file in (source / "versions").glob("*.py"))
    (copied / "versions" / "9999_later.py").write_text(
        f'revision = "9999"\ndown_revision = "{head}"\n\n\ndef upgrade():\n    pass\n'
    )
    monkeypatch.setattr(resources, "path", lambda _: copied)
    with pytest.raises(BadSetting, match=r"behind this version; run `idsvc db upgrade`"):
        database.require_schema()
    database.upgrade()
    database.require_schema()


def test_a_request_that_waits_goes_through_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = draw_person()
    older = tmp_path / "migrations"
    shutil.copytree(resources.path("migrations"), older)
    for file in (older / "versions").glob("0003*.py"):
        file.unlink()
    with closing(Database(f"sqlite:///{tmp_path / 'old.db'}", random=os.urandom)) as database:
        with monkeypatch.context() as patch:
            patch.setattr(resources, "path", lambda _: older)
            database.upgrade()
        database.transact(lambda session: enroll(session, person))
        row = {"resident": person.resident, "card": person.card, "item": "b" * 32}
        with database.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO requests (resident_id, id, card_id, kind, state, submitted_on, item_id) "
                    "VALUES (:resident, :id, :card, 'renewal', :state, '2026-03-02', :item)"
                ),
                [row | {"id": "a" * 32, "state": "waiting"}, row | {"id": "c" * 32, "state": "approved"}],
            )
        database.upgrade()
        (request,) = database.read(lambda session: work.list_waiting_requests(session, limit=9))
        assert (request.resident_id, request.id, request.card_id) == (person.resident, "a" * 32, person.card)
        assert (request.submitted_on, request.item_id) == (date(2026, 3, 2), "b" * 32)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    before = _shape(database)
    database.upgrade()
    assert _shape(database) == before


def test_several_processes_may_upgrade_an_empty_database_at_once(tmp_path: Path) -> None:
    _upgrade_at_once([f"sqlite:///{tmp_path / 'new.db'}"] * 4)


@pytest.mark.needs("postgresql")
def test_several_processes_may_upgrade_an_empty_schema_at_once(postgres_database: Database) -> None:
    with postgres_database.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA empty"))
    _upgrade_at_once([postgres_database.engine.url.render_as_string(hide_password=False)] * 4, schema="empty")


def _upgrade_at_once(urls: list[str], *, schema: str | None = None) -> None:
    start = threading.Barrier(len(urls), timeout=10)

    def upgrade(url: str) -> None:
        with closing(Database(url, random=os.urandom, schema=schema)) as database:
            start.wait()
            database.upgrade()
            database.require_schema()

    with ThreadPoolExecutor(len(urls)) as pool:
        list(pool.map(upgrade, urls))


def test_migrations_never_import_idsvc() -> None:
    files = list(resources.path("migrations").rglob("*.py"))
    assert len(files) >= 2
    for file in files:
        assert not re.search(r"^\s*(from|import) idsvc", file.read_text(), re.MULTILINE), file
