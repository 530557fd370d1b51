"""What all vectors share: a city with its published lists by name, strangers, and the form of a vector."""

from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from idsvc.credential import (
    CardClaims,
    CardStatus,
    KeyState,
    Purpose,
    Reason,
    StatusList,
    TrustList,
    encode,
)
from tests.credential.city import CARD, DAY, NOW, City, FreshSigner, trusted

OTHER_ISSUER = "https://id.lakeside.example"


@dataclass(frozen=True)
class Vector:
    """A text, under which lists and at which moment it is checked, and the reason that must come out."""

    name: str
    token: str
    reason: Reason
    trust: str | None = "current"
    status: tuple[str, ...] = ("fresh",)
    issuer: str | None = None
    at: int = NOW


@dataclass(frozen=True)
class World:
    """A city, its published lists by name, and strangers."""

    city: City = field(default_factory=City)
    ed25519: FreshSigner = field(default_factory=lambda: FreshSigner(Ed25519PrivateKey.generate()))
    stranger: FreshSigner = field(default_factory=FreshSigner)

    def trust_lists(self) -> dict[str, TrustList]:
        edward = trusted(self.ed25519.public)
        current = self.city.trust(edward)
        too_late = trusted(self.city.card.public, first=CARD.issued_at + 1)
        return {
            "current": current,
            "retired": self.city.trust(edward, card_state=KeyState.RETIRED, sequence=2),
            "withdrawn": self.city.trust(edward, card_state=KeyState.WITHDRAWN, sequence=3),
            "stale": self.city.trust(edward, expires_at=NOW),
            "no_status_uris": self.city.trust(edward, status_uris=()),
            "key_of_later_days": replace(current, keys=(too_late, *current.keys[1:])),
            "key_for_status": replace(
                current, keys=(trusted(self.city.card.public, Purpose.STATUS), *current.keys[1:])
            ),
        }

    def status_lists(self) -> dict[str, StatusList]:
        return {
            "fresh": self.city.status_list(),
            "old": self.city.status_list(issued_at=NOW - DAY),
            "revoked": self.city.status_list((77, CardStatus.REVOKED)),
            "revoked_old": self.city.status_list((77, CardStatus.REVOKED), issued_at=NOW - 30 * DAY),
            "suspended": self.city.status_list((77, CardStatus.SUSPENDED)),
            "neighbours": self.city.status_list((76, CardStatus.REVOKED), (78, CardStatus.SUSPENDED)),
            "short": self.city.status_list(size=76),
            "no_such_state": replace(self.city.status_list(), array=b"\xff" * 250),
        }

    def issue(self, claims: CardClaims = CARD) -> str:
        return encode(claims, self.city.card)
