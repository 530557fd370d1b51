"""The commands that write, run by twins whose languages and homes differ: the same shapes are left."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.bootstrap.founding import Places, found_for_development
from idsvc.program import load
from idsvc.storage.database import Database
from tests.databases import drop_postgres_url, make_postgres_url
from tests.minimization.traces import differences, trace
from tests.services.city import PROGRAM_FILE, City, SetClock

_ROOT = Path(__file__).parents[2]
_COMMANDS = (
    ("db", "upgrade"),
    ("db", "check"),
    ("retention", "run", "--today", "TODAY"),
    ("publish", "PUBLIC"),
    ("keys", "rotate", "status"),
    ("retention", "status"),
    ("inventory",),
)
_LANGUAGES = ("es_MX.UTF-8", "ar_EG.UTF-8")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
)
def test_commands_leave_the_same_shape_whatever_language_their_user_speaks(
    tmp_path: Path, engine: str
) -> None:
    traces = []
    now = datetime.now(UTC)
    found_for_development(Places(tmp_path / "model"), program=load(PROGRAM_FILE), now=now, random=os.urandom)
    for language in _LANGUAGES:
        folder = tmp_path / "city"
        shutil.copytree(tmp_path / "model", folder)
        url = f"sqlite:///{folder / 'idsvc.db'}" if engine == "sqlite" else make_postgres_url()
        said = _run_commands(folder, url, language)
        with closing(Database(url, random=os.urandom)) as database:
            if engine == "sqlite":
                with database.without_transaction() as execute:
                    execute("PRAGMA wal_checkpoint(TRUNCATE)")
            traces.append(trace(City(folder, database, SetClock(now)), None, exactly=False) | {"said": said})
        shutil.rmtree(folder)
        if engine != "sqlite":
            drop_postgres_url(url)
    assert differences(traces[0], traces[1]) == []


def _run_commands(folder: Path, url: str, language: str) -> list[tuple[int, int]]:
    """Run every command; gives exit codes and the number of lines of output."""
    places = Places(folder)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder.parent / language),
        **dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE"), language),
        **places.environment(program=PROGRAM_FILE, database_url=url),
    }
    today = datetime.now(ZoneInfo(load(PROGRAM_FILE).city.timezone)).date().isoformat()
    words = {"TODAY": today, "PUBLIC": str(places.public)}
    said = []
    for command in _COMMANDS:
        arguments = [words.get(word, word) for word in command]
        done = subprocess.run(
            [sys.executable, "-m", "idsvc", *arguments],
            check=False,
            capture_output=True,
            cwd=_ROOT,
            env=environment,
        )
        assert done.returncode in (0, 1), (command, done.stderr)
        said.append((done.returncode, len(done.stdout.splitlines())))
    assert [code for code, _ in said].count(0) >= len(_COMMANDS) - 2, said
    return said
