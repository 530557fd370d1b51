"""Tell whether a database holds whole enrollments only."""

from sqlalchemy import text

from idsvc.storage.database import Database

_TABLES = (
    "enrollments",
    "residents",
    "records",
    "slots",
    "cards",
    "card_numbers",
    "status_indices",
    "person_tags",
    "sealed_items",
    "audit_leaves",
    "audit_queue",
)


def count_enrollments(database: Database) -> int:
    """Count the enrollments; fails if any has a row too few or too many in any table."""
    with database.engine.connect() as connection:
        counts = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in _TABLES
        }
    assert len(set(counts.values())) == 1, counts
    return int(counts["enrollments"])


def list_enrollments(database: Database) -> set[str]:
    """List the enrollment ids."""
    with database.engine.connect() as connection:
        return set(connection.execute(text("SELECT id FROM enrollments")).scalars())
