from dataclasses import replace

import pytest

from idsvc.domain.errors import Conflict, Destroyed, NotFound, Refusal
from idsvc.domain.lifecycle import CardState, Delivery
from idsvc.domain.retention import Kept
from idsvc.services import activation
from idsvc.services.cards import find
from idsvc.storage.database import Session
from idsvc.storage.queries import items
from tests.services.city import City, Enrolled, count_rows, count_secrets, read_rows
from tests.services.conftest import Placing


def _move(city: City, enrolled: Enrolled, to: Delivery) -> None:
    desk = city.desk

    def act(session: Session) -> None:
        card = find(session, enrolled.card)
        activation.move(session, card, to, program=city.program, journal=desk.journal, today=city.today)

    city.database.transact(act)


def test_the_scan_of_the_printed_card_makes_it_active_and_kills_its_print_file(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    city.print()
    blobs, secrets = len(city.blobs()), count_secrets(city)
    assert city.activate(ana.produced).state is CardState.ACTIVE
    assert "print_jobs" not in count_rows(city.database)
    assert (len(city.blobs()), count_secrets(city)) == (blobs - 1, secrets - 1)


def test_a_second_scan_changes_nothing(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    before = read_rows(city.database)
    assert city.activate(ana.produced).state is CardState.ACTIVE
    assert read_rows(city.database) == before


def test_a_card_that_was_not_printed_is_not_activated(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    with pytest.raises(Conflict, match="only a printed card"):
        city.activate(ana.produced)


@pytest.mark.slow
def test_a_code_of_another_city_or_none_is_refused(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    city.print()
    text = ana.produced.credential.text
    for scanned in ("", "hello", text[:-8] + text[:8]):
        with pytest.raises(Refusal, match="void this card"):
            city.desk.activate(scanned, city.verifier())
    assert city.card(ana.card).state is CardState.PRINTED


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong", [{"status_index": 3}, {"status_uri": "https://id.riverbend.example/status/7.cwt"}]
)
def test_a_code_with_another_place_in_the_status_list_is_refused(
    small_at_stage: Placing, wrong: dict[str, object]
) -> None:
    city, ana = small_at_stage("queued")
    city.print()
    claims = activation.read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())
    desk = city.desk
    with pytest.raises(Refusal, match="not the one that was made"):
        city.database.transact(
            lambda s: activation.activate(
                s,
                replace(claims, **wrong),  # type: ignore[arg-type]
                program=city.program,
                number_key=desk.number_key,
                journal=desk.journal,
                today=city.today,
            )
        )
    with pytest.raises(NotFound, match="No card has this number"):
        city.database.transact(
            lambda s: activation.activate(
                s,
                replace(claims, number="0" * 12),
                program=city.program,
                number_key=desk.number_key,
                journal=desk.journal,
                today=city.today,
            )
        )


def test_handing_over_seals_the_citys_access_to_thirty_days_and_moves_the_tokens(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    card = city.card(ana.card)
    record_id = card.record_id
    assert record_id is not None
    assert card.delivery is Delivery.HANDED_OVER
    slots = city.database.read(lambda s: items.list_items_of(s, record_id, kind=Kept.CITY_SLOT))
    assert [slot.epoch for slot in slots] == ["2026-04-01"]
    tokens = read_rows(city.database)["tolerant_tokens"]
    assert {row["epoch"] for row in tokens} == {"2026-04-01"}
    assert count_secrets(city) == 2, "the new slot's and the audit key's: the slot from the order is dead"
    assert city.desk.reader.open_record(ana.card).content.facts == ana.facts
    city.clock.pass_days(31)
    with pytest.raises(Destroyed):
        city.desk.reader.open_record(ana.card)


def test_handing_over_again_changes_nothing(at_stage: Placing) -> None:
    city, ana = at_stage("issued")
    before, secrets = read_rows(city.database), count_secrets(city)
    city.desk.hand_over(ana.card)
    assert read_rows(city.database) == before
    assert count_secrets(city) == secrets


def test_only_an_active_card_is_handed_over_and_a_refusal_leaves_no_secret(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    desk, secrets = city.desk, count_secrets(city)
    with pytest.raises(Conflict, match="Scan the printed card first"):
        desk.hand_over(ana.card)
    assert count_secrets(city) == secrets
    with pytest.raises(Conflict, match="its own step"):
        _move(city, ana, Delivery.HANDED_OVER)


def test_a_card_is_handed_over_after_the_citys_access_has_ended(small_at_stage: Placing) -> None:
    city, ana = small_at_stage("queued")
    city.print()
    city.activate(ana.produced)
    city.clock.pass_days(91)
    city.desk.hand_over(ana.card)
    assert city.card(ana.card).delivery is Delivery.HANDED_OVER
    kinds = {row["kind"] for row in read_rows(city.database)["sealed_items"]}
    assert Kept.CITY_SLOT not in kinds


def test_a_card_that_comes_back_by_mail_is_suspended(at_stage: Placing) -> None:
    city, ana = at_stage("queued")
    city.print()
    city.activate(ana.produced)
    _move(city, ana, Delivery.POSTED)
    _move(city, ana, Delivery.RETURNED)
    assert city.card(ana.card).state is CardState.SUSPENDED
    with pytest.raises(Refusal, match="suspended"):
        activation.read_scanned(ana.produced.credential.text, city.verifier(), at=city.clock())
    with pytest.raises(Conflict):
        _move(city, ana, Delivery.POSTED)
