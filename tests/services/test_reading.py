from dataclasses import replace
from datetime import date, timedelta

import pytest

from idsvc.domain.errors import Destroyed, NotFound
from idsvc.domain.ids import CardId, EnrollmentId, RequestId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.services import standing
from idsvc.services.cards import find
from idsvc.services.journal import find_audit_key
from idsvc.services.people import AlreadyEnrolled
from idsvc.services.reading import LOOKUPS_PER_HOUR, TooManyLookUps
from idsvc.services.records import open_with_code
from idsvc.services.renewal import Asked
from idsvc.storage.database import Session
from idsvc.storage.queries import audit, service, work
from idsvc.storage.records import Act, AuditLeaf
from idsvc.vault.slots import WrongCode
from tests.services.city import CLERK, City, Enrolled, count_rows, read_rows, sample_portrait
from tests.services.conftest import Placing


def _leaves(city: City, act: Act) -> list[AuditLeaf]:
    found = city.database.read(lambda s: audit.find_leaves(s, first=date.min, last=city.today))
    return [leaf for leaf in found if leaf.act is act]


def _views(city: City, enrolled: Enrolled) -> int:
    """Count the looks at a resident that the log holds; each must be this clerk's."""
    key = city.database.read(lambda s: find_audit_key(s, sealing=city.counter.sealing, today=city.today))
    assert key is not None
    seen = [
        leaf for leaf in _leaves(city, Act.RECORD_VIEWED) if leaf.subject == key.pseudonym(enrolled.resident)
    ]
    assert all(leaf.actor == key.pseudonym(CLERK) for leaf in seen)
    return len(seen)


def _ask(city: City, ana: Enrolled) -> RequestId:
    city.clock.now += date(2031, 2, 20) - city.today
    city.resign()
    city.run_retention()
    tag, code = ana.produced.number_tag, ana.produced.code
    assert code is not None
    opened = city.database.read(
        lambda s: open_with_code(s, tag, code, sealing=city.portal.sealing, today=city.today)
    )
    request = RequestId(fresh_id(city.random))
    city.portal.portal().ask_renewal(request, opened, Asked(ana.facts, sample_portrait()))
    return request


def test_every_look_at_a_record_or_a_print_file_is_a_recorded_act(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    assert _views(city, ana) == 0
    reader = city.desk.reader
    assert reader.open_record(ana.card).content.facts == ana.facts
    assert _views(city, ana) == 1
    job = city.database.read(lambda s: work.find_job_of_card(s, ana.card))
    assert job is not None
    assert reader.open_print_file(job).slip
    assert _views(city, ana) == 2
    number = city.number(ana.produced)
    assert ana.produced.code is not None
    assert reader.open_with_code(number, ana.produced.code).record.content.facts == ana.facts
    assert _views(city, ana) == 3
    city.open(ana.produced)
    assert len(_leaves(city, Act.RECORD_VIEWED)) == 3, "the resident's own look is no act of staff"


@pytest.mark.slow
def test_a_new_print_of_a_card_opens_the_record_and_says_so(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    assert city.desk.void(ana.card) is not None
    assert _views(city, ana) == 1


@pytest.mark.slow
def test_every_look_at_a_request_is_a_recorded_act(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    request, reader = _ask(city, ana), city.desk.reader
    assert reader.open_request(request)[0] == ana.resident
    assert reader.open_papers(request) == ()
    assert _views(city, ana) == 2
    assert city.desk.renew(request) is not None
    assert _views(city, ana) == 3


def test_what_could_not_be_opened_was_not_seen(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    city.clock.pass_days(31)
    rows, reader = count_rows(city.database), city.desk.reader
    with pytest.raises(Destroyed):
        reader.open_record(ana.card)
    with pytest.raises(NotFound):
        reader.open_record(CardId("0" * 32))
    assert count_rows(city.database) == rows


def test_a_look_up_leaves_one_leaf_that_does_not_tell_whether_anybody_was_found(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    reader = city.desk.reader
    assert reader.find_alike(ana.facts) == (ana.resident,)
    assert reader.find_alike(city.facts("Somebody Else")) == ()
    leaves = _leaves(city, Act.PERSON_LOOKED_UP)
    key = city.desk.journal.key
    assert [leaf.actor for leaf in leaves] == [key.pseudonym(CLERK)] * 2
    assert len({leaf.subject for leaf in leaves}) == 2
    assert key.pseudonym(ana.resident) not in {leaf.subject for leaf in leaves}


def test_look_ups_are_limited_for_each_actor_and_hour(city: City) -> None:
    desk = city.desk
    facts = city.facts()
    desk.reader.find_alike(facts)
    (limit,) = read_rows(city.database)["rate_limits"]
    bucket, window = limit["bucket"], limit["window"]
    assert isinstance(bucket, bytes)
    assert CLERK.encode() not in bucket
    for _ in range(LOOKUPS_PER_HOUR - 1):
        city.database.transact(lambda s: service.count_use(s, bucket, window=window))  # type: ignore[arg-type]
    leaves = len(_leaves(city, Act.PERSON_LOOKED_UP))
    with pytest.raises(TooManyLookUps, match="please wait"):
        desk.reader.find_alike(facts)
    assert len(_leaves(city, Act.PERSON_LOOKED_UP)) == leaves
    other = replace(desk, journal=replace(desk.journal, actor="0" * 31 + "2"))
    assert other.reader.find_alike(facts) == ()
    city.clock.now += timedelta(hours=1)
    assert replace(desk, now=city.clock.now).reader.find_alike(facts) == ()


@pytest.mark.slow
def test_a_name_refused_at_an_enrollment_counts_as_a_look_up(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    with pytest.raises(AlreadyEnrolled):
        city.desk.enroll(EnrollmentId(fresh_id(city.random)), ana.facts, sample_portrait())
    assert len(_leaves(city, Act.PERSON_LOOKED_UP)) == 1
    assert [row["uses"] for row in read_rows(city.database)["rate_limits"]] == [1]


@pytest.mark.parametrize("state", [CardState.SUSPENDED, CardState.REVOKED])
def test_the_code_of_a_withdrawn_card_opens_nothing(at_stage: Placing, state: CardState) -> None:
    city, ana = at_stage("issued")
    number, code, desk = city.number(ana.produced), ana.produced.code, city.desk
    assert code is not None
    step = standing.suspend if state is CardState.SUSPENDED else standing.revoke

    def act(session: Session) -> None:
        step(session, find(session, ana.card), program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)
    for opens in (city.portal.portal().open, desk.reader.open_with_code):
        with pytest.raises(WrongCode, match="do not belong together"):
            opens(number, code)
    assert _views(city, ana) == 0


@pytest.mark.slow
def test_the_number_of_a_voided_card_opens_nothing_with_the_code_of_the_next(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    number = city.number(ana.produced)
    again = city.desk.void(ana.card)
    assert again is not None
    assert again.code is not None
    with pytest.raises(WrongCode):
        city.portal.portal().open(number, again.code)
    assert city.open(again).record.content.facts == ana.facts
