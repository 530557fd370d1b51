"""Cities founded once for all twins, and databases on both engines."""

from pathlib import Path

import pytest

from tests.databases import *  # noqa: F403 - fixtures
from tests.services.city import found


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded") / "installation"
    found(folder)
    return folder
