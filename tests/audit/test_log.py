import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from idsvc.audit import Act, record
from idsvc.audit.leaves import leaf_bytes
from idsvc.audit.notes import NoteKey
from idsvc.audit.sequencer import LEASE
from idsvc.audit.stored_tree import StoredTree
from idsvc.audit.tree import hash_leaf, verify_consistency, verify_inclusion
from idsvc.audit.verification import AuditReport, verify_log
from idsvc.audit.witnesses import FileWitness, hand_over
from idsvc.domain.errors import Conflict, Refusal
from idsvc.domain.ids import fresh_id
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import audit as queries
from idsvc.storage.queries import service
from idsvc.storage.records import AuditLeaf, AuditTile
from tests.audit.logs import DAY, NOW, Log, make_log


def test_an_act_that_fails_leaves_no_trace_of_itself(database: Database, log: Log) -> None:
    def act(session: Session) -> None:
        record(
            session, Act.CARD_REVOKED, actor="a", subject="b", day=DAY, key=log.audit_key, random=os.urandom
        )
        raise Refusal("no")

    with pytest.raises(Refusal):
        database.transact(act)
    assert database.read(queries.count_queued) == 0


def test_a_leaf_names_nobody(sqlite_database: Database, log: Log) -> None:
    staff, resident = fresh_id(os.urandom), fresh_id(os.urandom)

    def act(session: Session) -> None:
        record(
            session,
            Act.RECORD_VIEWED,
            actor=staff,
            subject=resident,
            day=DAY,
            key=log.audit_key,
            random=os.urandom,
        )

    database = sqlite_database
    database.transact(act)
    (leaf,) = database.read(lambda session: queries.list_queued(session, limit=10))
    written = leaf_bytes(leaf)
    assert staff.encode() not in written
    assert resident.encode() not in written
    assert bytes.fromhex(resident) not in written
    assert leaf.actor == log.audit_key.pseudonym(staff)
    assert leaf.subject == log.audit_key.pseudonym(resident)
    assert leaf.id.encode() in written, "without its random id the leaf's hash could be guessed"


def test_the_same_act_twice_has_two_hashes(sqlite_database: Database, log: Log) -> None:
    def act(session: Session) -> None:
        record(
            session, Act.CARD_REVOKED, actor="a", subject="b", day=DAY, key=log.audit_key, random=os.urandom
        )

    for _ in range(2):
        sqlite_database.transact(act)
    leaves = sqlite_database.read(lambda session: queries.list_queued(session, limit=10))
    assert len({hash_leaf(leaf_bytes(leaf)) for leaf in leaves}) == 2


def test_the_sequencer_places_every_leaf_and_signs_the_head_once(database: Database, log: Log) -> None:
    log.write(database, 7)
    head = log.sequence(database)
    assert head is not None
    assert head.size == 7
    assert log.sequence(database) == head
    assert [row.size for row in database.read(queries.list_checkpoints)] == [7]
    log.write(database, 5)
    later = log.sequence(database)
    assert later is not None
    assert later.size == 12
    report = database.read(lambda session: verify_log(session, key=log.key, witnessed=()))
    assert report.sound, report.problems
    assert (report.size, report.checkpoints, report.waiting) == (12, 2, 0)


def test_an_empty_log_has_a_head_too(database: Database, log: Log) -> None:
    head = log.sequence(database)
    assert head is not None
    assert head.size == 0
    assert database.read(lambda session: verify_log(session, key=log.key, witnessed=())).sound


def test_the_order_of_the_tree_is_not_the_order_of_the_acts(sqlite_database: Database, log: Log) -> None:
    written = log.write(sqlite_database, 40)
    log.sequence(sqlite_database)
    leaves = sqlite_database.read(lambda session: queries.list_leaves(session, 0, 40))
    assert {leaf.id for _, leaf in leaves} == set(written)
    assert [leaf.id for _, leaf in leaves] != written


def test_another_process_may_follow_at_once(database: Database, log: Log) -> None:
    for holder in (fresh_id(os.urandom), fresh_id(os.urandom)):
        log.write(database, 1)
        assert replace(log, holder=holder).sequence(database) is not None


def test_checkpoints_of_an_older_key_stay_good(sqlite_database: Database, log: Log, tmp_path: Path) -> None:
    file = tmp_path / "x.note"
    log.write(sqlite_database, 3)
    log.sequence(sqlite_database)
    assert hand_over(sqlite_database, [FileWitness(file, log.key)])[0].problem is None
    held = file.read_text()
    fresh = make_log()
    fresh.write(sqlite_database, 2)
    fresh.sequence(sqlite_database)

    def verify(older: tuple[NoteKey, ...]) -> AuditReport:
        return sqlite_database.read(
            lambda session: verify_log(session, key=fresh.key, witnessed=[held], older=older)
        )

    assert len(verify(()).problems) == 2
    assert verify((log.key,)).sound
    (alone,) = hand_over(sqlite_database, [FileWitness(file, fresh.key)])
    assert alone.problem is not None
    (handed,) = hand_over(sqlite_database, [FileWitness(file, fresh.key, (log.key,))])
    assert (handed.size, handed.problem) == (5, None)


def test_another_process_waits_for_the_lease(database: Database, log: Log) -> None:
    log.write(database, 1)
    database.transact(
        lambda session: service.acquire_lease(
            session, LEASE, fresh_id(os.urandom), now=NOW, until=NOW + timedelta(seconds=5)
        )
    )
    assert log.sequence(database) is None
    assert database.read(queries.count_queued) == 1


def test_leaves_written_while_the_sequencer_runs_are_not_lost(database: Database, log: Log) -> None:
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(log.write, database, 15) for _ in range(3)]
        while not all(writer.done() for writer in writers):
            log.sequence(database)
        written = {leaf for writer in writers for leaf in writer.result()}
    head = log.sequence(database)
    assert head is not None
    assert head.size == 45
    placed = database.read(lambda session: queries.list_leaves(session, 0, 45))
    assert {leaf.id for _, leaf in placed} == written
    assert database.read(lambda session: verify_log(session, key=log.key, witnessed=())).sound


def test_proofs_hold_across_full_tiles(database: Database, log: Log) -> None:
    sizes = []
    for count in (200, 100, 400, 3):
        log.fill(database, count)
        head = log.sequence(database)
        assert head is not None
        sizes.append(head)

    def check(session: Session) -> None:
        stored = StoredTree(session)
        assert stored.size() == 703
        assert session.query(AuditTile).count() == 2
        for old, new in pairwise(sizes):
            assert verify_consistency(
                old=old.size,
                old_root=old.root,
                new=new.size,
                new_root=new.root,
                proof=stored.consistency(old.size, new.size),
            )
        last = sizes[-1]
        for position, leaf in queries.list_leaves(session, 0, 703)[::17]:
            assert queries.find_position(session, leaf.id) == position
            assert verify_inclusion(
                hash_leaf(leaf_bytes(leaf)),
                position=position,
                size=last.size,
                root=last.root,
                proof=stored.inclusion(position, last.size),
            )

    database.read(check)
    assert database.read(lambda session: verify_log(session, key=log.key, witnessed=())).sound


@pytest.mark.slow
@pytest.mark.timeout(600)  # 69,632 leaves
def test_tiles_of_the_second_level_are_made_and_used(sqlite_database: Database, log: Log) -> None:
    for _ in range(17):
        log.fill(sqlite_database, 4096)
    head = log.sequence(sqlite_database)
    assert head is not None
    assert head.size == 17 * 4096

    def check(session: Session) -> None:
        assert queries.find_tile(session, 1, 0) is not None
        assert queries.find_tile(session, 1, 1) is None
        stored = StoredTree(session)
        for position in (0, 255, 256, 65_535, 65_536, head.size - 1):
            ((_, leaf),) = queries.list_leaves(session, position, position + 1)
            assert verify_inclusion(
                hash_leaf(leaf_bytes(leaf)),
                position=position,
                size=head.size,
                root=head.root,
                proof=stored.inclusion(position, head.size),
            )

    sqlite_database.read(check)
    assert sqlite_database.read(lambda session: verify_log(session, key=log.key, witnessed=())).sound


_INSERT_ONLY = ["audit_leaves", "audit_positions", "audit_checkpoints", "audit_tiles", "purge_certificates"]
_CHANGES = ["DELETE FROM {}", "UPDATE {} SET {} = {}"]


@pytest.mark.parametrize("table", _INSERT_ONLY)
@pytest.mark.parametrize("change", _CHANGES)
def test_the_database_itself_refuses_to_change_what_is_written(
    database: Database, log: Log, table: str, change: str
) -> None:
    log.fill(database, 300)
    log.sequence(database)
    database.transact(
        lambda session: session.execute(
            text("INSERT INTO purge_certificates VALUES (:id, :day, 'x')"), {"id": "a" * 32, "day": DAY}
        )
    )
    column = {"audit_positions": "position", "audit_checkpoints": "size", "audit_tiles": "level"}.get(
        table, "id"
    )
    statement = change.format(table, column, column)
    assert database.read(lambda session: session.scalar(text(f"SELECT count(*) FROM {table}")))  # noqa: S608
    with pytest.raises(Conflict):
        database.transact(lambda session: session.execute(text(statement)))


def test_sqlite_refuses_to_replace_a_leaf(sqlite_database: Database, log: Log) -> None:
    (leaf_id,) = log.write(sqlite_database, 1)
    replace = (
        "REPLACE INTO audit_leaves SELECT id, day, 'card voided', key_epoch, actor, subject FROM audit_leaves"
    )
    with pytest.raises(Conflict):
        sqlite_database.transact(lambda session: session.execute(text(replace)))
    leaf = sqlite_database.read(lambda session: session.get(AuditLeaf, leaf_id))
    assert leaf is not None
    assert leaf.act is Act.CARD_ORDERED


@pytest.mark.needs("postgresql")
def test_postgresql_refuses_to_truncate(postgres_database: Database, log: Log) -> None:
    log.write(postgres_database, 1)
    with pytest.raises(Conflict):
        postgres_database.transact(lambda session: session.execute(text("TRUNCATE audit_leaves CASCADE")))


def test_an_act_outside_the_closed_list_cannot_be_written(database: Database, log: Log) -> None:
    (leaf_id,) = log.write(database, 1)
    copy = (
        "INSERT INTO audit_leaves SELECT :new, day, 'consul telephoned', key_epoch, actor, subject "
        "FROM audit_leaves WHERE id = :old"
    )
    with pytest.raises(Conflict, match="ck_audit_leaves_act"):
        database.transact(lambda session: session.execute(text(copy), {"new": "b" * 32, "old": leaf_id}))


def test_the_acts_upon_one_subject_are_found_by_its_pseudonym(database: Database, log: Log) -> None:
    log.fill(database, 5)
    watched = log.audit_key.pseudonym("resident")

    def act(session: Session) -> None:
        for wanted in (Act.RECORD_VIEWED, Act.CARD_REVOKED):
            record(
                session, wanted, actor="x", subject="resident", day=DAY, key=log.audit_key, random=os.urandom
            )

    database.transact(act)
    found = database.read(
        lambda session: queries.find_leaves(session, first=DAY, last=DAY, subjects=[watched])
    )
    assert {leaf.act for leaf in found} == {Act.RECORD_VIEWED, Act.CARD_REVOKED}
    assert len(database.read(lambda session: queries.find_leaves(session, first=DAY, last=DAY))) == 7
