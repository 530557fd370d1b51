import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from idsvc.domain.errors import BadSetting, Conflict, Refusal, Unavailable
from idsvc.domain.ids import ResidentId, fresh_id
from idsvc.storage.database import Database, Isolation, Session
from idsvc.storage.engine import SQLITE_PRAGMAS
from idsvc.storage.faults import DatabaseFault
from idsvc.storage.queries import service
from idsvc.storage.records import Card, Counted, Resident

_DAY = date(2026, 3, 1)


def _resident() -> Resident:
    return Resident(id=ResidentId(fresh_id(os.urandom)), kept_until=_DAY)


def test_what_an_act_adds_is_there_afterwards(database: Database) -> None:
    resident = _resident()
    database.transact(lambda session: session.add(resident))
    assert database.read(lambda session: session.get(Resident, resident.id)) is not None


def test_a_record_can_be_read_after_its_transaction(database: Database) -> None:
    made = database.transact(lambda session: _added(session, _resident()))
    assert made.kept_until == _DAY


def _added(session: Session, resident: Resident) -> Resident:
    session.add(resident)
    return resident


def test_an_act_that_refuses_leaves_nothing(database: Database) -> None:
    resident = _resident()

    def act(session: Session) -> None:
        session.add(resident)
        session.flush()
        raise Refusal("no")

    with pytest.raises(Refusal):
        database.transact(act)
    assert database.read(lambda session: session.get(Resident, resident.id)) is None


def test_a_constraint_refuses_in_one_sentence_without_values(database: Database) -> None:
    resident = _resident()
    database.transact(lambda session: session.add(resident))
    with pytest.raises(Conflict) as refused:
        database.transact(lambda session: session.add(Resident(id=resident.id, kept_until=None)))
    assert resident.id not in str(refused.value)
    assert "residents" in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_mistaken_statement_is_told_without_its_values(database: Database) -> None:
    with pytest.raises(DatabaseFault) as fault:
        database.transact(lambda session: session.execute(text("SELEC :secret"), {"secret": "Ana Diaz"}))
    assert "Ana" not in str(fault.value)


@pytest.mark.needs("postgresql")
def test_a_reading_act_cannot_write_on_postgresql(postgres_database: Database) -> None:
    with (
        closing(Database(_url(postgres_database), random=os.urandom, patience=0)) as other,
        pytest.raises(Unavailable),
    ):
        other.read(lambda session: session.execute(text("INSERT INTO residents VALUES ('x', NULL)")))


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_write_skew_between_two_acts_is_impossible(database: Database) -> None:
    """Both see one place free and take it: under snapshot isolation both would succeed."""
    meet = threading.Barrier(2, timeout=5)
    met = threading.local()

    def act(session: Session) -> bool:
        free = bool(session.scalar(text("SELECT count(*) = 0 FROM residents")))
        if not getattr(met, "done", False):
            met.done = True
            with suppress(threading.BrokenBarrierError):  # SQLite lets one writer in at a time
                meet.wait(timeout=0.5)
        if free:
            session.add(_resident())
        return free

    with ThreadPoolExecutor(2) as pool:
        taken = [future.result() for future in [pool.submit(database.transact, act) for _ in range(2)]]
    assert sorted(taken) == [False, True]


def test_pauses_between_attempts_are_drawn_from_the_given_randomness() -> None:
    pauses: list[float] = []
    away = Database(
        "postgresql://nobody@127.0.0.1:1/none",
        random=lambda size: b"\xff" * size,
        pause=pauses.append,
        patience=0.05,
    )
    with closing(away), pytest.raises(Unavailable, match="cannot be reached"):
        away.transact(lambda session: session.execute(text("SELECT 1")))
    assert pauses == []


def test_every_sqlite_connection_deletes_securely_and_reads_it_back(sqlite_database: Database) -> None:
    connections = [sqlite_database.engine.connect() for _ in range(3)]
    for connection in connections:
        for pragma, (_, answer) in SQLITE_PRAGMAS.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == answer
        connection.close()


def test_a_build_without_secure_deletion_is_refused(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_database.close()
    monkeypatch.setitem(SQLITE_PRAGMAS, "secure_delete", ("OFF", 1))
    with pytest.raises(BadSetting, match="secure_delete"):
        sqlite_database.transact(lambda session: session.execute(text("SELECT 1")))


def test_deleted_bytes_are_overwritten_in_the_sqlite_file(sqlite_database: Database, tmp_path: Path) -> None:
    name = "f00dfacef00dfacef00dfacef00dface"
    sqlite_database.transact(lambda session: session.add(Resident(id=ResidentId(name), kept_until=None)))
    with sqlite_database.without_transaction() as execute:
        assert execute("PRAGMA wal_checkpoint(TRUNCATE)") == 0
    assert name.encode() in (tmp_path / "idsvc.db").read_bytes()
    sqlite_database.transact(lambda session: session.execute(text("DELETE FROM residents")))
    with sqlite_database.without_transaction() as execute:
        assert execute("PRAGMA wal_checkpoint(TRUNCATE)") == 0
    assert name.encode() not in (tmp_path / "idsvc.db").read_bytes()
    assert (tmp_path / "idsvc.db-wal").stat().st_size == 0


def test_a_new_sqlite_file_is_readable_by_its_owner_only(sqlite_database: Database, tmp_path: Path) -> None:
    sqlite_database.transact(lambda session: session.add(_resident()))
    for file in tmp_path.glob("idsvc.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "no database URL"),
        ("mysql://localhost/x", "other than sqlite or postgresql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_bad_database_url_is_refused_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(BadSetting, match=sentence):
        Database(url, random=os.urandom)


def test_a_file_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path / 'missing' / 'x.db'}", random=os.urandom)
    with closing(nowhere), pytest.raises(BadSetting, match="cannot be opened"):
        nowhere.upgrade()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is no database at all" * 100)
    damaged = Database(f"sqlite:///{tmp_path / 'x.db'}", random=os.urandom)
    with closing(damaged), pytest.raises(BadSetting, match="damaged or no database"):
        damaged.upgrade()


def test_an_act_before_any_migration_names_the_command(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'x.db'}", random=os.urandom)
    with closing(empty), pytest.raises(BadSetting, match="idsvc db upgrade"):
        empty.transact(lambda session: session.get(Resident, "x"))


def test_a_writer_that_holds_the_file_too_long_makes_it_unavailable(
    sqlite_database: Database, tmp_path: Path
) -> None:
    impatient = Database(_url(sqlite_database) + "?timeout=0.05", random=os.urandom, patience=0.2)
    other = sqlite3.connect(tmp_path / "idsvc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="too busy"):
        impatient.transact(lambda session: session.add(_resident()))
    assert impatient.read(lambda session: session.scalar(text("SELECT count(*) FROM residents"))) == 0
    other.execute("ROLLBACK")
    other.close()
    impatient.transact(lambda session: session.add(_resident()))
    impatient.close()


@pytest.mark.slow
def test_a_limit_is_exact_under_many_hands(database: Database) -> None:
    window = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def use(_: int) -> int:
        return database.transact(
            lambda session: service.count_use(session, bytes(32), window=window),
            isolation=Isolation.READ_COMMITTED,
        )

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(160))) == list(range(1, 161))


@pytest.mark.slow
def test_day_counts_are_exact_under_many_hands(database: Database) -> None:
    def act(session: Session) -> None:
        service.add_count(session, _DAY, Counted.DECLINED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: database.transact(act), range(40)))
    sums = database.read(lambda session: service.sum_counts(session, _DAY, _DAY))
    assert sums == {Counted.DECLINED: 40, Counted.VOIDED: 0}


def test_one_process_at_a_time_holds_a_lease(database: Database) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    later = now + timedelta(seconds=30)

    def take(holder: str, at: datetime) -> bool:
        return database.transact(
            lambda session: service.acquire_lease(
                session, "retention", holder, now=at, until=at + timedelta(seconds=30)
            ),
            isolation=Isolation.READ_COMMITTED,
        )

    with ThreadPoolExecutor(8) as pool:
        holders = [fresh_id(os.urandom) for _ in range(8)]
        got = list(pool.map(lambda holder: take(holder, now), holders))
    assert got.count(True) == 1
    winner = holders[got.index(True)]
    loser = holders[got.index(False)]
    assert take(winner, now + timedelta(seconds=20))
    assert not take(loser, later)
    assert take(loser, later + timedelta(seconds=20))
    database.transact(lambda session: service.release_lease(session, "retention", winner))
    assert not take(winner, later + timedelta(seconds=21))
    database.transact(lambda session: service.release_lease(session, "retention", loser))
    assert take(winner, later + timedelta(seconds=21))


def test_a_lease_of_a_clock_that_was_ahead_holds_nothing_up(database: Database) -> None:
    now, span = datetime(2026, 3, 1, 12, tzinfo=UTC), timedelta(seconds=30)

    def take(holder: str, at: datetime) -> bool:
        return database.transact(
            lambda session: service.acquire_lease(session, "retention", holder, now=at, until=at + span),
            isolation=Isolation.READ_COMMITTED,
        )

    one, other = fresh_id(os.urandom), fresh_id(os.urandom)
    assert take(one, now + span)
    assert not take(other, now), "two hosts' clocks may be one lease time apart"
    assert take(one, now + timedelta(days=5))
    assert take(other, now)
    assert not take(one, now + timedelta(seconds=1)), "and it is a lease like any other"


@pytest.mark.parametrize("give", [lambda: datetime(2026, 3, 1), datetime.now])  # noqa: DTZ001
def test_a_time_without_a_zone_is_refused(database: Database, give: Callable[[], datetime]) -> None:
    with pytest.raises(Exception, match="must know its zone"):
        database.transact(lambda session: service.delete_old_windows(session, before=give()))


def test_a_record_prints_none_of_its_values() -> None:
    assert "f00d" not in repr(Resident(id=ResidentId("f00d"), kept_until=None))
    assert "__repr__" not in vars(Card)
