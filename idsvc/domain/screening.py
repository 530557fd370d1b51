"""Screening of the only two strings a clerk types about a person, so that no paper's number lands in them.

A hit is answered to the person who typed and recorded nowhere. There is no lexicon on names: German,
Israel and Jordan are surnames.
"""

import re
import unicodedata

from idsvc.domain.errors import BadInput, NeedsConfirmation

LONGEST_LINE = 60
MOST_LINES = 5

_MACHINE_READABLE = re.compile(r"<\s*<|[A-Z0-9<]{30,}")
"""Fillers of a machine-readable zone (ICAO 9303), or a run of its alphabet as long as its shortest line."""
_FILE_NUMBER = re.compile(r"\bA[\s#:.-]*\d(?:[\s-]?\d){6,8}\b", re.IGNORECASE)
"""The letter A and 7 to 9 digits: a file number of the federal immigration agencies."""
_TAX_NUMBER = re.compile(r"(?<![\d-])\d{3}([ -]?)\d{2}\1\d{4}(?![\d-])")
"""SSN and ITIN: 3-2-4 digits; a ZIP+4 is 5-4 and stays."""
_PAPER_WORDS = re.compile(
    r"\b(?:passport|pasaporte|passeport|visas?|consulates?|consulado|consulat|embass(?:y|ies)|embajada|ambassade"
    r"|immigra\w*|inmigra\w*|undocumented|asylum|asilo|refugees?|refugiad[oa]s?|matr[ií]cula|itin|ssn|alien)\b",
    re.IGNORECASE,
)


def refuse_marks(field: str, text: str) -> None:
    """Raise BadInput if the text holds the number or machine-readable zone of a paper."""
    plain = _plain(text)
    if _MACHINE_READABLE.search(plain) or _FILE_NUMBER.search(plain) or _TAX_NUMBER.search(plain):
        raise BadInput(field, f"This looks like the number of a paper: please type only the {field}.")


def address_lines(lines: tuple[str, ...], *, confirmed: bool) -> tuple[str, ...]:
    """Give the address as it is printed: NFC, single spaces, no empty lines.

    BadInput for characters that cannot stand in an address and for machine-readable zones;
    NeedsConfirmation when a line looks like a paper's number or names a kind of paper, unless `confirmed`.
    """
    cleaned = tuple(line for line in (_line(text) for text in lines) if line)
    if len(cleaned) > MOST_LINES:
        raise BadInput("address", f"An address has at most {MOST_LINES} lines.")
    for line in cleaned:
        if len(line) > LONGEST_LINE:
            raise BadInput("address", f"A line of the address has at most {LONGEST_LINE} characters.")
        if any(unicodedata.category(character)[0] == "C" for character in line):
            raise BadInput("address", "The address has an invisible character: please type it again.")
        plain = _plain(line)
        if _MACHINE_READABLE.search(plain):
            raise BadInput(
                "address", "This looks like the code line of a paper: please type only the address."
            )
        if not confirmed and any(sign.search(plain) for sign in (_FILE_NUMBER, _TAX_NUMBER, _PAPER_WORDS)):
            raise NeedsConfirmation(
                "address",
                "Is this only the address? If so, confirm it; if it tells of a paper, please take that out.",
            )
    return cleaned


def _line(text: str) -> str:
    return " ".join(part for part in unicodedata.normalize("NFC", text.strip()).split(" ") if part)


def _plain(text: str) -> str:
    """Bring digits and letters of every width and script to those the patterns know."""
    return "".join(str(unicodedata.digit(letter, letter)) for letter in unicodedata.normalize("NFKC", text))
