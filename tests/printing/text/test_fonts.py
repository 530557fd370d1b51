import re

import pytest
import uharfbuzz  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from idsvc import resources
from idsvc.printing.text.fonts import Weight, can_draw, measure, set_line, shape, split_runs


def _visual(text: str) -> list[str]:
    return [run.text for run in split_runs(text, Weight.REGULAR)]


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("José O'Neil", ["José O'Neil"]),
        ("محمد علي", ["محمد علي"]),
        ("Ana محمد Cruz", ["Ana ", "محمد", " Cruz"]),
        ("محمد Cruz", ["Cruz", "محمد "]),
        ("محمد 12 علي", [" علي", "12", "محمد "]),
        ("Ana محمد 12 Cruz", ["Ana ", "12", "محمد ", " Cruz"]),
        ("דוד בן Levi", ["Levi", "דוד בן "]),
    ],
)
def test_mixed_directions_stand_in_reading_order(text: str, visual: list[str]) -> None:
    assert _visual(text) == visual


@given(st.text(alphabet="abc אבגم ح-12.", max_size=20))
def test_ordering_loses_and_invents_no_letter(text: str) -> None:
    assert sorted("".join(_visual(text))) == sorted(text)


def test_arabic_letters_join_and_devanagari_reorders() -> None:
    for text in ("محمد", "शर्मि"):
        (run,) = split_runs(text, Weight.REGULAR)
        assert str(shape(run, 10)) != text


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Thị Ánh",
        "Łukasz Żółć ẞ",
        "Τάσος Анна Ђорђе",
        "محمد گل پروین ڈ",
        "王小明 さくら サクラ 김민수",
        "अनुष्का রহিম ਗੁਰਪ੍ਰੀਤ તૃષા கண்ணன் తెలుగు ಕನ್ನಡ മലയാളം සිංහල",
        "สมชาย ລາວ សុខា မောင် አበበ Հայկ გიორგი דוד",
    ],
)
def test_the_card_has_glyphs_for_the_letters_of_many_scripts(text: str) -> None:
    assert can_draw(text)


def test_a_letter_that_no_font_has_is_told() -> None:
    assert not can_draw("Anna 𓀀")


def test_figures_of_numbers_and_dates_are_equally_wide() -> None:
    assert len({round(measure(digit * 4, Weight.SEMIBOLD, 10), 6) for digit in "0123456789"}) == 1


def _figures_and_brackets(text: str) -> str:
    """Give what is no letter of a shaped line as its glyphs stand from left to right."""
    found = []
    for run in set_line(text, Weight.REGULAR):
        font = uharfbuzz.Font(
            uharfbuzz.Face(uharfbuzz.Blob(resources.path(f"templates/fonts/{run.font}.ttf").read_bytes()))
        )
        wanted = {
            font.get_nominal_glyph(ord(sign)): sign for sign in "0123456789/-,.#()[]۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
        }
        shown = "".join(re.findall("<(.*?)>", run.shown))
        codes = [int(shown[place : place + 4], 16) for place in range(0, len(shown), 4)]
        found += [wanted[code] for code in codes if code in wanted]
    return "".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("הרצל 12/4 (ימין)", "()12/4"),
        ("דירה #5 [א]", "[]#5"),
        ("شارع 12/4 (يمين)", "()12/4"),
        ("شقة ١٢ (٣)", "(٣)١٢"),
        ("خیابان ۱۲", "۱۲"),
        ("پلاک ۳/۴ (شمال)", "()۳/۴"),
        ("مکان نمبر ۵۶", "۵۶"),
        ("۱۲ خیابان", "۱۲"),
        ("דוד (Levi) כהן", "()"),
        ("12 Main St (Apt 3)", "12(3)"),
    ],
)
def test_figures_and_brackets_are_drawn_as_they_are_read(text: str, expected: str) -> None:
    assert _figures_and_brackets(text) == expected
    drawn = [shape(run, 10) for run in split_runs(text, Weight.REGULAR)]
    assert "".join(letter for line in drawn for letter in line if letter in set(expected)) == expected


@pytest.mark.parametrize("text", ["Ɛsi", "Ƙasim", "Ɖosu-Smith", "O’Neil-Ɓello"])
def test_a_word_is_in_one_font_where_one_can_write_it(text: str) -> None:
    assert [run.font for run in split_runs(text, Weight.BOLD)] == ["NotoSans-Bold"]


def test_a_mark_of_direction_leaves_an_address_in_the_cards_own_font() -> None:
    runs = split_runs("اذهب إلى \u200eid.riverbend.example\u200e", Weight.BOLD)
    assert "PublicSans-Bold" in {run.font for run in runs if "riverbend" in run.text}


def test_only_the_word_that_needs_it_leaves_the_cards_own_font() -> None:
    runs = split_runs("Ƙasim Bello", Weight.BOLD)
    assert [(run.text.strip(), run.font) for run in runs] == [
        ("Ƙasim", "NotoSans-Bold"),
        ("Bello", "PublicSans-Bold"),
    ]
