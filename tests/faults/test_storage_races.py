"""Many clerks at once: nobody is enrolled twice, and no answer lost on the way issues a second card."""

import os
import random
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import EnrollmentId, fresh_id
from idsvc.storage.database import Database, Session
from tests.databases import *  # noqa: F403 - fixtures
from tests.storage.enroller import issue
from tests.storage.people import Person, draw_person
from tests.storage.whole import count_enrollments, list_enrollments

_CLERKS = 8
_PEOPLE = 30


def _same_person(person: Person) -> Person:
    """The same name and birth date at another counter: the same tag, everything else drawn anew."""
    fresh = draw_person()
    return Person(
        resident=fresh.resident,
        record=fresh.record,
        card=fresh.card,
        enrollment=fresh.enrollment,
        tag=person.tag,
        number_tag=fresh.number_tag,
        blob=fresh.blob,
        item=fresh.item,
    )


@pytest.mark.slow
def test_eight_clerks_enroll_thirty_people_at_once_and_nobody_twice(database: Database) -> None:
    people = [draw_person() for _ in range(_PEOPLE)]
    start = threading.Barrier(_CLERKS)

    def clerk(_: int) -> int:
        start.wait()
        found = 0
        for person in people:
            try:
                found += database.transact(partial(_issued, person=_same_person(person)))
            except Unavailable:
                found += 0  # told to try again; nothing was written
        return found

    with ThreadPoolExecutor(_CLERKS) as pool:
        issued = sum(pool.map(clerk, range(_CLERKS)))
    assert issued == _PEOPLE
    assert count_enrollments(database) == _PEOPLE


def _issued(session: Session, person: Person) -> int:
    nested = session.begin_nested()
    if issue(session, person):
        return 1
    nested.rollback()
    return 0


@pytest.mark.needs("postgresql")
def test_looking_before_writing_alone_enrolls_people_twice(postgres_database: Database) -> None:
    """The control: without the unique claim the same race makes doubles, so the test above can fail."""
    people = [os.urandom(32) for _ in range(_PEOPLE)]
    engine = postgres_database.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE careless (tag bytea)"))
    start = threading.Barrier(_CLERKS)

    def clerk(_: int) -> None:
        for tag in people:
            start.wait()
            with engine.begin() as connection:
                seen = connection.execute(text("SELECT 1 FROM careless WHERE tag = :t"), {"t": tag}).first()
                if seen is None:
                    connection.execute(text("INSERT INTO careless VALUES (:t)"), {"t": tag})

    with ThreadPoolExecutor(_CLERKS) as pool:
        list(pool.map(clerk, range(_CLERKS)))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM careless")).scalar_one() > _PEOPLE


@pytest.mark.slow
def test_one_enrollment_sent_eight_times_at_once_is_issued_once(database: Database) -> None:
    people = [draw_person() for _ in range(_PEOPLE)]
    start = threading.Barrier(_CLERKS)

    def browser(_: int) -> int:
        start.wait()
        return sum(database.transact(partial(issue, person=person)) for person in people)

    with ThreadPoolExecutor(_CLERKS) as pool:
        assert sum(pool.map(browser, range(_CLERKS))) == _PEOPLE
    assert count_enrollments(database) == _PEOPLE


@dataclass
class Cutter:
    """A way to PostgreSQL on loopback that cuts connections at COMMIT: before it arrives, or its answer."""

    server: tuple[str, int]
    share: float
    chance: random.Random
    cut_before: int = 0
    cut_answers: int = 0
    commits: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answers_to_drop: set[int] = field(default_factory=set)

    def carry(self, client: socket.socket) -> None:
        with client, closing(socket.create_connection(self.server)) as server:
            back = threading.Thread(target=self._back, args=(server, client))
            back.start()
            try:
                while message := client.recv(65_536):
                    if b"COMMIT" in message and self._cut(server, message):
                        break
                    server.sendall(message)
            except OSError:
                pass  # the other side is gone: so is this one
            for end in (client, server):
                _hang_up(end)
            back.join()

    def _cut(self, server: socket.socket, message: bytes) -> bool:
        with self._lock:
            self.commits += 1
            drawn = self.chance.random()
            if drawn < self.share / 2:
                self.cut_before += 1
                return True
            if drawn < self.share:
                self.cut_answers += 1
                self._answers_to_drop.add(server.fileno())
            else:
                return False
        server.sendall(message)
        threading.Event().wait(0.05)  # the commit happens; its answer goes nowhere
        return True

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        number = server.fileno()
        try:
            while message := server.recv(65_536):
                with self._lock:
                    if number in self._answers_to_drop:
                        self._answers_to_drop.discard(number)
                        return
                client.sendall(message)
        except OSError:
            pass  # hung up


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):  # it was hung up before
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def _cutting(url: str, share: float) -> Iterator[tuple[Cutter, str]]:
    parsed = make_url(url)
    cutter = Cutter((parsed.host or "127.0.0.1", parsed.port or 5432), share, random.Random(3))  # noqa: S311
    listener = socket.create_server(("127.0.0.1", 0))
    carriers: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            carrier = threading.Thread(target=cutter.carry, args=(client,))
            carriers.append(carrier)
            carrier.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    through = parsed.set(host="127.0.0.1", port=listener.getsockname()[1], query={"sslmode": "disable"})
    yield cutter, through.render_as_string(hide_password=False)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    accepting.join()
    for carrier in carriers:
        carrier.join()


@pytest.mark.slow
@pytest.mark.needs("postgresql")
def test_no_commit_whose_answer_is_lost_issues_a_second_card(postgres_database: Database) -> None:
    direct = postgres_database.engine.url.render_as_string(hide_password=False)
    people = [draw_person() for _ in range(200)]
    with _cutting(direct, share=0.3) as (cutter, url):
        through = Database(url, random=os.urandom, patience=20)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda who: through.transact(partial(issue, person=who)), people))
        through.close()
    assert cutter.cut_answers > 30
    assert cutter.cut_before > 30
    assert count_enrollments(postgres_database) == 200
    assert list_enrollments(postgres_database) == {person.enrollment for person in people}
    print(f"{cutter.cut_answers} answers and {cutter.cut_before} commits cut of {cutter.commits}")  # noqa: T201


@pytest.mark.slow
@pytest.mark.needs("postgresql")
def test_an_id_drawn_inside_the_act_issues_cards_twice(postgres_database: Database) -> None:
    """The control: the same cuts with ids that the act itself draws."""
    direct = postgres_database.engine.url.render_as_string(hide_password=False)

    def careless(session: Session) -> bool:
        return issue(session, draw_person())

    with _cutting(direct, share=0.3) as (cutter, url):
        through = Database(url, random=os.urandom, patience=20)
        for _ in range(60):
            through.transact(careless)
        through.close()
    assert count_enrollments(postgres_database) == 60 + cutter.cut_answers
    assert cutter.cut_answers > 5


def test_the_first_answer_is_given_again(database: Database) -> None:
    person = draw_person()
    assert database.transact(lambda session: issue(session, person))
    assert not database.transact(lambda session: issue(session, person))
    assert list_enrollments(database) == {person.enrollment}
    assert EnrollmentId(fresh_id(os.urandom)) not in list_enrollments(database)
