"""Card numbers and renewal codes: random digits; the last catches slips of one digit or two neighbours.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): it finds all
single-digit errors and all transpositions of adjacent digits.
"""

import unicodedata
from typing import NewType

from idsvc.domain.errors import BadInput
from idsvc.domain.ids import Random

CardNumber = NewType("CardNumber", str)
"""12 digits: 11 random ones and the check digit."""
RenewalCode = NewType("RenewalCode", str)
"""21 digits: 20 random ones (66 bits) and the check digit."""

CARD_NUMBER_DIGITS = 12
RENEWAL_CODE_DIGITS = 21
CARD_NUMBER_GROUP = 4
RENEWAL_CODE_GROUP = 3

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_FAIR_BYTES = 250
"""A byte below this gives every digit the same chance; those above are drawn again."""


def draw_card_number(random: Random) -> CardNumber:
    """Draw a card number; the caller makes sure that it is not taken."""
    return CardNumber(_drawn(random, CARD_NUMBER_DIGITS))


def draw_renewal_code(random: Random) -> RenewalCode:
    """Draw a renewal code."""
    return RenewalCode(_drawn(random, RENEWAL_CODE_DIGITS))


def parse_card_number(text: str) -> CardNumber:
    """Read a typed card number: spaces, dashes and the digits of any script are fine; BadInput otherwise."""
    return CardNumber(_parsed(text, CARD_NUMBER_DIGITS, "card number"))


def parse_renewal_code(text: str) -> RenewalCode:
    """Read a typed renewal code, by the same rules as a card number."""
    return RenewalCode(_parsed(text, RENEWAL_CODE_DIGITS, "renewal code"))


def format_groups(digits: str, size: int) -> str:
    """Write digits in groups from the left, for reading aloud."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def check_digit(digits: str) -> str:
    """Compute the digit that brings Damm's state back to zero."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def _drawn(random: Random, length: int) -> str:
    digits = ""
    while len(digits) < length - 1:
        digits += "".join(str(byte % 10) for byte in random(length) if byte < _FAIR_BYTES)
    digits = digits[: length - 1]
    return digits + check_digit(digits)


def _parsed(text: str, length: int, field: str) -> str:
    digits = ""
    for character in text:
        if unicodedata.category(character) in {"Zs", "Cc", "Cf", "Pd"} or character == "\N{MINUS SIGN}":
            continue  # what people put between groups, and the direction marks that copying adds
        value = unicodedata.decimal(character, None)
        if value is None:
            raise BadInput(field, f"The {field} has only digits: please type its {length} digits again.")
        digits += str(value)
    if len(digits) != length:
        raise BadInput(
            field, f"The {field} has {length} digits, this has {len(digits)}: please compare them."
        )
    if check_digit(digits[:-1]) != digits[-1]:
        raise BadInput(field, f"A digit of the {field} is not right: please compare it group by group.")
    return digits
