"""What all published lists share: how one is refused, and how a newer one replaces an older."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from idsvc.credential.verdicts import Reason
from idsvc.domain.errors import IdsvcError

List = TypeVar("List")


class BadList(IdsvcError):
    """A published list cannot be used; `reason` says at which rule it failed."""

    def __init__(self, what: str, reason: Reason) -> None:
        super().__init__(
            f"The {what} was refused ({reason}): keep the one in use, and fetch it again from the issuer.",
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Update(Generic[List]):
    """What holds after an update was offered: the new list, or the old one and why the new was refused."""

    kept: List
    refused: Reason | None
