"""Which papers are enough at which age: the smallest sufficient sets, band by band."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from idsvc.domain.evidence import Ages
from idsvc.domain.program import Program
from idsvc.domain.proofing import Situation, suggest

SOME_DAY = date(2000, 1, 1)
"""Papers at their best are made today, so the day does not matter."""
MOST_PAPERS = 4


@dataclass(frozen=True, slots=True)
class Explanation:
    """For these ages, with a caretaker or not: every set of papers just enough, the smallest first."""

    ages: Ages
    caretaker: bool
    sets: tuple[tuple[str, ...], ...]


def explain(program: Program, *, most_papers: int = MOST_PAPERS) -> tuple[Explanation, ...]:
    """List the sufficient sets of at most so many papers; neighbouring ages with the same sets are one band.

    Below the age that asks for a caretaker one is there; from it on, a second list follows for those who come
    with one, where that makes a difference.
    """
    alone: list[Explanation] = []
    together: list[Explanation] = []
    for ages in age_bands(program):
        must = ages.start < program.ages.caretaker_under
        sets = suggest(program.evidence, Situation(SOME_DAY, ages.start, must), most_papers=most_papers)
        _append(alone, Explanation(ages, must, sets))
        if not must:
            with_one = suggest(
                program.evidence, Situation(SOME_DAY, ages.start, caretaker=True), most_papers=most_papers
            )
            if with_one != sets:
                _append(together, Explanation(ages, caretaker=True, sets=with_one))
    return (*alone, *together)


def age_bands(program: Program) -> tuple[Ages, ...]:
    """Divide the ages from the lowest on wherever a rule for evidence changes."""
    rules = program.evidence
    ranges = [paper.ages for paper in rules.papers]
    ranges += [way.ages for way in (*rules.identity, *rules.residency)]
    ranges += [waiver.ages for waiver in rules.waivers]
    edges = {program.ages.minimum, program.ages.caretaker_under}
    edges.update(ages.start for ages in ranges)
    edges.update(ages.end + 1 for ages in ranges if ages.end is not None)
    starts = sorted(edge for edge in edges if edge >= program.ages.minimum)
    return (*(Ages(start, following - 1) for start, following in pairwise(starts)), Ages(starts[-1]))


def _append(bands: list[Explanation], band: Explanation) -> None:
    last = bands[-1] if bands else None
    if (
        last
        and last.sets == band.sets
        and last.caretaker == band.caretaker
        and last.ages.end == band.ages.start - 1
    ):
        bands[-1] = Explanation(Ages(last.ages.start, band.ages.end), band.caretaker, band.sets)
    else:
        bands.append(band)
