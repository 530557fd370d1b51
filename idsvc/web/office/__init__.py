"""The office: the program's lead, auditors and records officers look after retention, reports and audit."""

from idsvc.web.languages import mark
from idsvc.web.surface import Surface


def describe() -> Surface:
    """Say what the office is for."""
    return Surface(
        name="office",
        title=mark("Office"),
        audience=mark("For the program’s staff"),
        purpose=mark("Look after deletion dates, reports, requests for data and the audit record."),
        icon="office",
    )
