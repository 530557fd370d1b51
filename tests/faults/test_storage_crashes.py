"""Processes and servers that die at any moment: what was acknowledged is there, and nothing is half there."""

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from idsvc.domain.errors import Unavailable
from idsvc.storage.database import Database
from idsvc.storage.upkeep import POSTGRESQL_SERVER_SETTINGS, check_settings
from tests.databases import *  # noqa: F403 - fixtures
from tests.storage.enroller import issue
from tests.storage.people import draw_person
from tests.storage.whole import count_enrollments, list_enrollments

_ENROLLER = (sys.executable, "-m", "tests.storage.enroller")
_STRACE = ("strace", "-f", "-qq", "-o", "/dev/null", "-e")
_ROOT = Path(__file__).parents[2]


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_whole_enrollments(database: Database) -> None:
    chance = random.Random(5)  # noqa: S311 - a reproducible choice of moments
    acknowledged: set[str] = set()
    for _ in range(6):
        child = subprocess.Popen(
            [*_ENROLLER, _url(database)], stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=os.environ
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        threading.Timer(chance.uniform(0.02, 0.6), child.kill).start()
        told = child.stdout.read().split("\n")
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        acknowledged.update(told[:-1])
        count_enrollments(database)
    there = list_enrollments(database)
    assert acknowledged <= there
    assert len(there - acknowledged) <= 6, "at most the one that each process was busy with"
    assert len(acknowledged) > 20


@pytest.mark.slow
@pytest.mark.needs("strace")
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_process_killed_at_any_write_leaves_a_sound_sqlite_file(tmp_path: Path, call: str) -> None:
    """Walks the writes of two enrollments, from opening the file to closing it."""
    pristine = tmp_path / "pristine.db"
    with closing(Database(f"sqlite:///{pristine}", random=os.urandom)) as database:
        database.upgrade()
    outcomes: dict[int, int] = {}
    for moment in [1, 6, 14, 24, 36, 44, 60, 80, 100, 130, 160, 200] if call == "pwrite64" else [1, 2, 3, 4]:
        file = tmp_path / f"{call}-{moment}.db"
        shutil.copy(pristine, file)
        url = f"sqlite:///{file}"
        subprocess.run(
            [
                *_STRACE,
                f"trace={call}",
                "-e",
                f"inject={call}:signal=SIGKILL:when={moment}",
                *_ENROLLER,
                url,
                "2",
            ],
            cwd=_ROOT,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        with closing(Database(url, random=os.urandom)) as database:
            with database.engine.connect() as connection:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            outcomes[moment] = count_enrollments(database)
            database.transact(partial(issue, person=draw_person()))
    assert set(outcomes.values()) >= {0, 1}, f"the walk met no moment inside an act: {outcomes}"


def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_database: Database) -> None:
    pages: list[int] = []

    def keep_small(connection: sqlite3.Connection, *_: object) -> None:
        if pages:
            connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    engine: Engine = sqlite_database.engine
    event.listen(engine, "checkout", keep_small)
    with engine.connect() as connection:
        pages.append(connection.execute(text("PRAGMA page_count")).scalar_one() + 2)
    written = 0

    def fill() -> None:
        nonlocal written
        while True:
            sqlite_database.transact(partial(issue, person=draw_person()))
            written += 1

    with pytest.raises(Unavailable, match="disk is full"):
        fill()
    assert count_enrollments(sqlite_database) == written
    pages[0] = 1_000_000
    sqlite_database.transact(partial(issue, person=draw_person()))
    assert count_enrollments(sqlite_database) == written + 1


@dataclass
class Cluster:
    """A private PostgreSQL server that a test may stop."""

    programs: Path
    folder: Path
    port: int

    def start(self, more: str = "") -> None:
        own = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        options = " ".join([more, *(f"-c {name}={value}" for name, value in own.items())])
        self._run("pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-o", options, "-l", self._log)

    def stop(self, mode: str) -> None:
        self._run("pg_ctl", "stop", "-w", "-D", str(self.folder / "data"), "-m", mode)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def _log(self) -> str:
        return str(self.folder / "log")

    def make(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-instructions")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = Path("/tmp") / f"idsvc-cluster-{port}"  # noqa: S108 - the postgres user must reach it
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    private = Cluster(programs, folder, port)
    private.make()
    private.start()
    yield private
    with suppress(subprocess.CalledProcessError):  # a test left it stopped
        private.stop("immediate")
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.needs("postgres-server")
@pytest.mark.parametrize(
    ("setting", "bad"), [("fsync", "off"), ("full_page_writes", "off"), ("track_commit_timestamp", "on")]
)
def test_a_server_that_may_lose_commits_or_keeps_their_times_is_found(
    cluster: Cluster, setting: str, bad: str
) -> None:
    for more, wanted in (("", []), (f"-c {setting}={bad}", [setting])):
        cluster.stop("fast")
        cluster.start(more)
        with closing(Database(cluster.url, random=os.urandom)) as database:
            findings = check_settings(database)
        found = [one.setting for one in findings if one.setting in POSTGRESQL_SERVER_SETTINGS and not one.ok]
        assert found == wanted


@pytest.mark.slow
@pytest.mark.needs("postgres-server")
def test_a_stopped_server_is_told_in_a_sentence_and_work_goes_on_when_it_is_back(cluster: Cluster) -> None:
    with closing(Database(cluster.url, random=os.urandom, patience=1.5)) as database:
        database.upgrade()
        database.transact(partial(issue, person=draw_person()))
        cluster.stop("immediate")
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="cannot be reached"):
            database.transact(partial(issue, person=draw_person()))
        assert time.monotonic() - begun < 6
        with pytest.raises(Unavailable, match="cannot be reached"):
            database.require_schema()
        cluster.start()
        database.transact(partial(issue, person=draw_person()))
        assert count_enrollments(database) == 2


@pytest.mark.slow
@pytest.mark.needs("postgres-server")
def test_an_act_under_way_outlives_a_restart_of_the_server(cluster: Cluster) -> None:
    with closing(Database(cluster.url, random=os.urandom, patience=30)) as database:
        database.upgrade()
        people = [draw_person() for _ in range(400)]
        done = threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                for person in people:
                    database.transact(partial(issue, person=person))
            except BaseException as problem:  # noqa: BLE001 - seen below
                failures.append(problem)
            done.set()

        worker = threading.Thread(target=work)
        worker.start()
        restarts = 0
        while not done.wait(0.4) and restarts < 3:
            cluster.stop("immediate")
            cluster.start()
            restarts += 1
        worker.join()
        assert failures == []
        assert restarts > 0
        assert count_enrollments(database) == len(people)
        assert list_enrollments(database) == {person.enrollment for person in people}
