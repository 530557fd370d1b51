"""`idsvc db`: bring the database to this version's schema, and check its settings."""

import os

import click

from idsvc.cli import exits
from idsvc.config import read_settings
from idsvc.storage.database import Database
from idsvc.storage.upkeep import check_settings


@click.group(epilog="Example: idsvc db upgrade && idsvc db check")
def db() -> None:
    """Upgrade or check the database that IDSVC_DATABASE_URL names."""


@db.command(epilog="Example: IDSVC_DATABASE_URL=postgresql://idsvc@db/idsvc idsvc db upgrade")
def upgrade() -> None:
    """Run the migrations that are missing, all in one transaction."""
    database = _open()
    database.upgrade()
    click.echo("The database has this version's schema.")


@db.command(epilog="Example: idsvc db check")
def check() -> int:
    """Check the schema, and the settings that keep values out of the database's own files and logs.

    Exit code 1 when a setting is not as it must be.
    """
    database = _open()
    database.require_schema()
    findings = check_settings(database)
    for finding in findings:
        mark = "ok  " if finding.ok else "FAIL"
        wanted = "" if finding.ok else f", must be {finding.wanted}"
        click.echo(f"{mark} {finding.setting} = {finding.found}{wanted}")
    wrong = [finding for finding in findings if not finding.ok]
    if wrong and not database.is_sqlite:
        click.echo("The server's log would keep values of rows. As its superuser, run:")
        for finding in wrong:
            click.echo(f"  ALTER SYSTEM SET {finding.setting} = '{finding.wanted}';")
        click.echo("  SELECT pg_reload_conf();")
    return exits.REFUSED if wrong else exits.DONE


def _open() -> Database:
    return Database(read_settings(os.environ).database_url, random=os.urandom)
