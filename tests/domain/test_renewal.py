from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import Refusal
from idsvc.domain.program import Change, Program, ResidencyPapers
from idsvc.domain.renewal import (
    Standing,
    Window,
    mails_a_code,
    require_online,
    require_open,
    standing,
    window,
)

LAST = date(2026, 8, 31)
ADULT = date(1990, 1, 1)


def test_the_window_opens_60_days_before_and_closes_6_months_after(riverbend: Program) -> None:
    assert window(riverbend, expires_on=LAST) == Window(date(2026, 7, 2), date(2027, 2, 28))
    assert window(riverbend, expires_on=None) is None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 7, 1), Standing.TOO_EARLY),
        (date(2026, 7, 2), Standing.OPEN),
        (date(2027, 2, 28), Standing.OPEN),
        (date(2027, 3, 1), Standing.CLOSED),
    ],
)
def test_the_first_and_the_last_day_of_the_window_are_open(
    riverbend: Program,
    today: date,
    expected: Standing,
) -> None:
    assert standing(riverbend, expires_on=LAST, today=today) is expected


@given(last=st.dates(date(2020, 1, 1), date(2040, 1, 1)), today=st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_what_is_open_is_not_refused_and_the_rest_is(riverbend: Program, last: date, today: date) -> None:
    if standing(riverbend, expires_on=last, today=today) is Standing.OPEN:
        require_open(riverbend, expires_on=last, today=today)
    else:
        with pytest.raises(Refusal):
            require_open(riverbend, expires_on=last, today=today)


def test_a_card_without_expiry_needs_no_renewal(riverbend: Program) -> None:
    assert standing(riverbend, expires_on=None, today=LAST) is Standing.NEVER_NEEDED
    with pytest.raises(Refusal, match="does not expire"):
        require_open(riverbend, expires_on=None, today=LAST)


def test_who_is_early_or_late_hears_what_to_do(riverbend: Program) -> None:
    with pytest.raises(Refusal, match="from 2026-07-02 on"):
        require_open(riverbend, expires_on=LAST, today=date(2026, 1, 1))
    with pytest.raises(Refusal, match="book a visit"):
        require_open(riverbend, expires_on=LAST, today=date(2028, 1, 1))


def test_minors_renew_at_the_counter_until_their_birthday(riverbend: Program) -> None:
    with pytest.raises(Refusal, match="Below the age of 18"):
        require_online(riverbend, birth_date=date(2008, 9, 1), expires_on=LAST, today=LAST)
    require_online(riverbend, birth_date=date(2008, 8, 31), expires_on=LAST, today=LAST)


def test_only_listed_changes_are_made_online(riverbend: Program) -> None:
    require_online(
        riverbend,
        birth_date=ADULT,
        expires_on=LAST,
        today=LAST,
        changes=frozenset({Change.PORTRAIT, Change.ADDRESS}),
    )
    for change in (Change.NAME, Change.GENDER):
        with pytest.raises(Refusal, match="book a visit"):
            require_online(
                riverbend,
                birth_date=ADULT,
                expires_on=LAST,
                today=LAST,
                changes=frozenset({change, Change.PORTRAIT}),
            )


def test_a_program_without_online_renewal_sends_everybody_to_the_counter(riverbend: Program) -> None:
    program = replace(riverbend, renewal=replace(riverbend.renewal, online=False, online_changes=frozenset()))
    with pytest.raises(Refusal, match="renewed at the counter"):
        require_online(program, birth_date=ADULT, expires_on=LAST, today=LAST)


def test_a_new_address_waits_for_a_mailed_code_unless_papers_are_uploaded(riverbend: Program) -> None:
    uploads = replace(riverbend, record=replace(riverbend.record, residency_papers=ResidencyPapers.UPLOAD))
    assert mails_a_code(riverbend, frozenset({Change.ADDRESS}))
    assert not mails_a_code(riverbend, frozenset({Change.PORTRAIT}))
    assert not mails_a_code(uploads, frozenset({Change.ADDRESS}))
