"""What is published as /program/evidence.json: the rules and words that the browser judges by."""

from idsvc.domain.dates import Span
from idsvc.domain.evidence import Ages, Paper, Waiver, Way, Worth
from idsvc.domain.program import Program
from idsvc.program.wording import Wording

VERSION = 1

Plain = dict[str, object]


def evidence_document(program: Program) -> Plain:
    """Give the document as JSON values; every program of the same file gives the same document."""
    rules = program.evidence
    languages = program.city.languages
    return {
        "version": VERSION,
        "city": program.city.name,
        "card": program.city.card_name,
        "timezone": program.city.timezone,
        "languages": list(languages),
        "minimum_age": program.ages.minimum,
        "caretaker_under": program.ages.caretaker_under,
        "year_only_birth_date": rules.year_only_birth_date,
        "papers": [_paper(paper, languages) for paper in rules.papers],
        "identity": [_way(way) for way in rules.identity],
        "residency": [_way(way) for way in rules.residency],
        "waivers": [_waiver(waiver) for waiver in rules.waivers],
        "organisations": {name: list(members) for name, members in rules.organisations.items()},
        "words": {language: _words(program, language) for language in languages},
    }


def _paper(paper: Paper, languages: tuple[str, ...]) -> Plain:
    first = next(iter(paper.names.values()))
    return {
        "key": paper.key,
        "names": {language: paper.names.get(language, first) for language in languages},
        "identity": _worth(paper.identity),
        "residency": _worth(paper.residency),
        "features": sorted(paper.features),
        "counts_for_both": paper.counts_for_both,
        "at_most": paper.at_most,
        "ages": _ages(paper.ages),
        "given_by": paper.given_by,
        "not_older_than": _span(paper.not_older_than),
        "confirms_stay_of": _span(paper.confirms_stay_of),
        "expires": paper.expires,
        "expired_up_to": _span(paper.expired_up_to),
        "expired_identity": _worth(paper.expired_identity),
    }


def _way(way: Way) -> Plain:
    return {
        "points": way.points,
        "papers": way.papers,
        "primary": way.primary,
        "secondary": way.secondary,
        "one_of_each": [list(group) for group in way.one_of_each],
        "shows": list(way.shows),
        "ages": _ages(way.ages),
    }


def _waiver(waiver: Waiver) -> Plain:
    return {
        "ages": _ages(waiver.ages),
        "features": sorted(waiver.features),
        "questions": sorted(waiver.questions),
        "with_caretaker": waiver.with_caretaker,
    }


def _worth(worth: Worth | None) -> Plain | None:
    return None if worth is None else {"points": worth.points, "rank": worth.rank}


def _ages(ages: Ages) -> list[int | None]:
    return [ages.start, ages.end]


def _span(span: Span | None) -> Plain | None:
    return None if span is None else {"count": span.count, "unit": span.unit}


def _words(program: Program, language: str) -> Plain:
    return {
        key: value if isinstance(value, str) else dict(value)
        for key, value in Wording(program, language).words.items()
    }
