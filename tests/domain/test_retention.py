from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idsvc.domain.dates import Span, Unit, after
from idsvc.domain.program import Program
from idsvc.domain.retention import DIES_WITH, LONGEST, STARTS, Kept, Period, due_day, last_start


@pytest.mark.parametrize("kept", Kept)
def test_everything_kept_has_a_last_day_and_says_when_its_time_begins(riverbend: Program, kept: Kept) -> None:
    assert due_day(riverbend.retention, kept, date(2026, 11, 22)) > date(2026, 11, 22)
    assert STARTS[kept].startswith("the ")


def test_the_city_slot_and_the_tolerant_tokens_die_on_one_day(riverbend: Program) -> None:
    handed_over = date(2026, 2, 1)
    assert due_day(riverbend.retention, Kept.CITY_SLOT, handed_over) == date(2026, 3, 3)
    assert due_day(riverbend.retention, Kept.TOLERANT_TOKEN, handed_over) == date(2026, 3, 3)
    assert not set(DIES_WITH) & set(riverbend.retention)


def test_a_draft_dies_tomorrow_and_a_half_year_ends_on_a_day_that_exists(riverbend: Program) -> None:
    assert due_day(riverbend.retention, Kept.DRAFT, date(2028, 2, 28)) == date(2028, 2, 29)
    assert due_day(riverbend.retention, Kept.RESIDENT, date(2026, 8, 31)) == date(2027, 2, 28)


@given(
    today=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    count=st.integers(1, 40),
    unit=st.sampled_from(Unit),
)
@example(today=date(2026, 3, 31), count=1, unit=Unit.MONTH)
@example(today=date(2029, 3, 1), count=1, unit=Unit.YEAR)
def test_the_last_start_is_due_and_the_next_day_is_not(today: date, count: int, unit: Unit) -> None:
    periods = {Kept.CARD: Period(Span(count, unit), "an authority")}
    last = last_start(periods, Kept.CARD, today)
    assert due_day(periods, Kept.CARD, last) < today
    assert due_day(periods, Kept.CARD, last + timedelta(days=1)) >= today


def test_every_period_of_the_default_program_rests_on_an_authority_and_keeps_the_limits(
    riverbend: Program,
) -> None:
    for kept, period in riverbend.retention.items():
        assert period.authority.strip()
        if kept in LONGEST:
            assert after(date(2000, 1, 1), period.span) <= after(date(2000, 1, 1), LONGEST[kept])
