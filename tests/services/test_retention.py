import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from idsvc.audit.notes import Checkpoint, open_note
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import BlobId, DraftId, StaffId, fresh_id
from idsvc.domain.lifecycle import CardState, Delivery
from idsvc.domain.retention import Kept
from idsvc.services import activation, standing
from idsvc.services.cards import find
from idsvc.services.overdue import count_overdue, round_overdue
from idsvc.services.purge_certificate import round_count
from idsvc.services.retention import LEASE
from idsvc.services.retention_report import Rule
from idsvc.storage.database import Database, Session
from idsvc.storage.engine import SQLITE_BEGIN
from idsvc.storage.queries import audit, service
from idsvc.storage.records import Counted, OneTimeCode, Role, SessionKind, Staff, StoredSession
from idsvc.storage.records.staff import CodePurpose
from idsvc.vault.kinds import UNCROPPED_PORTRAIT
from idsvc.vault.slots import WrongCode
from tests.services.city import City, count_rows, count_secrets, read_rows
from tests.services.conftest import Placing

pytestmark = pytest.mark.slow  # every test runs the whole retention


def _draft(city: City) -> DraftId:
    draft = DraftId(fresh_id(city.random))
    city.desk.begin_draft(draft, b"typed")
    return draft


def _overdue(city: City) -> dict[Rule, int]:
    found = count_overdue(city.database, city.counter.sealing, city.program, today=city.today)
    return {rule: count for rule, count in found.items() if count}


def test_a_draft_a_print_file_and_the_city_slot_die_on_their_days(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    _draft(city)
    assert _overdue(city) == {}
    city.clock.pass_days(2)
    assert _overdue(city) == {Rule.KEYS: 1, Rule.ITEMS: 1}
    report = city.run_retention()
    assert report.complete, report.failures
    assert (report.done[Rule.KEYS], report.done[Rule.ITEMS]) == (1, 1)
    assert "drafts" not in count_rows(city.database)
    city.clock.pass_days(6)
    report = city.run_retention()
    assert (report.done[Rule.KEYS], report.done[Rule.ITEMS]) == (1, 1)
    assert "print_jobs" not in count_rows(city.database)
    city.clock.pass_days(90)
    report = city.run_retention()
    assert report.complete, report.failures
    assert report.done[Rule.TOKENS] > 0
    assert report.done[Rule.UNFINISHED] == 1
    assert city.card(ana.card).state is CardState.REVOKED
    assert _overdue(city) == {}


def test_a_run_again_finds_nothing_and_changes_nothing(at_stage: Placing) -> None:
    city, _ = at_stage("queued")
    city.clock.pass_days(10)
    assert city.run_retention().complete
    rows = count_rows(city.database)
    report = city.run_retention()
    assert report.complete
    done = {rule for rule, count in report.done.items() if count}
    assert done <= {Rule.AHEAD, Rule.LEAVES, Rule.CERTIFIED}
    assert {name for name in rows if rows[name] != count_rows(city.database)[name]} <= {
        "audit_leaves",
        "audit_positions",
        "audit_checkpoints",
        "purge_certificates",
    }


def test_a_card_expires_the_record_is_kept_for_renewal_and_then_everything_is_forgotten(
    at_stage: Placing,
) -> None:
    city, ana = at_stage("issued")
    city.clock.now = city.clock.now.replace(year=2031, day=3)
    report = city.run_retention()
    assert report.done[Rule.EXPIRED] == 1
    assert city.card(ana.card).state is CardState.EXPIRED
    city.clock.now = city.clock.now.replace(month=9, day=2)
    assert city.run_retention().done[Rule.RESIDENTS] == 0
    city.clock.now = city.clock.now.replace(month=9, day=3)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.RESIDENTS]) == (True, 1)
    assert city.blobs() == set()
    gone = {"residents", "cards", "records", "slots", "person_tags", "enrollments", "card_numbers"}
    assert not gone & set(count_rows(city.database))


def test_a_suspended_card_that_expires_does_not_open_to_its_code_again(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    number, code = city.number(ana.produced), ana.produced.code
    assert code is not None
    desk = city.desk

    def act(session: Session) -> None:
        card = find(session, ana.card)
        standing.suspend(session, card, program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)
    city.clock.now = city.clock.now.replace(year=2031, day=3)
    with pytest.raises(WrongCode):
        city.portal.portal().open(number, code)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.EXPIRED]) == (True, 1)
    card = city.card(ana.card)
    assert (card.state, card.state_on) == (CardState.REVOKED, date(2031, 3, 3))
    with pytest.raises(WrongCode):
        city.portal.portal().open(number, code)
    city.clock.now = city.clock.now.replace(month=9, day=4)
    assert city.run_retention().done[Rule.RESIDENTS] == 1, "kept no longer than after an expiry"


def test_a_cleaning_that_failed_is_told_and_made_again_by_the_next_run(city: City) -> None:
    _draft(city)
    city.clock.pass_days(2)
    url = city.database.engine.url
    impatient = url.update_query_dict({"timeout": "0.01"}) if city.database.is_sqlite else url
    with closing(Database(impatient.render_as_string(hide_password=False), random=os.urandom)) as database:
        hasty = replace(city, database=database, _desks={})
        with city.database.engine.execution_options(**{SQLITE_BEGIN: "BEGIN"}).connect() as connection:
            held = "LOCK TABLE drafts IN SHARE UPDATE EXCLUSIVE MODE"
            connection.exec_driver_sql("SELECT count(*) FROM cards" if city.database.is_sqlite else held)
            for _ in range(2):
                assert Rule.SETTLED in [rule for rule, _ in hasty.run_retention().failures]
        assert hasty.run_retention().complete


@pytest.mark.parametrize("way", [(Delivery.AWAITING_PICK_UP,), (Delivery.POSTED, Delivery.RETURNED)])
def test_a_card_that_nobody_collects_is_revoked_after_sixty_days(
    small_at_stage: Placing, way: tuple[Delivery, ...]
) -> None:
    city, ana = small_at_stage("queued")
    city.print()
    city.activate(ana.produced)
    desk = city.desk

    def act(session: Session) -> None:
        for to in way:
            card = find(session, ana.card)
            activation.move(session, card, to, program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)
    city.clock.pass_days(59)
    assert city.run_retention().done[Rule.UNCOLLECTED] == 0
    city.clock.pass_days(1)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.UNCOLLECTED]) == (True, 1)
    card = city.card(ana.card)
    assert (card.state, card.delivery) == (CardState.REVOKED, Delivery.DESTROYED_UNCOLLECTED)


def test_an_ended_card_is_deleted_after_its_own_period_while_its_resident_is_kept(
    small_at_stage: Placing,
) -> None:
    city, ana = small_at_stage("issued")
    longer = replace(city.program.retention[Kept.RESIDENT], span=city.program.retention[Kept.AUDIT_LOG].span)
    city.change = lambda program: replace(program, retention={**program.retention, Kept.RESIDENT: longer})
    city.desk.revoke(ana.card)
    city.clock.now = city.clock.now.replace(month=9, day=3)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.CARDS], report.done[Rule.RESIDENTS]) == (True, 1, 0)
    rows = count_rows(city.database)
    assert "cards" not in rows
    assert rows["residents"] == rows["status_indices"] == 1


def test_sessions_codes_counts_and_limits_go_when_their_time_is_over(city: City) -> None:
    now = city.clock.now
    staff = StaffId(fresh_id(os.urandom))

    def act(session: Session) -> None:
        session.add(Staff(id=staff, sign_in_name="clerk-1", role=Role.CLERK, disabled_on=None))
        session.flush()
        for hours in (-1, 1):
            late = now + timedelta(hours=hours)
            session.add(
                StoredSession(
                    token_hash=os.urandom(32), kind=SessionKind.STAFF, staff_id=staff, expires_at=late
                )
            )
            session.add(
                OneTimeCode(
                    code_hash=os.urandom(32), purpose=CodePurpose.SIGN_IN, staff_id=staff, expires_at=late
                )
            )
        service.add_count(session, city.today.replace(year=2018), Counted.DECLINED)
        service.add_count(session, city.today, Counted.DECLINED)
        service.count_use(session, bytes(32), window=now - timedelta(days=2))
        service.count_use(session, bytes(32), window=now)

    city.database.transact(act)
    assert _overdue(city) == {Rule.COUNTS: 1, Rule.LIMITS: 1}, "what ended today may wait for the night"
    city.clock.pass_days(1)
    assert _overdue(city) == {Rule.SESSIONS: 4, Rule.COUNTS: 1, Rule.LIMITS: 1}
    city.clock.pass_days(-1)
    report = city.run_retention()
    assert report.complete, report.failures
    assert (report.done[Rule.SESSIONS], report.done[Rule.COUNTS], report.done[Rule.LIMITS]) == (2, 1, 1)
    rows = count_rows(city.database)
    kept = ("sessions", "one_time_codes", "day_counts", "rate_limits")
    assert [rows[name] for name in kept] == [1, 1, 1, 1]


def test_a_closed_account_goes_when_its_period_is_over_and_an_open_one_stays(city: City) -> None:
    closed, kept = StaffId(fresh_id(os.urandom)), StaffId(fresh_id(os.urandom))

    def act(session: Session) -> None:
        session.add(Staff(id=closed, sign_in_name="clerk-1", role=Role.CLERK, disabled_on=city.today))
        session.add(Staff(id=kept, sign_in_name="clerk-2", role=Role.CLERK, disabled_on=None))
        session.flush()
        code = OneTimeCode(
            code_hash=os.urandom(32),
            purpose=CodePurpose.INVITATION,
            staff_id=closed,
            expires_at=city.clock.now + timedelta(days=900),
        )
        session.add(code)

    city.database.transact(act)
    city.clock.now = city.clock.now.replace(year=2027)
    assert Rule.STAFF not in _overdue(city)
    assert city.run_retention().done[Rule.STAFF] == 0, "the anniversary is its last day"
    city.clock.pass_days(1)
    assert _overdue(city)[Rule.STAFF] == 1
    report = city.run_retention()
    assert (report.complete, report.done[Rule.STAFF]) == (True, 1)
    assert [row["id"] for row in read_rows(city.database)["staff"]] == [kept]
    assert "one_time_codes" not in count_rows(city.database)


def test_a_blob_that_no_row_names_goes_after_a_day_and_a_fresh_one_stays(city: City) -> None:
    blob = BlobId(fresh_id(os.urandom))
    city.counter.sealing.blobs.write(blob, b"sealed")
    assert city.run_retention().done[Rule.ORPHANS] == 0, "its act may still be under way"
    city.clock.now = city.clock.now.replace(year=2126)  # the file system's own clock counts
    city.run_retention()
    assert city.blobs() == set()


def _keep_blobs(city: City, count: int) -> list[BlobId]:
    """Keep items that lie in blobs and die in thirty days, each with its row."""
    epochs = city.counter.sealing.epochs
    epoch = epochs.create_if_absent(city.today + timedelta(days=30))
    made = [
        city.counter.sealing.prepare(UNCROPPED_PORTRAIT, epoch=epoch, owner="f" * 32, content=b"x")
        for _ in range(count)
    ]
    city.database.transact(lambda session: [item.add(session) for item in made])
    return [BlobId(item.id) for item in made]


def test_the_blobs_of_closed_days_are_settled_once_and_a_failing_one_is_named(city: City) -> None:
    city.clock.now = datetime.now(UTC)  # the file system's own clock counts
    blobs = _keep_blobs(city, 5)
    assert city.run_retention().done[Rule.BLOBS] == 0, "today is not over"
    city.clock.pass_days(1)
    blocked = city.places.blobs / "settled" / blobs[0][:2]
    blocked.write_bytes(b"")  # no folder can be made there
    report = city.run_retention()
    assert [rule for rule, _ in report.failures] == [Rule.BLOBS]
    left = {path.name for path in (city.places.blobs / "fresh").iterdir()}
    assert left == {blob for blob in blobs if blob[:2] == blobs[0][:2]}
    assert report.done[Rule.BLOBS] == 5 - len(left)
    blocked.unlink()
    report = city.run_retention()
    assert (report.complete, report.done[Rule.BLOBS]) == (True, len(left))
    assert city.run_retention().done[Rule.BLOBS] == 0
    assert all(city.counter.sealing.blobs.read(blob) for blob in blobs)


def test_after_a_jump_of_the_clock_nothing_is_destroyed_until_somebody_confirms_the_day(
    at_stage: Placing,
) -> None:
    city, ana = at_stage("issued")
    rows, secrets, blobs = count_rows(city.database), count_secrets(city), city.blobs()
    city.clock.pass_days(365 * 20)
    report = city.run_retention(vouched=False)
    assert not report.complete
    assert "confirm today's date" in report.failures[0][1]
    assert (count_secrets(city), city.blobs()) == (secrets, blobs)
    assert count_rows(city.database) == rows
    city.clock.now -= timedelta(days=365 * 20)
    assert city.open(ana.produced).record.content.facts == ana.facts


def test_everything_that_a_run_would_destroy_is_overdue_until_it_ran(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    city.clock.now = city.clock.now.replace(year=2031, day=3)
    assert set(_overdue(city)) == {Rule.KEYS, Rule.ITEMS, Rule.EXPIRED, Rule.TOKENS}
    monitored = city.counter.monitored()
    assert not city.counter.readiness()["no key overdue"]
    assert {name for name, count in monitored.items() if count} == {"keys", "items", "tokens"}, (
        "of a night ago"
    )
    assert city.run_retention().complete
    assert _overdue(city) == {}
    assert not any(city.counter.monitored().values())
    city.clock.now = city.clock.now.replace(month=9, day=3)
    assert _overdue(city)[Rule.RESIDENTS] == 1
    assert city.run_retention().done[Rule.RESIDENTS] == 1
    assert ana.resident not in str(read_rows(city.database))
    assert _overdue(city) == {}


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, 1), (9, 1), (10, 10), (499, 490), (500, 500)])
def test_a_monitor_is_told_in_tens(count: int, told: int) -> None:
    assert round_overdue(count) == told


def test_one_process_at_a_time_does_what_is_not_a_key(city: City) -> None:
    city.desk  # noqa: B018 - the store of epochs learns the day
    now = city.clock.now
    taken = city.database.transact(
        lambda s: service.acquire_lease(s, LEASE, "f" * 32, now=now, until=now + timedelta(minutes=15))
    )
    assert taken
    _draft(city)
    city.clock.now += timedelta(minutes=10)
    report = city.run_retention()
    assert report.elsewhere
    assert not report.complete, "it cannot answer for what another process does"
    assert report.failures == []
    assert Rule.RESIDENTS not in report.done
    city.clock.now += timedelta(minutes=6)
    assert not city.run_retention().elsewhere, "a process that died holds nothing up"


def test_one_that_fails_is_named_and_passed_by(small_at_stage: Placing) -> None:
    """A blob that became a folder cannot be removed; everything else goes."""
    city, _ = small_at_stage("queued")
    drafts = [_draft(city) for _ in range(3)]
    assert len(drafts) == 3
    stuck = next(iter(sorted(_blobs_of(city, Kept.DRAFT))))
    blob = city.places.blobs / "fresh" / stuck
    hidden = blob.rename(city.folder / "hidden")
    blob.mkdir()
    city.clock.pass_days(2)
    report = city.run_retention()
    assert not report.complete
    assert (report.done[Rule.KEYS], report.done[Rule.ITEMS]) == (1, 2)
    assert report.done[Rule.CERTIFIED] == 1
    assert [rule for rule, _ in report.failures] == [Rule.ITEMS]
    assert _overdue(city) == {Rule.ITEMS: 1}
    blob.rmdir()
    hidden.rename(blob)
    report = city.run_retention()
    assert (report.complete, report.done[Rule.ITEMS]) == (True, 1)
    assert _overdue(city) == {}


def _blobs_of(city: City, kind: Kept) -> set[str]:
    rows = read_rows(city.database)["sealed_items"]
    return {str(row["id"]) for row in rows if row["kind"] == kind and row["body"] is None}


def test_a_run_that_is_stopped_anywhere_is_finished_by_the_next(small_at_stage: Placing) -> None:
    city, _ = small_at_stage("queued")
    for _ in range(2):
        _draft(city)
    city.clock.now = city.clock.now.replace(year=2032)

    class Stopped(BaseException):
        """Somebody pressed Ctrl-C."""

    stops = 0
    for moment in range(1, 40):
        seen = 0

        def stop(_: Rule, __: int, moment: int = moment) -> None:
            nonlocal seen
            seen += 1
            if seen == moment:
                raise Stopped

        try:
            report = city.counter.retention().run(vouched=city.today, progress=stop)
        except Stopped:
            stops += 1
            city.clock.now += timedelta(minutes=16)  # the dead run's lease ends by itself
            continue
        assert report.complete, report.failures
        break
    assert stops > 3
    assert _overdue(city) == {}
    assert city.blobs() == set()
    assert "residents" not in count_rows(city.database)


def test_keys_die_although_the_database_is_away(at_stage: Placing) -> None:
    city, _ = at_stage("queued")
    _draft(city)
    city.clock.pass_days(2)
    with closing(Database("postgresql://nobody@127.0.0.1:1/none", random=os.urandom, patience=0)) as away:
        report = replace(city, database=away).run_retention()
    assert report.done[Rule.KEYS] == 1
    assert not report.complete
    assert all("cannot be re" in sentence for _, sentence in report.failures)
    assert _overdue(city) == {Rule.ITEMS: 1}
    assert city.run_retention().complete
    assert _overdue(city) == {}


def test_keys_and_blobs_die_although_the_database_is_full(small_at_stage: Placing) -> None:
    city, _ = small_at_stage("queued")
    _draft(city)
    blobs = city.blobs()
    city.clock.pass_days(2)
    city.counter.journal("0" * 32)
    with closing(_full(city)) as full:
        report = replace(city, database=full, _desks={}).run_retention()
    assert report.done[Rule.KEYS] == 1
    assert not report.complete
    assert any("disk is full" in sentence for _, sentence in report.failures)
    assert len(blobs - city.blobs()) == 1
    assert city.run_retention().complete


def _full(city: City) -> Database:
    """The same SQLite file on a disk without any room: every write of a page is refused."""
    url = city.database.engine.url.render_as_string(hide_password=False)
    full = Database(url, random=os.urandom)

    def refuse(connection: object, _: object, statement: str, *__: object) -> None:
        del connection
        if statement.split(maxsplit=1)[0] in ("DELETE", "INSERT", "UPDATE"):
            raise Unavailable("The database's disk is full; make room and try again.")

    event.listen(full.engine, "before_cursor_execute", refuse)
    return full


def test_the_certificate_is_signed_rounded_and_names_the_tree(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    city.clock.pass_days(10)
    report = city.run_retention()
    assert report.complete, report.failures
    (certificate,) = city.database.read(lambda s: service.list_certificates(s, city.today, city.today))
    text = open_note(certificate.note, key=city.counter.certificate_key())
    lines = text.splitlines()
    assert lines[:2] == ["idsvc purge certificate v1", f"run {report.run_id}"]
    assert "complete yes" in lines
    assert "residents forgotten: fewer than 10" in lines
    assert ana.resident not in text
    checkpoint = city.database.read(audit.find_latest_checkpoint)
    assert checkpoint is not None
    head = Checkpoint.parse(checkpoint.note.split("\n\n")[0] + "\n")
    assert lines[-1].startswith(f"tree {head.origin} {head.size} ")
    assert city.database.read(audit.count_queued) == 0


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "fewer than 10"), (9, "fewer than 10"), (10, "at least 10"), (1_234, "at least 1230")],
)
def test_a_count_is_told_in_tens(count: int, told: str) -> None:
    assert round_count(count) == told


def test_without_its_signing_keys_a_run_destroys_and_says_what_is_missing(small_at_stage: Placing) -> None:
    city, _ = small_at_stage("queued")
    _draft(city)
    city.clock.pass_days(2)
    retention = replace(city.counter.retention(), seals=None)
    report = retention.run(vouched=city.today)
    assert report.done[Rule.KEYS] == report.done[Rule.ITEMS] == 1
    assert {rule for rule, _ in report.failures} == {Rule.LEAVES, Rule.CERTIFIED}


def test_days_are_prepared_for_the_portal(small_city: City) -> None:
    small_city.run_retention()
    made = {path.name for path in (small_city.places.epochs / "public").iterdir()}
    for ahead in range(8):
        due = date(2026, 3, 2) + timedelta(days=ahead + 60)
        assert due.isoformat() in made
