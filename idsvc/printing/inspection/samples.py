"""Sample people for looking at a card design: names that break careless layouts."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from idsvc.domain.numbers import RENEWAL_CODE_DIGITS
from idsvc.domain.program import CodePlace
from idsvc.printing.cards.face import CardFace

_ADDRESS: Final = ("1200 West Riverside Ave", "Apartment 14B", "Sampletown 00000")


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up person: `file` names the pictures."""

    file: str
    name: str
    birth_date: date | None
    address: tuple[str, ...] = _ADDRESS
    gender: str | None = "F"
    expires: date | None = date(2031, 11, 22)


SAMPLES: Final = (
    Sample("short", "Li Wu", date(1990, 3, 5), address=(), gender=None),
    Sample(
        "sixty-letters", "Maria Magdalena Konstantina Alexandra Papadopoulou-Anagnostis", date(1948, 12, 28)
    ),
    Sample("two-surnames", "Ana-Lucía O’Connor Fernández-Castellanos", date(2008, 8, 30)),
    Sample("vietnamese", "Nguyễn Thị Ánh Tuyết", date(1976, 10, 18)),
    Sample("arabic", "محمد عبد الرحمن الخطيب", date(1988, 6, 24), gender="M"),
    Sample("chinese", "欧阳小明", date(2000, 2, 29), gender="X"),
    Sample("devanagari", "अनुष्का लक्ष्मी शर्मा", date(1999, 9, 9)),
    Sample("mononym", "Sukarno", date(1958, 1, 1), gender=None, expires=None),
    Sample("mixed", "Ruth محمد Cohen", None, address=_ADDRESS[::2]),
)

SAMPLE_RENEWAL_CODE: Final = ("1234567890" * 3)[:RENEWAL_CODE_DIGITS]
_CODE: Final = "SPECIMEN:NOT-A-CARD." * 56
"""About as long as a real card's code; it verifies nowhere."""


def make_face(sample: Sample, *, portrait: bytes, code_on: CodePlace | None) -> CardFace:
    """Turn a sample person into a card, with the portrait given; a renewal code where cards bear one."""
    return CardFace(
        name=sample.name,
        number="000012345678",
        birth_date=sample.birth_date,
        address=sample.address,
        gender=sample.gender,
        issued=date(2026, 11, 22),
        expires=sample.expires,
        portrait=portrait,
        qr_text=_CODE,
        emergency_contact=("Rosa Wu 555-0142",) if sample.file == "short" else (),
        renewal_code=SAMPLE_RENEWAL_CODE if code_on is CodePlace.CARD else None,
    )
