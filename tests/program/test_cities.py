"""Six real programs, each with sets of papers that its public rules accept and refuse."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from idsvc.domain.proofing import Shown, Situation, judge
from idsvc.program import load

TODAY = date(2026, 11, 22)
CITIES = sorted((Path(__file__).parent / "cities").glob("*.toml"))
SETS = tomllib.loads((Path(__file__).parent / "city_sets.toml").read_text())
CASES = [
    pytest.param(file, enough, one, id=f"{file.stem}: {one['says']}")
    for file in CITIES
    for enough in (True, False)
    for one in SETS[file.stem]["accepted" if enough else "refused"]
]


@pytest.mark.parametrize(("file", "enough", "one"), CASES)
def test_a_set_of_papers_is_judged_as_the_city_does(file: Path, enough: bool, one: dict[str, object]) -> None:  # noqa: FBT001
    program = load(file)
    papers = one["papers"]
    age = one["age"]
    assert isinstance(papers, list)
    assert isinstance(age, int)
    situation = Situation(TODAY, age, caretaker=bool(one.get("caretaker", False)))
    judgement = judge(program.evidence, program.ages, situation, [Shown(**paper) for paper in papers])
    assert judgement.met is enough, judgement


@pytest.mark.parametrize("file", CITIES, ids=[file.stem for file in CITIES])
def test_every_city_has_five_accepted_and_five_refused_sets(file: Path) -> None:
    assert len(SETS[file.stem]["accepted"]) >= 5
    assert len(SETS[file.stem]["refused"]) >= 5


def test_there_are_six_cities() -> None:
    assert [file.stem for file in CITIES] == [
        "chicago",
        "detroit",
        "hartford",
        "new_york",
        "philadelphia",
        "san_francisco",
    ]
