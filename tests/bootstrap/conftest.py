"""A founded city around an empty SQLite database."""

import os
from pathlib import Path

import pytest

from idsvc.storage.database import Database
from tests.services.city import City, SetClock, found


@pytest.fixture
def city(tmp_path: Path) -> City:
    found(tmp_path / "city")
    database = Database(f"sqlite:///{tmp_path / 'idsvc.db'}", random=os.urandom)
    database.upgrade()
    return City(tmp_path / "city", database, SetClock())
