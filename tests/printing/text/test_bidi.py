"""Unicode's own BidiCharacterTest.txt and BidiTest.txt pass whole; these are the lines of our addresses."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.printing.text.bidi import is_right_to_left, resolve_levels, visual_order


def _stretches(text: str, *, right_to_left: bool) -> list[str]:
    """Give the stretches of one level from left to right, each as it is written."""
    levels = resolve_levels(text, right_to_left=right_to_left)
    stretches = [list(places) for _, places in groupby(range(len(text)), key=levels.__getitem__)]
    order = visual_order([levels[places[0]] for places in stretches])
    return ["".join(text[place] for place in stretches[number]) for number in order]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("הרצל 12/4", ["12/4", "הרצל "]),
        ("רחוב 1-3, א׳", [", א׳", "1-3", "רחוב "]),
        ("שכונה ב׳ 5.2", ["5.2", "שכונה ב׳ "]),
        ("כניסה 3,5", ["3,5", "כניסה "]),
        ("דירה #5 (ימין)", [" (ימין)", "#5", "דירה "]),
        ("טל׳ 555-0100", ["555-0100", "טל׳ "]),
        ("מחיר 20% הנחה", [" הנחה", "20%", "מחיר "]),
        ("דוד (Levi) כהן", [") כהן", "Levi", "דוד ("]),
        ("שָׁלוֹם 7", ["7", "שָׁלוֹם "]),
        ("شارع 12/4", ["12/4", "شارع "]),
        ("شقة ١٢، طابق ٣/٤", ["٣/٤", "، طابق ", "١٢", "شقة "]),
        ("شقة #5", ["5", "شقة #"]),
        ("الرمز 14.999 (شمال)", [" (شمال)", "14.999", "الرمز "]),
        ("شارع 12-14", ["14", "-", "12", "شارع "]),
        ("خیابان ۱۲", ["۱۲", "خیابان "]),
        ("پلاک ۳/۴، تهران", ["، تهران", "۳/۴", "پلاک "]),
        ("می\u200cنا ۱۲", ["۱۲", "می\u200cنا "]),
        ("مکان نمبر ۵۶، گلی ۷", ["۷", "، گلی ", "۵۶", "مکان نمبر "]),
        ("لاہور (پنجاب) 54000", ["54000", "لاہور (پنجاب) "]),
        ("Ruth محمد (علي) Cohen", ["Ruth ", "محمد (علي)", " Cohen"]),
        ("Ruth (محمد) Cohen", ["Ruth (", "محمد", ") Cohen"]),
        ("12 Main St (שער 3)", ["12 Main St (", "3", "שער ", ")"]),
        ("P.O. Box 12/4", ["P.O. Box 12/4"]),
    ],
)
def test_addresses_and_names_stand_in_reading_order(text: str, expected: list[str]) -> None:
    assert _stretches(text, right_to_left=is_right_to_left(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("555-0100", ["555-0100"]),
        ("Main St. 12", ["Main St. 12"]),
        ("Main St.", [".", "Main St"]),
        ("12 Main St", ["Main St", " ", "12"]),
        ("Levi ", [" ", "Levi"]),
        ("(Levi) דוד", [") דוד", "Levi", "("]),
    ],
)
def test_a_line_of_a_paragraph_from_the_right_takes_its_direction(text: str, expected: list[str]) -> None:
    assert _stretches(text, right_to_left=True) == expected


def test_the_first_strong_letter_gives_a_paragraphs_direction() -> None:
    assert is_right_to_left("12 محمد Cruz")
    assert not is_right_to_left("12 Cruz محمد")
    assert not is_right_to_left("12-14")


@given(
    st.text(alphabet="a \u05d0\u0627\u0661" + "1#,-!()[]\u0300\u200c\u2329\u3009", max_size=16), st.booleans()
)
def test_every_letter_has_its_one_place(text: str, right_to_left: bool) -> None:  # noqa: FBT001 - hypothesis
    levels = resolve_levels(text, right_to_left=right_to_left)
    assert sorted(visual_order(levels)) == list(range(len(text)))
    assert all(int(right_to_left) <= level <= 2 for level in levels)


def test_a_bracket_that_opens_behind_sixty_three_others_is_left_unpaired() -> None:
    """Paired it stands as the Latin letter in it does, else as the Hebrew letters beside it."""
    for others, level in ((62, 0), (63, 1)):
        text = "(" * others + "\u05d0(\u05d1b)"
        assert resolve_levels(text, right_to_left=False)[others + 1] == level
