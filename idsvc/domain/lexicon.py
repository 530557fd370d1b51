"""Meanings that no stored thing, form, route, log line or option may be named after, and the few exceptions.

What has a name gets filled: an empty column called `doc_type` is already the leak. The words stand for
national origin, legal status and what gives them away (papers, languages, reasons). They are checked over
names that programmers chose, never over what people are called or write: Israel and Jordan are surnames.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Place(StrEnum):
    """Where a name stands."""

    TABLE = "table"
    COLUMN = "column"
    CONSTRAINT = "constraint or index"
    ENUM = "enum"
    BLOB_KIND = "blob kind"
    MIGRATION = "migration"
    FORM_FIELD = "form field"
    COOKIE = "cookie"
    JSON_KEY = "JSON key"
    TEMPLATE_VARIABLE = "template variable"
    ROUTE = "route"
    LOG_EVENT = "log event or field"
    METRIC = "metric or label"
    CLI = "command or option"


_PAPER: Final = "the kind of a paper is the subpoena's own selector"
_ORIGIN: Final = "national origin"
_STATUS: Final = "legal status"
_LANGUAGE: Final = "language is a proxy for origin"
_REASON: Final = "a reason or a score is a fingerprint of unusual papers"
_FREE: Final = "free text about a person gets filled with what may not be known"

STEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "passport": _PAPER,
        "consular": _PAPER,
        "consulate": _PAPER,
        "embassy": _PAPER,
        "greencard": _PAPER,
        "residencepermit": _PAPER,
        "workpermit": _PAPER,
        "driverslicen": _PAPER,
        "drivinglicen": _PAPER,
        "birthcertificate": _PAPER,
        "machinereadable": _PAPER,
        "nationalit": _ORIGIN,
        "birthplace": _ORIGIN,
        "placeofbirth": _ORIGIN,
        "maidenname": _ORIGIN,
        "mothersname": _ORIGIN,
        "ethnic": _ORIGIN,
        "religio": _ORIGIN,
        "citizen": _STATUS,
        "immigra": _STATUS,
        "emigra": _STATUS,
        "naturaliz": _STATUS,
        "asylum": _STATUS,
        "refugee": _STATUS,
        "undocumented": _STATUS,
        "deport": _STATUS,
        "socialsecurity": _STATUS,
        "taxpayer": _STATUS,
        "interpreter": _LANGUAGE,
        "mothertongue": _LANGUAGE,
    }
)
"""Forbidden anywhere inside a name, once it is written without gaps."""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "visa": _PAPER,
        "mrz": _PAPER,
        "doctype": _PAPER,
        "country": _ORIGIN,
        "countries": _ORIGIN,
        "nation": _ORIGIN,
        "race": _ORIGIN,
        "foreign": _ORIGIN,
        "foreigner": _ORIGIN,
        "homeland": _ORIGIN,
        "alien": _STATUS,
        "ssn": _STATUS,
        "itin": _STATUS,
        "uscis": _STATUS,
        "lang": _LANGUAGE,
        "language": _LANGUAGE,
        "languages": _LANGUAGE,
        "locale": _LANGUAGE,
        "reason": _REASON,
        "points": _REASON,
        "suspicious": _REASON,
        "flagged": _REASON,
        "comment": _FREE,
        "comments": _FREE,
        "remark": _FREE,
        "remarks": _FREE,
        "memo": _FREE,
        "freetext": _FREE,
    }
)
"""Forbidden as one whole word of a name."""

PHRASES: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {
        ("doc", "type"): _PAPER,
        ("document", "type"): _PAPER,
        ("document", "kind"): _PAPER,
        ("document", "number"): _PAPER,
        ("document", "issuer"): _PAPER,
        ("paper", "kind"): _PAPER,
        ("paper", "type"): _PAPER,
        ("id", "type"): _PAPER,
        ("identity", "paper"): _PAPER,
        ("a", "number"): _STATUS,
        ("legal", "status"): _STATUS,
        ("tax", "id"): _STATUS,
        ("second", "script"): _LANGUAGE,
        ("started", "at"): _REASON,
        ("supervisor", "review"): _REASON,
        ("fee", "waiver"): "public assistance",
        ("care", "of"): "survivors and homeless people",
    }
)
"""Forbidden as neighbouring words of a name."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One name that may stand in one kind of place although a word of it is forbidden."""

    place: Place
    name: str
    because: str


_VISIT: Final = "the page's language for one visit: a cookie that ends with it, never stored, never logged"
_VERDICT: Final = "why a token was refused, one of a closed set about its bytes, never about a person"
_RULE: Final = "a public rule of the program, judged in the browser; no result of it is stored"

ALLOWED: Final = (
    Allowed(Place.COOKIE, "language", _VISIT),
    Allowed(Place.FORM_FIELD, "language", _VISIT),
    Allowed(Place.ROUTE, "/language", _VISIT),
    Allowed(Place.TEMPLATE_VARIABLE, "language", _VISIT),
    Allowed(Place.TEMPLATE_VARIABLE, "languages", _VISIT),
    Allowed(Place.JSON_KEY, "language", _VISIT),
    Allowed(Place.JSON_KEY, "languages", "the languages in which the city speaks, not a resident's"),
    Allowed(Place.JSON_KEY, "reason", _VERDICT),
    Allowed(Place.ENUM, "Reason", _VERDICT),
    Allowed(Place.ENUM, "POINTS", _RULE),
    Allowed(Place.ENUM, "points", _RULE),
    Allowed(Place.JSON_KEY, "foreign_keys", "SQLite's own name of a setting"),
    Allowed(Place.MIGRATION, "LANGUAGE", "a word of SQL before the name of a programming language"),
)
"""Each with its reason; there is none for what is stored, logged or counted, and a test keeps it so."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def split_words(name: str) -> tuple[str, ...]:
    """Split a name as programmers join words: snake_case, kebab-case, camelCase, spaces, dots."""
    return tuple(word.lower() for word in _WORD.findall(name))


def find_meaning(name: str) -> str | None:
    """Tell which forbidden meaning a name has; None if it has none."""
    words = split_words(name)
    for stem, meaning in STEMS.items():
        if stem in "".join(words):
            return meaning
    for word in words:
        if word in WORDS:
            return WORDS[word]
    for phrase, meaning in PHRASES.items():
        for start in range(len(words) - len(phrase) + 1):
            if words[start : start + len(phrase)] == phrase:
                return meaning
    return None


def refuse_name(place: Place, name: str) -> str | None:
    """Say in a sentence why a name may not stand there; None if it may."""
    meaning = find_meaning(name)
    if meaning is None or any(allowed.place is place and allowed.name == name for allowed in ALLOWED):
        return None
    return f"The {place} {name!r} speaks of what may not be known: {meaning}."
