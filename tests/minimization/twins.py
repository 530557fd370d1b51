"""Two cities founded alike, in which twins live: everything that differs afterwards was let out."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from idsvc.domain.minimization import Gender
from idsvc.domain.program import Program
from idsvc.storage.database import Database
from tests.databases import drop_postgres_url, make_postgres_url
from tests.minimization.hidden import Hidden, papers_of_all_sorts, portraits_of_all_sorts
from tests.minimization.lives import STAGES, Generation, Pinned, Town
from tests.minimization.plans import PLANS, Life, Shown
from tests.minimization.traces import Trace, Watched, differences, trace, watching
from tests.services.city import City

GROUP = 2 * len(PLANS)
"""Lives of one city: every plan twice."""

LAST = STAGES[-1].__name__.strip("_")
Prepare = Callable[[City], None]


@dataclass(frozen=True)
class Pair:
    """Two lives, equal in all that is kept unless only their shape is compared."""

    number: int
    hidden: tuple[Hidden, Hidden]
    shown: tuple[Shown, Shown]


def exact_pairs(hidden: Sequence[tuple[Hidden, Hidden]]) -> list[Pair]:
    """Give pairs who show the same."""
    return [Pair(number, each, (_shown(number, 0),) * 2) for number, each in enumerate(hidden)]


def shape_pairs(hidden: Sequence[tuple[Hidden, Hidden]]) -> list[Pair]:
    """Give pairs who show other pictures, papers, names, addresses and markers."""
    return [
        Pair(number, each, (_shown(number, number % 3), _shown(number, 3 + number % 5)))
        for number, each in enumerate(hidden)
    ]


def compare(
    founded: Path,
    folder: Path,
    engine: str,
    pairs: Sequence[Pair],
    *,
    exactly: bool,
    change: Callable[[Program], Program] = lambda program: program,
    until: str = LAST,
    prepare: Prepare = lambda _: None,
) -> list[str]:
    """Let twins live up to a stage; gives the stages and things in which their traces differ."""
    first, second = (
        live(
            founded,
            folder / "city",
            engine,
            pairs,
            twin=twin,
            exactly=exactly,
            change=change,
            until=until,
            prepare=prepare,
        )
        for twin in (0, 1)
    )
    return [
        f"{stage}: {name}"
        for (stage, one), (_, other) in zip(first, second, strict=True)
        for name in differences(one, other)
    ]


def live(
    founded: Path,
    folder: Path,
    engine: str,
    pairs: Sequence[Pair],
    *,
    twin: int,
    exactly: bool,
    change: Callable[[Program], Program] = lambda program: program,
    until: str = LAST,
    prepare: Prepare = lambda _: None,
) -> list[tuple[str, Trace]]:
    """Let one twin of each pair live up to a stage; gives what was left after each stage."""
    lives = [Life(pair.number, pair.hidden[twin], pair.shown[twin]) for pair in pairs]
    traces = []
    with _city(founded, folder, engine, change) as (city, watched):
        prepare(city)
        for stage in Generation(city, lives).stages():
            traces.append((stage, trace(city, watched, exactly=exactly)))
            if stage == until:
                break
    return traces


@contextmanager
def _city(
    founded: Path, folder: Path, engine: str, change: Callable[[Program], Program]
) -> Iterator[tuple[Town, Watched]]:
    """Found the same city again, around a new database, with the same randomness."""
    shutil.copytree(founded, folder)
    url = f"sqlite:///{folder / 'idsvc.db'}" if engine == "sqlite" else make_postgres_url()
    database = Database(url, random=Pinned(b"pauses"))
    if engine == "sqlite":
        database.upgrade()
    try:
        with watching(folder) as watched:
            yield Town(folder, database, random=Pinned(b"twins"), change=change), watched
    finally:
        database.close()
        if engine != "sqlite":
            drop_postgres_url(url)
        shutil.rmtree(folder)


_NAMES = (
    "Lena {}",
    "{}",
    "Ana María López-Ruiz {}",
    "Nguyễn Thị {}",
    "محمد {}",
    "O’Neil {}",
    "Li {}",
    "Jean Baptiste de la {}",
)
_GENDERS = (None, Gender.X, Gender.F, Gender.M, None, Gender.X, None, Gender.F)


def _shown(number: int, sort: int) -> Shown:
    """Give what one resident shows, of one of eight sorts."""
    portraits, papers = portraits_of_all_sorts(), papers_of_all_sorts()
    return Shown(
        name=_NAMES[sort].format(_word(number)),
        born=date(1990, 5, 17) + timedelta(days=number),
        gender=_GENDERS[sort],
        street=f"{200 + 1000 * sort} Main Street",
        portrait=portraits[sort % len(portraits)],
        pages=papers[sort % len(papers)],
        moves=sort % 2 == 0,
    )


def _word(number: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in str(number)).capitalize()
