import pytest
from sqlalchemy import Column, MetaData, String, Table

from idsvc.domain.errors import BadSetting
from idsvc.storage.database import inventory
from idsvc.storage.declared import Lasting, Protection, check_declared, undeclared
from idsvc.storage.records import Record


def test_every_column_says_what_it_holds_why_until_when_and_how_protected() -> None:
    assert undeclared(Record.metadata) == ()
    lines = inventory()
    columns = sum(len(table.columns) for table in Record.metadata.sorted_tables)
    assert len(lines) == columns
    for line in lines:
        assert min(map(len, (line.what, line.why, line.until, line.how))) > 3, line


def test_a_column_that_says_nothing_stops_the_start() -> None:
    metadata = MetaData()
    Table("residents", metadata, Column("surname", String))
    with pytest.raises(BadSetting, match=r"residents\.surname"):
        check_declared(metadata)


def test_only_sealed_tagged_random_or_public_columns_hold_bytes_or_long_text() -> None:
    """A person can be written into bytes or text only; those columns are few and each is protected."""
    for table in Record.metadata.sorted_tables:
        for column in table.columns:
            said = column.info["stored"]
            python = column.type.python_type
            if python is bytes:
                assert said.how in (
                    Protection.SEALED,
                    Protection.TAG,
                    Protection.RANDOM,
                    Protection.HASH,
                    Protection.PSEUDONYM,
                ), column
            elif python is str and said.how is Protection.PUBLIC:
                assert (table.name, column.name) in {
                    ("staff", "sign_in_name"),
                    ("leases", "name"),
                    ("audit_checkpoints", "note"),
                    ("purge_certificates", "note"),
                }


def test_no_column_holds_a_time_unless_a_protocol_needs_one() -> None:
    timed = {
        f"{table.name}.{column.name}"
        for table in Record.metadata.sorted_tables
        for column in table.columns
        if column.info["stored"].how is Protection.TIME
    }
    assert timed == {
        "sessions.expires_at",
        "one_time_codes.expires_at",
        "rate_limits.window",
        "leases.held_until",
    }


def test_the_rows_of_a_resident_end_with_the_resident_or_earlier() -> None:
    for table in Record.metadata.sorted_tables:
        if "resident_id" in table.columns:
            assert all(column.info["stored"].until is not Lasting.SERVICE for column in table.columns), table
