import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import CardId, EpochName, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.storage import upkeep
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import audit, cards
from idsvc.storage.records import Act, AuditLeaf, Card, LeafId, PurgeCertificate, Record, Settling
from tests.storage.people import DAY, Person, draw_person, enroll

_PEOPLE = 200
_SETTLED = ("residents", "records", "slots", "cards", "enrollments", "person_tags", "card_numbers")


def _act(database: Database, person: Person) -> LeafId:
    """Enroll a person in one transaction with the audit leaf of one clerk."""
    leaf = LeafId(fresh_id(os.urandom))

    def act(session: Session) -> None:
        assert enroll(session, person)
        audit.append_leaf(
            session,
            AuditLeaf(
                id=leaf,
                day=DAY,
                act=Act.ENROLLMENT_APPROVED,
                key_epoch=EpochName("2027-03-01"),
                actor=os.urandom(32),
                subject=os.urandom(32),
            ),
        )

    database.transact(act)
    return leaf


def _orders(database: Database) -> dict[str, tuple[str, str]]:
    """What a reader of the files can sort rows by: for each, the columns of the records and of the leaves."""
    if database.is_sqlite:
        return {"as they lie": ("", "")}
    by_transaction = "ORDER BY xmin::text::bigint, random()"
    return {"place": ("ORDER BY ctid", "ORDER BY ctid"), "transaction": (by_transaction, by_transaction)}


def _joined(database: Database, table: str, owners: dict[str, LeafId]) -> dict[str, float]:
    """Give the share of rows that each order joins to the leaf of their own act."""
    shares = {}
    column = "id" if table == "residents" else "resident_id"
    with database.engine.connect() as connection:
        for name, (by_row, by_leaf) in _orders(database).items():
            read_rows = f"SELECT {column} FROM {table} {by_row}"  # noqa: S608 - our own names
            read_leaves = f"SELECT id FROM audit_leaves {by_leaf}"  # noqa: S608 - our own names
            rows = connection.execute(text(read_rows)).scalars()
            leaves = connection.execute(text(read_leaves)).scalars()
            pairs = list(zip(rows, leaves, strict=True))
            shares[name] = sum(owners[row] == leaf for row, leaf in pairs) / len(pairs)
    return shares


def _nearest(database: Database, table: str, owners: dict[str, LeafId]) -> float:
    """Join each row to a leaf of the same transaction, if there is one: PostgreSQL's xmin."""
    column = "id" if table == "residents" else "resident_id"
    same = f"SELECT t.{column}, l.id FROM {table} t JOIN audit_leaves l ON l.xmin = t.xmin"  # noqa: S608
    with database.engine.connect() as connection:
        pairs = connection.execute(text(same)).all()
    found = sum(int(owners[row] == leaf) for row, leaf in pairs)
    return found / len(owners)


@pytest.mark.slow
def test_after_settling_no_order_joins_a_resident_to_an_audit_leaf(database: Database) -> None:
    """By chance 1 of 200 is right; 8 or more of 200 happens by chance once in a hundred thousand times."""
    owners: dict[str, LeafId] = {}
    for _ in range(_PEOPLE):
        person = draw_person()
        owners[person.resident] = _act(database, person)
    if not database.is_sqlite:
        assert _nearest(database, "cards", owners) == 1.0, "the control: before settling all are joined"
        assert _joined(database, "cards", owners)["place"] > 0.9
    moved = upkeep.settle(database, today=date(2026, 3, 2))
    assert moved == (0 if database.is_sqlite else _PEOPLE * len(_SETTLED) + 2 * _PEOPLE)
    measured = {}
    for table in _SETTLED:
        measured[table] = _joined(database, table, owners)
        assert max(measured[table].values()) < 8 / _PEOPLE, measured
        if not database.is_sqlite:
            assert _nearest(database, table, owners) == 0.0
    print(f"share joined after settling, {database.engine.dialect.name}: {measured}")  # noqa: T201 - a figure


@pytest.mark.needs("postgresql")
def test_a_second_settling_moves_only_what_was_written_since(postgres_database: Database) -> None:
    database = postgres_database
    people = [draw_person() for _ in range(3)]
    for person in people:
        _act(database, person)
    assert upkeep.settle(database, today=date(2026, 3, 2)) == 3 * 9
    assert upkeep.settle(database, today=date(2026, 3, 3)) == 0
    database.transact(lambda session: _activate(session, people[0].card))
    _act(database, draw_person())
    assert upkeep.settle(database, today=date(2026, 3, 4)) == 1 + 9
    assert upkeep.settle(database, today=date(2026, 3, 4)) == 0
    assert database.read(upkeep.last_settled) == date(2026, 3, 4)


def _activate(session: Session, card_id: CardId) -> None:
    card = cards.find_card(session, card_id)
    assert card is not None
    card.state = CardState.ACTIVE


@pytest.mark.slow
@pytest.mark.needs("postgresql")
def test_a_transaction_elsewhere_that_stays_open_makes_nothing_move_twice(
    postgres_database: Database,
) -> None:
    """Its number holds back what counts as over in the whole server, in other databases too."""
    database = postgres_database
    with Session(database.engine) as session, session.begin():
        session.execute(text("SELECT pg_current_xact_id()"))
        for day in range(2, 5):
            _act(database, draw_person())
            assert upkeep.settle(database, today=date(2026, 3, day)) == 9
            assert upkeep.settle(database, today=date(2026, 3, day)) == 0
        assert database.read(lambda session: session.query(Settling).count()) == 6
    assert upkeep.settle(database, today=date(2026, 3, 9)) == 0
    assert database.read(upkeep.last_settled) == date(2026, 3, 9)


@pytest.mark.needs("postgresql")
def test_rows_of_an_act_that_was_open_during_the_settling_come_next_time(postgres_database: Database) -> None:
    database = postgres_database
    with Session(database.engine) as session, session.begin():
        enroll(session, draw_person())
        session.flush()
        assert upkeep.settle(database, today=date(2026, 3, 2)) == 0
    assert upkeep.settle(database, today=date(2026, 3, 3)) == 9


def test_settling_keeps_every_row_as_it_was(database: Database) -> None:
    for _ in range(20):
        _act(database, draw_person())
    before = _contents(database)
    upkeep.settle(database, today=date(2026, 3, 2))
    assert _contents(database) == before


def _contents(database: Database) -> dict[str, list[str]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in Record.metadata.sorted_tables
            if table is not Settling.__table__
        }


@pytest.mark.slow
@pytest.mark.needs("postgresql")
def test_acts_go_on_while_a_day_is_settled(postgres_database: Database) -> None:
    database = postgres_database
    people = [draw_person() for _ in range(30)]
    for person in people:
        _act(database, person)
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        while not stop.is_set():
            try:
                database.transact(lambda session: _activate(session, people[0].card))
                _act(database, draw_person())
            except BaseException as problem:  # noqa: BLE001 - seen below
                failures.append(problem)
                return

    worker = threading.Thread(target=work)
    worker.start()
    for day in range(2, 8):
        upkeep.settle(database, today=date(2026, 3, day))
    stop.set()
    worker.join()
    assert failures == []
    with database.engine.connect() as connection:
        counts = {
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in (*_SETTLED, "audit_leaves")
        }
    assert len(counts) == 1


@pytest.mark.slow
@pytest.mark.needs("postgresql")
def test_no_dead_row_is_left_after_settling(postgres_database: Database) -> None:
    for _ in range(10):
        _act(postgres_database, draw_person())
    upkeep.settle(postgres_database, today=date(2026, 3, 2))
    with postgres_database.engine.connect() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
        pages = (
            "SELECT count(*) FROM generate_series(0, pg_relation_size('cards') / 8192 - 1) page, "
            "heap_page_items(get_raw_page('cards', page::int)) WHERE t_data IS NOT NULL"
        )
        assert connection.execute(text(pages)).scalar_one() == 10
        connection.rollback()


def test_a_reader_that_stays_makes_cleaning_wait_and_then_refuse(
    sqlite_database: Database, tmp_path: Path
) -> None:
    _act(sqlite_database, draw_person())
    reader = sqlite3.connect(tmp_path / "idsvc.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM cards").fetchone()
    pauses: list[float] = []
    impatient = Database(f"sqlite:///{tmp_path / 'idsvc.db'}?timeout=0.01", random=os.urandom)
    with closing(impatient), pytest.raises(Unavailable, match="reader"):
        upkeep.clean(impatient, pause=pauses.append)
    assert pauses
    reader.execute("COMMIT")
    reader.close()
    upkeep.clean(sqlite_database)
    assert (tmp_path / "idsvc.db-wal").stat().st_size == 0


def test_after_cleaning_nothing_deleted_is_left_in_the_files(
    sqlite_database: Database, tmp_path: Path
) -> None:
    people = [draw_person() for _ in range(40)]
    for person in people:
        _act(sqlite_database, person)
    files = b"".join(file.read_bytes() for file in tmp_path.glob("idsvc.db*"))
    assert all(person.tag in files for person in people)
    with sqlite_database.engine.begin() as connection:
        for table in reversed(Record.metadata.sorted_tables):
            if not table.name.startswith("audit_"):
                connection.execute(table.delete())
    upkeep.clean(sqlite_database)
    files = b"".join(file.read_bytes() for file in tmp_path.glob("idsvc.db*"))
    assert not any(person.tag in files or person.resident.encode() in files for person in people)


def test_what_sqlite_must_do_is_read_back(sqlite_database: Database) -> None:
    findings = {finding.setting: finding for finding in upkeep.check_settings(sqlite_database)}
    assert set(findings) >= {"secure_delete", "journal_mode", "synchronous", "quick_check"}
    assert all(finding.ok for finding in findings.values())


@pytest.fixture
def told(postgres_database: Database) -> Iterator[psycopg.Connection]:
    url = postgres_database.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("setting", sorted(upkeep.POSTGRESQL_LOG_SETTINGS))
@pytest.mark.needs("postgresql")
def test_a_log_setting_that_would_keep_values_is_found(
    postgres_database: Database, told: psycopg.Connection, setting: str
) -> None:
    name = postgres_database.engine.url.database
    for good, value in upkeep.POSTGRESQL_LOG_SETTINGS.items():
        _set(told, name, good, value)
    with closing(Database(_url(postgres_database), random=os.urandom)) as fresh:
        assert _bad_log_settings(fresh) == []
    bad = {"log_error_verbosity": "verbose", "log_min_error_statement": "error", "log_statement": "all"}
    _set(told, name, setting, bad.get(setting, "100"))
    with closing(Database(_url(postgres_database), random=os.urandom)) as fresh:
        assert _bad_log_settings(fresh) == [setting]


def _bad_log_settings(database: Database) -> list[str]:
    findings = {finding.setting: finding.ok for finding in upkeep.check_settings(database)}
    return [setting for setting in upkeep.POSTGRESQL_LOG_SETTINGS if not findings[setting]]


def _set(connection: psycopg.Connection, database: str | None, setting: str, value: str) -> None:
    command = sql.SQL("ALTER DATABASE {} SET {} = {}")
    connection.execute(
        command.format(sql.Identifier(database or ""), sql.Identifier(setting), sql.Literal(value))
    )


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.mark.needs("postgresql")
def test_certificates_are_never_rewritten(postgres_database: Database) -> None:
    certificate = PurgeCertificate(id=fresh_id(os.urandom), day=DAY, note="x")  # type: ignore[arg-type]
    postgres_database.transact(lambda session: session.add(certificate))
    upkeep.settle(postgres_database, today=date(2026, 3, 2))
    assert postgres_database.read(lambda session: session.query(PurgeCertificate).count()) == 1
    assert postgres_database.read(lambda session: session.query(Card).count()) == 0
