from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import Conflict
from idsvc.domain.lifecycle import (
    CARD_STEPS,
    DELIVERY_STEPS,
    ENDED,
    CardState,
    CardStatus,
    Delivery,
    end_by_time,
    move_card,
    move_delivery,
    state_on,
    status_of,
)


@given(st.sampled_from(CardState), st.sampled_from(CardState))
def test_only_the_listed_steps_of_a_card_can_be_taken(state: CardState, to: CardState) -> None:
    if to in CARD_STEPS[state]:
        assert move_card(state, to) is to
    else:
        with pytest.raises(Conflict, match=f"is {state} and cannot become {to}"):
            move_card(state, to)


@given(st.sampled_from(Delivery), st.sampled_from(Delivery))
def test_only_the_listed_steps_of_a_delivery_can_be_taken(state: Delivery, to: Delivery) -> None:
    if to in DELIVERY_STEPS[state]:
        assert move_delivery(state, to) is to
    else:
        with pytest.raises(Conflict):
            move_delivery(state, to)


def test_every_state_is_reached_and_every_card_can_end() -> None:
    reached = {CardState.ORDERED}
    while more := {step for state in reached for step in CARD_STEPS[state]} - reached:
        reached |= more
    assert reached == set(CardState) == set(CARD_STEPS)
    assert frozenset({CardState.EXPIRED, CardState.REVOKED, CardState.VOIDED}) == ENDED
    for state in set(CardState) - ENDED:
        assert CardState.REVOKED in CARD_STEPS[state]


def test_every_delivery_state_is_reached() -> None:
    reached = {Delivery.AT_THE_COUNTER}
    while more := {step for state in reached for step in DELIVERY_STEPS[state]} - reached:
        reached |= more
    assert reached == set(Delivery) == set(DELIVERY_STEPS)


def test_a_blank_is_never_active_before_it_was_printed_and_scanned() -> None:
    assert CardState.ACTIVE not in CARD_STEPS[CardState.ORDERED]
    assert [state for state in CardState if CardState.ACTIVE in CARD_STEPS[state]] == [
        CardState.PRINTED,
        CardState.SUSPENDED,
    ]


def test_a_void_and_a_revocation_show_as_invalid_and_an_order_as_valid() -> None:
    assert {state: status_of(state) for state in CardState} == {
        CardState.ORDERED: CardStatus.VALID,
        CardState.PRINTED: CardStatus.VALID,
        CardState.ACTIVE: CardStatus.VALID,
        CardState.SUSPENDED: CardStatus.SUSPENDED,
        CardState.EXPIRED: CardStatus.VALID,
        CardState.REVOKED: CardStatus.REVOKED,
        CardState.VOIDED: CardStatus.REVOKED,
    }


def test_a_card_is_expired_the_day_after_its_last_day() -> None:
    last = date(2028, 2, 29)
    assert state_on(CardState.ACTIVE, expires_on=last, today=last) is CardState.ACTIVE
    assert state_on(CardState.ACTIVE, expires_on=last, today=date(2028, 3, 1)) is CardState.EXPIRED
    assert state_on(CardState.SUSPENDED, expires_on=last, today=date(2028, 3, 1)) is CardState.EXPIRED
    assert state_on(CardState.REVOKED, expires_on=last, today=date(2028, 3, 1)) is CardState.REVOKED
    assert state_on(CardState.ACTIVE, expires_on=None, today=date(2999, 1, 1)) is CardState.ACTIVE


def test_time_ends_a_card_in_use_and_what_was_suspended_stays_closed() -> None:
    assert end_by_time(CardState.ACTIVE) is CardState.EXPIRED
    assert end_by_time(CardState.SUSPENDED) is CardState.REVOKED
    for state in set(CardState) - {CardState.ACTIVE, CardState.SUSPENDED}:
        with pytest.raises(Conflict):
            end_by_time(state)
