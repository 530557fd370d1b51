from pathlib import Path

import pytest

from idsvc.domain.program import Program
from idsvc.program import load

RIVERBEND = Path(__file__).parents[2] / "templates/programs/riverbend/program.toml"


@pytest.fixture(scope="session")
def riverbend() -> Program:
    return load(RIVERBEND)
