"""Every command, by name."""

from collections.abc import Mapping
from typing import Final

import click

from idsvc.cli.audit import audit
from idsvc.cli.card import card
from idsvc.cli.database import db
from idsvc.cli.demo import demo
from idsvc.cli.develop import develop
from idsvc.cli.inventory import inventory
from idsvc.cli.keys import keys
from idsvc.cli.program import program
from idsvc.cli.retention import retention
from idsvc.cli.serving import healthcheck, publish, serve
from idsvc.cli.verify import verify

_ALL: Final = (
    audit,
    card,
    db,
    demo,
    develop,
    healthcheck,
    inventory,
    keys,
    program,
    publish,
    retention,
    serve,
    verify,
)

COMMANDS: Final[Mapping[str, click.Command]] = {command.name or "": command for command in _ALL}
