"""What storage costs: whole enrollments a second on both engines, and the upkeep of a closed day.

    .venv/bin/python scripts/bench/storage.py [--people 500] [--clerks 8]

PostgreSQL by IDSVC_TEST_POSTGRES, in a database of its own that is dropped at the end; SQLite in a temporary
folder. One thread a clerk; figures of different machines do not compare.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

from idsvc.domain.ids import StatusIndex
from idsvc.domain.lifecycle import CardStatus
from idsvc.storage import upkeep
from idsvc.storage.claims import claim
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import cards, residents
from idsvc.storage.records import StatusEntry
from tests.databases import drop_postgres_url, make_postgres_url
from tests.storage.people import DAY, draw_person, enroll

_LIST = 20_000


def timed(act: Callable[[], object]) -> float:
    """Give the seconds that an act takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def measure(database: Database, *, people: int, clerks: int) -> None:
    """Print the figures of one engine."""
    drawn = [draw_person() for _ in range(people)]

    def one(number: int) -> None:
        database.transact(partial(enroll, person=drawn[number]))

    def all_at_once() -> None:
        with ThreadPoolExecutor(clerks) as pool:
            list(pool.map(one, range(people)))

    def look() -> None:
        for person in drawn:
            database.read(lambda session, tag=person.tag: residents.find_residents_by_tag(session, tag))  # type: ignore[misc]

    def fill(session: Session) -> None:
        for index in range(_LIST):
            bits = CardStatus.REVOKED if index % 50 == 0 else CardStatus.VALID
            claim(session, StatusEntry(status_list=9, status_index=StatusIndex(index), status=bits))

    name = database.engine.dialect.name
    print(f"{name:11} {people / timed(all_at_once):7.0f} enrollments/s by {clerks} clerks")
    print(f"{name:11} {people / timed(look):7.0f} duplicate checks/s by one")
    database.transact(fill)
    listing = timed(lambda: database.read(lambda session: list(cards.iterate_status(session, 9))))
    print(f"{name:11} {1000 * listing:7.1f} ms to read a status list of {_LIST} places")
    settling = timed(lambda: upkeep.settle(database, today=DAY + timedelta(1)))
    print(f"{name:11} {settling:7.2f} s to settle the day")


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--clerks", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sqlite = Database(f"sqlite:///{Path(folder) / 'bench.db'}", random=os.urandom)
        sqlite.upgrade()
        measure(sqlite, people=given.people, clerks=given.clerks)
        sqlite.close()
    url = make_postgres_url()
    postgres = Database(url, random=os.urandom, patience=60)
    measure(postgres, people=given.people, clerks=given.clerks)
    postgres.close()
    drop_postgres_url(url)


if __name__ == "__main__":
    main()
