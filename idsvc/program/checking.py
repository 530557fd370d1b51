"""Checks of a whole program: values that are right one by one and do not go together."""

import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from idsvc.domain.dates import after, before, days, years
from idsvc.domain.program import Change, CodePlace, DeliveryWay, Duplicates, Program, ResidencyPapers, Slot
from idsvc.domain.retention import Kept
from idsvc.program.evidence_checks import check_evidence
from idsvc.program.explaining import SOME_DAY
from idsvc.program.findings import Finding, Weight, error, warning

_EXAMPLE_HOSTS = (".example", ".test", ".invalid", "localhost")
_TEXT_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
_SHORTEST_AUTHORITY = 8
_LETTER_DAYS = 14
_LONG_CITY_SLOT = 90

_ROOM = {
    "name": (30, "the band on the card's front"),
    "card_name": (36, "the band on the card's front"),
    "telephone": (24, "the column on the card's back"),
}
"""Characters that fit at the smallest legible size; a wide one (East Asian) counts twice."""
_OFFICE_LINE_ROOM = 26
"""Characters of ordinary text that fit in every design that ships; each design is judged by itself."""
_OFFICE_LINES = 4


def check(program: Program) -> tuple[Finding, ...]:
    """Find everything doubtful in a program that was read without mistakes; errors come first."""
    found = (*check_values(program), *check_evidence(program))
    return tuple(sorted(found, key=lambda finding: finding.weight is not Weight.ERROR))


def check_values(program: Program) -> Iterator[Finding]:
    """Find what does not go together outside [evidence]."""
    yield from _check_times(program)
    yield from _check_retention(program)
    yield from _check_record(program)
    yield from _check_room(program)
    yield from _check_hours(program)
    yield from _check_colours(program)
    yield from _check_people(program)


def _check_times(program: Program) -> Iterator[Finding]:
    renewal = program.renewal
    shortest = min((band.years for band in program.validity if band.years), default=None)
    if shortest and before(after(SOME_DAY, years(shortest)), renewal.opens_before) <= SOME_DAY:
        yield error(
            "renewal.opens_before",
            f"Renewal would open when a card of {shortest} years is made: choose less than its validity.",
        )
    if renewal.online and program.ages.in_person_under < program.ages.caretaker_under:
        yield error(
            "ages.in_person_under",
            f"A caretaker signs below {program.ages.caretaker_under}, which nobody can online: "
            "choose at least that age.",
        )
    keep = {kept: after(SOME_DAY, period.span) for kept, period in program.retention.items()}
    for kept in (Kept.RESIDENT, Kept.CARD):
        if keep[kept] < after(SOME_DAY, renewal.closes_after):
            yield error(
                f"retention.{kept}.keep",
                f'It is destroyed before renewal closes: keep it at least "{renewal.closes_after}".',
            )
    waiting = after(SOME_DAY, days(program.delivery.uncollected_days))
    if keep[Kept.CITY_SLOT_ORDER] < waiting:
        yield error(
            "retention.city_slot_order.keep",
            f"A card may wait {program.delivery.uncollected_days} days to be collected, and is handed over "
            "only while the city can open its record: keep it as long.",
        )
    mails = DeliveryWay.MAIL in program.delivery.ways
    letters = {Kept.CONTACT} if mails else set()
    if Change.ADDRESS in renewal.online_changes and program.record.residency_papers is ResidencyPapers.NONE:
        letters |= {Kept.ONE_TIME_CODE, Kept.REQUEST}
        if keep[Kept.REQUEST] < keep[Kept.ONE_TIME_CODE]:
            yield error(
                "retention.request.keep",
                "A request ends before the code that was mailed for it: keep it at least as long.",
            )
    for kept in sorted(letters):
        if keep[kept] < after(SOME_DAY, days(_LETTER_DAYS)):
            yield warning(
                f"retention.{kept}.keep", f"A letter may take up to {_LETTER_DAYS} days: keep it as long."
            )


def _check_retention(program: Program) -> Iterator[Finding]:
    for kept, period in program.retention.items():
        text = period.authority.strip()
        if "?" in text or len(text) < _SHORTEST_AUTHORITY:
            yield warning(f"retention.{kept}.authority", "Name the law, rule or order with its section.")
    key, log = program.retention[Kept.AUDIT_KEY].span, program.retention[Kept.AUDIT_LOG].span
    if after(SOME_DAY, key) > after(SOME_DAY, log):
        yield error(
            "retention.audit_key.keep", "The key outlives the log that it opens: choose less than audit_log."
        )
    if Slot.CITY in program.record.slots:
        slot = program.retention[Kept.CITY_SLOT].span
        if after(SOME_DAY, slot) > after(SOME_DAY, days(_LONG_CITY_SLOT)):
            yield warning(
                "retention.city_slot.keep",
                f"Whoever may demand records from the city can have them opened for {slot}: is that meant?",
            )
    if program.record.residency_papers is ResidencyPapers.UPLOAD:
        span = program.retention[Kept.SOURCE_DOCUMENT].span
        yield warning(
            "record.residency_papers",
            f'Uploaded papers can be demanded from the city for {span}; "none" keeps no papers at all.',
        )


def _check_record(program: Program) -> Iterator[Finding]:
    record = program.record
    if Slot.RESIDENT not in record.slots and program.renewal.online:
        yield error(
            "record.slots", 'Without "resident" nobody can renew online: add it, or set online = false.'
        )
    if record.code_on is CodePlace.CARD:
        yield warning("record.code_on", 'Whoever photographs the card can open its record: "slip" is safer.')
    if record.duplicates is Duplicates.NONE:
        yield warning(
            "record.duplicates", "One person can have two records, and two cards at once: is that meant?"
        )


def _check_hours(program: Program) -> Iterator[Finding]:
    hours = program.city.hours
    missing = [language for language in program.city.languages if hours and language not in hours]
    if missing:
        yield warning("city.hours", f"The guide says no hours in {', '.join(missing)}: write them, or none.")


def _check_room(program: Program) -> Iterator[Finding]:
    if not program.city.verify_address:
        yield warning(
            "city.verify_address",
            "The card does not say where it can be checked: write the checker's address.",
        )
    for key, (room, place) in _ROOM.items():
        if (width := _width(getattr(program.city, key))) > room:
            yield error(f"city.{key}", f"It has {width} characters, {place} has room for {room}: shorten it.")
    if len(program.city.office_lines) > _OFFICE_LINES:
        yield error(
            "city.office_lines", f"The card's back has room for {_OFFICE_LINES} lines: shorten the address."
        )
    for line in program.city.office_lines:
        if (width := _width(line)) > _OFFICE_LINE_ROOM:
            yield warning(
                "city.office_lines",
                f'The line "{line}" has {width} characters, the back surely has room for '
                f"{_OFFICE_LINE_ROOM}: shorten it, or try it with idsvc card preview.",
            )


def _check_colours(program: Program) -> Iterator[Finding]:
    colours = program.colours
    for key, front, back, use in (
        ("ink", colours.ink, colours.paper, "text on paper"),
        ("primary", colours.primary, colours.paper, "links on paper"),
        ("primary", "#ffffff", colours.primary, "white text on buttons"),
        ("accent", colours.ink, colours.accent, "ink on the accent colour"),
    ):
        contrast = _contrast(front, back)
        if contrast < _TEXT_CONTRAST:
            yield error(
                f"colours.{key}", f"{use} has a contrast of {contrast:.1f}:1, people need {_TEXT_CONTRAST}:1."
            )


def _check_people(program: Program) -> Iterator[Finding]:
    host = urlsplit(program.city.issuer).hostname or ""
    if host.endswith(_EXAMPLE_HOSTS):
        yield warning(
            "city.issuer", f"{host} is a name for examples: choose the city's own before the first card."
        )
    if not program.help_near_you:
        yield warning("help_near_you", "Residents in need find no place to turn to: add at least one.")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1 for character in text)


def _contrast(one: str, other: str) -> float:
    """Compute the contrast ratio of two colours (WCAG 2.2, "contrast ratio" and "relative luminance")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG's figures
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
