from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.dates import Span, Unit, after, age_on, before, birthday, day_after, days, years

plain_dates = st.dates(date(1850, 1, 1), date(2200, 1, 1))
spans = st.builds(Span, st.integers(1, 400), st.sampled_from(Unit))


def test_a_month_without_that_day_gives_its_last_day() -> None:
    assert after(date(2028, 1, 31), Span(1, Unit.MONTH)) == date(2028, 2, 29)
    assert after(date(2028, 2, 29), years(1)) == date(2029, 2, 28)
    assert after(date(2028, 2, 29), years(4)) == date(2032, 2, 29)
    assert before(date(2028, 3, 31), Span(1, Unit.MONTH)) == date(2028, 2, 29)


def test_the_calendar_ends_instead_of_failing() -> None:
    assert after(date(9999, 1, 1), years(1)) == date.max
    assert after(date(9999, 12, 1), days(9999)) == date.max
    assert before(date(1, 6, 1), years(9)) == date.min
    assert before(date(1, 1, 2), days(9)) == date.min


def test_a_span_is_written_as_in_the_program_file() -> None:
    assert [str(days(1)), str(Span(6, Unit.MONTH)), str(years(5))] == ["1 day", "6 months", "5 years"]


@given(plain_dates, spans)
def test_going_forward_and_back_lands_within_the_days_a_short_month_lacks(day: date, span: Span) -> None:
    back = before(after(day, span), span)
    assert (back == day) if span.unit is Unit.DAY else (0 <= (day - back).days <= 3)


@given(plain_dates, plain_dates, spans)
def test_the_later_day_stays_later(one: date, other: date, span: Span) -> None:
    first, second = sorted((one, other))
    assert after(first, span) <= after(second, span)
    assert before(first, span) <= before(second, span)


def test_born_on_29_february_the_birthday_is_1_march_in_common_years() -> None:
    assert birthday(date(2012, 2, 29), 14) == date(2026, 3, 1)
    assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert age_on(date(2012, 2, 29), date(2026, 3, 1)) == 14


@given(plain_dates, st.integers(0, 120))
def test_an_age_begins_on_the_birthday_and_not_a_day_before(birth_date: date, age: int) -> None:
    begins = birthday(birth_date, age)
    assert age_on(birth_date, begins) == age
    assert age_on(birth_date, before(begins, days(1))) == age - 1


def test_before_birth_the_age_is_negative() -> None:
    assert age_on(date(2026, 5, 5), date(2026, 5, 4)) == -1


@pytest.mark.parametrize(
    ("day", "next_day"), [(date(2028, 2, 28), date(2028, 2, 29)), (date(2026, 12, 31), date(2027, 1, 1))]
)
def test_the_day_after_follows_the_calendar(day: date, next_day: date) -> None:
    assert day_after(day) == next_day
