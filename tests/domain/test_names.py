import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.domain.errors import BadInput
from idsvc.domain.names import LONGEST_NAME, TOLERANT_FORMS, display_name, index_form, tolerant_forms

PRINTED = [
    "José Álvarez García", "Seán O\N{RIGHT SINGLE QUOTATION MARK}Neil", "D'Angelo",
    "Nguyễn Thị Ánh", "محمد", "毛泽东", "X", "Sukarno", "Ōe",
    "Jean-Luc Picard", "Dr. Martin Luther King Jr.", "Gal·la", "Иван Сергеевич", "अनिल कुमार", "กมลชนก", "Ng",
    "León Israel Jordan German",
]  # fmt: skip
words = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=12)
names = st.lists(words, min_size=1, max_size=4).map(" ".join)
birth_dates = st.dates(date(1900, 1, 1), date(2026, 1, 1))


def printable(name: str) -> str | None:
    try:
        return display_name(name)
    except BadInput:
        return None


@pytest.mark.parametrize("name", PRINTED)
def test_names_are_printed_as_people_write_them(name: str) -> None:
    assert display_name(name) == unicodedata.normalize("NFC", name)


def test_what_keyboards_add_is_made_plain() -> None:
    assert display_name("  Ana \N{NO-BREAK SPACE} María\t\n") == "Ana María"
    assert (
        display_name("O`Neil")
        == display_name("O\N{ACUTE ACCENT}Neil")
        == "O\N{RIGHT SINGLE QUOTATION MARK}Neil"
    )
    assert display_name("Jose\N{COMBINING ACUTE ACCENT}") == "José"
    assert display_name("Smith\N{NON-BREAKING HYPHEN}Jones") == "Smith-Jones"


def test_joiners_stand_only_inside_words_of_scripts_that_need_them() -> None:
    persian = "می\N{ZERO WIDTH NON-JOINER}نا"
    assert display_name(persian) == persian
    assert display_name("क्\N{ZERO WIDTH JOINER}ष") == "क्\N{ZERO WIDTH JOINER}ष"
    for hidden in ("An\N{ZERO WIDTH JOINER}a", "\N{ZERO WIDTH JOINER}محمد", "محمد\N{ZERO WIDTH NON-JOINER}"):
        with pytest.raises(BadInput, match="invisible"):
            display_name(hidden)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "as it should stand"),
        (" .-' ", "as it should stand"),
        ("ـ", "as it should stand"),
        ("Ana\u202eanA", "letters, spaces"),
        ("Ana\u2066", "letters, spaces"),
        ("Ana\nMaría", "letters, spaces"),
        ("Ana\x00", "letters, spaces"),
        ("Ana 3", "letters, spaces"),
        ("Ana (Anita)", "letters, spaces"),
        ("Ana 🙂", "letters, spaces"),
        ("A\u0323\u0302\u0301\u0308\u0304na", "accent that stands on no letter"),
        ("\u0301Ana", "accent that stands on no letter"),
        ("Ana -\u0301", "accent that stands on no letter"),
        ("a" * (LONGEST_NAME + 1), "room for 100"),
        ("P<UTOERIKSSON<<ANNA<MARIA", "number of a paper"),
        ("A 123 456 789", "number of a paper"),
        ("Ana 123-45-6789", "number of a paper"),
    ],
)
def test_what_cannot_be_a_name_is_refused_without_repeating_it(name: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        display_name(name)
    assert refused.value.field == "name"
    assert not name.strip() or name not in str(refused.value)


@given(st.text(max_size=40))
def test_what_is_printed_once_is_printed_again_unchanged(text: str) -> None:
    name = printable(text)
    if name is not None:
        assert display_name(name) == name
        assert name == unicodedata.normalize("NFC", name)
        assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in name)


@given(st.text(st.characters(categories=["L", "M"], include_characters=" '-.·"), min_size=1, max_size=30))
def test_the_index_form_is_its_own_index_form(text: str) -> None:
    once = index_form(text)
    assert index_form(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José Álvarez", "JOSE ALVAREZ"),
        ("O'Neil", "O\N{RIGHT SINGLE QUOTATION MARK}Neil"),
        ("Jean-Luc", "jean luc"),
        ("Nguyễn", "Nguyen"),
        ("Đặng", "Dang"),
        ("Strauß", "STRAUSS"),
        ("Łukasz", "Lukasz"),
        ("Øystein", "Oystein"),
        ("Çelik I\u015f\u0131k", "Celik Isik"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
        ("فاطمة", "فاطمه"),
        ("\uff21\uff4e\uff41", "Ana"),
        ("King Jr.", "King Jr"),
    ],
)
def test_two_spellings_of_one_name_have_one_index_form(one: str, other: str) -> None:
    assert index_form(one) == index_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("अनिल", "अनल"), ("Ana", "Anna"), ("Ana María", "María Ana"), ("กิ", "ก")]
)
def test_different_names_keep_different_index_forms(one: str, other: str) -> None:
    assert index_form(one) != index_form(other)


def candidates(one: tuple[str, date], other: tuple[str, date]) -> bool:
    return bool(set(tolerant_forms(*one)) & set(tolerant_forms(*other)))


@given(names, birth_dates)
def test_everybody_has_the_same_number_of_tolerant_forms(text: str, born: date) -> None:
    name = printable(text)
    if name is not None:
        assert len(tolerant_forms(name, born)) == TOLERANT_FORMS == len(set(tolerant_forms(name, born)))


@given(words, words, words, birth_dates, birth_dates)
def test_one_error_in_a_part_or_in_the_date_still_finds_the_person(
    given_name: str,
    surname: str,
    wrong: str,
    born: date,
    other: date,
) -> None:
    name = printable(f"{given_name} {surname}")
    wrongs = [
        printable(f"{wrong} {surname}"),
        printable(f"{given_name} {wrong}"),
        printable(f"{surname} {given_name}"),
    ]
    if (
        name is None
        or None in wrongs
        or any(len(index_form(part).split()) != 1 for part in (given_name, surname, wrong))
    ):
        return
    for spelled in wrongs:
        assert spelled is not None
        assert candidates((name, born), (spelled, born))
    for day in (
        born.replace(day=1),
        born.replace(month=1, day=born.day),
        date(other.year, born.month, min(born.day, 28)),
    ):
        if sum((day.year != born.year, day.month != born.month, day.day != born.day)) == 1:
            assert candidates((name, born), (name, day))


def test_a_missing_second_surname_and_a_similar_sound_still_find_the_person() -> None:
    born = date(1980, 5, 6)
    assert candidates(("Ana García López", born), ("Ana García", born))
    assert candidates(("Yusef", born), ("Yousuf", born))
    assert not candidates(("Ana García", born), ("Rosa Delgado", born))
