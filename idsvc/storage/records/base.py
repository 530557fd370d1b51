"""What every record shares: a typed constructor, named constraints, no row order and no printed values."""

from typing import Any, Final, dataclass_transform

from sqlalchemy import ForeignKeyConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
from sqlalchemy.schema import SchemaItem

from idsvc.storage.declared import stored

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


@dataclass_transform(kw_only_default=True, field_specifiers=(stored,))
class Record(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """A thing with identity and history; its repr shows no value."""

    metadata = MetaData(naming_convention=NAMES)


def table(*items: SchemaItem) -> tuple[Any, ...]:
    """Give a table its constraints, and on SQLite no rowid: rows lie in the order of their random key."""
    return (*items, {"sqlite_with_rowid": False})


def belongs_to(columns: tuple[str, ...], owner: str, keys: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """Tie a row to its owner; checked at commit, so that settling may rewrite both in any order."""
    return ForeignKeyConstraint(
        columns, [f"{owner}.{key}" for key in keys], deferrable=True, initially="DEFERRED"
    )
