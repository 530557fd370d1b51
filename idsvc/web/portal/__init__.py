"""The portal: residents renew their card and see what the city holds about them."""

from idsvc.web.languages import mark
from idsvc.web.surface import Surface


def describe() -> Surface:
    """Say what the portal is for."""
    return Surface(
        name="portal",
        title=mark("My card"),
        audience=mark("For residents"),
        purpose=mark("Find out what to bring, renew your card, and see what the city keeps about you."),
        icon="portal",
    )
