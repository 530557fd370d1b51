import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.printing.fonts import Weight, can_draw, is_right_to_left, measure, shape, split_runs


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


def test_the_first_strong_letter_gives_a_paragraphs_direction() -> None:
    assert is_right_to_left("12 محمد Cruz")
    assert not is_right_to_left("12 Cruz محمد")
