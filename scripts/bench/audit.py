"""What the audit log costs: enrollments a second by 16 writers, with it, without it, and with a chained head.

    .venv/bin/python scripts/bench/audit.py [--seconds 6] [--rounds 3] [--writers 16]

PostgreSQL by IDSVC_TEST_POSTGRES, in databases of its own that are dropped at the end. The ways take turns;
the median of the rounds counts. "head in the act" is what this design avoids: one tree head for all.
"""

import argparse
import hashlib
import os
import statistics
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event

from sqlalchemy import text

from idsvc.audit import Act, AuditKey, record
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import EpochName
from idsvc.storage.database import Database, Session
from tests.audit.logs import DAY, make_log
from tests.databases import drop_postgres_url, make_postgres_url
from tests.storage.people import Person, draw_person, enroll

_HEAD = "CREATE TABLE head (id int PRIMARY KEY, root bytea NOT NULL)"


def bare(person: Person, session: Session) -> None:
    """Write an enrollment's rows and nothing else."""
    enroll(session, person)


def audited(person: Person, session: Session) -> None:
    """Write an enrollment's rows and its audit leaf."""
    enroll(session, person)
    key = AuditKey(EpochName("2027-03-01"), lambda message: hashlib.sha256(message).digest())
    record(
        session,
        Act.ENROLLMENT_APPROVED,
        actor="clerk",
        subject=person.resident,
        day=DAY,
        key=key,
        random=os.urandom,
    )


def chained(person: Person, session: Session) -> None:
    """Write an enrollment's rows and its audit leaf, and update one head for all."""
    audited(person, session)
    session.flush()
    session.execute(text("UPDATE head SET root = sha256(root)"))


WAYS: dict[str, Callable[[Person, Session], None]] = {
    "without audit": bare,
    "with audit": audited,
    "head in the act": chained,
}


def write(url: str, way: str, start: Barrier, stop: Event) -> int:
    """Enroll until told to stop; gives the number of committed acts."""
    database = Database(url, random=os.urandom)
    database.require_schema()
    start.wait()
    done = 0
    while not stop.is_set():
        with suppress(Unavailable):  # too many others in the way for 8 s: not done
            database.transact(partial(WAYS[way], draw_person()))
            done += 1
    database.close()
    return done


def _put(url: str, way: str, start: Barrier, stop: Event, results: "Queue[int]") -> None:
    results.put(write(url, way, start, stop))


def measure(way: str, *, writers: int, seconds: float) -> float:
    """Run one round of one way in a fresh database, the sequencer beside it; acts a second."""
    url = make_postgres_url()
    with closing(Database(url, random=os.urandom)) as founding:
        founding.transact(lambda session: session.execute(text(_HEAD)))
        founding.transact(lambda session: session.execute(text("INSERT INTO head VALUES (1, 'x')")))
    context = get_context("fork")  # no connection is open now
    start, stop = context.Barrier(writers + 1), context.Event()
    results: Queue[int] = context.Queue()
    processes = [context.Process(target=_put, args=(url, way, start, stop, results)) for _ in range(writers)]
    for process in processes:
        process.start()
    database = Database(url, random=os.urandom)
    start.wait()
    begun = time.perf_counter()
    log = make_log()
    while (left := begun + seconds - time.perf_counter()) > 0:
        if way != "without audit":
            log.sequence(database)
        time.sleep(min(1.0, left))
    stop.set()
    took = time.perf_counter() - begun
    done = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    database.close()
    drop_postgres_url(url)
    return done / took


def main() -> None:
    """Print acts a second for each way, and the ratio to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--writers", type=int, default=16)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(given.rounds):
        for way in WAYS:
            rates[way].append(measure(way, writers=given.writers, seconds=given.seconds))
    base = statistics.median(rates["without audit"])
    for way, measured in rates.items():
        rate = statistics.median(measured)
        rounds = [round(one) for one in measured]
        print(f"{way:16} {rate:6.0f} acts/s  {rate / base:5.2f} of without  rounds {rounds}")


if __name__ == "__main__":
    main()
