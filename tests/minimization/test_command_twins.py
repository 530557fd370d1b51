"""Every command, run by twins whose language, home, screen and files differ: the same shapes are left.

IDSVC_TEST_TWINS=200 runs that many pairs of the quick commands on each engine.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from PIL import Image

from idsvc.bootstrap.founding import Places, found_for_development
from idsvc.cli.commands import COMMANDS
from idsvc.program import load
from idsvc.storage.database import Database
from tests.databases import drop_postgres_url, make_postgres_url
from tests.minimization.commanding import Said
from tests.minimization.desks import Desk, ask, speaking
from tests.minimization.hidden import LANGUAGES, Hidden, draw_hidden
from tests.minimization.test_canaries import search
from tests.minimization.traces import differences, trace
from tests.services.city import PROGRAM_FILE, City, SetClock

_ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
_PAIRS = int(os.environ.get("IDSVC_TEST_TWINS", "2"))
_EACH = 20
"""Pairs of one interpreter: its start with its language is most of the time."""

_QUICK = (
    "db upgrade",
    "db check",
    "keys new",
    "keys new --roots MORE",
    "keys status",
    "keys rotate status",
    "keys sign-list --roots ROOTS --secret SECRET",
    "publish PUBLIC",
    "keys retire key:status",
    "retention run --today TODAY",
    "retention run --json",
    "retention status",
    "audit checkpoint --witness WITNESS",
    "audit verify --witness WITNESS",
    "keys status",
    "keys withdraw key:certificate --yes",
    "inventory",
    "inventory --json",
    "program check PROGRAM",
    "program show PROGRAM",
    "verify PORTRAIT --public PUBLIC",
    "healthcheck",
)
_SLOW = (
    "program check --explain PROGRAM",
    "program guide PROGRAM --out OUT/guide",
    "card preview --program PROGRAM --portrait PORTRAIT --out OUT/preview",
    "card carrier --program LABELS --out OUT/carrier.pdf",
    "demo --out OUT/demo --portrait PORTRAIT",
    "verify OUT/demo/card.pdf --public OUT/demo/public",
)
_WITHOUT_SETTINGS = ("develop --no-serve",)
_WORDS = "hidden words"
Left = dict[str, object]
_SERVED = "serve"
"""Started and stopped by its own test."""


def test_every_command_has_a_twin() -> None:
    run = [line.split() for line in (*_QUICK, *_SLOW, *_WITHOUT_SETTINGS, _SERVED)]
    for command in _list_commands(COMMANDS):
        assert any(tuple(words[: len(command)]) == command for words in run), f"{command} has no twin"


def _list_commands(
    commands: Mapping[str, click.Command], before: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for name, command in commands.items():
        if isinstance(command, click.Group):
            yield from _list_commands(command.commands, (*before, name))
        else:
            yield (*before, name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation founded today; each twin takes a copy."""
    folder = tmp_path_factory.mktemp("model") / "city"
    found_for_development(
        Places(folder), program=load(PROGRAM_FILE), now=datetime.now(UTC), random=os.urandom
    )
    return folder


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", _ENGINES)
def test_commands_leave_the_same_shape_whoever_runs_them(model: Path, tmp_path: Path, engine: str) -> None:
    chance = random.Random(engine)  # noqa: S311 - reproducible twins
    for start in range(0, _PAIRS, _EACH):
        languages = chance.sample(LANGUAGES, 2)
        pairs = [
            (_draw(chance, languages[0]), _draw(chance, languages[1]))
            for _ in range(min(_EACH, _PAIRS - start))
        ]
        first, second = (
            _work(tmp_path / str(twin), [pair[twin] for pair in pairs], engine, _QUICK, model=model)
            for twin in (0, 1)
        )
        for one, other in zip(first, second, strict=True):
            assert _told_apart(one, other) == []


def _told_apart(first: Left, second: Left) -> list[object]:
    """Name everything by which twins can be told apart, or what was hidden can be read."""
    found = [(name, first.get(name), second.get(name)) for name in differences(first, second)]
    return [*found, *_words_found(first), *_words_found(second)]


def _words_found(left: Left) -> list[object]:
    words = left[_WORDS]
    assert isinstance(words, list)
    return words


def _plant_file_name(desk: Desk) -> None:
    (desk.places.folder / desk.hidden.file_name).write_bytes(b"")


def _plant_language(desk: Desk) -> None:
    (desk.places.public / "upgrade.log").write_text(f"locale {desk.hidden.language}\n")


def _plant_size(desk: Desk) -> None:
    (desk.places.folder / "upgrade.log").write_text("." * len(desk.hidden.file_name))


def _plant_count(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.places.folder / "idsvc.db")) as database, database:
        for number in range(len(desk.hidden.papers)):
            database.execute("INSERT INTO day_counts VALUES (?, 'voided', 1)", (f"2026-01-0{number + 1}",))


@pytest.mark.slow
@pytest.mark.parametrize("plant", [_plant_file_name, _plant_language, _plant_size, _plant_count])
def test_what_a_command_could_leave_is_noticed(
    model: Path, tmp_path: Path, plant: Callable[[Desk], None]
) -> None:
    chance = random.Random(8)  # noqa: S311
    pair = [
        replace(_draw(chance, "ar_EG.UTF-8"), papers=("lease",) * n, file_name=f"lease-{'7' * n}.png")
        for n in (1, 3)
    ]

    (first,), (second,) = (
        _work(tmp_path / str(n), [each], "sqlite", ["db upgrade"], model=model, plant=plant)
        for n, each in enumerate(pair)
    )
    assert _told_apart(first, second) != []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", _ENGINES)
def test_the_demonstration_and_what_is_drawn_have_the_same_shape(
    model: Path, tmp_path: Path, engine: str
) -> None:
    chance = random.Random(5)  # noqa: S311
    languages = chance.sample(LANGUAGES, 2)
    lines = ("db upgrade", *_SLOW)
    (first,), (second,) = (
        _work(tmp_path / str(twin), [_draw(chance, language)], engine, lines, model=model)
        for twin, language in enumerate(languages)
    )
    assert _told_apart(first, second) == []
    assert len([name for name in first if name.startswith("out/demo")]) >= 10


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", _ENGINES)
def test_a_development_installation_has_the_same_shape_whoever_starts_it(tmp_path: Path, engine: str) -> None:
    chance = random.Random(6)  # noqa: S311
    (first,), (second,) = (
        _work(tmp_path / str(twin), [_draw(chance, language)], engine, _WITHOUT_SETTINGS, model=None)
        for twin, language in enumerate(chance.sample(LANGUAGES, 2))
    )
    assert _told_apart(first, second) == []
    assert any(name.startswith("var/specimen") for name in first)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_server_says_the_same_whoever_starts_it_and_asks_it(model: Path, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311
    said = []
    for twin, language in enumerate(chance.sample(LANGUAGES, 2)):
        hidden = _draw(chance, language)
        desk = Desk(tmp_path / str(twin), hidden, f"sqlite:///{tmp_path / str(twin) / 'idsvc.db'}")
        desk.sit_down(model)
        user = desk.user(["db upgrade", "publish PUBLIC"], IDSVC_SURFACES="verifier,counter")
        before = ask([user], language)[0]
        with subprocess.Popen(
            [sys.executable, "-m", "idsvc", "serve"],
            cwd=desk.home,
            env=speaking(language) | user["environment"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as server:
            address = f"http://{user['environment']['IDSVC_BIND']}"
            answers = _visit(address, hidden)
            healthy = ask([user | {"commands": [["healthcheck"]]}], language)[0]
            server.send_signal(signal.SIGTERM)
            out, _ = server.communicate(timeout=60)
        told = [desk.plain(each["told"]) for each in (*before, *healthy)]
        said.append((told, answers, desk.plain(out.decode()), server.returncode))
        assert search(out, _words(hidden)) == []
    assert said[0] == said[1]
    assert said[0][1] == [200, 404, 404]


def _visit(address: str, hidden: Hidden) -> list[int]:
    """Ask as a browser of that language does, once the server answers."""
    word = hidden.papers[0].replace(" ", "-")
    headers = {
        "Accept-Language": hidden.language[:2],
        "User-Agent": word,
        "Referer": f"http://{word}.example/",
    }
    codes = []
    for path in ("/", f"/{word}", f"/verify/{word}?name={word}"):
        request = urllib.request.Request(address + path, headers=headers)  # noqa: S310
        codes.append(_answer(request))
    return codes


def _answer(request: urllib.request.Request) -> int:
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise


def _leave_alone(_: Desk) -> None:
    """Plant nothing."""


def _work(
    folder: Path,
    visits: Sequence[Hidden],
    engine: str,
    lines: Sequence[str],
    *,
    model: Path | None,
    plant: Callable[[Desk], None] = _leave_alone,
) -> list[Left]:
    """Let one twin of each pair run the commands; gives what each said and left."""
    desks = []
    for number, hidden in enumerate(visits):
        place = folder / str(number)
        local = place / "city" / "idsvc.db" if model is not None else place / "idsvc.db"
        url = f"sqlite:///{local}" if engine == "sqlite" else make_postgres_url()
        desk = Desk(place, hidden, url)
        desk.sit_down(model)
        desks.append(desk)
    settings = model is not None
    language = visits[0].language
    users = [
        desk.user(lines, settings=settings, **({} if settings else {"IDSVC_DATABASE_URL": desk.url}))
        for desk in desks
    ]
    told = ask(users, language)
    for desk in desks:
        plant(desk)
    left = [_left(desk, said) for desk, said in zip(desks, told, strict=True)]
    for desk in desks:
        if engine != "sqlite":
            drop_postgres_url(desk.url)
    shutil.rmtree(folder)
    return left


def _left(desk: Desk, said: Sequence[Said]) -> dict[str, object]:
    left: dict[str, object] = {}
    for number, each in enumerate(said):
        words = tuple(each["command"])
        assert each["code"] in _CODES.get(words[:1], _CODES.get(words[:2], (0,))), each
        left[f"said {number}"] = (each["code"], desk.plain(each["told"]))
    installed = desk.places.folder if desk.places.folder.exists() else desk.home / "var"
    with closing(Database(desk.url, random=os.urandom)) as database:
        if database.is_sqlite:
            with database.without_transaction() as execute:
                execute("PRAGMA wal_checkpoint(TRUNCATE)")
        left |= trace(City(installed, database, SetClock(datetime.now(UTC))), None, exactly=False)
    drawn = ("demo", "specimen")
    left["files"] = [each for each in _lines(left["files"]) if not each[0].startswith(drawn)]
    for name in drawn:
        left |= _pictures(installed / name, f"var/{name}")
    left |= _pictures(desk.folder / "out", "out")
    return left | {_WORDS: _found(desk)}


_CODES = {("db", "check"): (0, 1), ("healthcheck",): (0, 69), ("verify",): (0, 2)}
"""Exit codes besides 0 that are right here: other settings of the server, nothing that serves, no code."""


_PACKED = (".txt", ".cwt")
"""Compressed after random numbers were drawn into them."""


def _lines(files: object) -> list[tuple[str, object, object]]:
    assert isinstance(files, list)
    return files


def _pictures(folder: Path, name: str) -> dict[str, object]:
    """Give the shape of everything drawn: what is in it is random, and so is its length by a little."""
    left: dict[str, object] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        at = f"{name}/{path.relative_to(folder)}"
        if path.suffix == ".png":
            with Image.open(path) as picture:
                left[at] = (picture.size, picture.mode, sorted(map(str, picture.info)))
        elif path.suffix == ".pdf":
            content = path.read_bytes()
            words = re.findall(
                rb"/(Title|Author|Subject|Keywords|Creator|Producer|CreationDate) ?\((.*?)\)", content
            )
            left[at] = (content.count(b"/Type /Page\n"), content.count(b" obj\n"), words)
        elif path.name == "report.json":
            left[at] = re.sub(r"\d+", "#", path.read_text())
        else:
            left[at] = path.suffix if path.suffix in _PACKED else path.stat().st_size
    return left


def _found(desk: Desk) -> list[str]:
    """Search everything that a twin's commands left for what may not be known of them."""
    places = (desk.places.folder, desk.home / "var", desk.folder / "out")
    files = (path for place in places for path in place.rglob("*") if path.is_file())
    content = b"\n".join(str(path.relative_to(desk.folder)).encode() + path.read_bytes() for path in files)
    return search(content, _words(desk.hidden))


def _words(hidden: Hidden) -> tuple[str, ...]:
    return (hidden.file_name, hidden.language, *(value for _, value in hidden.metadata if len(value) > 8))


def _draw(chance: random.Random, language: str) -> Hidden:
    return replace(draw_hidden(chance), language=language)
