import os
from datetime import UTC, date, datetime, timedelta

import pytest

from idsvc.domain.errors import Conflict
from idsvc.domain.ids import (
    DraftId,
    EpochName,
    ItemId,
    PrintJobId,
    RequestId,
    ResidentId,
    StaffId,
    StatusIndex,
    fresh_id,
)
from idsvc.domain.lifecycle import CardState, CardStatus, Delivery, Issuance
from idsvc.domain.retention import Kept
from idsvc.storage.database import Database, Session
from idsvc.storage.queries import cards, items, residents, service, staff, work
from idsvc.storage.records import (
    BatchId,
    Card,
    CodePurpose,
    Counted,
    Draft,
    OneTimeCode,
    PrintJob,
    PrintState,
    Record,
    Request,
    Resident,
    Role,
    SealedItem,
    SessionKind,
    Staff,
    StoredSession,
)
from tests.storage.people import DAY, EPOCH, Person, draw_person, enroll

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def person(database: Database) -> Person:
    drawn = draw_person()
    assert database.transact(lambda session: enroll(session, drawn))
    return drawn


def _card(session: Session, person: Person) -> Card:
    card = cards.find_card(session, person.card)
    assert card is not None
    return card


def test_an_enrollment_that_is_sent_again_finds_the_first_one(database: Database, person: Person) -> None:
    assert not database.transact(lambda session: enroll(session, person))
    found = database.read(lambda session: residents.find_enrollment(session, person.enrollment))
    assert found is not None
    assert found.resident_id == person.resident
    assert database.read(lambda session: len(residents.list_records(session, person.resident))) == 1


def test_a_person_is_found_by_the_exact_tag_and_a_namesake_gets_the_next_ordinal(
    database: Database, person: Person
) -> None:
    other = ResidentId(fresh_id(os.urandom))

    def act(session: Session) -> None:
        assert not residents.claim_person_tag(session, person.tag, other)
        assert residents.find_residents_by_tag(session, person.tag) == (person.resident,)
        ordinal = residents.next_ordinal(session, person.tag)
        assert ordinal == 1
        assert residents.claim_person_tag(session, person.tag, other, ordinal=ordinal)
        assert residents.find_residents_by_tag(session, person.tag) == (person.resident, other)
        assert residents.next_ordinal(session, os.urandom(32)) == 0

    database.transact(act)


def test_tolerant_tokens_find_the_closest_first_and_die_with_their_epoch(database: Database) -> None:
    near, far, none = (ResidentId(fresh_id(os.urandom)) for _ in range(3))
    tokens = [os.urandom(32) for _ in range(5)]

    def act(session: Session) -> None:
        residents.add_tokens(session, near, tokens[:4], epoch=EPOCH)
        residents.add_tokens(session, far, [tokens[4], *[os.urandom(32)] * 2], epoch=EPOCH)
        residents.add_tokens(session, none, [os.urandom(32)], epoch=EPOCH)

    database.transact(act)

    def find(session: Session) -> tuple[ResidentId, ...]:
        return residents.find_residents_by_tokens(session, tokens)

    assert database.read(find) == (near, far)
    database.transact(lambda session: residents.move_tokens(session, near, epoch=EpochName("2026-06-30")))
    last = date.fromisoformat(EPOCH)
    assert database.transact(lambda session: residents.delete_due_tokens(session, last)) == 0
    assert database.transact(lambda session: residents.delete_due_tokens(session, last + timedelta(1))) == 3
    assert database.read(find) == (near,)
    assert database.read(lambda session: residents.find_residents_by_tokens(session, [])) == ()


def test_a_card_is_found_by_its_number_until_it_is_deleted(database: Database, person: Person) -> None:
    def act(session: Session) -> None:
        card = cards.find_card_by_number(session, person.number_tag)
        assert card is not None
        assert card.id == person.card
        assert cards.list_cards(session, person.resident) == (card,)
        assert not cards.claim_number(session, person.number_tag, person.resident, person.card)
        cards.delete_card(session, card)
        assert cards.find_card_by_number(session, person.number_tag) is None
        assert cards.claim_number(session, person.number_tag, person.resident, person.card)

    database.transact(act)


def test_a_place_in_the_status_list_is_never_used_again(database: Database, person: Person) -> None:
    def act(session: Session) -> tuple[int, StatusIndex]:
        card = _card(session, person)
        place = (card.status_list, card.status_index)
        cards.set_status(session, *place, CardStatus.REVOKED)
        residents.delete_resident(session, person.resident)
        return place

    place = database.transact(act)
    assert not database.transact(lambda session: cards.claim_status_index(session, *place))
    changed = database.read(lambda session: list(cards.iterate_status(session, place[0])))
    assert changed == [(place[1], CardStatus.REVOKED)]


def test_the_status_list_names_only_what_is_not_valid(database: Database) -> None:
    def act(session: Session) -> None:
        for index in range(6):
            assert cards.claim_status_index(session, 7, StatusIndex(index))
        cards.set_status(session, 7, StatusIndex(4), CardStatus.SUSPENDED)
        cards.set_status(session, 7, StatusIndex(2), CardStatus.REVOKED)

    database.transact(act)
    wanted = [(2, CardStatus.REVOKED), (4, CardStatus.SUSPENDED)]
    assert database.read(lambda session: list(cards.iterate_status(session, 7))) == wanted
    assert database.read(lambda session: cards.count_status_indices(session, 7)) == 6
    assert database.read(cards.list_status_lists) == (7,)


def test_closing_a_record_leaves_no_row_of_the_resident(database: Database, person: Person) -> None:
    other = draw_person()
    database.transact(lambda session: enroll(session, other))

    def act(session: Session) -> None:
        residents.add_tokens(session, person.resident, [os.urandom(32)], epoch=EPOCH)
        session.add_all((_request(person), _job(person, DAY)))
        session.flush()
        assert residents.delete_resident(session, person.resident) == (person.blob,)

    database.transact(act)
    with database.engine.connect() as connection:
        for table in Record.metadata.sorted_tables:
            rows = connection.execute(table.select()).all()
            assert not any(person.resident in row for row in rows), table.name
            if table.name in ("residents", "cards", "records", "slots", "enrollments", "person_tags"):
                assert len(rows) == 1


def test_a_destroyed_record_is_forgotten_by_its_card(database: Database, person: Person) -> None:
    def act(session: Session) -> None:
        assert residents.delete_record(session, person.resident, person.record) == person.blob
        assert residents.delete_record(session, person.resident, person.record) is None

    database.transact(act)
    card = database.read(lambda session: _card(session, person))
    assert card.record_id is None
    assert database.read(lambda session: residents.find_slot(session, person.resident, person.record)) is None
    assert (
        database.read(lambda session: residents.find_record(session, person.resident, person.record)) is None
    )


def _request(person: Person) -> Request:
    return Request(
        resident_id=person.resident,
        id=RequestId(fresh_id(os.urandom)),
        card_id=person.card,
        kind=Issuance.RENEWAL,
        submitted_on=DAY,
        item_id=ItemId(fresh_id(os.urandom)),
    )


def _job(person: Person, day: date) -> PrintJob:
    return PrintJob(
        resident_id=person.resident,
        id=PrintJobId(fresh_id(os.urandom)),
        card_id=person.card,
        state=PrintState.WAITING,
        ordered_on=day,
        item_id=ItemId(fresh_id(os.urandom)),
        batch_id=None,
    )


def test_a_request_sent_twice_waits_once(database: Database, person: Person) -> None:
    request = _request(person)
    assert database.transact(lambda session: work.insert_request(session, request))
    assert not database.transact(lambda session: work.insert_request(session, request))
    waiting = database.read(lambda session: work.list_waiting_requests(session, limit=10))
    assert [found.id for found in waiting] == [request.id]


def test_a_first_issuance_is_no_request(database: Database, person: Person) -> None:
    request = _request(person)
    request.kind = Issuance.FIRST
    with pytest.raises(Conflict, match="ck_requests_kind"):
        database.transact(lambda session: session.add(request))


def test_a_batch_takes_the_oldest_days_and_its_order_says_nothing(database: Database) -> None:
    people = [draw_person() for _ in range(12)]

    def act(session: Session) -> None:
        for number, person in enumerate(people):
            enroll(session, person)
            session.add(_job(person, DAY + timedelta(days=number // 8)))

    database.transact(act)
    batch = BatchId(fresh_id(os.urandom))
    keys = iter(range(8, 0, -1))
    taken = database.transact(
        lambda session: work.claim_batch(
            session, batch, size=8, random=lambda size: next(keys).to_bytes(size)
        )
    )
    assert [job.ordered_on for job in taken] == [DAY] * 8
    assert [job.id for job in taken] == sorted((job.id for job in taken), reverse=True), "as it was drawn"
    assert {job.state for job in taken} == {PrintState.PRINTING}
    assert database.read(work.count_waiting_jobs) == 4
    assert {job.id for job in database.read(lambda session: work.list_batch(session, batch))} == {
        job.id for job in taken
    }
    job = database.read(lambda session: work.find_job_of_card(session, people[0].card))
    assert job is not None
    database.transact(lambda session: work.delete_job(session, job))
    assert database.read(lambda session: work.find_job(session, job.id)) is None


def test_cards_are_paged_by_state_delivery_and_validity(database: Database) -> None:
    people = sorted((draw_person() for _ in range(5)), key=lambda one: one.card)

    def act(session: Session) -> None:
        for number, person in enumerate(people):
            enroll(session, person, expires_on=DAY + timedelta(days=number))
        session.flush()
        for person in people[:4]:
            card = _card(session, person)
            card.state = CardState.ACTIVE
            card.delivery = Delivery.AWAITING_PICK_UP
            card.delivery_on = DAY - timedelta(days=1)

    database.transact(act)
    ids = [person.card for person in people]

    def ask(session: Session) -> None:
        late = cards.list_cards_past_validity(session, DAY + timedelta(days=2), limit=10)
        assert [card.id for card in late] == ids[:2]
        first = cards.list_cards_in_state(session, CardState.ACTIVE, until=DAY, limit=3)
        rest = cards.list_cards_in_state(session, CardState.ACTIVE, until=DAY, limit=3, after=first[-1].id)
        assert [card.id for card in (*first, *rest)] == ids[:4]
        before = DAY - timedelta(days=1)
        assert cards.list_cards_in_state(session, CardState.ACTIVE, until=before, limit=3) == ()
        waiting = cards.list_cards_in_delivery(session, Delivery.AWAITING_PICK_UP, until=before, limit=10)
        assert [card.id for card in waiting] == ids[:4]
        assert cards.list_cards_ended(session, until=DAY, limit=10) == ()
        _card(session, people[0]).state = CardState.REVOKED
        session.flush()
        assert [card.id for card in cards.list_cards_ended(session, until=DAY, limit=10)] == ids[:1]
        session.rollback()

    with Session(database.engine) as session:
        ask(session)


def test_residents_past_their_day_are_paged(database: Database) -> None:
    drawn = sorted(ResidentId(fresh_id(os.urandom)) for _ in range(7))

    def act(session: Session) -> None:
        for number, resident_id in enumerate(drawn):
            until = None if number == 6 else DAY + timedelta(days=number // 5)
            session.add(Resident(id=resident_id, kept_until=until))

    database.transact(act)

    def due(day: date, limit: int, after: ResidentId | None = None) -> tuple[ResidentId, ...]:
        return database.read(
            lambda session: residents.list_expired_residents(session, day, limit=limit, after=after)
        )

    assert due(DAY, 10) == ()
    page = due(DAY + timedelta(days=1), 3)
    assert page == tuple(drawn[:3])
    assert due(DAY + timedelta(days=1), 3, page[-1]) == tuple(drawn[3:5])
    assert due(DAY + timedelta(days=9), 10) == tuple(drawn[:6])


def test_items_are_paged_by_epoch_without_their_bodies(database: Database) -> None:
    ids = sorted(ItemId(fresh_id(os.urandom)) for _ in range(5))

    def act(session: Session) -> None:
        for number, item_id in enumerate(ids):
            session.add(
                SealedItem(
                    id=item_id,
                    kind=Kept.SOURCE_DOCUMENT,
                    epoch=EPOCH,
                    owner_id="o" * 32,
                    body=b"x" if number == 0 else None,
                )
            )

    database.transact(act)

    def ask(session: Session) -> None:
        first = items.page_epoch(session, EPOCH, limit=3)
        rest = items.page_epoch(session, EPOCH, limit=3, after=first[-1].id)
        assert [line.id for line in (*first, *rest)] == ids
        assert [line.in_database for line in (*first, *rest)] == [True, False, False, False, False]
        assert items.list_due_epochs(session, date.fromisoformat(EPOCH)) == ()
        assert items.list_due_epochs(session, date.fromisoformat(EPOCH) + timedelta(1)) == (EPOCH,)
        assert len(items.list_items_of(session, "o" * 32)) == 5
        assert items.list_items_of(session, "o" * 32, kind=Kept.DRAFT) == ()
        found = items.find_item(session, ids[0])
        assert found is not None
        assert found.body == b"x"

    database.read(ask)
    database.transact(lambda session: items.delete_items(session, ids[1:]))
    assert len(database.read(lambda session: items.page_epoch(session, EPOCH, limit=9))) == 1


def test_a_declined_draft_leaves_nothing(database: Database) -> None:
    draft_id, item_id = DraftId(fresh_id(os.urandom)), ItemId(fresh_id(os.urandom))

    def act(session: Session) -> None:
        session.add_all(
            (
                SealedItem(id=item_id, kind=Kept.DRAFT, epoch=EPOCH, owner_id=draft_id, body=b"x"),
                Draft(id=draft_id, item_id=item_id, opened_on=DAY),
            )
        )

    database.transact(act)
    assert database.read(lambda session: items.find_draft(session, draft_id)) is not None
    assert database.transact(lambda session: items.delete_draft(session, draft_id)) == (item_id,)
    assert database.transact(lambda session: items.delete_draft(session, draft_id)) == ()
    assert database.read(lambda session: items.find_draft(session, draft_id)) is None
    assert database.read(lambda session: items.find_item(session, item_id)) is None


def test_purged_items_take_along_what_is_nothing_without_them(database: Database, person: Person) -> None:
    request, job = _request(person), _job(person, DAY)
    database.transact(lambda session: session.add_all((request, job)))
    gone = [request.item_id, job.item_id]
    database.transact(lambda session: items.delete_items(session, gone))
    assert database.read(lambda session: work.find_request(session, request.id)) is None
    assert database.read(lambda session: work.find_job(session, job.id)) is None


def test_a_session_opens_its_own_surface_until_it_ends(database: Database) -> None:
    clerk = Staff(
        id=StaffId(fresh_id(os.urandom)), sign_in_name="counter-1", role=Role.CLERK, disabled_on=None
    )
    token = os.urandom(32)
    end = _NOW + timedelta(hours=8)

    def act(session: Session) -> None:
        session.add_all(
            (
                clerk,
                StoredSession(token_hash=token, kind=SessionKind.STAFF, staff_id=clerk.id, expires_at=end),
            )
        )

    database.transact(act)

    def find(kind: SessionKind, now: datetime) -> bool:
        return (
            database.read(lambda session: staff.find_session(session, token, kind=kind, now=now)) is not None
        )

    assert find(SessionKind.STAFF, _NOW)
    assert not find(SessionKind.PORTAL, _NOW)
    assert not find(SessionKind.STAFF, end)
    assert database.transact(lambda session: staff.delete_ended_sessions(session, _NOW)) == 0
    database.transact(lambda session: staff.end_session(session, token))
    assert not find(SessionKind.STAFF, _NOW)
    database.transact(act)
    database.transact(lambda session: staff.end_sessions_of(session, clerk.id))
    assert not find(SessionKind.STAFF, _NOW)
    found = database.read(lambda session: staff.find_staff_by_name(session, "counter-1"))
    assert found is not None
    assert found.id == clerk.id
    assert [one.id for one in database.read(staff.list_staff)] == [clerk.id]


@pytest.mark.parametrize(("kind", "has_staff"), [(SessionKind.STAFF, False), (SessionKind.PORTAL, True)])
def test_a_session_of_nobody_or_of_the_wrong_kind_cannot_be_stored(
    database: Database,
    kind: SessionKind,
    has_staff: bool,  # noqa: FBT001 - two columns of a table
) -> None:
    clerk = Staff(id=StaffId(fresh_id(os.urandom)), sign_in_name="x", role=Role.CLERK, disabled_on=None)

    def act(session: Session) -> None:
        session.add(clerk)
        holder = clerk.id if has_staff else None
        session.add(StoredSession(token_hash=os.urandom(32), kind=kind, staff_id=holder, expires_at=_NOW))

    with pytest.raises(Conflict, match="ck_sessions_holder"):
        database.transact(act)


def test_a_code_works_once_in_time_and_for_its_purpose(database: Database) -> None:
    clerk = Staff(id=StaffId(fresh_id(os.urandom)), sign_in_name="x", role=Role.LEAD, disabled_on=None)
    code = os.urandom(32)
    end = _NOW + timedelta(minutes=10)

    def give(session: Session) -> None:
        session.add_all(
            (
                clerk,
                OneTimeCode(code_hash=code, purpose=CodePurpose.SIGN_IN, staff_id=clerk.id, expires_at=end),
            )
        )

    def take(purpose: CodePurpose, now: datetime) -> StaffId | None:
        return database.transact(lambda session: staff.take_code(session, code, purpose=purpose, now=now))

    database.transact(give)
    assert take(CodePurpose.INVITATION, _NOW) is None
    assert take(CodePurpose.SIGN_IN, end) is None
    assert take(CodePurpose.SIGN_IN, _NOW) == clerk.id
    assert take(CodePurpose.SIGN_IN, _NOW) is None


def test_old_windows_and_counts_are_deleted(database: Database) -> None:
    def act(session: Session) -> None:
        for hours in range(3):
            service.count_use(session, bytes(32), window=_NOW + timedelta(hours=hours))
        for days in range(3):
            service.add_count(session, DAY + timedelta(days=days), Counted.VOIDED)

    database.transact(act)
    later = _NOW + timedelta(hours=2)
    assert database.transact(lambda session: service.delete_old_windows(session, before=later)) == 2
    end = DAY + timedelta(days=2)
    last = DAY + timedelta(days=1)
    assert database.transact(lambda session: service.delete_counts(session, until=last)) == 2
    sums = database.read(lambda session: service.sum_counts(session, DAY, end))
    assert sums[Counted.VOIDED] == 1
    assert database.read(lambda session: service.list_certificates(session, DAY, end)) == ()


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_tag_of_another_length_cannot_be_stored(database: Database, size: int) -> None:
    with pytest.raises(Conflict, match="ck_person_tags_tag"):
        database.transact(
            lambda session: residents.claim_person_tag(session, os.urandom(size), ResidentId("r" * 32))
        )
