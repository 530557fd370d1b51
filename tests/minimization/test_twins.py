"""Two enrollments, one trace: what may not be known leaves nothing anywhere."""

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from idsvc.storage.database import Database
from tests.databases import drop_postgres_url, make_postgres_url
from tests.minimization.lives import (
    Hidden,
    Pinned,
    Twin,
    differences,
    draw_hidden,
    other_portrait,
    rebuilt,
    trace,
)
from tests.minimization.sabotages import EXACT, SHAPE, Sabotage
from tests.services.city import City, sample_portrait

VISITS = int(os.environ.get("IDSVC_TEST_TWINS", "24"))
LIVES = max(1, VISITS // 24)
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@contextmanager
def _twin(founded: Path, folder: Path, engine: str, portrait: bytes) -> Iterator[Twin]:
    """Found the same city again, around a new database, with the same randomness."""
    shutil.copytree(founded, folder)
    url = f"sqlite:///{folder / 'idsvc.db'}" if engine == "sqlite" else make_postgres_url()
    database = Database(url, random=Pinned(b"pauses"))
    if engine == "sqlite":
        database.upgrade()
    try:
        yield Twin(City(folder, database, random=Pinned(b"twins")), portrait)
    finally:
        database.close()
        if engine != "sqlite":
            drop_postgres_url(url)


Life = Callable[[Twin, int, Hidden], None]


def _compare(
    founded: Path,
    folder: Path,
    engine: str,
    *,
    life: Life,
    visits: Sequence[Sequence[Hidden]],
    portraits: Sequence[bytes],
    exactly: bool,
    prepare: Callable[[City], None] = lambda _: None,
) -> list[str]:
    traces = []
    for name, hidden, portrait in zip(("first", "second"), visits, portraits, strict=True):
        with _twin(founded, folder / name, engine, portrait) as twin:
            prepare(twin.city)
            for number, visit in enumerate(hidden):
                life(twin, number, visit)
            if engine == "sqlite":
                with twin.city.database.without_transaction() as execute:
                    execute("PRAGMA wal_checkpoint(TRUNCATE)")
                twin.city.database.close()
                size = (twin.city.folder / "idsvc.db").stat().st_size
                told = trace(twin.city, exactly=exactly)
                told = {key: value for key, value in told.items() if "idsvc.db" not in key} | {"db": size}
                traces.append(told)
            else:
                traces.append(trace(twin.city, exactly=exactly))
        shutil.rmtree(folder / name)
    return differences(traces[0], traces[1])


def _visits(count: int, seed: int) -> list[list[Hidden]]:
    chance = random.Random(seed)  # noqa: S311 - reproducible twins
    pairs: list[tuple[Hidden, Hidden]] = []
    while len(pairs) < count:
        first, second = draw_hidden(chance), draw_hidden(chance)
        if first.papers != second.papers and first.language != second.language:
            pairs.append((first, second))
    return [[first for first, _ in pairs], [second for _, second in pairs]]


def test_the_kept_portrait_says_nothing_of_the_upload_it_came_from() -> None:
    chance = random.Random(1)  # noqa: S311
    assert len({rebuilt(draw_hidden(chance)) for _ in range(4)}) == 1


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ENGINES)
def test_visits_that_differ_only_in_what_may_not_be_known_leave_equal_traces(
    founded: Path, tmp_path: Path, engine: str
) -> None:
    found = _compare(
        founded,
        tmp_path,
        engine,
        life=Twin.visit,
        visits=_visits(VISITS, 2),
        portraits=[sample_portrait()] * 2,
        exactly=True,
    )
    assert found == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ENGINES)
def test_whole_lives_leave_equal_traces(founded: Path, tmp_path: Path, engine: str) -> None:
    found = _compare(
        founded,
        tmp_path,
        engine,
        life=Twin.live,
        visits=_visits(LIVES, 3),
        portraits=[sample_portrait()] * 2,
        exactly=True,
    )
    assert found == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ENGINES)
def test_other_portraits_leave_the_same_shape(founded: Path, tmp_path: Path, engine: str) -> None:
    found = _compare(
        founded,
        tmp_path,
        engine,
        life=Twin.visit,
        visits=_visits(max(3, VISITS // 8), 4),
        portraits=[sample_portrait(), other_portrait(64)],
        exactly=False,
    )
    assert found == []


def _saboteur(sabotage: Sabotage, patch: pytest.MonkeyPatch) -> Callable[[City], None]:
    def prepare(city: City) -> None:
        patch.undo()
        sabotage(patch, city)

    return prepare


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sabotage", EXACT, ids=lambda sabotage: sabotage.__name__)
def test_a_leak_of_what_may_not_be_known_is_caught(
    founded: Path, tmp_path: Path, sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _compare(
        founded,
        tmp_path,
        "sqlite",
        life=Twin.visit,
        visits=[[_LITTLE], [_MUCH]],
        portraits=[sample_portrait()] * 2,
        exactly=True,
        prepare=_saboteur(sabotage, monkeypatch),
    )
    assert found != []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sabotage", SHAPE, ids=lambda sabotage: sabotage.__name__)
def test_a_length_that_tells_is_caught(
    founded: Path, tmp_path: Path, sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _compare(
        founded,
        tmp_path,
        "sqlite",
        life=Twin.visit,
        visits=[[_LITTLE], [_LITTLE]],
        portraits=[sample_portrait(), other_portrait(64)],
        exactly=False,
        prepare=_saboteur(sabotage, monkeypatch),
    )
    assert found != []


@pytest.mark.slow
def test_the_control_with_no_leak_is_not_accused(founded: Path, tmp_path: Path) -> None:
    """The very visits of the sabotages, without one."""
    for name, portraits, exactly in (
        ("exact", [sample_portrait()] * 2, True),
        ("shape", [sample_portrait(), other_portrait(64)], False),
    ):
        assert not _compare(
            founded,
            tmp_path / name,
            "sqlite",
            life=Twin.visit,
            visits=[[_LITTLE], [_MUCH]],
            portraits=portraits,
            exactly=exactly,
        )


_LITTLE = Hidden("en_US.UTF-8", ("lease",), "lease.png", (), caretaker_signed=False, address_confirmed=False)
_MUCH = Hidden(
    "ar_EG.UTF-8",
    ("passport", "consular card", "birth certificate"),
    "passport_GT.png",
    (),
    caretaker_signed=True,
    address_confirmed=True,
)
