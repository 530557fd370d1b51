"""Insert a row only if its key is free: exact under concurrency on both engines."""

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idsvc.storage.records.base import Record


def insert_into(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Start an insert that understands ON CONFLICT on the session's engine."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def table_of(record: type[Record]) -> Table:
    """Give the table of a record class."""
    table = inspect(record).local_table
    if not isinstance(table, Table):
        raise TypeError(f"{record.__name__} has no table")
    return table


def claim(session: Session, record: Record) -> bool:
    """Insert the record unless its key is taken; tell whether it is new.

    The first one to commit wins; on PostgreSQL the other is run again and then sees it.
    The object itself is not added to the session.
    """
    mapper = inspect(type(record))
    values = {mapper.get_property_by_column(c).key: c for c in table_of(type(record)).columns}
    row = {column.name: getattr(record, name) for name, column in values.items()}
    statement = insert_into(session, table_of(type(record))).values(row).on_conflict_do_nothing()
    return session.execute(statement.returning(*table_of(type(record)).primary_key)).first() is not None
