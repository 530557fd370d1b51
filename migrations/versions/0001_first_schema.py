"""Lay down the first schema."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NO_ROWID: Final = {"sqlite_with_rowid": False}
_INSERT_ONLY: Final = (
    "audit_checkpoints",
    "audit_leaves",
    "audit_positions",
    "audit_tiles",
    "purge_certificates",
)


def _one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:  # noqa: PLR0915 - one statement per table
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
        **_NO_ROWID,
    )
    op.create_table(
        "audit_leaves",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("key_epoch", sa.String(length=10), autoincrement=False, nullable=False),
        sa.Column("actor", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        _one_of(
            "audit_leaves",
            "act",
            "enrollment approved",
            "card ordered",
            "card printed",
            "card activated",
            "card delivery moved",
            "card suspended",
            "card resumed",
            "card revoked",
            "card voided",
            "renewal submitted",
            "renewal approved",
            "replacement approved",
            "record viewed",
            "person looked up",
            "record closed",
            "record disclosed",
            "staff invited",
            "staff signed in",
            "staff disabled",
            "keys changed",
            "lists published",
            "retention run",
        ),
        sa.CheckConstraint("length(actor) = 32", name=op.f("ck_audit_leaves_actor")),
        sa.CheckConstraint("length(subject) = 32", name=op.f("ck_audit_leaves_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_leaves")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_audit_leaves_day"), "audit_leaves", ["day"], unique=False)
    op.create_table(
        "audit_queue",
        sa.Column("leaf_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("leaf_id", name=op.f("pk_audit_queue")),
        **_NO_ROWID,
    )
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.CheckConstraint("length(hashes) = 8192", name=op.f("ck_audit_tiles_hashes")),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_audit_tiles_root")),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_audit_tiles")),
        **_NO_ROWID,
    )
    op.create_table(
        "card_numbers",
        sa.Column("tag", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.CheckConstraint("length(tag) = 32", name=op.f("ck_card_numbers_tag")),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_card_numbers")),
        **_NO_ROWID,
    )
    op.create_table(
        "day_counts",
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), autoincrement=False, nullable=False),
        _one_of("day_counts", "what", "declined", "voided"),
        sa.CheckConstraint("count > 0", name=op.f("ck_day_counts_count")),
        sa.PrimaryKeyConstraint("day", "what", name=op.f("pk_day_counts")),
        **_NO_ROWID,
    )
    op.create_table(
        "enrollments",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("approved_on", sa.Date(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_enrollments_resident_id"), "enrollments", ["resident_id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        **_NO_ROWID,
    )
    op.create_table(
        "person_tags",
        sa.Column("tag", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(length=32), autoincrement=False, nullable=True),
        sa.CheckConstraint("length(tag) = 32", name=op.f("ck_person_tags_tag")),
        sa.PrimaryKeyConstraint("tag", "ordinal", name=op.f("pk_person_tags")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_person_tags_resident_id"), "person_tags", ["resident_id"], unique=False)
    op.create_table(
        "purge_certificates",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_certificates")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_purge_certificates_day"), "purge_certificates", ["day"], unique=False)
    op.create_table(
        "rate_limits",
        sa.Column("bucket", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("window", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("uses", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("length(bucket) = 32", name=op.f("ck_rate_limits_bucket")),
        sa.CheckConstraint("uses > 0", name=op.f("ck_rate_limits_uses")),
        sa.PrimaryKeyConstraint("bucket", "window", name=op.f("pk_rate_limits")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_rate_limits_window"), "rate_limits", ["window"], unique=False)
    op.create_table(
        "residents",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("kept_until", sa.Date(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_residents_kept_until"), "residents", ["kept_until"], unique=False)
    op.create_table(
        "sealed_items",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=10), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), autoincrement=False, nullable=True),
        _one_of(
            "sealed_items",
            "kind",
            "draft",
            "source_document",
            "uncropped_portrait",
            "contact",
            "print_file",
            "request",
            "city_slot",
            "message",
            "audit_key",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_items")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_sealed_items_epoch_id"), "sealed_items", ["epoch", "id"], unique=False)
    op.create_index(op.f("ix_sealed_items_owner_id_kind"), "sealed_items", ["owner_id", "kind"], unique=False)
    op.create_table(
        "settlings",
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settled_below", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_settlings")),
        **_NO_ROWID,
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("sign_in_name", sa.String(length=64), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("disabled_on", sa.Date(), autoincrement=False, nullable=True),
        _one_of("staff", "role", "clerk", "supervisor", "printer", "records officer", "auditor", "lead"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_staff_sign_in_name")),
        **_NO_ROWID,
    )
    op.create_table(
        "status_indices",
        sa.Column("status_list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("status IN (0, 1, 2)", name=op.f("ck_status_indices_status")),
        sa.CheckConstraint("status_index >= 0", name=op.f("ck_status_indices_status_index")),
        sa.PrimaryKeyConstraint("status_list", "status_index", name=op.f("pk_status_indices")),
        **_NO_ROWID,
    )
    op.create_table(
        "tolerant_tokens",
        sa.Column("token", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=10), autoincrement=False, nullable=False),
        sa.CheckConstraint("length(token) = 32", name=op.f("ck_tolerant_tokens_token")),
        sa.PrimaryKeyConstraint("token", "resident_id", name=op.f("pk_tolerant_tokens")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_tolerant_tokens_epoch"), "tolerant_tokens", ["epoch"], unique=False)
    op.create_index(op.f("ix_tolerant_tokens_resident_id"), "tolerant_tokens", ["resident_id"], unique=False)
    op.create_table(
        "audit_positions",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_audit_positions_position")),
        sa.ForeignKeyConstraint(
            ["leaf_id"],
            ["audit_leaves.id"],
            name=op.f("fk_audit_positions_leaf_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_positions")),
        sa.UniqueConstraint("leaf_id", name=op.f("uq_audit_positions_leaf_id")),
        **_NO_ROWID,
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("opened_on", sa.Date(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["sealed_items.id"],
            name=op.f("fk_drafts_item_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_drafts_item_id"), "drafts", ["item_id"], unique=False)
    op.create_index(op.f("ix_drafts_opened_on"), "drafts", ["opened_on"], unique=False)
    op.create_table(
        "one_time_codes",
        sa.Column("code_hash", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        _one_of("one_time_codes", "purpose", "invitation", "sign-in"),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_one_time_codes_code_hash")),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_one_time_codes_staff_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_one_time_codes")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_one_time_codes_expires_at"), "one_time_codes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_one_time_codes_staff_id"), "one_time_codes", ["staff_id"], unique=False)
    op.create_table(
        "records",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("blob_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["residents.id"],
            name=op.f("fk_records_resident_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "id", name=op.f("pk_records")),
        **_NO_ROWID,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.String(length=32), autoincrement=False, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.CheckConstraint("(kind = 'staff') = (staff_id IS NOT NULL)", name=op.f("ck_sessions_holder")),
        _one_of("sessions", "kind", "staff", "portal"),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_sessions_token_hash")),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_sessions_staff_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_staff_id"), "sessions", ["staff_id"], unique=False)
    op.create_table(
        "cards",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(length=32), autoincrement=False, nullable=True),
        sa.Column("number_tag", sa.LargeBinary(length=32), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("state_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("delivery", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("delivery_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("status_list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordered_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("expires_on", sa.Date(), autoincrement=False, nullable=True),
        _one_of(
            "cards",
            "delivery",
            "at the counter",
            "posted",
            "awaiting pick-up",
            "handed over",
            "returned",
            "destroyed uncollected",
        ),
        _one_of(
            "cards", "state", "ordered", "printed", "active", "suspended", "expired", "revoked", "voided"
        ),
        sa.CheckConstraint("expires_on IS NULL OR expires_on >= ordered_on", name=op.f("ck_cards_validity")),
        sa.CheckConstraint("length(number_tag) = 32", name=op.f("ck_cards_number_tag")),
        sa.ForeignKeyConstraint(
            ["resident_id", "record_id"],
            ["records.resident_id", "records.id"],
            name=op.f("fk_cards_resident_id_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["residents.id"],
            name=op.f("fk_cards_resident_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "id", name=op.f("pk_cards")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_cards_delivery_delivery_on"), "cards", ["delivery", "delivery_on"], unique=False)
    op.create_index(op.f("ix_cards_id"), "cards", ["id"], unique=False)
    op.create_index(op.f("ix_cards_state_expires_on"), "cards", ["state", "expires_on"], unique=False)
    op.create_table(
        "slots",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id", "record_id"],
            ["records.resident_id", "records.id"],
            name=op.f("fk_slots_resident_id_record_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "record_id", name=op.f("pk_slots")),
        **_NO_ROWID,
    )
    op.create_table(
        "print_jobs",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("ordered_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(length=32), autoincrement=False, nullable=True),
        _one_of("print_jobs", "state", "waiting", "printing", "confirmed"),
        sa.ForeignKeyConstraint(
            ["resident_id", "card_id"],
            ["cards.resident_id", "cards.id"],
            name=op.f("fk_print_jobs_resident_id_card_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "id", name=op.f("pk_print_jobs")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_print_jobs_batch_id"), "print_jobs", ["batch_id"], unique=False)
    op.create_index(op.f("ix_print_jobs_id"), "print_jobs", ["id"], unique=False)
    op.create_index(op.f("ix_print_jobs_item_id"), "print_jobs", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_print_jobs_state_ordered_on"), "print_jobs", ["state", "ordered_on"], unique=False
    )
    op.create_table(
        "requests",
        sa.Column("resident_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("card_id", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=32), autoincrement=False, nullable=False),
        sa.Column("submitted_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=32), autoincrement=False, nullable=False),
        _one_of("requests", "kind", "renewal", "replacement"),
        _one_of("requests", "state", "waiting", "approved"),
        sa.ForeignKeyConstraint(
            ["resident_id", "card_id"],
            ["cards.resident_id", "cards.id"],
            name=op.f("fk_requests_resident_id_card_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("resident_id", "id", name=op.f("pk_requests")),
        **_NO_ROWID,
    )
    op.create_index(op.f("ix_requests_id"), "requests", ["id"], unique=False)
    op.create_index(op.f("ix_requests_item_id"), "requests", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_requests_state_submitted_on"), "requests", ["state", "submitted_on"], unique=False
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes_sqlite()
    else:
        _refuse_changes_postgresql()


def _refuse_changes_sqlite() -> None:
    for table in _INSERT_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'insert-only'); END"
            )


def _refuse_changes_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'insert-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in _INSERT_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
