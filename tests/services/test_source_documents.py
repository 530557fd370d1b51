import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PIL import Image

from idsvc.domain.errors import BadInput, Destroyed, NotFound, Refusal
from idsvc.domain.ids import RequestId, fresh_id
from idsvc.domain.program import Program, ResidencyPapers
from idsvc.domain.retention import Kept
from idsvc.services.records import OpenedCard, open_with_code
from idsvc.services.renewal import Asked
from idsvc.services.source_documents import PLACES
from tests.services.city import City, Enrolled, count_secrets, read_rows
from tests.services.conftest import Placing

_NEW = ("200 Main Street", "Riverbend, NY 14999")


def _with_upload(program: Program) -> Program:
    return replace(program, record=replace(program.record, residency_papers=ResidencyPapers.UPLOAD))


def _page(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (1240, 1754), shade).save(out, "JPEG")
    return out.getvalue()


def _at_renewal(placing: Placing, change: Callable[[Program], Program]) -> tuple[City, Enrolled, OpenedCard]:
    city, ana = placing("issued")
    city.change = change
    city.clock.now += date(2031, 2, 20) - city.today
    assert city.run_retention().complete
    assert ana.produced.code is not None
    tag, code = ana.produced.number_tag, ana.produced.code
    opened = city.database.read(
        lambda s: open_with_code(s, tag, code, sealing=city.portal.sealing, today=city.today)
    )
    return city, ana, opened


def _ask(city: City, opened: OpenedCard, address: tuple[str, ...], *pages: bytes) -> RequestId:
    request = RequestId(fresh_id(city.random))
    content = opened.record.content
    asked = Asked(replace(content.facts, address=address), content.portrait)
    city.portal.portal().ask_renewal(request, opened, asked, pages)
    return request


def _shape(city: City) -> tuple[Counter[str], Counter[int], int]:
    kinds = Counter(str(row["kind"]) for row in read_rows(city.database)["sealed_items"])
    sizes = Counter(path.stat().st_size for path in city.places.blobs.glob("fresh/*"))
    return kinds, sizes, count_secrets(city)


@pytest.mark.slow
def test_the_reviewer_sees_the_pages_in_order_and_a_declined_request_leaves_none(at_stage: Placing) -> None:
    city, _, opened = _at_renewal(at_stage, _with_upload)
    before = _shape(city)
    pages = (_page(10), _page(200))
    request = _ask(city, opened, _NEW, *pages)
    assert city.desk.reader.open_papers(request) == pages
    city.desk.decline_renewal(request)
    with pytest.raises(NotFound):
        city.desk.reader.open_papers(request)
    assert _shape(city) == before


@pytest.mark.slow
def test_papers_die_with_the_approval(small_at_stage: Placing) -> None:
    city, ana, opened = _at_renewal(small_at_stage, _with_upload)
    request = _ask(city, opened, _NEW, _page(10))
    assert city.desk.renew(request) is not None
    kinds, _, _ = _shape(city)
    assert Kept.SOURCE_DOCUMENT not in kinds
    city.desk.close(ana.resident)
    assert city.blobs() == set()


def test_papers_die_with_a_closed_record(small_at_stage: Placing) -> None:
    city, ana, opened = _at_renewal(small_at_stage, _with_upload)
    _ask(city, opened, _NEW, _page(10))
    city.desk.close(ana.resident)
    assert city.blobs() == set()
    assert set(_shape(city)[0]) == {"audit_key"}


@pytest.mark.slow
def test_a_request_looks_the_same_with_papers_and_without(small_at_stage: Placing) -> None:
    """The number of places and every length are one; so are the secrets in the store."""
    city, _, opened = _at_renewal(small_at_stage, _with_upload)
    shapes = []
    for address, pages in (((), ()), (_NEW, (_page(1),)), (_NEW, tuple(_page(n) for n in range(PLACES)))):
        request = _ask(city, opened, address, *pages)
        shapes.append(_shape(city))
        city.desk.decline_renewal(request)
    assert shapes[0] == shapes[1] == shapes[2]
    assert shapes[0][0][Kept.SOURCE_DOCUMENT] == PLACES


@pytest.mark.slow
def test_papers_cannot_be_opened_after_their_day_even_if_nothing_purged_them(small_at_stage: Placing) -> None:
    city, _, opened = _at_renewal(small_at_stage, _with_upload)
    request = _ask(city, opened, _NEW, _page(10))
    city.clock.now += timedelta(days=31)
    with pytest.raises(Destroyed):
        city.desk.reader.open_papers(request)
    assert city.run_retention().complete
    assert Kept.SOURCE_DOCUMENT not in _shape(city)[0]


def test_what_does_not_fit_the_request_is_refused_and_leaves_nothing(small_at_stage: Placing) -> None:
    city, _, opened = _at_renewal(small_at_stage, _with_upload)
    before = _shape(city)
    with pytest.raises(Refusal, match="add a paper that shows"):
        _ask(city, opened, _NEW)
    with pytest.raises(Refusal, match="No paper is needed"):
        _ask(city, opened, (), _page(1))
    with pytest.raises(BadInput, match="At most 4 pages"):
        _ask(city, opened, _NEW, *(_page(number) for number in range(PLACES + 1)))
    assert _shape(city) == before


def test_a_program_without_uploads_keeps_no_place_and_takes_no_paper(small_at_stage: Placing) -> None:
    city, _, opened = _at_renewal(small_at_stage, lambda program: program)
    with pytest.raises(Refusal, match="shown at the counter"):
        _ask(city, opened, _NEW, _page(1))
    _ask(city, opened, ())
    assert Kept.SOURCE_DOCUMENT not in _shape(city)[0]
