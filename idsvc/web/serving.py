"""What the web needs of a runtime, whatever else that runtime holds.

A process that mounts only the verifier gets a runtime with nothing more than this: no database and no key.
"""

from collections.abc import Mapping
from typing import Protocol

from idsvc.config import Settings
from idsvc.domain.ids import Clock


class Serving(Protocol):
    """A runtime seen from the web."""

    @property
    def settings(self) -> Settings:
        """Give what this process was told by its environment."""

    @property
    def clock(self) -> Clock:
        """Give the source of the present moment."""

    @property
    def roots(self) -> bytes:
        """Give the roots.json that this process pinned when it started; no bytes when there was none."""

    def monitored(self) -> Mapping[str, int]:
        """Give what is overdue, by rule and rounded. Raises IdsvcError when it cannot be looked up."""

    def readiness(self) -> Mapping[str, bool]:
        """Tell of each thing this process stands on (such as `database`, `keys`) whether it is usable."""
