import pytest

from idsvc.domain.errors import BadInput, NeedsConfirmation
from idsvc.domain.screening import address_lines

ORDINARY = [
    ("123 Main Street, Apt. 4B", "Riverbend, NY 14999-1234"),
    ("c/o Harbor House", "7 Dock Road"),
    ("200 E 57th St #12A",),
    ("Calle Niños Héroes 45",),
    ("German Street 5", "Jordan Avenue"),
    ("PO Box 123456",),
    ("Route A1 North",),
]


@pytest.mark.parametrize("lines", ORDINARY)
def test_ordinary_addresses_pass_as_they_are(lines: tuple[str, ...]) -> None:
    assert address_lines(lines, confirmed=False) == lines


def test_an_address_is_made_plain() -> None:
    assert address_lines(("  5  Main  St ", "", "   "), confirmed=False) == ("5 Main St",)
    assert address_lines((), confirmed=False) == ()


@pytest.mark.parametrize(
    "line",
    [
        "12 Embassy Row",
        "Consulate Street 4",
        "see passport",
        "pasaporte de México",
        "matrícula consular",
        "A123456789",
        "A# 12 345 678",
        "123-45-6789",
        "912 70 1234",
        "123456789",
        "\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19",
        "١٢٣-٤٥-٦٧٨٩",
    ],
)
def test_what_might_tell_of_a_paper_is_asked_about_and_taken_when_confirmed(line: str) -> None:
    with pytest.raises(NeedsConfirmation) as asked:
        address_lines((line,), confirmed=False)
    assert asked.value.field == "address"
    assert line not in str(asked.value)
    assert address_lines((line,), confirmed=True) == (line,)


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("P<UTOERIKSSON<<ANNA",), "code line"),
        (("L898902C36UTO7408122F1204159ZE184226B",), "code line"),
        (("x" * 61,), "at most 60 characters"),
        (("a",) * 6, "at most 5 lines"),
        (("Main\x07Street",), "invisible"),
        (("Main \u202eteertS",), "invisible"),
    ],
)
def test_what_can_be_no_address_is_refused_even_when_confirmed(
    lines: tuple[str, ...],
    sentence: str,
    confirmed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        address_lines(lines, confirmed=confirmed)
    assert not isinstance(refused.value, NeedsConfirmation)
