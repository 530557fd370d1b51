"""The commands. Each module adds its own; a failure is one sentence on stderr and an exit code of `exits`."""

from collections.abc import Sequence
from typing import Final

import click

from idsvc.cli import exits
from idsvc.cli.commands import COMMANDS
from idsvc.domain.errors import IdsvcError
from idsvc.web.log import describe

_CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(
    name="idsvc",
    context_settings=_CONTEXT,
    epilog=exits.LEGEND,
    commands=COMMANDS,
)
@click.version_option(package_name="idsvc", message="idsvc %(version)s")
def group() -> None:
    """Issue, check and renew municipal ID cards without keeping who showed which papers."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every expected failure is one sentence on stderr."""
    try:
        result = group.main(args=list(arguments), prog_name="idsvc", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return exits.USAGE
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "idsvc"
        click.echo(f"{where}: {error.format_message()} See {where} --help.", err=True)
        return exits.USAGE
    except click.ClickException as error:
        click.echo(f"idsvc: {error.format_message()}", err=True)
        return exits.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("idsvc: stopped.", err=True)
        return exits.INTERRUPTED
    except IdsvcError as error:
        click.echo(f"idsvc: {error}", err=True)
        return exits.exit_code(error)
    except Exception as fault:  # noqa: BLE001 - a fault's text may hold what was typed: only its place is told
        click.echo(f"idsvc: a fault of the program: {'; '.join(describe(fault))}", err=True)
        return exits.FAULT
    return result if isinstance(result, int) else exits.DONE
