"""Counts that stop early: a look at how much is left must not read all of it."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session


def count_up_to(session: Session, found: Select[Any], most: int) -> int:
    """Count the rows of a query, but no farther than `most`."""
    return session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0
