"""A judgement in plain words, in step with `idsvc/web/static/evidence/wording.js`."""

from collections.abc import Sequence
from dataclasses import dataclass

from idsvc.domain.dates import Span
from idsvc.domain.evidence import EvidenceRules, Feature, Paper, Question, Words
from idsvc.domain.program import Program
from idsvc.domain.proofing import Answer, Fault, Judgement, Lack, Need, Shown, Situation, may_show
from idsvc.program.plurals import plural_form

_FEATURES = (Feature.PHOTO, Feature.BIRTH_DATE, Feature.ADDRESS)


@dataclass(frozen=True, slots=True)
class Told:
    """A judgement in words: a sentence for each answer ("" if the person lacks nothing) and each fault."""

    identity: str
    residency: str
    person: str
    papers: tuple[str, ...]


class Wording:
    """One program's phrases in one language, or in its first language that has some."""

    def __init__(self, program: Program, language: str) -> None:
        self.language = language
        self.words: Words = program.words.get(language) or next(iter(program.words.values()))
        self._rules: EvidenceRules = program.evidence

    def tell(self, situation: Situation, shown: Sequence[Shown], judgement: Judgement) -> Told:
        """Say what is enough and what is missing."""
        return Told(
            identity=self._answer(Question.IDENTITY, situation, judgement.identity),
            residency=self._answer(Question.RESIDENCY, situation, judgement.residency),
            person="".join(
                self.phrase("missing", needs=self.phrase(need.lack, need.count))
                for need in judgement.person.needs
            ),
            papers=tuple(
                self._fault(item, fault)
                for item, fault in zip(shown, judgement.faults, strict=True)
                if fault is not None
            ),
        )

    def phrase(self, key: str, number: int = 0, **filled: str) -> str:
        """Fill in one phrase; `number` chooses its form and stands as {n}."""
        found = self.words[key]
        text = found if isinstance(found, str) else found[plural_form(str(self.words["plural"]), number)]
        return text.format(n=number, **filled)

    def span(self, span: Span) -> str:
        """Write a length of time."""
        return self.phrase(span.unit, span.count)

    def joined(self, texts: Sequence[str], last: str = "and") -> str:
        """Write a list with commas and a last "and" or "or"."""
        if len(texts) <= 1:
            return "".join(texts)
        return self.phrase("comma").join(texts[:-1]) + self.phrase(last) + texts[-1]

    def paper(self, key: str) -> str:
        """Give a paper's name, in the first language that it has if it lacks this one."""
        names = self._paper(key).names
        return names.get(self.language) or next(iter(names.values()))

    def need(self, question: Question, situation: Situation, need: Need, *, more: bool) -> str:
        """Write a need, with what all papers that fill it have in common; `more`: some are there already."""
        suffix = "_more" if more else ""
        match need.lack:
            case Lack.ONE_OF:
                names = [self.paper(key) for key in need.papers]
                return names[0] if len(names) == 1 else self.phrase("one_of", papers=self.joined(names, "or"))
            case Lack.FEATURE:
                return self.phrase(f"feature_{need.feature}")
            case Lack.NO_WAY:
                return self.phrase("no_way")
            case Lack.PRIMARY | Lack.SECONDARY:
                return self.phrase(f"{need.lack}{suffix}", need.count)
        usable = self._usable(question, situation)
        if _is_one_paper(need, question, usable):
            return self._one_paper(question, usable, suffix)
        return self.phrase(f"{question}_{need.lack}{suffix}", need.count)

    def _answer(self, question: Question, situation: Situation, answer: Answer) -> str:
        if answer.met:
            return self.phrase(f"{question}_enough")
        usable = self._usable(question, situation)
        features = frozenset(need.feature for need in answer.needs if need.feature)
        others = [need for need in answer.needs if not need.feature]
        if (
            features
            and [_is_one_paper(need, question, usable) for need in others] == [True]
            and any(features <= paper.features for paper in usable)
        ):  # one paper can bring all of it: do not ask for two
            texts = [self._one_paper(question, usable, "_more", features)]
        else:
            texts = [self.need(question, situation, need, more=True) for need in answer.needs]
        return self.phrase("missing", needs=self.joined(texts))

    def _usable(self, question: Question, situation: Situation) -> list[Paper]:
        return [paper for paper in self._rules.papers if paper.worth(question) and may_show(paper, situation)]

    def _one_paper(
        self,
        question: Question,
        usable: Sequence[Paper],
        suffix: str,
        features: frozenset[Feature] = frozenset(),
    ) -> str:
        text = self.phrase(f"{question}_papers{suffix}", 1)
        for feature in _FEATURES:
            if feature in features or (usable and all(feature in paper.features for paper in usable)):
                text = self.phrase(f"with_{feature}", need=text)
        limits = {paper.not_older_than for paper in usable}
        limit = limits.pop() if len(limits) == 1 else None
        return text if limit is None else self.phrase("with_age", need=text, span=self.span(limit))

    def _fault(self, item: Shown, fault: Fault) -> str:
        paper = self._paper(item.paper)
        limits = {
            Fault.TOO_OLD: paper.not_older_than,
            Fault.STAY_TOO_SHORT: paper.confirms_stay_of,
            Fault.EXPIRED: paper.expired_up_to,
        }
        limit = limits.get(fault)
        span = self.span(limit) if limit else ""
        key = "expired_too_long" if fault is Fault.EXPIRED and span else fault
        return self.phrase(key, paper=self.paper(item.paper), span=span)

    def _paper(self, key: str) -> Paper:
        return next(paper for paper in self._rules.papers if paper.key == key)


def _is_one_paper(need: Need, question: Question, usable: Sequence[Paper]) -> bool:
    """Tell whether any one paper fills a need, so that nobody has to count points."""
    if need.lack is Lack.PAPERS:
        return need.count == 1
    worths = [worth for paper in usable if (worth := paper.worth(question))]
    return need.lack is Lack.POINTS and bool(worths) and all(worth.points >= need.count for worth in worths)
