from dataclasses import replace
from datetime import timedelta

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.domain.errors import Conflict, Destroyed
from idsvc.domain.ids import EnrollmentId, fresh_id
from idsvc.domain.numbers import RENEWAL_CODE_GROUP, CardNumber, format_groups
from idsvc.domain.program import CodePlace
from idsvc.imaging.reading import read_codes
from idsvc.services import enrollment, issuance
from idsvc.services.ordering import Ordered
from idsvc.storage.queries import work
from idsvc.vault.slots import WrongCode
from tests.services.city import City, Enrolled, count_rows, sample_portrait
from tests.services.conftest import Placing


def _order(city: City) -> Ordered:
    """Approve an enrollment and stop there, as a process that dies before it makes the card."""
    desk = city.desk
    prepared = enrollment.prepare(
        EnrollmentId(fresh_id(city.random)),
        city.facts(),
        sample_portrait(),
        means=desk.means,
    )
    approved, _ = city.database.transact(
        lambda s: enrollment.approve(
            s,
            prepared,
            status_list=0,
            means=desk.means,
        )
    )
    return approved.ordered


def _has_job(city: City, enrolled: Enrolled) -> bool:
    return city.database.read(lambda s: work.find_job_of_card(s, enrolled.card)) is not None


def test_the_print_file_holds_the_card_and_the_slip_and_reads_back(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    job = city.database.read(lambda s: work.find_job_of_card(s, ana.card))
    assert job is not None
    file = city.desk.reader.open_print_file(job)
    assert [code.text for code in read_codes(file.card)] == [ana.produced.credential.text]
    assert file.slip.startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize("place", CodePlace)
def test_the_renewal_code_stands_where_the_program_says_and_nowhere_else(
    small_city: City, place: CodePlace
) -> None:
    small_city.change = lambda program: replace(program, record=replace(program.record, code_on=place))
    ana = small_city.enroll()
    job = small_city.database.read(lambda s: work.find_job_of_card(s, ana.card))
    assert job is not None
    assert ana.produced.code is not None
    code = format_groups(ana.produced.code, RENEWAL_CODE_GROUP)
    file = small_city.desk.reader.open_print_file(job)
    printed = {CodePlace.CARD: file.card, CodePlace.SLIP: file.slip, CodePlace.LABEL: file.label}
    assert {where for where, pdf in printed.items() if pdf and code in _words_on(pdf)} == {place}
    assert {where for where, pdf in printed.items() if pdf} == {CodePlace.CARD, place}
    assert [found.text for found in read_codes(file.card)] == [ana.produced.credential.text]


def _words_on(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(str(page.get_textpage().get_text_range()).split()) for page in pages)


@pytest.mark.slow
def test_a_card_that_a_dead_process_left_unmade_is_finished_with_another_number(city: City) -> None:
    order = _order(city)
    tag = city.card(order.card.id).number_tag
    produced = city.desk.finish(order.card.id)
    assert produced is not None
    assert city.card(order.card.id).number_tag == produced.number_tag != tag
    rows = count_rows(city.database)
    assert (rows["cards"], rows["card_numbers"], rows["status_indices"], rows["print_jobs"]) == (1, 1, 1, 1)
    assert city.desk.finish(order.card.id) is None


@pytest.mark.slow
def test_an_order_cannot_be_finished_once_the_city_may_not_open_the_record(city: City) -> None:
    order = _order(city)
    city.clock.pass_days(91)
    with pytest.raises(Destroyed, match="purge day of this item has passed"):
        city.desk.finish(order.card.id)


@pytest.mark.slow
def test_without_its_number_a_card_is_not_made(small_city: City) -> None:
    order = _order(small_city)
    with pytest.raises(Conflict, match="renumber"):
        issuance.produce(
            replace(order, number=None),
            None,  # type: ignore[arg-type]
            program=small_city.program,
            artwork=small_city.counter.artwork,
            signer=small_city.desk.card_signer,
            number_key=small_city.desk.number_key,
            sealing=small_city.counter.sealing,
            random=small_city.random,
            today=small_city.today,
        )


@pytest.mark.slow
def test_of_two_processes_that_make_one_card_one_queues_it(city: City) -> None:
    """The second drew another number meanwhile; what the first made is worth nothing and is destroyed."""
    order, desk = _order(city), city.desk

    def renumber() -> Ordered:
        found = city.database.transact(
            lambda s: issuance.renumber(s, order.card.id, number_key=desk.number_key, random=city.random)
        )
        assert found is not None
        return found

    record = desk.reader.open_record(order.card.id)
    first, second = renumber(), renumber()
    blobs = city.blobs()
    assert desk.make_card(first, record) is None
    assert city.blobs() == blobs
    made = desk.make_card(second, record)
    assert made is not None
    assert count_rows(city.database)["card_numbers"] == 1
    assert desk.make_card(second, record) is None


@pytest.mark.slow
def test_every_new_print_has_a_new_code_and_the_code_before_opens_nothing(city: City) -> None:
    ana = city.enroll()
    again = city.desk.void(ana.card)
    assert again is not None
    assert city.open(again).record.content.facts == ana.facts
    assert ana.produced.code is not None
    portal, number = city.portal.portal(), city.number(again)
    with pytest.raises(WrongCode):
        portal.open(number, ana.produced.code)


def test_a_wrong_number_or_code_gets_one_answer(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("issued")
    number, portal = city.number(ana.produced), city.portal.portal()
    assert ana.produced.code is not None
    wrong = type(ana.produced.code)(ana.produced.code[::-1])
    said = set()
    for other, code in ((number, wrong), (CardNumber("0" * 12), ana.produced.code)):
        with pytest.raises(WrongCode) as refused:
            portal.open(other, code)
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_print_file_cannot_be_opened_after_its_day(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    assert _has_job(city, ana)
    job = city.database.read(lambda s: work.find_job_of_card(s, ana.card))
    assert job is not None
    city.clock.now += timedelta(days=8)
    with pytest.raises(Destroyed):
        city.desk.reader.open_print_file(job)
