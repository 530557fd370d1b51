"""How long a card is valid: by age band only, so that its length says nothing else about its holder."""

from datetime import date

from idsvc.domain.dates import after, age_on, years
from idsvc.domain.errors import Refusal
from idsvc.domain.program import Program


def expires_on(program: Program, birth_date: date, issued_on: date) -> date | None:
    """Give the last day on which a card issued that day is valid; None if it does not expire.

    The age band is that of the day of issue (a birthday counts on its day). Refusal below the lowest age.
    """
    age = age_on(birth_date, issued_on)
    for band in program.validity:
        if age in band.ages:
            return None if band.years is None else after(issued_on, years(band.years))
    raise Refusal(f"This program gives cards from the age of {program.ages.minimum}.")


def is_valid_on(day: date, *, expires_on: date | None) -> bool:
    """Tell whether a card's last day is not yet over."""
    return expires_on is None or day <= expires_on
