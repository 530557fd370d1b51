"""Fresh databases and logs."""

import pytest

from tests.audit.logs import Log, make_log
from tests.databases import *  # noqa: F403 - fixtures


@pytest.fixture
def log() -> Log:
    return make_log()
