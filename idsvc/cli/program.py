"""`idsvc program`: check a city's program file, show what it says, print the guide "What to bring"."""

from collections.abc import Sequence
from pathlib import Path

import click

from idsvc.cli import exits
from idsvc.cli.writing import telling_files
from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.inspection.inspection import inspect
from idsvc.printing.papers.guide import render_guide
from idsvc.printing.papers.slip import Paper
from idsvc.program import BadProgram, load
from idsvc.program.checking import check as find_doubts
from idsvc.program.explaining import Explanation
from idsvc.program.explaining import explain as find_sets
from idsvc.program.findings import Finding, Weight, error
from idsvc.program.guide_text import guide_text
from idsvc.program.summary import summarise
from idsvc.program.wording import Wording

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(epilog="Example: idsvc program check program.toml")
def program() -> None:
    """Check, show and print a city's program file; docs/program-guide.md explains it."""


@program.command(epilog="Example: idsvc program check --explain templates/programs/riverbend/program.toml")
@_FILE
@click.option("--explain", is_flag=True, help="List the smallest sets of papers that are enough, by age.")
def check(file: Path, *, explain: bool) -> int:
    """Find what is wrong in FILE: mistakes by line and key, then what does not go together.

    The card design beside it (artwork.toml) is judged too.
    Mistakes and errors go to stderr and end with exit code 78; warnings alone end with 0.
    """
    try:
        read = load(file)
    except BadProgram as bad:
        for mistake in bad.mistakes:
            click.echo(str(mistake), err=True)
        click.echo(_counted(len(bad.mistakes), "mistake", file), err=True)
        return exits.BAD_SETTING
    findings = (*find_doubts(read), *_find_design_faults(file, read))
    for finding in findings:
        click.echo(str(finding), err=finding.weight is Weight.ERROR)
    if explain:
        _print_sets(read, find_sets(read))
    return _conclude(file, findings)


@program.command(epilog="Example: idsvc program show templates/programs/riverbend/program.toml")
@_FILE
def show(file: Path) -> None:
    """Show what idsvc understood of FILE, value by value."""
    for key, value in summarise(load(file)):
        click.echo(f"{key} = {value}")


@program.command(epilog="Example: idsvc program guide --out guides templates/programs/riverbend/program.toml")
@_FILE
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the PDFs."
)
@click.option(
    "--paper",
    type=click.Choice(list(Paper), case_sensitive=False),
    default=Paper.LETTER,
    show_default=True,
    help="Sheet size.",
)
def guide(file: Path, *, out: Path, paper: Paper) -> None:
    """Write the guide "What to bring" of FILE: one page as PDF for each of its languages."""
    read = load(file)
    for language in read.city.languages:
        target = out / f"what-to-bring-{language}.pdf"
        page = render_guide(guide_text(read, language), read.colours, paper=Paper(paper))
        with telling_files(target):
            out.mkdir(parents=True, exist_ok=True)
            target.write_bytes(page)
        click.echo(str(target))


def _find_design_faults(file: Path, program: Program) -> tuple[Finding, ...]:
    """Judge the card design beside a program file; a program may be checked before it has one."""
    path = file.with_name(FILE_NAME)
    if not path.exists():
        return ()
    try:
        artwork = load_artwork(path, program=program)
    except BadSetting as refusal:
        return (error(FILE_NAME, str(refusal)),)
    return tuple(error(FILE_NAME, f"{complaint}.") for complaint in inspect(artwork))


def _print_sets(read: Program, explanations: Sequence[Explanation]) -> None:
    wording = Wording(read, read.language)
    for explanation in explanations:
        caretaker = ", with a caretaker" if explanation.caretaker else ""
        click.echo(f"\nAges {explanation.ages}{caretaker}:")
        for keys in explanation.sets:
            click.echo("  " + (" + ".join(wording.paper(key) for key in keys) or "nothing at all"))
        if not explanation.sets:
            click.echo("  no set of up to four papers is enough")
    click.echo()


def _conclude(file: Path, findings: Sequence[Finding]) -> int:
    errors = sum(finding.weight is Weight.ERROR for finding in findings)
    if errors:
        click.echo(_counted(errors, "error", file), err=True)
        return exits.BAD_SETTING
    warnings = f" ({len(findings)} warnings)" if len(findings) > 1 else " (1 warning)" if findings else ""
    click.echo(f"{file} is a program that idsvc can run{warnings}.")
    return exits.DONE


def _counted(count: int, what: str, file: Path) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} in {file}."
