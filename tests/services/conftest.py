"""A founded city around a fresh database of each engine, empty or with one resident at some stage.

Keys, portraits and cards are slow to make: each stage is made once and copied for each test.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from idsvc.storage.database import Database
from tests.databases import *  # noqa: F403 - fixtures
from tests.services.city import City, Enrolled, Rows, found, read_rows, write_rows


@dataclass(frozen=True)
class Stage:
    """A city with one resident, kept as a folder and rows."""

    folder: Path
    rows: Rows
    enrolled: Enrolled


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded") / "installation"
    found(folder)
    return folder


@pytest.fixture(scope="session")
def stages(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    """One resident whose card is on order and made ("queued"), or in use ("issued")."""
    folder = tmp_path_factory.mktemp("stages")
    shutil.copytree(founded, folder / "city")
    database = Database(f"sqlite:///{folder / 'city.db'}", random=os.urandom)
    database.upgrade()
    city = City(folder / "city", database)
    enrolled = city.enroll()
    queued = Stage(city.copy(folder / "queued").folder, read_rows(database), enrolled)
    city.print()
    city.activate(enrolled.produced)
    city.desk.hand_over(enrolled.card)
    issued = Stage(city.copy(folder / "issued").folder, read_rows(database), enrolled)
    database.close()
    return {"queued": queued, "issued": issued}


@pytest.fixture
def installation(founded: Path, tmp_path: Path) -> Path:
    shutil.copytree(founded, tmp_path / "installation")
    return tmp_path / "installation"


@pytest.fixture
def city(installation: Path, database: Database) -> City:
    """A city with nobody in it."""
    return City(installation, database)


Placing = Callable[[str], tuple[City, Enrolled]]


@pytest.fixture
def at_stage(stages: dict[str, Stage], database: Database, tmp_path: Path) -> Placing:
    """Give a city with one resident at a stage, on each engine."""
    return lambda name: _place(stages[name], database, tmp_path)


@pytest.fixture
def small_at_stage(stages: dict[str, Stage], sqlite_database: Database, tmp_path: Path) -> Placing:
    """Give a city with one resident at a stage, on SQLite alone."""
    return lambda name: _place(stages[name], sqlite_database, tmp_path)


@pytest.fixture
def small_city(installation: Path, sqlite_database: Database) -> City:
    """A city with nobody in it on SQLite alone, for what does not depend on the engine."""
    return City(installation, sqlite_database)


def _place(stage: Stage, database: Database, folder: Path) -> tuple[City, Enrolled]:
    shutil.copytree(stage.folder, folder / "city")
    write_rows(database, stage.rows)
    return City(folder / "city", database), stage.enrolled
