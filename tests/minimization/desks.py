"""Where the twins of the commands sit: an installation each, and files, homes and languages of their own."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from idsvc.bootstrap.founding import Places
from idsvc.program import load
from tests.minimization.commanding import Said, User
from tests.minimization.hidden import Hidden, portrait_file
from tests.services.city import PROGRAM_FILE

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Desk:
    """Where one twin sits: a copy of the installation, and files of their own naming."""

    folder: Path
    hidden: Hidden
    url: str

    @property
    def places(self) -> Places:
        return Places(self.folder / "city")

    @property
    def home(self) -> Path:
        return self.folder / f"home of {self.hidden.papers[0]}"

    @property
    def names(self) -> Mapping[str, str]:
        """What stands for each word in the commands."""
        zone = ZoneInfo(load(PROGRAM_FILE).city.timezone)
        return {
            "TODAY": datetime.now(zone).date().isoformat(),
            "PUBLIC": str(self.places.public),
            "ROOTS": str(self.places.roots),
            "SECRET": str(self.places.secret),
            "MORE": str(self.folder / "city" / "more"),
            "WITNESS": str(self.folder / "city" / "witness"),
            "PROGRAM": str(self.home / self.hidden.papers[-1] / "program.toml"),
            "LABELS": str(self.home / self.hidden.papers[-1] / "labels.toml"),
            "PORTRAIT": str(self.home / self.hidden.file_name),
            "OUT": str(self.folder / "out"),
        }

    def sit_down(self, model: Path | None) -> None:
        """Lay out the installation and this twin's files."""
        self.home.mkdir(parents=True)
        (self.folder / "out").mkdir()
        if model is not None:
            shutil.copytree(model, self.places.folder)
        copied = self.home / self.hidden.papers[-1]
        shutil.copytree(PROGRAM_FILE.parent, copied)
        text = PROGRAM_FILE.read_text("utf-8")
        (copied / "labels.toml").write_text(text.replace('code_on = "slip"', 'code_on = "label"'), "utf-8")
        (self.home / self.hidden.file_name).write_bytes(portrait_file(self.hidden))

    def user(self, lines: Sequence[str], *, settings: bool = True, **more: str) -> User:
        """Give these commands to this twin."""
        installed = self.places.environment(program=PROGRAM_FILE, database_url=self.url) if settings else {}
        words = self.names
        commands = []
        for line in lines:
            parts = [word.partition("/") for word in line.split()]
            commands.append([words.get(head, head) + slash + tail for head, slash, tail in parts])
        return {
            "environment": {
                "HOME": str(self.home),
                "USER": self.hidden.papers[0],
                "COLUMNS": str(40 + len(self.hidden.file_name) * 3),
                "TZ": "Asia/Tokyo" if len(self.hidden.papers) % 2 else "America/Guatemala",
                "IDSVC_BIND": f"127.0.0.1:{_free_port()}",
                **installed,
                **more,
            },
            "folder": str(self.home),
            "commands": commands,
        }

    def plain(self, told: str) -> str:
        """Give what a command told without this twin's paths, without figures, times and ids."""
        for name, path in sorted(self.names.items(), key=lambda item: -len(item[1])):
            told = told.replace(path, name)
        told = told.replace(str(self.home), "HOME").replace(str(self.folder), "FOLDER")
        return re.sub(r"\d+", "#", re.sub(r"\b[0-9a-f]{16,}\b", "ID", told))


def ask(users: Sequence[User], language: str) -> list[list[Said]]:
    """Run the commands of users in one interpreter of a language."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.minimization.commanding"],
        check=True,
        input=json.dumps(users).encode(),
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env=speaking(language),
    )
    answers: list[list[Said]] = json.loads(done.stdout)
    return answers


def speaking(language: str) -> dict[str, str]:
    """Give the environment of a process that speaks a language and knows nothing else."""
    languages = dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE"), language)
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), **languages}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
