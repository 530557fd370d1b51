"""The column types that every record is made of, the same in meaning on SQLite and PostgreSQL."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, DateTime, Dialect, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator

HASH_SIZE: Final = 32
"""Bytes of a SHA-256 hash or an HMAC-SHA256 tag."""

_ID_LENGTH: Final = 32
_WORD_LENGTH: Final = 32
_EPOCH_LENGTH: Final = 10


class Moment(TypeDecorator[datetime]):
    """A point in time in UTC; a naive one is refused, and SQLite's naive text is read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take a moment that knows its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must know its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def identifier() -> String:
    """Hold one random id of 32 hexadecimal characters."""
    return String(_ID_LENGTH)


def epoch_name() -> String:
    """Hold a purge day, YYYY-MM-DD."""
    return String(_EPOCH_LENGTH)


def hash_value() -> LargeBinary:
    """Hold 32 bytes of a hash or tag; `sized` checks the length."""
    return LargeBinary(HASH_SIZE)


def closed(words: type[StrEnum]) -> Enum:
    """Hold one of a closed set of words as short text; `one_of` makes the database check it."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=_WORD_LENGTH,
        values_callable=lambda members: [str(member.value) for member in members],
    )


def one_of(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """Make the database accept these words only."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def sized(column: str, size: int = HASH_SIZE) -> CheckConstraint:
    """Make the database accept exactly that many bytes: a length that varies would say something."""
    return CheckConstraint(f"length({column}) = {size}", name=column)
