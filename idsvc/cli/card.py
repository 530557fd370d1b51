"""`idsvc card`: look at a city's card design before anybody prints it."""

from pathlib import Path

import click

from idsvc import resources
from idsvc.cli import exits
from idsvc.cli.writing import telling_files
from idsvc.domain.errors import BadSetting
from idsvc.domain.program import CodePlace
from idsvc.imaging.portrait import make_portrait
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.inspection.inspection import BadArtwork, require_printable
from idsvc.printing.inspection.preview import write_preview
from idsvc.printing.papers.slip import Paper, render_carriers
from idsvc.program import load

_PROGRAM = click.option(
    "--program",
    "program_path",
    required=True,
    type=click.Path(path_type=Path),
    help="The program file; its artwork.toml stands beside it.",
)
_PAPER = click.option(
    "--paper",
    type=click.Choice(list(Paper), case_sensitive=False),
    default=Paper.LETTER,
    show_default=True,
    help="Sheet size.",
)


@click.group(epilog="Example: idsvc card preview --program program.toml --out preview")
def card() -> None:
    """Look at a city's card design."""


@card.command(epilog="Example: idsvc card preview --program program.toml --portrait face.jpg --out preview")
@_PROGRAM
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
@click.option(
    "--portrait",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A photo to use instead of the sample.",
)
@click.option("--dpi", default=300, show_default=True, type=click.IntRange(50, 1200), help="Dots per inch.")
@_PAPER
def preview(program_path: Path, out: Path, portrait: Path | None, dpi: int, paper: Paper) -> int:
    """Draw front, back and slip or label for sample people with hard names.

    A design that must not be printed is refused, and every element named that is wrong.
    """
    program = load(program_path)
    artwork = load_artwork(program_path.with_name(FILE_NAME), program=program)
    with telling_files(program_path.parent):
        borrowed = _whose_seal(program_path, program.city.name)
    if borrowed:
        click.echo(f"warning: the seal is that of {borrowed}; put your own beside the program.", err=True)
    photo = portrait or resources.path("templates/samples/portrait.jpg")
    try:
        with telling_files(out):
            paths = write_preview(
                artwork,
                out,
                portrait=make_portrait(photo.read_bytes()).jpeg,
                link=program.city.issuer.removeprefix("https://"),
                paper=Paper(paper),
                dots_per_inch=dpi,
            )
    except BadArtwork as bad:
        for complaint in bad.complaints:
            click.echo(complaint, err=True)
        count = len(bad.complaints)
        click.echo(
            f"This design must not be printed: {count} complaint{'' if count == 1 else 's'}.", err=True
        )
        return exits.BAD_SETTING
    click.echo(f"{len(paths)} files written to {out}.")
    return exits.DONE


@card.command(epilog="Example: idsvc card carrier --program program.toml --out carrier.pdf --sheets 500")
@_PROGRAM
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The PDF to write.")
@click.option("--sheets", default=1, show_default=True, type=click.IntRange(1, 10_000), help="Pages.")
@_PAPER
def carrier(program_path: Path, out: Path, sheets: int, paper: Paper) -> int:
    """Draw the sheet on which clerks stick the label with the renewal code (code_on = "label").

    It says nothing of anybody, and can be printed in advance.
    """
    program = load(program_path)
    artwork = load_artwork(program_path.with_name(FILE_NAME), program=program)
    if artwork.code_on is not CodePlace.LABEL:
        raise BadSetting(
            f'{program_path.name} prints no labels; sheets for them need code_on = "label" and the slot '
            '"resident" in [record].'
        )
    require_printable(artwork)
    link = program.city.issuer.removeprefix("https://")
    sheet = render_carriers([()] * sheets, artwork=artwork, link=link, paper=Paper(paper))
    with telling_files(out):
        out.write_bytes(sheet)
    click.echo(f"{sheets} {'sheet' if sheets == 1 else 'sheets'} written to {out}.")
    return exits.DONE


def _whose_seal(program_path: Path, city: str) -> str | None:
    """Name the sample city whose seal lies beside another city's program; None for a seal of its own."""
    seals = {path.read_bytes() for path in program_path.parent.glob("*.svg") if path.is_file()}
    for sample in resources.path("templates/programs").glob("*/program.toml"):
        name = load(sample).city.name
        if name != city and any(path.read_bytes() in seals for path in sample.parent.glob("*.svg")):
            return name
    return None
