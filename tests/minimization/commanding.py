"""Run commands in an interpreter of one language, for several users in turn: a child process of the twins.

It reads a JSON list of users from its input and writes what the commands said of each to its output.
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TypedDict

from idsvc.cli import run


class User(TypedDict):
    """Who runs the commands, where, and under which settings."""

    environment: dict[str, str]
    folder: str
    commands: list[list[str]]


class Said(TypedDict):
    """How one command ended."""

    command: list[str]
    code: int
    told: str


def main() -> None:
    """Run the commands of every user, each in their folder and environment."""
    users: list[User] = json.load(sys.stdin)
    began = dict(os.environ)
    answers = []
    for user in users:
        os.environ.clear()
        os.environ.update(began | user["environment"])
        os.chdir(user["folder"])
        answers.append(_run(user["commands"]))
    json.dump(answers, sys.stdout)


def _run(commands: list[list[str]]) -> list[Said]:
    said: list[Said] = []
    for words in commands:
        arguments = [_find_key(said, word) if word.startswith("key:") else word for word in words]
        with io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) as out:
            with redirect_stdout(out), redirect_stderr(out):
                code = run(arguments)
            out.seek(0)
            said.append({"command": words, "code": code, "told": out.read()})
    return said


def _find_key(said: list[Said], wanted: str) -> str:
    """Find the id of the first key of a purpose in what `keys status` told last."""
    purpose = wanted.removeprefix("key:")
    told = [each["told"] for each in said if each["command"][:2] == ["keys", "status"]][-1]
    return next(line.split()[0] for line in told.splitlines() if line.split()[1] == purpose)


if __name__ == "__main__":
    main()
