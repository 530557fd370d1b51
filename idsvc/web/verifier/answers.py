"""Read a request of the interface into tokens and named fields; write the least that answers it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from idsvc.credential import NO_EXPIRY, WORDS, Answer, CardClaims, PortraitFormat, Verdict
from idsvc.domain.errors import BadInput

MOST_TOKENS: Final = 20
LONGEST_TOKEN: Final = 4296
"""Characters: no QR code holds more."""
LARGEST_BODY: Final = 128 * 1024
"""Bytes; 20 of the longest tokens take 86 kB."""

_TYPES: Final = {
    PortraitFormat.PNG: "image/png",
    PortraitFormat.JPEG: "image/jpeg",
    PortraitFormat.AVIF: "image/avif",
    PortraitFormat.WEBP: "image/webp",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a program asks: tokens, and what it needs to know of genuine cards."""

    tokens: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    """The moment of the answer, in the city's time zone."""

    today: date
    zone: tzinfo

    def of(self, seconds: int) -> date:
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.zone).date()


def _over(years: int) -> Callable[[CardClaims, _Day], object]:
    def tell(claims: CardClaims, day: _Day) -> bool | None:
        return None if claims.birth_date is None else _is_over(years, claims.birth_date, day.today)

    return tell


def _portrait(claims: CardClaims, _: _Day) -> str | None:
    if claims.portrait is None:
        return None
    picture = base64.b64encode(claims.portrait.picture).decode("ascii")
    return f"data:{_TYPES[claims.portrait.format]};base64,{picture}"


def _expires_on(claims: CardClaims, day: _Day) -> str | None:
    return None if claims.expires_at == NO_EXPIRY else day.of(claims.expires_at - 1).isoformat()


_TELL: Final[Mapping[str, Callable[[CardClaims, _Day], object]]] = {
    "name": lambda claims, _: claims.name,
    "number": lambda claims, _: claims.number,
    "birth_date": lambda claims, _: claims.birth_date and claims.birth_date.isoformat(),
    "over_18": _over(18),
    "over_21": _over(21),
    "issued_on": lambda claims, day: day.of(claims.issued_at).isoformat(),
    "expires_on": _expires_on,
    "portrait": _portrait,
}
FIELDS: Final = tuple(_TELL)


def read_question(body: bytes) -> Question:
    """Read the JSON body; raises BadInput with the member that is wrong."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("body", 'The body is not JSON; send {"tokens": ["…"]}.') from None
    if not isinstance(found, dict) or found.keys() - {"tokens", "fields"}:
        raise BadInput("body", "The body must be an object with `tokens` and, if needed, `fields`.")
    tokens, fields = found.get("tokens"), found.get("fields", [])
    if not isinstance(tokens, list) or not 1 <= len(tokens) <= MOST_TOKENS:
        raise BadInput("tokens", f"`tokens` must be a list of 1 to {MOST_TOKENS} texts of QR codes.")
    if not all(isinstance(token, str) and len(token) <= LONGEST_TOKEN for token in tokens):
        raise BadInput("tokens", f"Each token must be a text of at most {LONGEST_TOKEN} characters.")
    if not isinstance(fields, list) or not all(isinstance(name, str) and name in _TELL for name in fields):
        raise BadInput("fields", f"`fields` may name {', '.join(FIELDS)}.")
    if len(set(fields)) != len(fields):
        raise BadInput("fields", "`fields` must name each thing once.")
    return Question(tuple(tokens), tuple(fields))


def write_answer(
    answer: Answer, fields: tuple[str, ...], *, now: datetime, zone: tzinfo
) -> dict[str, object]:
    """Write one verdict with the named facts of a genuine card, and nothing else of it."""
    day = _Day(now.astimezone(zone).date(), zone)
    since: str | None = None
    if answer.moment is not None:
        # a card's end is the midnight after its last day
        since = day.of(answer.moment - (answer.verdict is Verdict.EXPIRED)).isoformat()
    message = WORDS[answer.verdict].sentence.replace("%(date)s", since or "")
    result: dict[str, object] = {
        "verdict": answer.verdict.value,
        "reason": answer.reason.value,
        "message": message,
        "since": since,
    }
    if answer.claims is not None and fields:
        result["fields"] = {name: _TELL[name](answer.claims, day) for name in fields}
    return result


def _is_over(years: int, birth_date: date, today: date) -> bool:
    """Tell whether that many years of age are complete; who was born on 29 February turns on 1 March."""
    try:
        reached = birth_date.replace(year=birth_date.year + years)
    except ValueError:
        reached = date(birth_date.year + years, 3, 1)
    return today >= reached
