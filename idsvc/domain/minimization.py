"""What is kept of an intake: the one place where facts about a person enter storage.

`retain` is the only maker of `RetainedFacts` from what a clerk typed, `amend` the only one that changes them,
`recall` the only one that reads them back. Whatever has no field here cannot be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from idsvc.domain.dates import age_on
from idsvc.domain.errors import BadInput, Refusal, SealBroken
from idsvc.domain.names import display_name
from idsvc.domain.program import Printing, Program
from idsvc.domain.screening import address_lines

OLDEST_AGE = 130
_OTHER_FORM = "A resident's record has not the form that this version writes."


class Gender(StrEnum):
    """The gender marker as printed, only for those who asked for it."""

    F = "F"
    M = "M"
    X = "X"


@dataclass(frozen=True, slots=True)
class Intake:
    """What the clerk typed and attests; only `retain` reads it, and it is never stored as a whole.

    `address` is what should be printed (empty unless asked for or always printed), `address_confirmed` the
    answer to a NeedsConfirmation, `gender` None unless the applicant wants it on the card.
    `identity_met`, `residency_met` and `caretaker_signed` are attested and not kept: without them nothing is.
    """

    name: str
    birth_date: date
    identity_met: bool
    residency_met: bool
    caretaker_signed: bool = False
    address: tuple[str, ...] = ()
    address_confirmed: bool = False
    gender: Gender | None = None


@dataclass(frozen=True, slots=True)
class RetainedFacts:
    """Everything that is kept of a person besides the portrait."""

    name: str
    birth_date: date
    address: tuple[str, ...]
    gender: Gender | None


def retain(intake: Intake, program: Program, today: date) -> RetainedFacts:
    """Reduce an intake to what the program may keep.

    Refusal if identity or residency is not attested, below the lowest age, or without the caretaker that the
    age asks for; BadInput for a name, birth date, address or gender that cannot be taken.
    """
    if not (intake.identity_met and intake.residency_met):
        raise Refusal("Identity and residency must both be shown before a card can be made.")
    birth_date = _birth_date(intake.birth_date, today)
    age = age_on(birth_date, today)
    if age < program.ages.minimum:
        raise Refusal(f"This program gives cards from the age of {program.ages.minimum}.")
    if age < program.ages.caretaker_under and not intake.caretaker_signed:
        raise Refusal(f"Below the age of {program.ages.caretaker_under} a caretaker signs for the card.")
    return RetainedFacts(
        name=display_name(intake.name),
        birth_date=birth_date,
        address=_address(intake.address, program, confirmed=intake.address_confirmed),
        gender=_gender(intake.gender, program),
    )


def amend(
    facts: RetainedFacts,
    program: Program,
    *,
    name: str | None = None,
    address: tuple[str, ...] | None = None,
    address_confirmed: bool = False,
    gender: Gender | None = None,
    drop_gender: bool = False,
) -> RetainedFacts:
    """Change retained facts at a renewal or replacement, by the same rules; None leaves a fact as it is.

    What the program no longer prints is dropped on the way.
    """
    kept_address = facts.address if program.card.address is not Printing.NEVER else ()
    kept_gender = facts.gender if program.card.gender is not Printing.NEVER and not drop_gender else None
    return RetainedFacts(
        name=facts.name if name is None else display_name(name),
        birth_date=facts.birth_date,
        address=kept_address if address is None else _address(address, program, confirmed=address_confirmed),
        gender=kept_gender if gender is None else _gender(gender, program),
    )


def as_record(facts: RetainedFacts) -> dict[str, str | list[str]]:
    """Give the facts as plain text values for sealing; the keys are the same for every person."""
    return {
        "name": facts.name,
        "birth_date": facts.birth_date.isoformat(),
        "address": list(facts.address),
        "gender": facts.gender.value if facts.gender else "",
    }


def recall(record: Mapping[str, object]) -> RetainedFacts:
    """Read back what `as_record` gave; SealBroken if it has any other shape."""
    try:
        match record:
            case {
                "name": str(name),
                "birth_date": str(born),
                "address": list(lines),
                "gender": str(gender),
            } if len(record) == len(fields(RetainedFacts)) and all(isinstance(line, str) for line in lines):
                marker = Gender(gender) if gender else None
                return RetainedFacts(name, date.fromisoformat(born), tuple(lines), marker)
    except ValueError as error:
        raise SealBroken(_OTHER_FORM) from error
    raise SealBroken(_OTHER_FORM)


def mailing_address(lines: tuple[str, ...], *, confirmed: bool) -> tuple[str, ...]:
    """Screen the address that a card is mailed to, kept as a contact only; raises as `address_lines` does."""
    cleaned = address_lines(lines, confirmed=confirmed)
    if not cleaned:
        raise BadInput("address", "Please type the address that the card should be mailed to.")
    return cleaned


def _birth_date(birth_date: date, today: date) -> date:
    if birth_date > today:
        raise BadInput("birth date", "The birth date lies in the future: please compare it.")
    if age_on(birth_date, today) > OLDEST_AGE:
        raise BadInput(
            "birth date", f"The birth date lies more than {OLDEST_AGE} years back: please compare it."
        )
    return birth_date


def _address(lines: tuple[str, ...], program: Program, *, confirmed: bool) -> tuple[str, ...]:
    if program.card.address is Printing.NEVER:
        return ()
    take = mailing_address if program.card.address is Printing.ALWAYS else address_lines
    return take(lines, confirmed=confirmed)


def _gender(gender: Gender | None, program: Program) -> Gender | None:
    return None if program.card.gender is Printing.NEVER else gender
