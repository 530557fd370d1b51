"""Say of every stored column what it holds, why, until when and how it is protected.

The program does not start with a column that lacks this, and `idsvc inventory` is written from it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from idsvc.domain.errors import BadSetting
from idsvc.domain.retention import Kept

T = TypeVar("T")
ColumnType: TypeAlias = TypeEngine[Any] | type[TypeEngine[Any]]

_KEY: Final = "stored"


class Lasting(StrEnum):
    """How long a column lives that no retention rule of its own ends."""

    OWNER = "as long as the row's owner"
    SERVICE = "as long as the service runs"
    TASK = "until the task is done"


class Protection(StrEnum):
    """What stands between a reader of the database and the meaning of a column."""

    SEALED = "sealed"
    """Ciphertext; the key lies outside the database."""
    TAG = "keyed tag"
    """HMAC under a key that is not in the database."""
    RANDOM = "random"
    """Drawn at random; says nothing about anything."""
    HASH = "hash of a random value"
    """Of 128 random bits or more, hence not guessable."""
    PSEUDONYM = "pseudonym"
    """HMAC under an audit epoch key that dies on its day."""
    DATE = "date"
    """A day, never an hour."""
    TIME = "time"
    """A moment that a protocol needs."""
    CLOSED = "closed set"
    """One of a few words, the same for every resident."""
    COUNT = "count"
    PUBLIC = "public"
    """Anyone may read it."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one column says of itself."""

    what: str
    why: str
    until: Kept | Lasting
    how: Protection


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One line of the inventory."""

    table: str
    column: str
    what: str
    why: str
    until: str
    how: str


def stored(
    type_: ColumnType,
    *references: ForeignKey,
    what: str,
    why: str,
    until: Kept | Lasting,
    how: Protection,
    primary_key: bool = False,
    index: bool = False,
    unique: bool = False,
) -> MappedColumn[T]:
    """Declare a column together with its line of the privacy notice."""
    return mapped_column(
        type_,
        *references,
        primary_key=primary_key,
        autoincrement=False,
        index=index or None,
        unique=unique or None,
        info={_KEY: Declaration(what=what, why=why, until=until, how=how)},
    )


def undeclared(metadata: MetaData) -> tuple[str, ...]:
    """List every `table.column` that does not say what it holds, why, until when and how protected."""
    missing: list[str] = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            declaration = column.info.get(_KEY)
            if not isinstance(declaration, Declaration) or not (declaration.what and declaration.why):
                missing.append(f"{table.name}.{column.name}")
    return tuple(missing)


def check_declared(metadata: MetaData) -> None:
    """Refuse to start with a column that does not declare itself. Raises BadSetting."""
    if missing := undeclared(metadata):
        raise BadSetting(f"These columns do not say what they hold and until when: {', '.join(missing)}.")


def list_stored(metadata: MetaData) -> tuple[StoredColumn, ...]:
    """Write the inventory, table by table. Raises BadSetting when a column is undeclared."""
    check_declared(metadata)
    lines: list[StoredColumn] = []
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        for column in table.columns:
            said: Declaration = column.info[_KEY]
            lines.append(
                StoredColumn(
                    table=table.name,
                    column=column.name,
                    what=said.what,
                    why=said.why,
                    until=str(said.until),
                    how=str(said.how),
                )
            )
    return tuple(lines)
