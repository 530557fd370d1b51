"""Every command has help with an example, and every failure is one sentence with its own exit code."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from idsvc.cli import exits, group
from idsvc.domain import errors

from .conftest import PROGRAM, Command


def _walk(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _walk(child, (*path, name))


COMMANDS = [pytest.param(command, id=" ".join(path) or "idsvc") for path, command in _walk(group)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(command: click.Command) -> None:
    assert command.help
    assert command.epilog
    assert command is group or "Example" in command.epilog


def test_every_expected_failure_has_an_exit_code() -> None:
    def below(kind: type[errors.IdsvcError]) -> Iterator[type[errors.IdsvcError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    for kind in below(errors.IdsvcError):
        code = exits.exit_code(kind.__new__(kind))
        assert code not in (exits.DONE, exits.CANNOT_TELL)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], exits.USAGE),
        (["verify"], exits.USAGE),
        (["verify", "x.png"], exits.USAGE),
        (["db", "upgrade", "--what"], exits.USAGE),
        (["demo"], exits.USAGE),
        (["retention", "run", "--today", "yesterday"], exits.BAD_INPUT),
        (["keys", "rotate", "card", "--from", "soon"], exits.BAD_INPUT),
        (["keys", "retire", "0000000000000000"], exits.NOT_FOUND),
        (["demo", "--out", "shown", "--birth-date", "1.2.1990"], exits.BAD_INPUT),
        (["demo", "--out", "shown", "--portrait", "nothing.jpg"], exits.UNAVAILABLE),
        (["program", "check", "nothing.toml"], exits.BAD_SETTING),
    ],
)
def test_bad_words_are_one_sentence_and_change_nothing(
    idsvc: Command,
    installation: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in installation.rglob("*"))
    outcome = idsvc(*arguments)
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert outcome.err.strip().endswith((".", "--help."))
    assert sorted(path.name for path in installation.rglob("*")) == before
    assert not (tmp_path / "shown").exists()


@pytest.mark.parametrize(
    "name", ["IDSVC_PROGRAM", "IDSVC_KEYS", "IDSVC_KEYS_SECRET", "IDSVC_EPOCHS", "IDSVC_BLOBS"]
)
def test_a_missing_setting_is_named(
    idsvc: Command, installation: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    del installation
    monkeypatch.delenv(name)
    outcome = idsvc("retention", "status")
    assert outcome.code == exits.BAD_SETTING
    assert name in outcome.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDSVC_DATABASE_URL", "mysql://x/y"),
        ("IDSVC_DATABASE_URL", "no url"),
        ("IDSVC_KEYS", "var/keys"),
        ("IDSVC_SURFACES", "counter,kitchen"),
        ("IDSVC_TIMEZONE", "Mars/Olympus"),
        ("IDSVC_BASE_URL", "example.org"),
        ("IDSVC_PASSWORD", "hunter2"),
        ("IDSVC_KEYS_SECRET", "/nowhere/at/all"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    idsvc: Command, installation: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    del installation
    monkeypatch.setenv(name, value)
    outcome = idsvc("retention", "status")
    assert outcome.code == exits.BAD_SETTING
    assert len(outcome.err.strip().splitlines()) == 1


def test_a_world_readable_key_file_stops_the_command(idsvc: Command, installation: Path) -> None:
    secret = installation / "keys.secret"
    secret.chmod(0o644)
    outcome = idsvc("publish", installation / "public")
    assert outcome.code == exits.BAD_SETTING
    assert "keys.secret" in outcome.err


def test_an_unreadable_key_directory_stops_the_command(idsvc: Command, installation: Path) -> None:
    (installation / "keys").chmod(0o755)
    assert idsvc("keys", "status").code == exits.BAD_SETTING


def test_a_database_behind_the_migrations_is_refused(
    idsvc: Command, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDSVC_DATABASE_URL", f"sqlite:///{installation / 'empty.db'}")
    for command in (("retention", "status"), ("publish", str(installation / "public"))):
        outcome = idsvc(*command)
        assert outcome.code == exits.BAD_SETTING
        assert "idsvc db upgrade" in outcome.err
    run = idsvc("retention", "run")  # the keys of ended days die whatever the database says
    assert run.code == exits.REFUSED
    assert "idsvc db upgrade" in run.err
    assert idsvc("db", "upgrade").code == exits.DONE
    assert idsvc("retention", "run").code == exits.DONE


def test_the_database_is_checked(idsvc: Command, installation: Path) -> None:
    del installation
    outcome = idsvc("db", "check")
    assert outcome.code == exits.DONE
    assert "secure_delete = 1" in outcome.out


def test_the_inventory_names_every_column_and_kind(idsvc: Command) -> None:
    listed = json.loads(idsvc("inventory", "--json").out)
    assert {"table", "column", "what", "why", "until", "how"} == set(listed["columns"][0])
    names = {f"{column['table']}.{column['column']}" for column in listed["columns"]}
    assert {"cards.number_tag", "sealed_items.body", "slots.wrapped_key"} <= names
    assert {"record", "print_file", "city_slot"} <= {kind["kind"] for kind in listed["sealed"]}
    assert "cards.number_tag" in idsvc("inventory").out


def test_keys_are_rotated_retired_and_withdrawn(idsvc: Command, installation: Path) -> None:
    first = next(line.split()[0] for line in idsvc("keys", "status").out.splitlines() if " card " in line)
    assert idsvc("keys", "new", "card").code == exits.REFUSED
    assert idsvc("keys", "retire", first).code == exits.REFUSED
    assert idsvc("keys", "rotate", "card").code == exits.DONE
    assert idsvc("keys", "retire", first).code == exits.DONE
    assert idsvc("keys", "withdraw", first, "--yes").code == exits.DONE
    assert idsvc("keys", "sign-list", "--roots", installation / "roots").code == exits.DONE
    assert idsvc("publish", installation / "public").code == exits.DONE
    assert "withdrawn" in idsvc("keys", "status").out


def test_publishing_refuses_a_status_key_that_verifiers_do_not_know(
    idsvc: Command, installation: Path
) -> None:
    assert idsvc("keys", "rotate", "status").code == exits.DONE
    outcome = idsvc("publish", installation / "public")
    assert outcome.code == exits.BAD_SETTING
    assert "sign a new one" in outcome.err


def test_a_ceremony_on_two_sticks(idsvc: Command, installation: Path, tmp_path: Path) -> None:
    sticks = {}
    for name in ("root", "spare-root"):
        secret = tmp_path / f"{name}.secret"
        secret.write_bytes(os.urandom(32).hex().encode())
        secret.chmod(0o600)
        sticks[name] = (tmp_path / name, secret)
        made = idsvc("keys", "new", name, "--roots", tmp_path / name, "--secret", secret)
        assert made.code == exits.DONE, made
    for signing, other in (("root", "spare-root"), ("spare-root", "root")):
        roots, secret = sticks[signing]
        signed = idsvc(
            "keys", "sign-list", "--roots", roots, "--secret", secret,
            "--register", installation / "keys" / "register.json",
            "--also", sticks[other][0] / "register.json", "--out", tmp_path / "carried",
        )  # fmt: skip
        assert signed.code == exits.DONE, signed
    pinned = json.loads((tmp_path / "carried" / "trust" / "roots.json").read_text())
    assert len(pinned["keys"]) == 2


def test_the_audit_log_is_witnessed_and_verified(idsvc: Command, installation: Path, tmp_path: Path) -> None:
    del installation
    ran = idsvc("retention", "run")
    assert ran.code == exits.DONE
    assert "audit leaves placed: fewer than 10" in ran.out, "a mail or journal gets no exact count"
    witness = tmp_path / "witness"
    assert idsvc("audit", "checkpoint", "--witness", witness).code == exits.DONE
    outcome = idsvc("audit", "verify", "--witness", witness)
    assert outcome.code == exits.DONE
    assert outcome.out.strip().endswith("sound")
    assert idsvc("keys", "rotate", "checkpoint").code == exits.DONE
    assert idsvc("retention", "run").code == exits.DONE
    assert idsvc("audit", "checkpoint", "--witness", witness).code == exits.DONE
    outcome = idsvc("audit", "verify", "--witness", witness)
    assert outcome.code == exits.DONE, outcome
    witness.write_text(witness.read_text().replace("\n2\n", "\n3\n"), encoding="utf-8")
    assert idsvc("audit", "verify", "--witness", witness).code == exits.REFUSED


def test_the_program_file_is_checked_and_shown(idsvc: Command, tmp_path: Path) -> None:
    assert idsvc("program", "check", PROGRAM).code == exits.DONE
    assert "Riverbend" in idsvc("program", "show", PROGRAM).out
    broken = tmp_path / "program.toml"
    broken.write_text(PROGRAM.read_text("utf-8").replace("years = 5", 'years = "five"'), "utf-8")
    outcome = idsvc("program", "check", broken)
    assert outcome.code == exits.BAD_SETTING
    assert "program.toml:" in outcome.err


def test_a_fault_tells_its_place_and_not_its_text(idsvc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Maya Rivera-Chen")

    monkeypatch.setitem(group.commands, "fault", click.Command("fault", callback=fail))
    outcome = idsvc("fault")
    assert outcome.code == exits.FAULT
    assert "RuntimeError at fail" in outcome.err
    assert "Maya" not in outcome.err


def test_health_of_nothing_is_unavailable(
    idsvc: Command, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del installation
    monkeypatch.setenv("IDSVC_BIND", "127.0.0.1:1")
    assert idsvc("healthcheck").code == exits.UNAVAILABLE
    monkeypatch.setenv("IDSVC_BIND", "8000")
    assert idsvc("healthcheck").code == exits.BAD_SETTING


def test_a_mistyped_register_of_the_other_stick_is_noticed_and_a_root_key_alone_is_told(
    idsvc: Command, installation: Path, tmp_path: Path
) -> None:
    spare = tmp_path / "spare"
    assert idsvc("keys", "new", "spare-root", "--roots", spare).code == exits.DONE
    signing = ("keys", "sign-list", "--roots", spare, "--out", tmp_path / "carried")
    alone = idsvc(*signing)
    assert alone.code == exits.DONE
    assert "one root key alone" in alone.err
    mistyped = idsvc(*signing, "--also", installation / "roots/register.jsn")
    assert mistyped.code == exits.NOT_FOUND
    both = idsvc(*signing, "--also", installation / "roots/register.json")
    assert both.code == exits.DONE
    assert len(both.out.splitlines()[-1].split(",")) == 4
    assert both.err == ""
