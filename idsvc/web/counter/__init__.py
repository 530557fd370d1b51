"""The counter: clerks enroll residents and hand them their card."""

from idsvc.web.languages import mark
from idsvc.web.surface import Surface


def describe() -> Surface:
    """Say what the counter is for."""
    return Surface(
        name="counter",
        title=mark("Counter"),
        audience=mark("For clerks"),
        purpose=mark("Enroll a resident, take the portrait, print the card and hand it over."),
        icon="counter",
    )
