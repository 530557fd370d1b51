from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from idsvc.domain.errors import BadInput, Conflict, Destroyed, NotFound
from idsvc.domain.ids import DraftId, fresh_id
from idsvc.services.enrollment import open_draft
from idsvc.storage.queries import service
from idsvc.storage.records import Counted
from tests.services.city import City, LosesAnswers, count_rows, count_secrets, secret_tags


def _draft(city: City) -> DraftId:
    return DraftId(fresh_id(city.random))


def _open(city: City, draft: DraftId) -> bytes:
    return city.database.read(lambda s: open_draft(s, draft, sealing=city.counter.sealing))


def test_a_draft_opens_as_it_was_typed_last_and_what_was_before_is_destroyed(city: City) -> None:
    draft, desk = _draft(city), city.desk
    desk.begin_draft(draft, b"first")
    secrets, blobs = secret_tags(city.places.epochs), city.blobs()
    desk.save_draft(draft, b"second")
    assert _open(city, draft) == b"second"
    assert len(city.blobs()) == 1
    assert not city.blobs() & blobs
    assert len(secrets & secret_tags(city.places.epochs)) == 1, "only the audit key's"
    assert count_rows(city.database)["drafts"] == 1


def test_a_declined_draft_leaves_one_more_in_a_count_and_nothing_else(city: City) -> None:
    desk = city.desk
    before, secrets = count_rows(city.database), count_secrets(city)
    draft = _draft(city)
    desk.begin_draft(draft, b"typed")
    desk.decline(draft)
    assert count_rows(city.database) == before | {"day_counts": 1}
    assert count_secrets(city) == secrets
    assert city.blobs() == set()
    counts = city.database.read(lambda s: service.sum_counts(s, city.today, city.today))
    assert counts[Counted.DECLINED] == 1
    with pytest.raises(NotFound):
        _open(city, draft)
    with pytest.raises(NotFound):
        desk.decline(draft)


def test_a_late_save_brings_no_decided_draft_back(city: City) -> None:
    desk, draft = city.desk, _draft(city)
    desk.begin_draft(draft, b"typed")
    desk.decline(draft)
    rows, secrets = count_rows(city.database), count_secrets(city)
    with pytest.raises(NotFound, match="no longer open"):
        desk.save_draft(draft, b"typed late")
    assert (count_rows(city.database), count_secrets(city), city.blobs()) == (rows, secrets, set())


def test_a_draft_is_begun_once_even_when_every_answer_is_lost(city: City) -> None:
    draft = _draft(city)
    with closing(LosesAnswers(city.database)) as losing:
        desk = replace(city.desk, database=losing)
        desk.begin_draft(draft, b"first")
        assert _open(city, draft) == b"first"
        with pytest.raises(Conflict, match="open already"):
            desk.begin_draft(draft, b"again")
        desk.save_draft(draft, b"second")
    assert _open(city, draft) == b"second"
    assert (len(city.blobs()), count_secrets(city)) == (1, 2), "the draft and the audit key"


def test_a_decline_whose_answer_is_lost_is_counted_once_and_a_second_one_is_refused(city: City) -> None:
    draft = _draft(city)
    city.desk.begin_draft(draft, b"typed")
    with closing(LosesAnswers(city.database)) as losing:
        replace(city.desk, database=losing).decline(draft)
    assert city.blobs() == set()
    counts = city.database.read(lambda s: service.sum_counts(s, city.today, city.today))
    assert counts[Counted.DECLINED] == 1
    with pytest.raises(NotFound):
        city.desk.decline(draft)


def test_a_draft_dies_at_the_end_of_the_next_day_whether_or_not_anything_purged_it(city: City) -> None:
    draft = _draft(city)
    city.desk.begin_draft(draft, b"typed")
    city.clock.pass_days(1)
    assert _open(city, draft) == b"typed"
    city.clock.now += timedelta(days=1)
    with pytest.raises(Destroyed):
        _open(city, draft)


def test_a_draft_longer_than_its_kind_is_refused_and_leaves_nothing(city: City) -> None:
    desk, rows = city.desk, count_rows(city.database)
    with pytest.raises(BadInput):
        desk.begin_draft(_draft(city), bytes(128 * 1024 + 1))
    assert count_rows(city.database) == rows
    assert city.blobs() == set()
