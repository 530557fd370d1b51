"""Checks of the rules for evidence: they can be met, every line of them matters, people can read them."""

from collections.abc import Iterator
from dataclasses import replace

from idsvc.domain.evidence import CARETAKER, Ages, Feature, Paper, Question, Rank, Worth
from idsvc.domain.program import Program
from idsvc.domain.proofing import Situation, answer_at_best, may_show, suggest_for
from idsvc.program.explaining import MOST_PAPERS, SOME_DAY, age_bands, explain
from idsvc.program.findings import Finding, error, warning

_STRENGTH = {None: 0, Rank.SECONDARY: 1, Rank.PRIMARY: 2}


def check_evidence(program: Program) -> Iterator[Finding]:
    """Find what cannot be met, what is idle and what nobody can read in [evidence]."""
    yield from _unmet_ages(program)
    yield from _unmet_ways(program)
    yield from _idle_papers(program)
    yield from _weak_papers(program)
    yield from _idle_lists(program)
    yield from _missing_words(program)


def _unmet_ages(program: Program) -> Iterator[Finding]:
    rules = program.evidence
    for ages in age_bands(program):
        situation = _usual(program, ages)
        for question in Question:
            if answer_at_best(rules, question, situation, ()).met:
                yield error(
                    f"evidence.{question}",
                    f"At {_at(ages)} nothing has to be shown: ask for a paper, or waive only a feature.",
                )
            elif not answer_at_best(
                rules, question, situation, _all_papers(program, question, situation)
            ).met:
                yield error(
                    f"evidence.{question}",
                    f"At {_at(ages)} the listed papers are never enough: add a paper, a way or a waiver.",
                )
    for explanation in explain(program):
        if not explanation.sets and not explanation.caretaker:
            yield warning(
                "evidence",
                f"At {_at(explanation.ages)} no {MOST_PAPERS} papers are enough: few people carry more.",
            )


def _unmet_ways(program: Program) -> Iterator[Finding]:
    rules = program.evidence
    for question in Question:
        for place, way in enumerate(rules.ways(question), 1):
            alone = replace(rules, identity=(way,), residency=(way,), waivers=())
            if not any(
                answer_at_best(alone, question, situation, _all_papers(program, question, situation)).met
                for situation in _every(program)
            ):
                yield warning(
                    f"evidence.{question}[{place}]", "The listed papers never meet this way: take it out."
                )


def _idle_papers(program: Program) -> Iterator[Finding]:
    rules = program.evidence
    used = {
        question: {
            key
            for situation in _every(program)
            for chosen in suggest_for(rules, question, situation)
            for key in chosen
        }
        for question in Question
    }
    for paper in rules.papers:
        for question in Question:
            if paper.worth(question) and paper.key not in used[question]:
                yield warning(
                    f"evidence.paper.{paper.key}.{question}",
                    "This never makes a difference: no set of papers is enough because of it.",
                )


def _weak_papers(program: Program) -> Iterator[Finding]:
    for paper in program.evidence.papers:
        key = f"evidence.paper.{paper.key}"
        if (
            paper.identity
            and paper.expired_identity
            and _strength(paper.identity) < _strength(paper.expired_identity)
        ):
            yield error(
                f"{key}.expired_identity", "Expired, this paper counts more than before: give it less."
            )
        dated = paper.not_older_than or paper.expires or paper.given_by == CARETAKER
        if paper.residency and not dated:
            yield warning(
                f"{key}.not_older_than", "A paper of any age shows where somebody lives now: set a limit."
            )
        if paper.residency and Feature.ADDRESS not in paper.features and paper.given_by is None:
            yield warning(
                f"{key}.features", 'It shows where somebody lives without an address on it: add "address"?'
            )


def _idle_lists(program: Program) -> Iterator[Finding]:
    givers = {paper.given_by for paper in program.evidence.papers}
    for name in program.evidence.organisations:
        if name not in givers:
            yield warning(
                f"evidence.organisations.{name}", f'No paper is given_by = "{name}": take the list out.'
            )


def _missing_words(program: Program) -> Iterator[Finding]:
    for language in program.city.languages:
        if language not in program.words:
            yield error(
                "city.languages",
                f'No words ship for "{language}": write [words.{language}], or take the language out.',
            )
        unnamed = [paper.key for paper in program.evidence.papers if language not in paper.names]
        if unnamed:
            yield warning(
                f"evidence.paper.{unnamed[0]}.names.{language}",
                f'{len(unnamed)} of {len(program.evidence.papers)} papers have no name in "{language}": '
                f"they are shown in another language ({', '.join(unnamed)}).",
            )


def _usual(program: Program, ages: Ages) -> Situation:
    """Take somebody of these ages, with a caretaker only where one is asked for."""
    return Situation(SOME_DAY, ages.start, ages.start < program.ages.caretaker_under)


def _every(program: Program) -> Iterator[Situation]:
    for ages in age_bands(program):
        for caretaker in {True, ages.start < program.ages.caretaker_under}:
            yield Situation(SOME_DAY, ages.start, caretaker)


def _all_papers(program: Program, question: Question, situation: Situation) -> list[Paper]:
    return [
        paper
        for paper in program.evidence.papers
        if may_show(paper, situation) and paper.worth(question)
        for _ in range(paper.at_most)
    ]


def _at(ages: Ages) -> str:
    if ages.end is None:
        return f"age {ages.start} and over"
    return f"age {ages.start}" if ages.start == ages.end else f"ages {ages.start} to {ages.end}"


def _strength(worth: Worth) -> tuple[int, int]:
    return (_STRENGTH[worth.rank], worth.points)
