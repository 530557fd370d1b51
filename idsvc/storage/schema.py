"""Bring a database to this version's schema, and tell whether it is there."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from idsvc import resources
from idsvc.domain.errors import BadSetting


def upgrade_schema(connection: Connection) -> None:
    """Run the migrations that are missing, inside the connection's transaction."""
    configuration = _configure()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def require_schema(connection: Connection) -> None:
    """Refuse a database that is behind or ahead of this version's migrations. Raises BadSetting."""
    scripts = ScriptDirectory.from_config(_configure())
    wanted = scripts.get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found == wanted:
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if found is None:
        raise BadSetting("The database is empty; run `idsvc db upgrade`.")
    if found in known:
        raise BadSetting("The database is behind this version; run `idsvc db upgrade`.")
    raise BadSetting("The database was made by a newer version; install that version of idsvc.")


def _configure() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(resources.path("migrations")))
    return configuration
