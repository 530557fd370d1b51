from hypothesis import given, settings
from hypothesis import strategies as st

from idsvc.printing.text.fitting import fit, wrap
from idsvc.printing.text.fonts import Weight, measure

WEIGHT = Weight.SEMIBOLD


def test_a_short_text_keeps_its_full_size() -> None:
    fitted = fit("Li", width=100, size=11, floor=8, most_lines=2, weight=WEIGHT)
    assert fitted is not None
    assert (fitted.lines, fitted.size) == (("Li",), 11)


def test_a_longer_text_shrinks_before_it_breaks() -> None:
    text = "Alexandra Konstantinopolous"
    width = measure(text, WEIGHT, 9)
    fitted = fit(text, width=width, size=11, floor=8, most_lines=2, weight=WEIGHT)
    assert fitted is not None
    assert fitted.lines == (text,)
    assert 8.75 <= fitted.size <= 9


def test_a_text_too_long_for_the_floor_breaks_evenly_and_grows_again() -> None:
    fitted = fit("Anna Maria Fernanda Beatriz", width=90, size=11, floor=8, most_lines=2, weight=WEIGHT)
    assert fitted is not None
    assert fitted.lines == ("Anna Maria", "Fernanda Beatriz")


def test_a_hyphen_stays_at_the_end_of_its_line() -> None:
    fitted = fit("Fernandez-Castellanos", width=70, size=11, floor=8, most_lines=2, weight=WEIGHT)
    assert fitted is not None
    assert fitted.lines == ("Fernandez-", "Castellanos")


def test_ideographs_break_without_a_space() -> None:
    fitted = fit("欧阳司马诸葛上官", width=50, size=11, floor=9, most_lines=2, weight=WEIGHT)
    assert fitted is not None
    assert fitted.lines == ("欧阳司马", "诸葛上官")


def test_what_fits_in_no_way_is_none() -> None:
    assert fit("W" * 60, width=140, size=11, floor=8, most_lines=2, weight=WEIGHT) is None


@settings(max_examples=60)
@given(
    st.lists(st.text(alphabet="abcdeWMilñ’-", min_size=1, max_size=14), min_size=1, max_size=6),
    st.floats(60, 200),
)
def test_a_set_text_is_whole_inside_its_width_and_between_floor_and_size(
    words: list[str], width: float
) -> None:
    text = " ".join(words)
    fitted = fit(text, width=width, size=11, floor=8, most_lines=2, weight=WEIGHT)
    if fitted is not None:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
        assert 8 <= fitted.size <= 11
        assert all(measure(line, WEIGHT, fitted.size) <= width + 1e-6 for line in fitted.lines)


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="abcñ王小明", min_size=1, max_size=9), max_size=20))
def test_wrapped_lines_are_whole_and_narrow_enough(words: list[str]) -> None:
    text = " ".join(words)
    lines = wrap(text, width=90, size=9, weight=WEIGHT)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line, WEIGHT, 9) <= 90 for line in lines)


def test_a_newline_always_breaks() -> None:
    assert wrap("200 Main Street\nRiverbend", width=500, size=9, weight=WEIGHT) == (
        "200 Main Street",
        "Riverbend",
    )


def test_full_width_punctuation_does_not_begin_a_line() -> None:
    text = "请把这张纸放在家里。此码可打开您的记录，请勿给任何人看。" * 3
    for width in range(40, 140, 7):
        assert all(line[0] not in "，。" for line in wrap(text, width=width, size=9, weight=WEIGHT))


def test_a_line_never_breaks_between_a_hyphen_and_a_figure() -> None:
    wide = measure("Call 555-", Weight.REGULAR, 10) + 1
    assert wrap("Call 555-0190 today", width=wide, size=10, weight=Weight.REGULAR) == (
        "Call",
        "555-0190",
        "today",
    )
    assert wrap("Ana-Lucía", width=25, size=10, weight=Weight.REGULAR) == ("Ana-", "Lucía")
