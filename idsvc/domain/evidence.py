"""A program's public rules for evidence: which papers count for what, and how many are enough.

These are facts about kinds of papers, never about a person. They are published; judging by them happens in
the browser, and what was judged is kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from idsvc.domain.dates import Span

CARETAKER = "caretaker"
"""The giver of a caretaker's signed statement; every other giver is a list of organisations."""

Words = Mapping[str, str | Mapping[str, str]]
"""Phrases of one language by key; one that holds a number has its plural forms."""


class Question(StrEnum):
    """The two things that evidence answers."""

    IDENTITY = "identity"
    RESIDENCY = "residency"


class Feature(StrEnum):
    """What can be seen on a paper."""

    PHOTO = "photo"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"


class Rank(StrEnum):
    """The class of a paper in programs that count classes; a primary paper also serves as a secondary one."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Ages:
    """Completed years from `start` to `end`, both included; `end` None is without end."""

    start: int = 0
    end: int | None = None

    def __contains__(self, age: int) -> bool:
        return self.start <= age and (self.end is None or age <= self.end)

    def __str__(self) -> str:
        return f"{self.start} and over" if self.end is None else f"{self.start} to {self.end}"


@dataclass(frozen=True, slots=True)
class Worth:
    """What one paper counts: points, a class, or both; a paper that just counts has one point."""

    points: int
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper.

    `given_by`: None for a paper of any issuer, "caretaker" for a caretaker's signed statement, else the name
    of a list of organisations that may vouch. `not_older_than`: how long ago it may have been issued.
    `confirms_stay_of`: how long it must say that the person has lived here. `expired_up_to`: how long after
    its expiry it still counts, then as `expired_identity`. `at_most`: how many of this kind count.
    """

    key: str
    names: Mapping[str, str]
    identity: Worth | None = None
    residency: Worth | None = None
    features: frozenset[Feature] = frozenset()
    counts_for_both: bool = False
    at_most: int = 1
    ages: Ages = Ages()
    given_by: str | None = None
    not_older_than: Span | None = None
    confirms_stay_of: Span | None = None
    expires: bool = False
    expired_up_to: Span | None = None
    expired_identity: Worth | None = None

    def worth(self, question: Question) -> Worth | None:
        """Give what the paper counts for a question."""
        return self.identity if question is Question.IDENTITY else self.residency


@dataclass(frozen=True, slots=True)
class Way:
    """One sufficient way to answer a question: everything named here must be met, by papers counted for it.

    `one_of_each`: from every group one paper. `shows`: features that at least one counted paper must have.
    """

    points: int = 0
    papers: int = 0
    primary: int = 0
    secondary: int = 0
    one_of_each: tuple[tuple[str, ...], ...] = ()
    shows: tuple[Feature, ...] = ()
    ages: Ages = Ages()


@dataclass(frozen=True, slots=True)
class Waiver:
    """For these ages a feature need not be shown, or a question need not be answered."""

    ages: Ages
    features: frozenset[Feature] = frozenset()
    questions: frozenset[Question] = frozenset()
    with_caretaker: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """All rules of a program for evidence; for each question any one of its ways is enough."""

    papers: tuple[Paper, ...]
    identity: tuple[Way, ...]
    residency: tuple[Way, ...]
    waivers: tuple[Waiver, ...] = ()
    organisations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_only_birth_date: bool = False
    """Where papers show a year of birth only, 1 January of it is the birth date; no flag of that is kept."""

    def ways(self, question: Question) -> tuple[Way, ...]:
        """Give the ways of a question."""
        return self.identity if question is Question.IDENTITY else self.residency
