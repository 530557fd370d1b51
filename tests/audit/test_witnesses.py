import base64
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from idsvc.audit.notes import Checkpoint, NoteKey, open_checkpoint, sign_note
from idsvc.audit.stored_tree import StoredTree
from idsvc.audit.tree import verify_consistency
from idsvc.audit.verification import verify_log
from idsvc.audit.witnesses import FileWitness, HttpWitness, hand_over
from idsvc.domain.errors import BadSetting, Refusal
from idsvc.domain.ids import fresh_id
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import audit as queries
from tests.audit.logs import Log


@dataclass
class Peer:
    """A witness as C2SP tlog-witness describes it; of the product it uses the proof check only."""

    key: NoteKey
    known: dict[str, Checkpoint] = field(default_factory=dict)
    answer: int | None = None

    def add(self, body: str) -> tuple[int, str]:
        if self.answer is not None:
            return self.answer, "out of order\n"
        head, _, note = body.partition("\n\n")
        first, *lines = head.split("\n")
        old = int(first.removeprefix("old "))
        try:
            new = open_checkpoint(note, key=self.key)
        except Refusal:
            return 403, "unknown key\n"
        known = self.known.get(new.origin)
        size = 0 if known is None else known.size
        if old > new.size:
            return 400, "old is larger\n"
        if old != size:
            return 409, f"{size}\n"
        if old == new.size and known is not None and known.root != new.root:
            return 409, f"{size}\n"
        proof = [base64.b64decode(line) for line in lines]
        if known is not None and not verify_consistency(
            old=old, old_root=known.root, new=new.size, new_root=new.root, proof=proof
        ):
            return 422, "inconsistent\n"
        self.known[new.origin] = new
        return 200, "\u2014 peer AAAA\n"


@pytest.fixture
def peer(log: Log) -> Iterator[tuple[Peer, str]]:
    witness = Peer(log.key)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            code, answer = witness.add(body) if self.path == "/city/add-checkpoint" else (404, "")
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield witness, f"http://127.0.0.1:{server.server_port}/city"
    server.shutdown()
    thread.join()
    server.server_close()


def _tampered(session: Session) -> None:
    """Do what only the owner of the database can: change the log behind its triggers."""
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def test_two_witnesses_follow_the_log(
    sqlite_database: Database, log: Log, tmp_path: Path, peer: tuple[Peer, str]
) -> None:
    file = FileWitness(tmp_path / "witness.note", log.key)
    known, address = peer
    witnesses = (file, HttpWitness(address))
    for count in (3, 4, 0, 1):
        log.write(sqlite_database, count)
        head = log.sequence(sqlite_database)
        assert head is not None
        handed = hand_over(sqlite_database, witnesses)
        assert [(one.size, one.problem) for one in handed] == [(head.size, None)] * 2
        assert file.known() == head
        assert known.known[head.origin] == head
    report = sqlite_database.read(
        lambda session: verify_log(session, key=log.key, witnessed=[file.path.read_text()])
    )
    assert report.sound
    assert report.witnesses == 1


def test_a_process_that_starts_anew_learns_from_the_witness_where_it_stands(
    sqlite_database: Database, log: Log, peer: tuple[Peer, str]
) -> None:
    for _ in range(2):
        log.write(sqlite_database, 3)
        log.sequence(sqlite_database)
        (handed,) = hand_over(sqlite_database, [HttpWitness(peer[1])])
        assert handed.problem is None


def test_a_rewritten_log_is_refused_by_every_witness(
    sqlite_database: Database, log: Log, tmp_path: Path, peer: tuple[Peer, str]
) -> None:
    witnesses = (FileWitness(tmp_path / "witness.note", log.key), HttpWitness(peer[1]))
    log.write(sqlite_database, 5)
    log.sequence(sqlite_database)
    hand_over(sqlite_database, witnesses)

    def rewrite(session: Session) -> None:
        _tampered(session)
        session.execute(text("UPDATE audit_leaves SET act = 'card voided'"))

    sqlite_database.transact(rewrite)
    log.write(sqlite_database, 2)
    log.sequence(sqlite_database)
    handed = hand_over(sqlite_database, witnesses)
    assert all("contradicts" in (one.problem or "") for one in handed), handed


def test_a_shortened_log_is_refused_by_every_witness(
    sqlite_database: Database, log: Log, tmp_path: Path, peer: tuple[Peer, str]
) -> None:
    http = HttpWitness(peer[1])
    witnesses = (FileWitness(tmp_path / "witness.note", log.key), http)
    log.write(sqlite_database, 5)
    log.sequence(sqlite_database)
    hand_over(sqlite_database, witnesses)

    def cut(session: Session) -> None:
        _tampered(session)
        session.execute(text("DELETE FROM audit_checkpoints"))
        session.execute(text("DELETE FROM audit_positions WHERE position >= 3"))

    sqlite_database.transact(cut)
    log.sequence(sqlite_database)
    handed = hand_over(sqlite_database, witnesses)
    assert all("leaves were removed" in (one.problem or "") for one in handed), handed
    (anew,) = hand_over(sqlite_database, [HttpWitness(peer[1])])
    assert "leaves were removed" in (anew.problem or "")


def test_one_witness_that_fails_does_not_keep_the_others_waiting(
    sqlite_database: Database, log: Log, tmp_path: Path, peer: tuple[Peer, str]
) -> None:
    log.write(sqlite_database, 2)
    log.sequence(sqlite_database)
    peer[0].answer = 500
    nowhere = HttpWitness("http://127.0.0.1:9")
    no_folder = FileWitness(tmp_path / "missing" / "x.note", log.key)
    good = FileWitness(tmp_path / "x.note", log.key)
    handed = hand_over(sqlite_database, (HttpWitness(peer[1]), nowhere, no_folder, good))
    problems = [one.problem for one in handed]
    assert problems[0] is not None
    assert "answered 500" in problems[0]
    assert problems[1] is not None
    assert "cannot be reached" in problems[1]
    assert problems[2] is not None
    assert "cannot be written" in problems[2]
    assert problems[3] is None


def test_a_checkpoint_is_never_sent_on_to_another_address(
    sqlite_database: Database, log: Log, peer: tuple[Peer, str]
) -> None:
    log.write(sqlite_database, 1)
    log.sequence(sqlite_database)
    peer[0].answer = 302
    (handed,) = hand_over(sqlite_database, [HttpWitness(peer[1])])
    assert "answered 302" in (handed.problem or "")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/", "witness.example", ""])
def test_only_a_web_address_is_a_witness(address: str) -> None:
    with pytest.raises(BadSetting, match="https"):
        HttpWitness(address)


def test_a_witness_file_of_another_log_is_refused(
    sqlite_database: Database, log: Log, tmp_path: Path
) -> None:
    log.write(sqlite_database, 1)
    log.sequence(sqlite_database)
    file = tmp_path / "x.note"
    file.write_text("something else\n")
    (handed,) = hand_over(sqlite_database, [FileWitness(file, log.key)])
    assert handed.problem is not None
    assert file.read_text() == "something else\n"


def test_handing_over_before_the_first_checkpoint_is_refused(sqlite_database: Database) -> None:
    with pytest.raises(Refusal, match="no checkpoint yet"):
        hand_over(sqlite_database, ())


_FIELDS = {
    "act": "card voided",
    "day": "2026-02-28",
    "key_epoch": "2028-01-01",
    "actor": bytes(32),
    "subject": bytes(32),
}


def _change_log(session: Session, chance: random.Random) -> str:
    """Edit, delete, truncate, reorder or insert, as somebody who owns the database would; leaves no gap."""
    order: list[str] = [leaf.id for _, leaf in queries.list_leaves(session, 0, 1 << 30)]
    session.expunge_all()
    place = chance.randrange(len(order))
    kind = chance.choice(["edit", "delete", "truncate", "replace tail", "reorder", "insert", "rename"])
    if kind == "edit":
        column = chance.choice(list(_FIELDS))
        session.execute(
            text(f"UPDATE audit_leaves SET {column} = :value WHERE id = :id"),  # noqa: S608
            {"value": _FIELDS[column], "id": order[place]},
        )
        return kind
    if kind == "rename":
        new = fresh_id(chance.randbytes)
        session.execute(
            text("UPDATE audit_leaves SET id = :new WHERE id = :id"), {"new": new, "id": order[place]}
        )
        changed = [*order[:place], new, *order[place + 1 :]]
    elif kind == "delete":
        changed = [*order[:place], *order[place + 1 :]]
    elif kind == "truncate":
        changed = order[: chance.randrange(len(order))]
    elif kind == "reorder":
        other = chance.choice([at for at in range(len(order)) if at != place])
        changed = list(order)
        changed[place], changed[other] = changed[other], changed[place]
    else:
        fresh = [
            fresh_id(chance.randbytes) for _ in range(len(order) - place if kind == "replace tail" else 1)
        ]
        for new in fresh:
            session.execute(
                text(
                    "INSERT INTO audit_leaves SELECT :new, day, act, key_epoch, actor, subject "
                    "FROM audit_leaves WHERE id = :id"
                ),
                {"new": new, "id": order[place]},
            )
        changed = order[:place] + fresh + ([] if kind == "replace tail" else order[place:])
    session.execute(text("DELETE FROM audit_positions"))
    for position, leaf_id in enumerate(changed):
        session.execute(
            text("INSERT INTO audit_positions VALUES (:position, :id)"), {"position": position, "id": leaf_id}
        )
    session.execute(text("DELETE FROM audit_leaves WHERE id NOT IN (SELECT leaf_id FROM audit_positions)"))
    return kind


def _sign_anew(session: Session, log: Log) -> None:
    """Make every tile and checkpoint fit the changed leaves, with the log's real key."""
    sizes = [row.size for row in queries.list_checkpoints(session)]
    session.expunge_all()
    session.execute(text("DELETE FROM audit_tiles"))
    session.execute(text("DELETE FROM audit_checkpoints"))
    stored = StoredTree(session)
    now = stored.size()
    stored.fill(0, now)
    for size in {*(size for size in sizes if size <= now), now}:
        head = Checkpoint(origin=log.key.name, size=size, root=stored.root(size))
        session.execute(
            text("INSERT INTO audit_checkpoints VALUES (:size, '2026-03-01', :note)"),
            {"size": size, "note": sign_note(head.text(), key=log.key, signer=log.signer)},
        )


@pytest.mark.slow
@pytest.mark.timeout(600)  # a thousand whole verifications
def test_a_witness_notices_every_change_in_a_thousand(
    sqlite_database: Database, log: Log, tmp_path: Path
) -> None:
    """Even when the one who changes the log holds its signing key and makes everything else fit."""
    witness = FileWitness(tmp_path / "witness.note", log.key)
    for count in (11, 20, 9):
        log.fill(sqlite_database, count)
        log.sequence(sqlite_database)
    hand_over(sqlite_database, [witness])
    held = [witness.path.read_text()]
    sound = sqlite_database.read(lambda session: verify_log(session, key=log.key, witnessed=held))
    assert sound.sound
    chance = random.Random(7)  # noqa: S311 - a reproducible choice of changes
    noticed: dict[str, int] = {}
    missed_without_witness = 0
    for _ in range(1_000):
        with Session(sqlite_database.engine) as session:
            _tampered(session)
            kind = _change_log(session, chance)
            _sign_anew(session, log)
            session.flush()
            session.expunge_all()
            missed_without_witness += verify_log(session, key=log.key, witnessed=()).sound
            report = verify_log(session, key=log.key, witnessed=held)
            assert any(problem.startswith("witness") for problem in report.problems), (kind, report)
            noticed[kind] = noticed.get(kind, 0) + 1
            session.rollback()
    assert sum(noticed.values()) == 1_000
    assert min(noticed.values()) > 100
    assert missed_without_witness == 1_000, "otherwise the witness was not what noticed it"


@pytest.mark.slow
def test_a_change_without_the_signing_key_is_noticed_without_a_witness(
    sqlite_database: Database, log: Log
) -> None:
    for count in (11, 20, 9):
        log.fill(sqlite_database, count)
        log.sequence(sqlite_database)
    chance = random.Random(8)  # noqa: S311 - a reproducible choice of changes
    for _ in range(60):
        with Session(sqlite_database.engine) as session:
            _tampered(session)
            kind = _change_log(session, chance)
            session.expunge_all()
            report = verify_log(session, key=log.key, witnessed=())
            assert not report.sound, kind
            session.rollback()


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("DELETE FROM audit_queue", "leaves:"),
        ("DELETE FROM audit_positions WHERE position = 100", "place 100 is empty"),
        ("UPDATE audit_tiles SET hashes = zeroblob(8192)", "tile 0"),
        ("DELETE FROM audit_tiles", "tile 0"),
        ("UPDATE audit_checkpoints SET size = 299", "another size"),
        ("UPDATE audit_checkpoints SET note = 'x'", "no signed note"),
    ],
)
def test_damage_to_any_table_is_named(sqlite_database: Database, log: Log, damage: str, word: str) -> None:
    log.fill(sqlite_database, 300)
    log.sequence(sqlite_database)
    log.write(sqlite_database, 2)
    with Session(sqlite_database.engine) as session:
        _tampered(session)
        session.execute(text(damage))
        report = verify_log(session, key=log.key, witnessed=())
        assert any(word in problem for problem in report.problems), report
        session.rollback()
