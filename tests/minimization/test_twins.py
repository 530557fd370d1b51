"""Two lives, one trace: what may not be known leaves nothing anywhere.

IDSVC_TEST_TWINS=200 lives that many pairs on each engine; without it the sample is small.
"""

import os
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from idsvc.domain.program import Program
from idsvc.signing import filekeys, stretching
from idsvc.vault import slots, tags
from tests.minimization.hidden import (
    FORMATS,
    draw_hidden,
    draw_pairs,
    kept_pages,
    kept_portrait,
)
from tests.minimization.plans import PLANS, takes_papers
from tests.minimization.sabotages import SABOTAGES, Sabotage
from tests.minimization.twins import GROUP, compare, exact_pairs, shape_pairs
from tests.services.city import City

PAIRS = int(os.environ.get("IDSVC_TEST_TWINS", str(len(PLANS))))
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@pytest.fixture(autouse=True, scope="module")
def _remember_what_was_stretched() -> Iterator[None]:
    """Stretch each secret with each salt once: what is the same for both twins need not be worked out twice.

    The function is the product's own, and pure; a leak into its inputs makes them other inputs.
    """
    remembered = cache(stretching.stretch)
    with pytest.MonkeyPatch.context() as patch:
        for user in (tags, slots, filekeys):
            patch.setattr(user, "stretch", remembered)
        yield


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_is_kept_of_an_upload_says_nothing_of_its_file() -> None:
    chance = random.Random(1)  # noqa: S311 - reproducible twins
    visits = [draw_hidden(chance) for _ in range(PAIRS)]
    assert len({kept_portrait(hidden) for hidden in visits}) == 1
    for number, form in enumerate(FORMATS):
        assert len({kept_pages(hidden, form) for hidden in visits[number :: len(FORMATS)]}) == 1


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ENGINES)
def test_lives_that_differ_only_in_what_may_not_be_known_leave_equal_traces(
    founded: Path, tmp_path: Path, engine: str
) -> None:
    pairs = exact_pairs(draw_pairs(PAIRS, 2))
    for start in range(0, len(pairs), GROUP):
        group = pairs[start : start + GROUP]
        assert compare(founded, tmp_path, engine, group, exactly=True, change=_program(start)) == []


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ENGINES)
def test_other_pictures_papers_and_names_leave_the_same_shape(
    founded: Path, tmp_path: Path, engine: str
) -> None:
    pairs = shape_pairs(draw_pairs(PAIRS, 3))
    for start in range(0, len(pairs), GROUP):
        group = pairs[start : start + GROUP]
        assert compare(founded, tmp_path, engine, group, exactly=False, change=_program(start)) == []


def _program(start: int) -> Callable[[Program], Program]:
    """Choose a group's program: three of four take papers."""
    return takes_papers if start // GROUP % 4 != 3 else lambda program: program


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.leak.__name__)
def test_a_leak_is_caught(
    founded: Path, tmp_path: Path, sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(city: City) -> None:
        monkeypatch.undo()
        sabotage.leak(monkeypatch, city)

    assert _visit(founded, tmp_path, sabotage, prepare=prepare) != []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("until", sorted({sabotage.until for sabotage in SABOTAGES}))
@pytest.mark.parametrize("exactly", [True, False])
def test_the_control_with_no_leak_is_not_accused(
    founded: Path, tmp_path: Path, until: str, *, exactly: bool
) -> None:
    """The very visits of the sabotages, without one."""
    blank = Sabotage(lambda *_: None, exactly=exactly, until=until)
    assert _visit(founded, tmp_path, blank, prepare=lambda _: None) == []


def _visit(founded: Path, folder: Path, sabotage: Sabotage, *, prepare: Callable[[City], None]) -> list[str]:
    make = exact_pairs if sabotage.exactly else shape_pairs
    return compare(
        founded,
        folder,
        "sqlite",
        make([sabotage.pair]),
        exactly=sabotage.exactly,
        change=takes_papers,
        until=sabotage.until,
        prepare=prepare,
    )
