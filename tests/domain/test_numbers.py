import os
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import BadInput
from idsvc.domain.numbers import (
    CARD_NUMBER_DIGITS,
    RENEWAL_CODE_DIGITS,
    check_digit,
    draw_card_number,
    draw_renewal_code,
    format_groups,
    parse_card_number,
    parse_renewal_code,
)

digit_runs = st.text("0123456789", min_size=1, max_size=24)
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH_DIGITS = str.maketrans(
    "0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19"
)


@given(digit_runs, st.data())
def test_every_slip_of_one_digit_is_caught(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[place]]))
    slipped = whole[:place] + other + whole[place + 1 :]
    assert check_digit(slipped[:-1]) != slipped[-1]


@given(digit_runs)
def test_every_swap_of_two_neighbours_is_caught(digits: str) -> None:
    whole = digits + check_digit(digits)
    for place, (left, right) in enumerate(pairwise(whole)):
        if left != right:
            swapped = whole[:place] + right + left + whole[place + 2 :]
            assert check_digit(swapped[:-1]) != swapped[-1]


def test_numbers_have_their_length_and_read_back() -> None:
    number, code = draw_card_number(os.urandom), draw_renewal_code(os.urandom)
    assert (len(number), len(code)) == (CARD_NUMBER_DIGITS, RENEWAL_CODE_DIGITS) == (12, 21)
    assert parse_card_number(number) == number
    assert parse_renewal_code(code) == code


def test_every_digit_has_the_same_chance() -> None:
    source = Random(20261122).randbytes  # noqa: S311 - a repeatable sample
    drawn = "".join(draw_card_number(source)[:-1] for _ in range(5_000))
    expected = len(drawn) / 10
    chi_square = sum((drawn.count(digit) - expected) ** 2 / expected for digit in "0123456789")
    assert (
        chi_square < 27.9
    )  # 9 degrees of freedom, 99.9 %; bytes taken modulo 10 without the limit give about 34


def test_a_number_is_read_as_people_type_it() -> None:
    code = draw_renewal_code(os.urandom)
    grouped = format_groups(code, 3)
    for typed in (
        grouped,
        grouped.replace(" ", "-"),
        grouped.replace(" ", "\N{EN DASH}"),
        grouped.replace(" ", "\N{NO-BREAK SPACE}"),
        f"\N{RIGHT-TO-LEFT MARK}{code.translate(ARABIC_DIGITS)} ",
        code.translate(FULL_WIDTH_DIGITS),
        f"\t{code}\n",
    ):
        assert parse_renewal_code(typed) == code


def test_groups_start_at_the_left() -> None:
    assert format_groups("123456789012", 4) == "1234 5678 9012"
    assert format_groups("1234567", 3) == "123 456 7"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12345678901A", "has only digits"),
        ("½23456789012", "has only digits"),
        ("1234", "has 12 digits, this has 4"),
        ("", "has 12 digits, this has 0"),
        ("123456789010", "is not right"),
    ],
)
def test_what_is_no_card_number_is_refused_without_repeating_it(typed: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        parse_card_number(typed)
    assert refused.value.field == "card number"
    assert not typed or typed not in str(refused.value)
