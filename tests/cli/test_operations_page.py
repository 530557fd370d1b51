"""The commands of docs/operations.md, run word for word: an installation is founded, a ceremony held."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from idsvc import resources

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/operations.md"
PROGRAM: Final = resources.path("templates/programs/riverbend")
pytestmark = pytest.mark.slow


class Machine:
    """A shell whose /etc, /srv, /media and /dev/shm lie in one temporary folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("etc/idsvc", "srv/idsvc", "media/live", "media/spare", "media/third", "dev/shm"):
            (folder / name).mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            bind = f"127.0.0.1:{free.getsockname()[1]}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IDSVC_")}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = kept | {"PATH": path, "IDSVC_BIND": bind}

    def path(self, name: str) -> Path:
        return self._folder / name.lstrip("/")

    def script(self, *blocks: str) -> str:
        text = "set -euo pipefail\n" + "\n".join(blocks)
        return re.sub(r"/(?=etc/idsvc|srv/idsvc|media/|dev/shm)", f"{self._folder}/", text)

    def run(self, *blocks: str) -> str:
        done = subprocess.run(
            ["bash", "-c", self.script(*blocks)],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            cwd=self._folder,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *blocks: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(["bash", "-c", self.script(*blocks)], env=self._environment, cwd=self._folder)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def blocks(heading: str) -> list[str]:
    """Give the command blocks of one section."""
    after = PAGE.read_text().partition(f"# {heading}\n")[2]
    section = re.split(r"^#{2,3} ", after, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    return [re.sub(r"^ +", "", block, flags=re.MULTILINE) for block in found]


def test_an_installation_is_founded_word_for_word(machine: Machine) -> None:
    settings, steps = blocks("Found an installation")
    shutil.copytree(PROGRAM, machine.path("/etc/idsvc"), dirs_exist_ok=True)
    *founding, serving = steps.strip().splitlines()
    assert serving == "idsvc serve"
    told = machine.run(settings, *founding)
    assert "Root keys to pin" in told
    assert "Published" in told
    assert machine.path("/etc/idsvc/keys.secret").stat().st_mode & 0o777 == 0o600
    server = machine.start(settings, f"exec {serving}")
    try:
        told = _wait_until_ready(machine, settings)
    finally:
        server.terminate()
        server.wait()
    assert "ok   root keys" in told
    assert "FAIL" not in told


def test_a_ceremony_is_held_word_for_word_and_repeated(machine: Machine) -> None:
    settings, _ = blocks("Found an installation")
    secrets, roots, signing, bringing = blocks("The ceremony")
    shutil.copytree(PROGRAM, machine.path("/etc/idsvc"), dirs_exist_ok=True)
    machine.run(
        settings,
        '(umask 077; openssl rand -hex 32 > "$IDSVC_KEYS_SECRET")',
        "idsvc keys new",
        "idsvc db upgrade",
    )
    third = machine.path("/media/third")
    shutil.copy(machine.path("/srv/idsvc/keys/register.json"), third)  # step 1, said in words
    shutil.copytree(PROGRAM, third / "program")
    made = machine.run(secrets, roots)
    ids = re.findall(r"root ([0-9a-f]{16})", made)
    assert len(ids) == 2
    told = machine.run("export IDSVC_PROGRAM=/media/third/program/program.toml", signing)
    assert re.findall(r"[0-9a-f]{16}", told.partition("Root keys to pin")[2]) == ids
    assert "Published" in machine.run(settings, bringing)
    pinned = json.loads(machine.path("/etc/idsvc/roots.json").read_bytes())
    assert len(pinned["keys"]) == 2
    shutil.rmtree(third / "public")
    shutil.copytree(machine.path("/srv/idsvc/public"), third / "public")
    assert "Trust list 2" in machine.run("export IDSVC_PROGRAM=/media/third/program/program.toml", signing)
    assert "beside trust list 2" in machine.run(settings, bringing)


def test_a_noted_day_ahead_is_set_back_word_for_word(machine: Machine) -> None:
    settings, steps = blocks("Found an installation")
    (confirming,) = blocks("When the clock jumps")
    shutil.copytree(PROGRAM, machine.path("/etc/idsvc"), dirs_exist_ok=True)
    *founding, _ = steps.strip().splitlines()
    machine.run(settings, *founding, "idsvc retention run")
    noted = machine.path("/srv/idsvc/epochs/private/.day")
    today = date.fromisoformat(noted.read_text())
    noted.write_text((today + timedelta(days=5)).isoformat())
    tombstone = machine.path(f"/srv/idsvc/epochs/public/{today + timedelta(days=1)}.gone")
    tombstone.touch()
    told = machine.run(settings, "idsvc retention run 2>&1 && exit 9 || test $? = 1")
    assert f"The clock says {today}, but {today + timedelta(days=5)} was noted before" in told
    machine.run(settings, re.sub(r"\d{4}-\d\d-\d\d", today.isoformat(), confirming))
    assert noted.read_text() == today.isoformat()
    assert not tombstone.exists()
    machine.run(settings, "idsvc retention run")


def _wait_until_ready(machine: Machine, settings: str) -> str:
    for _ in range(60):
        told = machine.run(settings, "idsvc healthcheck || true")
        if "root keys" in told:
            return told
        time.sleep(0.5)
    pytest.fail("the server did not answer")
