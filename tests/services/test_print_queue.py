from functools import partial

import pytest

from idsvc.domain.errors import Conflict, NotFound
from idsvc.domain.ids import PrintJobId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.services import print_queue
from idsvc.services.activation import read_scanned
from idsvc.storage.queries import service
from idsvc.storage.records import BatchId, Counted, PrintJob
from tests.services.city import City, count_rows
from tests.services.conftest import Placing


def _take(city: City, batch: BatchId) -> tuple[PrintJob, ...]:
    return city.database.transact(lambda s: print_queue.take_batch(s, batch, size=5, random=city.random))


def _mark(city: City, job: PrintJobId) -> None:
    desk = city.desk
    city.database.transact(
        lambda s: print_queue.mark_printed(
            s, job, program=city.program, journal=desk.journal, today=city.today
        )
    )


def _batch(city: City) -> BatchId:
    return BatchId(fresh_id(city.random))


def test_a_batch_is_the_same_when_it_is_asked_for_again_and_nobody_else_gets_it(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    batch = _batch(city)
    jobs = _take(city, batch)
    assert [job.card_id for job in jobs] == [ana.card]
    assert [job.id for job in _take(city, batch)] == [job.id for job in jobs]
    assert _take(city, _batch(city)) == ()


def test_a_job_put_back_is_printed_by_the_next_batch(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    (job,) = _take(city, _batch(city))
    city.database.transact(partial(print_queue.put_back, job_id=job.id))
    assert city.card(ana.card).state is CardState.ORDERED
    assert [again.id for again in _take(city, _batch(city))] == [job.id]


def test_a_printed_card_is_never_printed_a_second_time(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    (job,) = _take(city, _batch(city))
    _mark(city, job.id)
    assert city.card(ana.card).state is CardState.PRINTED
    _mark(city, job.id)
    with pytest.raises(Conflict, match="not at the printer"):
        city.database.transact(partial(print_queue.put_back, job_id=job.id))
    assert _take(city, _batch(city)) == ()


def test_only_a_job_at_the_printer_is_marked(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    with pytest.raises(Conflict, match="send its batch"):
        _mark(city, ana.produced.job_id)
    with pytest.raises(NotFound):
        _mark(city, PrintJobId("0" * 32))


@pytest.mark.slow
def test_a_voided_card_is_revoked_counted_and_made_again_once(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    city.print()
    scanned = ana.produced.credential.text
    again = city.desk.void(ana.card)
    assert again is not None
    rows = count_rows(city.database)
    assert (rows["cards"], rows["print_jobs"], rows["records"]) == (2, 1, 1)
    assert city.card(ana.card).state is CardState.VOIDED
    assert city.card(again.card_id).expires_on == city.card(ana.card).expires_on
    with pytest.raises(Exception, match="revoked"):
        read_scanned(scanned, city.verifier(), at=city.clock())
    counts = city.database.read(lambda s: service.sum_counts(s, city.today, city.today))
    assert counts[Counted.VOIDED] == 1
    with pytest.raises(Conflict, match="voided"):
        city.desk.void(ana.card)
    assert count_rows(city.database)["cards"] == 2


def test_a_card_in_use_cannot_be_voided(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    with pytest.raises(Conflict, match="cannot become voided"):
        city.desk.void(ana.card)
