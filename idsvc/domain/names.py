"""Names of people as they write them: what may be printed, and the forms by which two spellings are compared.

No lexicon: every word is somebody's surname.
"""

import unicodedata
from datetime import date

from idsvc.domain.errors import BadInput
from idsvc.domain.screening import refuse_marks

LONGEST_NAME = 100
"""Characters after normalisation; a card prints two lines of about 40 and shrinks the rest."""
TOLERANT_FORMS = 7
"""The same for everybody: a number that followed the parts of a name would say where it comes from."""

_BETWEEN = frozenset(" '\N{RIGHT SINGLE QUOTATION MARK}.-\N{MIDDLE DOT}")
_MARKS_IN_A_ROW = 2
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_JOINING_SCRIPTS = frozenset(
    {"ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA"}
    | {"TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR"},
)
_TYPED_ALIKE = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{IDEOGRAPHIC SPACE}": " ",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{LEFT SINGLE QUOTATION MARK}": "\N{RIGHT SINGLE QUOTATION MARK}",
        "\N{ACUTE ACCENT}": "\N{RIGHT SINGLE QUOTATION MARK}",
        "`": "\N{RIGHT SINGLE QUOTATION MARK}",
    },
)
_WHOLE_LETTERS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ø": "o",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
        "ŋ": "n",
    }
    | {"ى": "ي", "ة": "\N{ARABIC LETTER HEH}", "ـ": ""},
)
"""Letters that papers write in two ways and that do not decompose."""
_OPTIONAL_MARKS = (("\u0300", "\u036f"), ("\u0591", "\u05c7"), ("\u064b", "\u065f"), ("\u0670", "\u0670"))
"""Marks that papers leave out: Latin accents, Hebrew points, Arabic signs and hamza (not Indic vowels)."""
_SILENT = frozenset("aeiouyhw")
_SOUNDS = str.maketrans("pvfkqgjxztn", "bbbccccssdm")


def display_name(text: str) -> str:
    """Give the name as it is printed: NFC, single spaces; BadInput says what to change.

    Letters of any script, space, apostrophe, full stop, hyphen and middle dot; at most two marks on a
    letter; zero-width joiners only inside words of scripts that need them.
    """
    name = _single_spaced(unicodedata.normalize("NFC", text.strip().translate(_TYPED_ALIKE)))
    refuse_marks("name", name)
    if len(name) > LONGEST_NAME:
        raise BadInput(
            "name",
            f"A card has room for {LONGEST_NAME} characters: please choose a shorter form of the name.",
        )
    marks = 0
    for place, character in enumerate(name):
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        if category[0] == "M":
            if marks > _MARKS_IN_A_ROW or place == 0 or name[place - 1] in _BETWEEN:
                raise BadInput(
                    "name", "The name has an accent that stands on no letter: please type it again."
                )
        elif character in _JOINERS:
            if not _joins_letters(name, place):
                raise BadInput("name", "The name has an invisible character: please type it again.")
        elif category[0] != "L" and character not in _BETWEEN:
            raise BadInput("name", "A name has letters, spaces, apostrophes, hyphens and full stops only.")
    if not index_form(name):
        raise BadInput("name", "Please type the name as it should stand on the card.")
    return name


def index_form(name: str) -> str:
    """Give the form in which two spellings of one name are the same: no case, accents, punctuation or width.

    Applying it again changes nothing. It is never stored: only a keyed tag of it is.
    """
    folded = _folded(
        _folded(name)
    )  # a second pass catches what folding itself brings up (NFKC, section 5.1 of UAX 15)
    return " ".join("".join(" " if letter in _BETWEEN else letter for letter in folded).split())


def tolerant_forms(name: str, birth_date: date) -> tuple[str, ...]:
    """Give the forms that survive one error in a name part or in the birth date, or parts in another order.

    Always `TOLERANT_FORMS` of them; two people are candidates when any form of one is a form of the other.
    """
    parts = index_form(name).split()
    ordered = " ".join(sorted(parts))
    born = birth_date.isoformat()
    year, month, day = born.split("-")
    return (
        f"first|{parts[0]}|{born}",
        f"last|{parts[-1]}|{born}",
        f"sorted|{ordered}|{born}",
        f"sound|{_sound(ordered)}|{born}",
        f"no day|{ordered}|{year}-{month}",
        f"no month|{ordered}|{year}-{day}",
        f"no year|{ordered}|{month}-{day}",
    )


def _single_spaced(name: str) -> str:
    return " ".join(part for part in name.split(" ") if part)


def _joins_letters(name: str, place: int) -> bool:
    around = (name[place - 1] if place else "", name[place + 1] if place + 1 < len(name) else "")
    return all(_script(side) in _JOINING_SCRIPTS for side in around)


def _script(character: str) -> str:
    return unicodedata.name(character, "?").partition(" ")[0] if character else "?"


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold().translate(_WHOLE_LETTERS)
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", decomposed)
        if letter not in _JOINERS and not any(low <= letter <= high for low, high in _OPTIONAL_MARKS)
    )
    return unicodedata.normalize("NFKC", kept)


def _sound(ordered: str) -> str:
    skeleton = ""
    for letter in ordered.translate(_SOUNDS):
        if letter not in _SILENT and not skeleton.endswith(letter):
            skeleton += letter
    return skeleton or ordered
