"""A founded city for tests: keys, purge days, lists and blobs in a folder, any database, a set clock."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, insert, select

from idsvc import resources
from idsvc.bootstrap.founding import Places, found_for_development, sign_list
from idsvc.bootstrap.full import Runtime, assemble
from idsvc.config import read_settings
from idsvc.credential import Verifier
from idsvc.domain.ids import BlobId, CardId, EnrollmentId, PrintJobId, Random, ResidentId, fresh_id, is_id
from idsvc.domain.minimization import Intake, RetainedFacts, retain
from idsvc.domain.numbers import CardNumber
from idsvc.domain.program import Program
from idsvc.imaging.portrait import make_portrait
from idsvc.program import evidence_document, load
from idsvc.services.activation import read_scanned
from idsvc.services.cards import find
from idsvc.services.desk import Desk
from idsvc.services.issuance import Produced
from idsvc.services.print_queue import mark_printed, take_batch
from idsvc.services.records import OpenedCard
from idsvc.services.retention_report import Report
from idsvc.signing.stores import open_root_keys
from idsvc.storage.database import Database, Session
from idsvc.storage.records import BatchId, Card, Record
from idsvc.vault.record import ResidentRecord

PROGRAM_FILE = resources.path("templates/programs/riverbend/program.toml")
T = TypeVar("T")
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CLERK = "0" * 31 + "1"


@dataclass
class SetClock:
    """A clock that shows what it was set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, count: int) -> None:
        self.now += timedelta(days=count)


@dataclass(frozen=True)
class Enrolled:
    """One resident as the tests know them."""

    enrollment: EnrollmentId
    resident: ResidentId
    card: CardId
    facts: RetainedFacts
    produced: Produced


@cache
def sample_portrait() -> bytes:
    """The public-domain sample as the counter would keep it."""
    return make_portrait(resources.path("templates/samples/portrait.jpg").read_bytes()).jpeg


def found(folder: Path) -> None:
    """Found an installation once; each test takes a copy."""
    found_for_development(Places(folder), program=load(PROGRAM_FILE), now=START, random=os.urandom)


def _as_it_is(program: Program) -> Program:
    return program


class LosesAnswers(Database):
    """The same database with connections that break after each commit: every act is run again."""

    def __init__(self, database: Database) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        super().__init__(url, random=os.urandom)

    def _run(self, engine: Engine, act: Callable[[Session], T], *, answer_lost: bool = False) -> T:
        super()._run(engine, act, answer_lost=answer_lost)
        return super()._run(engine, act, answer_lost=True)

    def read(self, act: Callable[[Session], T]) -> T:
        return super()._run(self._reading(), act)  # a look has no commit whose answer could be lost


@dataclass
class City:
    """A city's installation around one database."""

    folder: Path
    database: Database
    clock: SetClock = field(default_factory=SetClock)
    random: Random = os.urandom
    change: Callable[[Program], Program] = _as_it_is
    _desks: dict[datetime, Desk] = field(default_factory=dict)

    @property
    def places(self) -> Places:
        return Places(self.folder)

    @property
    def counter(self) -> Runtime:
        return self.runtime("counter")

    @property
    def portal(self) -> Runtime:
        return self.runtime("portal")

    @property
    def desk(self) -> Desk:
        """The counter as it stands today, around this database."""
        known = self._desks.get(self.clock.now)
        if known is None or known.program != self.program:
            known = self._desks[self.clock.now] = self.counter.desk(CLERK)
        return replace(known, database=self.database, random=self.random)

    @property
    def program(self) -> Program:
        return self.counter.program

    @property
    def today(self) -> date:
        return self.counter.today()

    def runtime(self, surface: str) -> Runtime:
        environment = self.places.environment(program=PROGRAM_FILE, database_url="sqlite:///unused.db")
        settings = read_settings({**environment, "IDSVC_SURFACES": surface})
        made = assemble(settings, self.database, clock=self.clock, random=self.random)
        return replace(made, program=self.change(made.program))

    def facts(self, name: str = "Ana López", born: date = date(1990, 5, 17), **more: object) -> RetainedFacts:
        intake = Intake(name, born, identity_met=True, residency_met=True, caretaker_signed=True)
        return retain(replace(intake, **more), self.program, self.today)  # type: ignore[arg-type]

    def enroll(self, name: str = "Ana López", born: date = date(1990, 5, 17), **more: object) -> Enrolled:
        facts, enrollment = self.facts(name, born, **more), EnrollmentId(fresh_id(self.random))
        approved, produced = self.desk.enroll(enrollment, facts, sample_portrait())
        assert produced is not None
        return Enrolled(enrollment, approved.resident_id, approved.ordered.card.id, facts, produced)

    def print(self, *, size: int = 10) -> tuple[PrintJobId, ...]:
        """Take a batch and say that all of it came out of the printer."""
        runtime, batch = self.counter, BatchId(fresh_id(self.random))
        jobs = runtime.transact(lambda s: take_batch(s, batch, size=size, random=self.random))
        journal = runtime.journal(CLERK)
        for job in jobs:
            runtime.transact(
                lambda s, job=job: mark_printed(  # type: ignore[misc]
                    s, job.id, program=runtime.program, journal=journal, today=runtime.today()
                )
            )
        return tuple(job.id for job in jobs)

    def verifier(self) -> Verifier:
        self.publish()
        return self.counter.verifier()

    def publish(self) -> None:
        self.counter.publish(self.places.public, evidence_document(self.program))

    def resign(self) -> None:
        """Hold the quarterly ceremony."""
        roots = open_root_keys(self.places.roots, self.places.secret, random=self.random)
        keys = self.counter.keys.status()
        sign_list(keys, roots, self.places.public, program=self.program, now=self.clock())

    def activate(self, produced: Produced) -> Card:
        return self.desk.activate(produced.credential.text, self.verifier())

    def issue(self, name: str = "Ana López", born: date = date(1990, 5, 17), **more: object) -> Enrolled:
        """Take a resident through the counter: enrolled, printed, scanned, handed over."""
        enrolled = self.enroll(name, born, **more)
        self.print()
        self.activate(enrolled.produced)
        self.desk.hand_over(enrolled.card)
        return enrolled

    def number(self, produced: Produced) -> CardNumber:
        claims = read_scanned(produced.credential.text, self.verifier(), at=self.clock())
        return CardNumber(claims.number)

    def open(self, produced: Produced) -> OpenedCard:
        """Open a record online, with number and code."""
        assert produced.code is not None
        return self.portal.portal().open(self.number(produced), produced.code)

    def content(self, enrolled: Enrolled) -> ResidentRecord:
        return ResidentRecord(enrolled.facts, sample_portrait())

    def card(self, card_id: CardId) -> Card:
        return self.database.read(lambda s: find(s, card_id))

    def run_retention(self, *, vouched: bool = True) -> Report:
        return self.counter.retention().run(vouched=self.today if vouched else None)

    def blobs(self) -> set[BlobId]:
        return {BlobId(path.name) for path in self.places.blobs.rglob("*") if is_id(path.name)}

    def copy(self, folder: Path) -> "City":
        """Copy the folder as a thief would; the database is the same."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, _desks={})


Rows = dict[str, list[dict[str, object]]]


def read_rows(database: Database) -> Rows:
    """Read every row of every table, tables in the order in which they can be written."""
    with database.engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in Record.metadata.sorted_tables
        }


def write_rows(database: Database, rows: Rows) -> None:
    """Write rows into an empty database of either engine."""
    with database.engine.begin() as connection:
        for table in Record.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])


def count_rows(database: Database) -> dict[str, int]:
    """Count the rows of every table that has any."""
    return {name: len(rows) for name, rows in read_rows(database).items() if rows}


def with_lookup(rows: dict[str, int]) -> dict[str, int]:
    """Give the counts with one look-up of a person more, the first of an hour."""
    leaves = {name: rows[name] + 1 for name in ("audit_leaves", "audit_queue")}
    return rows | leaves | {"rate_limits": 1}


def count_secrets(city: City) -> int:
    """Count the item secrets that are left in the epoch store."""
    return len(secret_tags(city.places.epochs))


def secret_tags(epochs: Path) -> set[str]:
    """List the items whose secrets are left: each place of 64 bytes begins with the item's id."""
    found: set[str] = set()
    for path in (epochs / "secrets").iterdir():
        content = path.read_bytes()
        for at in range(0, len(content), 64):
            if any(content[at : at + 16]):
                found.add(content[at : at + 16].hex())
    return found
