"""A founded installation for commands: made once, copied for every test, named by the environment."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from idsvc import resources
from idsvc.bootstrap import open_full, system_clock
from idsvc.bootstrap.founding import Places, found_for_development
from idsvc.cli import run
from idsvc.config import read_settings
from idsvc.program import evidence_document, load
from idsvc.storage.database import Database
from tests.databases import *  # noqa: F403 - fixtures

PROGRAM = resources.path("templates/programs/riverbend/program.toml")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


def _environment(folder: Path) -> dict[str, str]:
    return dict(Places(folder).environment(program=PROGRAM, database_url=f"sqlite:///{folder / 'idsvc.db'}"))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded") / "installation"
    found_for_development(Places(folder), program=load(PROGRAM), now=system_clock(), random=os.urandom)
    environment = _environment(folder)
    database = Database(environment["IDSVC_DATABASE_URL"], random=os.urandom)
    database.upgrade()
    database.close()
    runtime = open_full(read_settings(environment))
    runtime.publish(Places(folder).public, evidence_document(runtime.program))
    runtime.database.close()
    return folder


@pytest.fixture
def installation(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "installation"
    shutil.copytree(founded, folder)
    for name in [name for name in os.environ if name.startswith("IDSVC_")]:
        monkeypatch.delenv(name)
    for name, value in _environment(folder).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def idsvc(capfd: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: str | Path) -> Outcome:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call
