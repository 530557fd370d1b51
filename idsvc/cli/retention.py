"""`idsvc retention`: destroy what is due, and say what is overdue."""

import json
import os
import sys
from datetime import date

import click

from idsvc.bootstrap import open_for_retention, open_full
from idsvc.cli import exits
from idsvc.config import read_settings
from idsvc.domain.errors import BadInput
from idsvc.services.overdue import MOST, WORDS
from idsvc.services.purge_certificate import round_count
from idsvc.services.retention_report import Report, Rule


@click.group(epilog="Example: idsvc retention run")
def retention() -> None:
    """Destroy what is due by the program's retention rules; see what is overdue."""


@retention.command(epilog="Example: idsvc retention run --today 2026-11-22")
@click.option("--today", help="Today's date, typed by a person, when a clock jumped or is doubted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document at the end.")
def run(today: str | None, as_json: bool) -> int:
    """Destroy keys, rows and blobs whose day is over. Run it every night; it can be stopped and begun again.

    Exact counts are shown on a terminal only; a file, a mail or JSON gets them in round numbers.
    Exit code 1 when something that is due remains, or another process does the rest of the run.
    """
    try:
        vouched = None if today is None else date.fromisoformat(today)
    except ValueError:
        raise BadInput("today", "Write today's date as YYYY-MM-DD, such as 2026-11-22.") from None
    runtime = open_for_retention(read_settings(os.environ))
    if vouched not in (None, runtime.today()):
        raise BadInput(
            "today",
            f"You typed {vouched}, this machine's clock says {runtime.today()}: correct whichever is wrong.",
        )
    watched = sys.stderr.isatty()

    def tell(rule: Rule, count: int) -> None:
        if watched:
            click.echo(f"\r\033[K{rule.value}: {count:,}", nl=False, err=True)

    report = runtime.retention().run(vouched=vouched, progress=tell)
    if watched:
        click.echo("\r\033[K", nl=False, err=True)
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=1))
    else:
        for rule, count in report.done.items():
            told = f"{count:,}" if sys.stdout.isatty() else round_count(count)
            click.echo(f"{rule.value}: {told}")
        if report.elsewhere:
            click.echo("Another process is doing the rest of the run.")
    for rule, sentence in report.failures:
        click.echo(f"remains ({rule.value}): {sentence}", err=True)
    return exits.DONE if report.complete else exits.REFUSED


@retention.command(epilog="Example: idsvc retention status")
def status() -> int:
    """Say how much is left of what should be gone since last midnight. Exit code 1 unless nothing is."""
    found = open_full(read_settings(os.environ)).overdue()
    for rule, count in found.items():
        more = " or more" if count == MOST else ""
        click.echo(f"{WORDS[rule]}: {count}{more}")
    return exits.REFUSED if any(found.values()) else exits.DONE


def _as_json(report: Report) -> dict[str, object]:
    return {
        "run": report.run_id,
        "day": report.day.isoformat(),
        "complete": report.complete,
        "elsewhere": report.elsewhere,
        "done": {rule.name.lower(): round_count(count) for rule, count in report.done.items()},
        "remains": [{"rule": rule.name.lower(), "why": why} for rule, why in report.failures],
    }
