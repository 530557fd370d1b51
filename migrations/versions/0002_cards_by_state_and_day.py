"""Find the cards that came into a state long ago without reading all in that state."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_cards_state_state_on"), "cards", ["state", "state_on"])
