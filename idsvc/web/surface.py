"""A surface as the rest of the web sees it: what it is for, whom it serves, and where it starts."""

from dataclasses import dataclass

import flask


@dataclass(frozen=True, slots=True)
class Surface:
    """One mounted surface; `start` is the address of its first page, None while it has no pages."""

    name: str
    title: str
    audience: str
    purpose: str
    icon: str
    start: str | None = None
    blueprints: tuple[flask.Blueprint, ...] = ()
