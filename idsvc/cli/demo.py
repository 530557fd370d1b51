"""`idsvc demo`: show one card's whole life, and leave nothing of it behind but what was asked for."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from idsvc import resources
from idsvc.bootstrap import system_clock
from idsvc.cli import exits
from idsvc.cli.demo_world import Holder, World
from idsvc.cli.demonstration import Demonstration
from idsvc.config import read_settings
from idsvc.domain.errors import BadInput, Unavailable
from idsvc.signing.durable import disk_errors
from idsvc.storage.scratch import scratch_database

SAMPLE: Final = "templates/samples/portrait.jpg"


@click.command(epilog='Example: idsvc demo --out shown --name "Ana María López-Ruiz" --birth-date 1990-05-17')
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the results.")
@click.option("--portrait", type=click.Path(path_type=Path), help="Picture of the holder (JPEG, PNG, WebP).")
@click.option("--name", default="Maya Rivera-Chen", show_default=True, help="Name of the holder.")
@click.option("--birth-date", default="1988-03-14", show_default=True, help="Birth date, YYYY-MM-DD.")
def demo(out: Path, portrait: Path | None, name: str, birth_date: str) -> int:
    """Run one card's whole life: enroll, print, scan, check, renew, purge.

    It uses the configured engine but a SQLite file or PostgreSQL schema of its own, with its own keys, all
    removed at the end; configured rows and keys are never touched. Its clock begins years ago and ends now.
    Writes card.pdf, slip.pdf (or label.pdf), front.png, back.png, token.txt, report.json and public/ into the
    folder.
    Exit code 0 only if every step held.
    """
    settings = read_settings(os.environ)
    program = settings.program or resources.path("templates/programs/riverbend/program.toml")
    try:
        born = datetime.strptime(birth_date, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        picture = (portrait or resources.path(SAMPLE)).read_bytes()
    except ValueError:
        raise BadInput("birth date", "Write the birth date as YYYY-MM-DD, such as 1988-03-14.") from None
    except OSError as error:
        raise Unavailable(f"{error.filename} cannot be used ({error.strerror}); name another.") from None
    return run_demo(out, Holder(name, born, picture), program, settings.database_url)


def run_demo(out: Path, holder: Holder, program: Path, database_url: str) -> int:
    """Run the demonstration in a folder and a database of its own, write its results; gives the exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="idsvc-demo-") as folder,
        scratch_database(database_url, Path(folder), random=os.urandom) as database,
    ):
        world = World(
            Path(folder) / "installation",
            database,
            program_file=program,
            holder=holder,
            now=system_clock(),
            random=os.urandom,
        )
        shown = Demonstration(world, holder)
        return _show(shown, out)


def _show(shown: Demonstration, out: Path) -> int:
    steps = []
    with disk_errors("The results could not be written"):
        out.mkdir(parents=True, exist_ok=True)
    for number, step in enumerate(shown.steps(), 1):
        steps.append({"name": step.name, "ok": step.ok, "ms": step.ms, "detail": step.detail})
        mark = "ok  " if step.ok else "FAIL"
        click.echo(f"{number:2d} {mark} {step.name}  ({step.ms} ms)  {step.detail}")
    held = all(step["ok"] for step in steps)
    report: dict[str, object] = {"steps": steps}
    if held:
        shown.write_results(out)
        report |= shown.facts()
        click.echo(
            f"Every step held. Its keys are gone; check the card with: "
            f"idsvc verify {out / 'card.pdf'} --public {out / 'public'}"
        )
    (out / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return exits.DONE if held else exits.REFUSED
