"""The reference of judging evidence, in step with `idsvc/web/static/evidence/evaluator.js`.

Used by `idsvc program`, the printed guide and tests only: real evidence is judged in the browser and never
reaches this process. More papers never make a judgement worse.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations_with_replacement

from idsvc.domain.dates import after, before
from idsvc.domain.errors import BadInput
from idsvc.domain.evidence import CARETAKER, EvidenceRules, Feature, Paper, Question, Rank, Way, Worth
from idsvc.domain.program import AgeRules

MOST_SHOWN = 12
"""Papers judged at once; the ways to put papers with two uses to one of them double with each."""


class Fault(StrEnum):
    """Why a paper that was shown does not count, or not for residency."""

    WRONG_AGE = "wrong_age"
    NO_CARETAKER = "no_caretaker"
    DATE_NEEDED = "date_needed"
    DATE_IN_FUTURE = "date_in_future"
    TOO_OLD = "too_old"
    STAY_NEEDED = "stay_needed"
    STAY_TOO_SHORT = "stay_too_short"
    EXPIRED = "expired"
    OTHER_ADDRESS = "other_address"


class Lack(StrEnum):
    """What is missing for an answer."""

    POINTS = "points"
    PAPERS = "papers"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    ONE_OF = "one_of"
    FEATURE = "feature"
    NO_WAY = "no_way"
    AGE = "age"
    CARETAKER = "caretaker"


@dataclass(frozen=True, slots=True)
class Shown:
    """One paper on the table; `since`: since when it says the person lives here, `here`: at that address."""

    paper: str
    issued: date | None = None
    expires: date | None = None
    since: date | None = None
    here: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """The day in the city's time zone, the applicant's completed years, whether a caretaker is there."""

    today: date
    age: int
    caretaker: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is missing: how many of it, or which feature, or one of which papers."""

    lack: Lack
    count: int = 0
    feature: Feature | None = None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a question is answered, and if not, the shortest way there."""

    needs: tuple[Need, ...]

    @property
    def met(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.needs


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answers, and for every paper in the order shown its fault, if any."""

    identity: Answer
    residency: Answer
    person: Answer
    faults: tuple[Fault | None, ...]

    @property
    def met(self) -> bool:
        """Tell whether a card can be made."""
        return self.identity.met and self.residency.met and self.person.met


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one paper on the table counts today."""

    paper: Paper
    identity: Worth | None
    residency: Worth | None

    def worth(self, question: Question) -> Worth | None:
        return self.identity if question is Question.IDENTITY else self.residency


def judge(rules: EvidenceRules, ages: AgeRules, situation: Situation, shown: Sequence[Shown]) -> Judgement:
    """Judge what is on the table; BadInput for an unknown paper or more than `MOST_SHOWN`."""
    if len(shown) > MOST_SHOWN:
        raise BadInput(
            "papers", f"At most {MOST_SHOWN} papers are judged at once: please choose the strongest."
        )
    by_key = {paper.key: paper for paper in rules.papers}
    if any(item.paper not in by_key for item in shown):
        raise BadInput("papers", "This program does not know one of the papers.")
    counted: list[_Counted] = []
    faults: list[Fault | None] = []
    for item in shown:
        paper, fault = _count(by_key[item.paper], item, situation)
        counted.append(paper)
        faults.append(fault)
    identity, residency = _answers(rules, situation, counted)
    return Judgement(identity, residency, _person(ages, situation), tuple(faults))


def suggest(
    rules: EvidenceRules,
    situation: Situation,
    shown: Sequence[Shown] = (),
    *,
    most_papers: int = 3,
) -> tuple[tuple[str, ...], ...]:
    """Give every set of at most so many further papers that is just enough, the smallest first.

    None holds another. Empty if no set is enough; one empty set if nothing more is needed. Papers are taken
    as good as they can be: made today, not expired, with the present address.
    """
    by_key = {paper.key: paper for paper in rules.papers}
    counted = [_count(by_key[item.paper], item, situation)[0] for item in shown]

    def are_enough(papers: Sequence[Paper]) -> bool:
        identity, residency = _answers(rules, situation, [*counted, *map(_at_best, papers)])
        return identity.met and residency.met

    usable = [paper for paper in rules.papers if may_show(paper, situation)]
    return _minimal_sets(usable, min(most_papers, MOST_SHOWN - len(shown)), are_enough)


def suggest_for(
    rules: EvidenceRules,
    question: Question,
    situation: Situation,
    *,
    most_papers: int = 5,
) -> tuple[tuple[str, ...], ...]:
    """Give the sets that are just enough for one question, as `suggest` does for both."""
    usable = [paper for paper in rules.papers if may_show(paper, situation) and paper.worth(question)]
    return _minimal_sets(
        usable,
        most_papers,
        lambda papers: answer_at_best(rules, question, situation, papers).met,
    )


def answer_at_best(
    rules: EvidenceRules,
    question: Question,
    situation: Situation,
    papers: Sequence[Paper],
) -> Answer:
    """Answer one question by papers at their best, all of them put to it."""
    return _answer(rules, question, situation, [_at_best(paper) for paper in papers])[1]


def _minimal_sets(
    usable: Sequence[Paper],
    most_papers: int,
    are_enough: Callable[[Sequence[Paper]], bool],
) -> tuple[tuple[str, ...], ...]:
    found: list[Counter[str]] = []
    for size in range(most_papers + 1):
        for chosen in combinations_with_replacement(usable, size):
            keys = Counter(paper.key for paper in chosen)
            if any(keys[paper.key] > paper.at_most for paper in chosen) or any(
                less <= keys for less in found
            ):
                continue
            if are_enough(chosen):
                found.append(keys)
    return tuple(tuple(keys.elements()) for keys in found)


def may_show(paper: Paper, situation: Situation) -> bool:
    """Tell whether a paper can count for somebody of this age."""
    return situation.age in paper.ages and (situation.caretaker or paper.given_by != CARETAKER)


def _at_best(paper: Paper) -> _Counted:
    return _Counted(paper, paper.identity, paper.residency)


def _count(paper: Paper, item: Shown, situation: Situation) -> tuple[_Counted, Fault | None]:
    nothing = _Counted(paper, None, None)
    fault = _fault(paper, item, situation)
    if fault is not None:
        return nothing, fault
    identity = paper.identity
    if paper.expires and item.expires is not None and item.expires < situation.today:
        if paper.expired_up_to is None or after(item.expires, paper.expired_up_to) < situation.today:
            return nothing, Fault.EXPIRED
        identity = paper.expired_identity or paper.identity
    if paper.residency is not None and Feature.ADDRESS in paper.features and not item.here:
        return _Counted(paper, identity, None), Fault.OTHER_ADDRESS
    return _Counted(paper, identity, paper.residency), None


def _fault(paper: Paper, item: Shown, situation: Situation) -> Fault | None:
    if situation.age not in paper.ages:
        return Fault.WRONG_AGE
    if paper.given_by == CARETAKER and not situation.caretaker:
        return Fault.NO_CARETAKER
    if paper.not_older_than is not None:
        if item.issued is None:
            return Fault.DATE_NEEDED
        if item.issued > situation.today:
            return Fault.DATE_IN_FUTURE
        if item.issued < before(situation.today, paper.not_older_than):
            return Fault.TOO_OLD
    if paper.confirms_stay_of is not None:
        if item.since is None:
            return Fault.STAY_NEEDED
        if item.since > before(situation.today, paper.confirms_stay_of):
            return Fault.STAY_TOO_SHORT
    return None


def _person(ages: AgeRules, situation: Situation) -> Answer:
    if situation.age < ages.minimum:
        return Answer((Need(Lack.AGE, ages.minimum),))
    if situation.age < ages.caretaker_under and not situation.caretaker:
        return Answer((Need(Lack.CARETAKER),))
    return Answer(())


def _answers(
    rules: EvidenceRules, situation: Situation, counted: Sequence[_Counted]
) -> tuple[Answer, Answer]:
    """Put every paper with two uses to each of them in turn and take the distribution that lacks least."""
    either = [
        place
        for place, item in enumerate(counted)
        if item.identity and item.residency and not item.paper.counts_for_both
    ]
    best = _distributed(rules, situation, counted, frozenset(either), frozenset())
    for choice in range(1, 2 ** len(either)):
        if best[0] == (0, 0):
            break
        for_residency = frozenset(place for bit, place in enumerate(either) if choice >> bit & 1)
        tried = _distributed(rules, situation, counted, frozenset(either) - for_residency, for_residency)
        if tried[0] < best[0]:
            best = tried
    return best[1], best[2]


def _distributed(
    rules: EvidenceRules,
    situation: Situation,
    counted: Sequence[_Counted],
    for_identity: frozenset[int],
    for_residency: frozenset[int],
) -> tuple[tuple[int, int], Answer, Answer]:
    identity_cost, identity = _answer(
        rules,
        Question.IDENTITY,
        situation,
        [item for place, item in enumerate(counted) if place not in for_residency],
    )
    residency_cost, residency = _answer(
        rules,
        Question.RESIDENCY,
        situation,
        [item for place, item in enumerate(counted) if place not in for_identity],
    )
    return (identity_cost[0] + residency_cost[0], identity_cost[1] + residency_cost[1]), identity, residency


def _answer(
    rules: EvidenceRules,
    question: Question,
    situation: Situation,
    items: Iterable[_Counted],
) -> tuple[tuple[int, int], Answer]:
    waivers = [
        waiver
        for waiver in rules.waivers
        if situation.age in waiver.ages and (situation.caretaker or not waiver.with_caretaker)
    ]
    if any(question in waiver.questions for waiver in waivers):
        return (0, 0), Answer(())
    waived = frozenset().union(*(waiver.features for waiver in waivers))
    most = max(
        (
            worth.points
            for paper in rules.papers
            if situation.age in paper.ages and (worth := paper.worth(question))
        ),
        default=0,
    )
    strongest = _strongest(question, items)
    best: tuple[tuple[int, int], Answer] | None = None
    for way in rules.ways(question):
        if situation.age in way.ages:
            needs = _needs(way, question, strongest, waived)
            cost = _cost(needs, most)
            if best is None or cost < best[0]:
                best = cost, Answer(needs)
    return best or ((MOST_SHOWN, 1), Answer((Need(Lack.NO_WAY),)))


def _strongest(question: Question, items: Iterable[_Counted]) -> list[_Counted]:
    """Keep what counts for the question, of each kind no more than count, the strongest first."""
    strengths = [(_strength(worth), item) for item in items if (worth := item.worth(question))]
    strengths.sort(key=lambda pair: pair[0], reverse=True)
    seen: Counter[str] = Counter()
    kept = []
    for _, item in strengths:
        seen[item.paper.key] += 1
        if seen[item.paper.key] <= item.paper.at_most:
            kept.append(item)
    return kept


def _strength(worth: Worth) -> tuple[int, int]:
    return ({None: 0, Rank.SECONDARY: 1, Rank.PRIMARY: 2}[worth.rank], worth.points)


def _needs(
    way: Way, question: Question, items: Sequence[_Counted], waived: frozenset[Feature]
) -> tuple[Need, ...]:
    keys = {item.paper.key for item in items}
    worths = [worth for item in items if (worth := item.worth(question))]
    needs = [Need(Lack.ONE_OF, 1, papers=group) for group in way.one_of_each if not keys & set(group)]
    primary = sum(worth.rank is Rank.PRIMARY for worth in worths)
    ranked = sum(worth.rank is not None for worth in worths)
    primary_short = max(way.primary - primary, 0)
    secondary_short = max(way.primary + way.secondary - ranked - primary_short, 0)
    for lack, short in (
        (Lack.PRIMARY, primary_short),
        (Lack.SECONDARY, secondary_short),
        (Lack.PAPERS, way.papers - len(items)),
        (Lack.POINTS, way.points - sum(worth.points for worth in worths)),
    ):
        if short > 0:
            needs.append(Need(lack, short))
    seen = waived.union(*(item.paper.features for item in items))
    needs.extend(Need(Lack.FEATURE, 1, feature) for feature in way.shows if feature not in seen)
    return tuple(needs)


def _cost(needs: Sequence[Need], most_points: int) -> tuple[int, int]:
    """Estimate how many papers are missing; a missing feature counts only if nothing else is missing."""
    papers = 0
    for need in needs:
        if need.lack is Lack.POINTS:
            papers += -(-need.count // most_points) if most_points else need.count
        elif need.lack is not Lack.FEATURE:
            papers += need.count
    return (papers if papers or not needs else 1, len(needs))
