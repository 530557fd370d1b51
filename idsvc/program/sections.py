"""The sections of a program file other than evidence, each read into its domain value."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from idsvc.domain.dates import after
from idsvc.domain.program import (
    AgeBand,
    AgeRules,
    Card,
    Change,
    City,
    CodePlace,
    Colours,
    DateFormat,
    DeliveryRules,
    DeliveryWay,
    Duplicates,
    Help,
    Printing,
    RecordRules,
    RenewalRules,
    ResidencyPapers,
    Slot,
)
from idsvc.domain.retention import DIES_WITH, LONGEST, STARTS, Kept, Period
from idsvc.program.reading import Table

_COLOUR = r"#[0-9a-f]{6}"
_HTTPS = r"https://[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?(/[A-Za-z0-9._~-]+)*"
LANGUAGE = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"
_SOME_DAY = date(2000, 1, 1)


def read_city(table: Table) -> City:
    """Read [city]."""
    languages = table.texts("languages", 'a list of language tags such as ["en", "es"]', pattern=LANGUAGE)
    if len(set(languages)) != len(languages):
        table.mistake("languages", "each language once")
    timezone = table.text("timezone", 'a time zone of the IANA list such as "America/New_York"')
    if timezone and not _is_timezone(timezone):
        table.mistake("timezone", 'a time zone of the IANA list such as "America/New_York"')
    city = City(
        name=table.text("name", "the city's name as it stands on the card"),
        card_name=table.text("card_name", 'the name of the card such as "Riverbend City Card"'),
        issuer=table.text(
            "issuer",
            'an https address in small letters without a slash at the end, such as "https://id.riverbend.example"',
            pattern=_HTTPS,
        ),
        timezone=timezone,
        languages=languages,
        office_lines=table.texts(
            "office_lines", "the postal address to which a found card is sent, line by line"
        ),
        telephone=table.text("telephone", "the telephone number where residents ask"),
        verify_address=table.text(
            "verify_address",
            "the https address of the public page where anyone checks a card, in small letters without a "
            'slash at the end, such as "https://id.riverbend.example/verify"',
            pattern=_HTTPS,
            default="",
        ),
        hours=_hours(table, languages),
    )
    table.close()
    return city


def _hours(table: Table, languages: tuple[str, ...]) -> Mapping[str, str]:
    written = table.table_if_written("hours")
    if written is None:
        return {}
    hours = {
        language: written.text(language, 'when the office is open, such as "Monday to Friday, 9 to 5"')
        for language in languages
        if written.raw(language) is not None
    }
    written.close()
    return hours


def read_card(table: Table) -> Card:
    """Read [card]."""
    card = Card(
        birth_date=table.yes_or_no("birth_date"),
        address=table.choice("address", Printing),
        gender=table.choice("gender", Printing),
        issue_date=table.yes_or_no("issue_date"),
        signature_strip=table.yes_or_no("signature_strip"),
        dates=table.choice("dates", DateFormat),
    )
    if card.gender is Printing.ALWAYS:
        table.mistake("gender", '"never" or "on request": nobody is made to state a gender')
    table.close()
    return card


def read_ages(table: Table) -> AgeRules:
    """Read [ages]."""
    rules = AgeRules(
        minimum=table.whole("minimum", "the lowest age for a card, 0 to 21", low=0, high=21),
        caretaker_under=table.whole("caretaker_under", "an age from 0 (nobody) to 21", low=0, high=21),
        in_person_under=table.whole("in_person_under", "an age from 0 (nobody) to 21", low=0, high=21),
    )
    table.close()
    return rules


def read_validity(file: Table, ages: AgeRules) -> tuple[AgeBand, ...]:
    """Read [[validity]]: bands that follow one another from the lowest age on, the last one open."""
    bands: list[AgeBand] = []
    expected: int | None = ages.minimum
    for table in file.tables("validity", at_least=1):
        band = AgeBand(table.ages("ages"), _years(table))
        table.close()
        if expected is None:
            table.mistake("ages", "no further band: the one before has no end")
        elif band.ages.start != expected:
            table.mistake(
                "ages", f'a band that begins at {expected}, where the one before ends: "{expected}-…"'
            )
        expected = None if band.ages.end is None else band.ages.end + 1
        bands.append(band)
    if bands and expected is not None:
        file.mistake(
            "validity", f'a last band without an end: "{expected}-"', f"no band for ages {expected} and over"
        )
    return tuple(bands)


def read_renewal(table: Table, card: Card) -> RenewalRules:
    """Read [renewal]."""
    rules = RenewalRules(
        opens_before=table.span("opens_before"),
        closes_after=table.span("closes_after"),
        online=table.yes_or_no("online"),
        online_changes=table.choices("online_changes", Change),
    )
    if Change.NAME in rules.online_changes:
        table.mistake("online_changes", 'a list without "name": a changed name is shown in person', '"name"')
    for change, printing in ((Change.ADDRESS, card.address), (Change.GENDER, card.gender)):
        if change in rules.online_changes and printing is Printing.NEVER:
            table.mistake(
                "online_changes", f'a list without "{change}": the card does not print it', f'"{change}"'
            )
    if rules.online_changes and not rules.online:
        table.mistake("online_changes", "an empty list, because online = false")
    table.close()
    return rules


def read_record(table: Table) -> RecordRules:
    """Read [record]."""
    rules = RecordRules(
        slots=table.choices("slots", Slot),
        code_on=table.choice("code_on", CodePlace),
        duplicates=table.choice("duplicates", Duplicates),
        residency_papers=table.choice("residency_papers", ResidencyPapers),
    )
    if table.raw("slots") == []:
        table.mistake("slots", 'at least one of "resident" and "city": else nobody could ever open a record')
    table.close()
    return rules


def read_delivery(table: Table) -> DeliveryRules:
    """Read [delivery]."""
    rules = DeliveryRules(
        ways=table.choices("ways", DeliveryWay),
        uncollected_days=table.whole("uncollected_days", "a number of days from 7 to 365", low=7, high=365),
    )
    if table.raw("ways") == []:
        table.mistake("ways", 'at least one of "pick-up" and "mail"')
    table.close()
    return rules


def read_retention(table: Table) -> Mapping[Kept, Period]:
    """Read [retention.*]: every period, so that turning a mode on later cannot find one missing."""
    periods: dict[Kept, Period] = {}
    for kept in Kept:
        if kept in DIES_WITH:
            if table.raw(kept) is not None:
                table.mistake(
                    kept, f"nothing: it ends with {DIES_WITH[kept]}, which has the period", "a period"
                )
            continue
        if not table.has(kept):
            table.raw(kept)
            table.mistake(
                kept, f"a table [retention.{kept}] with keep (from {STARTS[kept]}) and authority", "nothing"
            )
            continue
        entry = table.table(kept)
        period = Period(
            span=entry.span("keep"),
            authority=entry.text("authority", "the law, rule or order that allows to destroy it then"),
        )
        longest = LONGEST.get(kept)
        if longest and after(_SOME_DAY, period.span) > after(_SOME_DAY, longest):
            entry.mistake("keep", f'at most "{longest}": it is only needed to finish one act')
        entry.close()
        periods[kept] = period
    table.close()
    return periods


def read_colours(table: Table) -> Colours:
    """Read [colours]; contrast is judged by `idsvc.program.check`."""
    wanted = 'a colour such as "#1b4f8f", in small letters'
    colours = Colours(
        ink=table.text("ink", wanted, pattern=_COLOUR),
        primary=table.text("primary", wanted, pattern=_COLOUR),
        accent=table.text("accent", wanted, pattern=_COLOUR),
        paper=table.text("paper", wanted, pattern=_COLOUR),
        line=table.text("line", wanted, pattern=_COLOUR),
    )
    table.close()
    return colours


def read_help(file: Table) -> tuple[Help, ...]:
    """Read [[help_near_you]]."""
    places: list[Help] = []
    for table in file.tables("help_near_you"):
        places.append(
            Help(
                topic=table.text("topic", 'what it helps with, such as "Legal help"'),
                name=table.text("name", "the name of the place"),
                reach=table.text("reach", "a telephone number, address or page"),
            ),
        )
        table.close()
    return tuple(places)


def _years(table: Table) -> int | None:
    if table.has("expires"):
        if table.yes_or_no("expires"):
            table.mistake("expires", "years = … for a card that expires, or expires = false")
        if table.has("years"):
            table.mistake("years", "either years = … or expires = false, not both")
            table.raw("years")
        return None
    return table.whole("years", "a number of years from 1 to 20, or expires = false", low=1, high=20)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
