"""Drop the state of a request: one that is decided is deleted, so every row waits."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT: Final = "resident_id, id, card_id, kind, submitted_on, item_id"


def upgrade() -> None:
    op.execute("DELETE FROM requests WHERE state <> 'waiting'")
    op.drop_index(op.f("ix_requests_state_submitted_on"), table_name="requests")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        op.drop_constraint(op.f("ck_requests_state"), "requests", type_="check")
        op.drop_column("requests", "state")
    op.create_index(op.f("ix_requests_submitted_on"), "requests", ["submitted_on"], unique=False)


def _make_anew() -> None:
    """SQLite drops no column that a constraint names."""
    for column in ("id", "item_id"):
        op.drop_index(op.f(f"ix_requests_{column}"), table_name="requests")
    op.rename_table("requests", "requests_before")
    op.create_table(
        "requests",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("submitted_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('renewal', 'replacement')", name=op.f("ck_requests_kind")),
        sa.ForeignKeyConstraint(
            ["resident_id", "card_id"],
            ["cards.resident_id", "cards.id"],
            name=op.f("fk_requests_resident_id_card_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "id", name=op.f("pk_requests")),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO requests ({_KEPT}) SELECT {_KEPT} FROM requests_before")  # noqa: S608 - our own names
    op.drop_table("requests_before")
    for column in ("id", "item_id"):
        op.create_index(op.f(f"ix_requests_{column}"), "requests", [column], unique=False)
