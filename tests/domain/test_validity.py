from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.dates import age_on
from idsvc.domain.errors import Refusal
from idsvc.domain.evidence import Ages
from idsvc.domain.program import AgeBand, AgeRules, Program
from idsvc.domain.validity import expires_on, is_valid_on


@pytest.mark.parametrize(
    ("born", "issued", "expires"),
    [
        ("2012-11-23", "2026-11-22", "2028-11-22"),  # 13, the day before the birthday
        ("2012-11-22", "2026-11-22", "2031-11-22"),  # 14 today
        ("1961-11-23", "2026-11-22", "2031-11-22"),  # 64, the day before
        ("1961-11-22", "2026-11-22", None),  # 65 today
        ("2026-11-22", "2026-11-22", "2028-11-22"),  # born today
        ("1990-01-01", "2028-02-29", "2033-02-28"),  # no 29 February in 2033
        ("2012-02-29", "2026-02-28", "2028-02-28"),  # still 13 until 1 March
        ("2012-02-29", "2026-03-01", "2031-03-01"),
    ],
)
def test_validity_follows_the_age_on_the_day_of_issue(
    riverbend: Program,
    born: str,
    issued: str,
    expires: str | None,
) -> None:
    found = expires_on(riverbend, date.fromisoformat(born), date.fromisoformat(issued))
    assert found == (date.fromisoformat(expires) if expires else None)


@given(born=st.dates(date(1900, 1, 1), date(2026, 1, 1)), issued=st.dates(date(2026, 1, 1), date(2060, 1, 1)))
def test_two_people_of_one_age_get_one_validity(riverbend: Program, born: date, issued: date) -> None:
    age = age_on(born, issued)
    somebody = date(issued.year - age, 1, 1)
    assert expires_on(riverbend, born, issued) == expires_on(riverbend, somebody, issued)


def test_below_the_lowest_age_there_is_no_card(riverbend: Program) -> None:
    program = replace(riverbend, ages=AgeRules(13, 14, 18), validity=(AgeBand(Ages(13), 3),))
    with pytest.raises(Refusal, match="from the age of 13"):
        expires_on(program, date(2014, 11, 23), date(2027, 11, 22))
    assert expires_on(program, date(2014, 11, 22), date(2027, 11, 22)) == date(2030, 11, 22)


def test_the_last_day_is_still_a_good_day() -> None:
    last = date(2028, 2, 29)
    assert is_valid_on(last, expires_on=last)
    assert not is_valid_on(date(2028, 3, 1), expires_on=last)
    assert is_valid_on(date(2999, 1, 1), expires_on=None)
