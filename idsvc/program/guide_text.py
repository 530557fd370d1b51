"""The words of the printed guide "What to bring": one program's rules in one language, for paper."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from idsvc.domain.evidence import Ages, Feature, Paper, Question, Rank, Waiver, Way, Worth
from idsvc.domain.program import Program
from idsvc.domain.proofing import Lack, Situation, answer_at_best, suggest
from idsvc.program.explaining import SOME_DAY
from idsvc.program.wording import Wording

_FEATURES = (Feature.PHOTO, Feature.BIRTH_DATE, Feature.ADDRESS)
_COUNTED = frozenset({Lack.PAPERS, Lack.PRIMARY, Lack.SECONDARY})
_MOST_EXAMPLES = 5
_GROWN_UP = 30


@dataclass(frozen=True, slots=True)
class GuidePaper:
    """One line of a list: the paper, what it counts ("" where all count alike), what it must be like."""

    name: str
    worth: str
    notes: str


@dataclass(frozen=True, slots=True)
class GuideList:
    """One question: its heading, what is enough, and the papers for it."""

    heading: str
    enough: tuple[str, ...]
    papers: tuple[GuidePaper, ...]


@dataclass(frozen=True, slots=True)
class GuideText:
    """Everything on one guide, in reading order."""

    language: str
    right_to_left: bool
    city: str
    card: str
    title: str
    lead: tuple[str, ...]
    lists: tuple[GuideList, ...]
    examples_heading: str
    examples: tuple[str, ...]
    vouching_heading: str
    vouching: tuple[str, ...]
    rules: tuple[str, ...]
    promise: str
    limits: tuple[str, ...]
    questions: str
    office: str
    """Where to come, on one line."""
    hours: str
    """When the office is open, "" where the program does not say it."""


def guide_text(program: Program, language: str) -> GuideText:
    """Write the guide in one of the program's languages."""
    wording = Wording(program, language)
    rules = program.evidence
    examples = tuple(_examples(program, wording))
    vouching = tuple(member for members in rules.organisations.values() for member in members)
    return GuideText(
        language=language,
        right_to_left=_is_right_to_left(wording),
        city=program.city.name,
        card=program.city.card_name,
        title=wording.phrase("guide_title"),
        lead=tuple(_lead(program, wording)),
        lists=tuple(_list(program, wording, question) for question in Question),
        examples_heading=wording.phrase("guide_enough") if examples else "",
        examples=examples,
        vouching_heading=wording.phrase("guide_vouching") if vouching else "",
        vouching=vouching,
        rules=tuple(_rules(program, wording)),
        promise=wording.phrase("guide_promise"),
        limits=(wording.phrase("guide_not"), wording.phrase("guide_money")),
        questions=wording.phrase("guide_questions", telephone=_number(program.city.telephone, wording)),
        office=" · ".join(line for line in program.city.office_lines if line != program.city.card_name),
        hours=program.city.hours.get(language, ""),
    )


def _lead(program: Program, wording: Wording) -> Iterator[str]:
    if program.ages.minimum:
        yield wording.phrase("guide_minimum", program.ages.minimum)
    yield wording.phrase("guide_both_parts")
    yield wording.phrase("guide_originals")


def _list(program: Program, wording: Wording, question: Question) -> GuideList:
    ways = program.evidence.ways(question)
    papers = [(paper, worth) for paper in program.evidence.papers if (worth := paper.worth(question))]
    alike = len({worth for _, worth in papers}) == 1
    featured = {feature for way in ways for feature in way.shows}
    return GuideList(
        heading=wording.phrase(f"guide_{question}"),
        enough=tuple(_enough(program, wording, question)),
        papers=tuple(
            GuidePaper(
                name=wording.paper(paper.key),
                worth="" if alike else _worth(wording, worth),
                notes=" · ".join(_notes(program, wording, paper, question, featured)),
            )
            for paper, worth in papers
        ),
    )


def _enough(program: Program, wording: Wording, question: Question) -> Iterator[str]:
    """Say every way in a sentence: what somebody with empty hands would be told is missing."""
    before: Ages | None = None
    for way in program.evidence.ways(question):
        needs = _way(program, wording, question, way)
        if way.ages == before:
            yield wording.phrase("guide_or", needs=needs)
        else:
            ages = _ages(program, wording, way.ages)
            sentence = wording.phrase("guide_need", needs=needs)
            yield f"{_capital(ages)}: {sentence}" if ages else sentence
        before = way.ages


def _way(program: Program, wording: Wording, question: Question, way: Way) -> str:
    age = min(max(_GROWN_UP, way.ages.start), way.ages.end or _GROWN_UP)
    situation = Situation(SOME_DAY, age)
    alone = replace(program.evidence, identity=(way,), residency=(way,), waivers=())
    needs = answer_at_best(alone, question, situation, ()).needs
    others = [need for need in needs if need.lack is not Lack.FEATURE]
    text = wording.joined([wording.need(question, situation, need, more=False) for need in others])
    features = [feature for feature in _FEATURES if feature in way.shows]
    if [(need.count, need.lack in _COUNTED) for need in others] == [(1, True)]:  # one paper shows all of it
        for feature in features:
            text = wording.phrase(f"with_{feature}", need=text)
    elif features:
        among = wording.joined([wording.phrase(f"feature_{feature}") for feature in features])
        text = wording.phrase("guide_among", needs=text, features=among)
    return text


def _worth(wording: Wording, worth: Worth) -> str:
    if worth.rank is None:
        return wording.phrase("point", worth.points)
    return wording.phrase("guide_first" if worth.rank is Rank.PRIMARY else "guide_second")


def _notes(
    program: Program,
    wording: Wording,
    paper: Paper,
    question: Question,
    featured: set[Feature],
) -> Iterator[str]:
    if question is Question.IDENTITY:
        for feature in _FEATURES:
            if feature in paper.features and feature in featured:
                yield wording.phrase(f"guide_{feature}")
        if paper.counts_for_both:
            yield wording.phrase("guide_both")
    if paper.expired_up_to:
        yield wording.phrase("guide_expired", span=wording.span(paper.expired_up_to))
    elif paper.expires:
        yield wording.phrase("guide_not_expired")
    if paper.not_older_than:
        yield wording.phrase("guide_not_older", span=wording.span(paper.not_older_than))
    if paper.confirms_stay_of:
        yield wording.phrase("guide_stay", span=wording.span(paper.confirms_stay_of))
    if ages := _ages(program, wording, paper.ages):
        yield ages


def _ages(program: Program, wording: Wording, ages: Ages) -> str:
    """Write ages; "" where they are all ages of the program."""
    start = max(ages.start, program.ages.minimum)
    if ages.end is None:
        return "" if start == program.ages.minimum else wording.phrase("guide_ages_from", start=str(start))
    return wording.phrase("guide_ages", start=str(start), end=str(ages.end))


def _examples(program: Program, wording: Wording) -> Iterator[str]:
    """Choose a few of the smallest sets for a grown-up, always the one that repeats least of the others."""
    left = [keys for keys in suggest(program.evidence, Situation(SOME_DAY, _GROWN_UP)) if keys]
    seen: Counter[str] = Counter()
    for _ in range(min(_MOST_EXAMPLES, len(left))):
        keys = min(left, key=lambda keys: (sum(seen[key] for key in keys), len(keys)))
        left.remove(keys)
        seen.update(keys)
        names = [wording.paper(key) for key in keys]
        yield wording.joined(names) if _is_right_to_left(wording) else " + ".join(names)


def _rules(program: Program, wording: Wording) -> Iterator[str]:
    if any(way.secondary for question in Question for way in program.evidence.ways(question)):
        yield wording.phrase("guide_classes")
    if program.ages.caretaker_under:
        yield wording.phrase("guide_caretaker", program.ages.caretaker_under)
    for waiver in program.evidence.waivers:
        yield from _waiver(program, wording, waiver)
    if program.evidence.year_only_birth_date:
        yield wording.phrase("guide_year_only")


def _waiver(program: Program, wording: Wording, waiver: Waiver) -> Iterator[str]:
    waived = [wording.phrase(f"guide_{feature}") for feature in _FEATURES if feature in waiver.features]
    ages = _ages(program, wording, waiver.ages) or wording.phrase("guide_ages_from", start="0")
    if waived:
        key = "guide_waiver_caretaker" if waiver.with_caretaker else "guide_waiver"
        yield wording.phrase(key, features=wording.joined(waived, "or"), ages=ages)
    for question in Question:
        if question in waiver.questions:
            rule = _capital(wording.phrase(f"guide_no_{question}", ages=ages))
            yield wording.phrase("guide_with_caretaker", rule=rule) if waiver.with_caretaker else rule


def _number(telephone: str, wording: Wording) -> str:
    """Mark a telephone number as read from left to right: UAX #9 (W2) would turn 555-0100 into 0100-555."""
    mark = "\N{LEFT-TO-RIGHT MARK}" if _is_right_to_left(wording) else ""
    return f"{mark}{telephone}{mark}"


def _is_right_to_left(wording: Wording) -> bool:
    return wording.words["direction"] == "rtl"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
