"""One city's program as values: everything a city decides, read once from its program file.

`idsvc.program.load` is the maker; nothing here is checked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from idsvc.domain.dates import Span
from idsvc.domain.evidence import Ages, EvidenceRules, Words
from idsvc.domain.retention import Kept, Period


class Printing(StrEnum):
    """Whether a fact stands on the card."""

    NEVER = "never"
    ON_REQUEST = "on request"
    ALWAYS = "always"


class DateFormat(StrEnum):
    """How dates are written on the card."""

    ISO = "YYYY-MM-DD"
    MONTH_FIRST = "MM/DD/YYYY"
    DAY_FIRST = "DD.MM.YYYY"
    WORDS = "DD MMM YYYY"


class Slot(StrEnum):
    """Who can open a resident's record."""

    RESIDENT = "resident"
    CITY = "city"


class CodePlace(StrEnum):
    """Where the renewal code is printed."""

    SLIP = "slip"
    LABEL = "label"
    CARD = "card"


class DeliveryWay(StrEnum):
    """How a card reaches its resident."""

    PICK_UP = "pick-up"
    MAIL = "mail"


class Change(StrEnum):
    """What a resident may want changed at renewal."""

    PORTRAIT = "portrait"
    ADDRESS = "address"
    NAME = "name"
    GENDER = "gender"


class Duplicates(StrEnum):
    """How one person is kept from having two records: keyed tags of name and birth date, or nothing."""

    TAGS = "tags"
    NONE = "none"


class ResidencyPapers(StrEnum):
    """How a changed address is shown online: by a code mailed to it and no papers, or by an upload."""

    NONE = "none"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class City:
    """The city and its card; `issuer` is the https URI in every token, the first language the default."""

    name: str
    card_name: str
    issuer: str
    timezone: str
    languages: tuple[str, ...]
    office_lines: tuple[str, ...]
    """The program's own postal address: where a found card goes."""
    telephone: str
    verify_address: str = ""
    """Where anyone checks a card, an https address; "" where cards do not say it."""
    hours: Mapping[str, str] = field(default_factory=dict)
    """When the office is open, by language; empty where the program does not say it."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the card; the name, the portrait, the number and the expiry date always do."""

    birth_date: bool
    address: Printing
    gender: Printing
    issue_date: bool
    signature_strip: bool
    dates: DateFormat


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Cards issued at these ages are valid for so many years; None: they do not expire."""

    ages: Ages
    years: int | None


@dataclass(frozen=True, slots=True)
class AgeRules:
    """From which age there is a card, and below which a caretaker signs and renewal is in person."""

    minimum: int
    caretaker_under: int
    in_person_under: int


@dataclass(frozen=True, slots=True)
class RenewalRules:
    """When a card can be renewed, counted from its last day, and what may be changed online on the way."""

    opens_before: Span
    closes_after: Span
    online: bool
    online_changes: frozenset[Change]


@dataclass(frozen=True, slots=True)
class RecordRules:
    """Who can open a record, where the renewal code stands, how doubles are found."""

    slots: frozenset[Slot]
    code_on: CodePlace
    duplicates: Duplicates
    residency_papers: ResidencyPapers


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How cards are delivered; a card that nobody collects is destroyed after so many days."""

    ways: frozenset[DeliveryWay]
    uncollected_days: int


@dataclass(frozen=True, slots=True)
class Colours:
    """The city's own colours, as #rrggbb; `ink` on `paper` is text, `accent` is never text."""

    ink: str
    primary: str
    accent: str
    paper: str
    line: str


@dataclass(frozen=True, slots=True)
class Help:
    """A place that helps: what for, its name, how to reach it (telephone, address or page)."""

    topic: str
    name: str
    reach: str


@dataclass(frozen=True, slots=True)
class Program:
    """Everything one city decides."""

    city: City
    card: Card
    ages: AgeRules
    validity: tuple[AgeBand, ...]
    renewal: RenewalRules
    record: RecordRules
    delivery: DeliveryRules
    retention: Mapping[Kept, Period]
    colours: Colours
    help_near_you: tuple[Help, ...]
    evidence: EvidenceRules
    words: Mapping[str, Words]
    """The phrases in which evidence is told, by language; a language without any is not in it."""

    @property
    def language(self) -> str:
        """The language used where no other is asked for."""
        return self.city.languages[0]

    @property
    def audit_epoch(self) -> Span:
        """How long the audit trail's pseudonyms can be resolved before their key dies."""
        return self.retention[Kept.AUDIT_KEY].span
