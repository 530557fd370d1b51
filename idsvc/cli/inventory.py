"""`idsvc inventory`: everything that is stored, why, until when and how protected."""

import json

import click

from idsvc.storage.database import inventory as list_columns
from idsvc.vault.kinds import KINDS


@click.command(epilog="Example: idsvc inventory --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def inventory(as_json: bool) -> None:
    """List every stored column and every kind of sealed thing, from the code's own declarations."""
    columns = [
        {
            "table": column.table,
            "column": column.column,
            "what": column.what,
            "why": column.why,
            "until": column.until,
            "how": column.how,
        }
        for column in list_columns()
    ]
    sealed = [
        {
            "kind": kind.name,
            "what": kind.what,
            "why": kind.why,
            "until": kind.until.value,
            "bytes": kind.size,
            "lies": kind.place.value,
        }
        for kind in KINDS
    ]
    if as_json:
        click.echo(json.dumps({"columns": columns, "sealed": sealed}, indent=1))
        return
    for column in columns:
        name = f"{column['table']}.{column['column']}"
        click.echo(f"{name:42} {column['what']} — {column['why']}; until: {column['until']}; {column['how']}")
    click.echo()
    for kind in sealed:
        click.echo(
            f"{kind['kind']:42} {kind['what']} — {kind['why']}; until: {kind['until']}; {kind['lies']}"
        )
