"""An issuing city for the web's tests: fresh keys, cards, and the folder that `idsvc publish` would write."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from idsvc.credential import (
    CardClaims,
    CardStatus,
    KeyState,
    Portrait,
    PortraitFormat,
    Purpose,
    StatusList,
    TrustedKey,
    TrustList,
    VerificationKey,
    encode,
    midnight,
    sign_status_list,
    sign_trust_list,
    status_array,
    write_key_set,
)
from idsvc.credential.cose import sign1
from idsvc.domain.ids import StatusIndex
from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.small_portrait import SmallPortrait, small_portrait
from tests.credential.city import FreshSigner

DAY = 86_400
ZONE = ZoneInfo("America/Chicago")
ISSUER = "https://id.riverbend.example"
STATUS_URI = f"{ISSUER}/status/1.cwt"
SAMPLE = Path(__file__).resolve().parents[2] / "templates/samples/portrait.jpg"
PROGRAM = {
    "city": "City of Riverbend",
    "card": "Riverbend City ID",
    "issuer": ISSUER,
    "languages": ["en", "es", "ar"],
    "colors": {},
    "contact": "311",
    "timezone": str(ZONE),
}


def make_small_portrait() -> Portrait:
    """Make the small portrait of the sample picture, as a card's issuance does."""
    jpeg = make_portrait(SAMPLE.read_bytes()).jpeg
    small = small_portrait(jpeg, rooms=(475, 690))
    assert isinstance(small, SmallPortrait)
    return Portrait(small.picture, PortraitFormat[small.format.name])


@dataclass
class Issuer:
    """A city with fresh keys of every purpose, whose cards are valid now."""

    now: int = field(default_factory=lambda: int(time.time()))
    issuer: str = ISSUER
    root: FreshSigner = field(default_factory=FreshSigner)
    more_roots: tuple[VerificationKey, ...] = ()
    card: FreshSigner = field(default_factory=FreshSigner)
    status: FreshSigner = field(default_factory=FreshSigner)

    def claims(self, **changes: Any) -> CardClaims:
        today = datetime.fromtimestamp(self.now, ZONE).date()
        issued = midnight(today.replace(year=today.year - 1, day=1), ZONE)
        return replace(
            CardClaims(
                issuer=self.issuer,
                number="482915037264",
                name="Amara Okafor-Delgado",
                birth_date=date(1991, 4, 23),
                issued_at=issued,
                valid_from=issued,
                expires_at=midnight(today.replace(year=today.year + 4, day=1), ZONE),
                status_index=StatusIndex(77),
                status_uri=STATUS_URI,
            ),
            **changes,
        )

    def token(self, **changes: Any) -> str:
        return encode(self.claims(**changes), self.card)

    def trust(self, *, sequence: int = 1, expires_at: int | None = None) -> TrustList:
        span = {"first": self.now - 4000 * DAY, "last": self.now + 400 * DAY}
        keys = (
            TrustedKey(self.card.public, Purpose.CARD, KeyState.ACTIVE, **span),
            TrustedKey(self.status.public, Purpose.STATUS, KeyState.ACTIVE, **span),
        )
        until = expires_at or self.now + 90 * DAY
        return TrustList(self.issuer, sequence, self.now - 5 * DAY, until, keys, (STATUS_URI,))

    def publish(
        self,
        folder: Path,
        states: Mapping[int, CardStatus] | None = None,
        *,
        age: int = 3600,
        sequence: int = 1,
    ) -> Path:
        """Write the public folder; the status list is `age` seconds old."""
        for name in ("trust", "status", ".well-known"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        trust = self.trust(sequence=sequence)
        array = status_array(1000, [(StatusIndex(index), state) for index, state in (states or {}).items()])
        issued = self.now - age
        status = StatusList(STATUS_URI, issued, issued + 7 * DAY, DAY, array)
        (folder / "trust/list.cwt").write_bytes(sign_trust_list(trust, self.root))
        self.publish_roots(folder, sequence=sequence)
        (folder / "status/1.cwt").write_bytes(sign_status_list(status, self.status))
        (folder / ".well-known/jwks.json").write_text(write_key_set(trust))
        (folder / "program.json").write_text(json.dumps(PROGRAM | {"issuer": self.issuer}))
        (folder / "program").mkdir(exist_ok=True)
        (folder / "program" / "evidence.json").write_text("{}")
        return folder

    def publish_roots(self, folder: Path, *, sequence: int = 1) -> None:
        """Write the root keys to pin, plain and signed by the root key."""
        keys = [key.jwk() for key in (self.root.public, *self.more_roots)]
        document = json.dumps({"keys": keys, "sequence": sequence}).encode()
        (folder / "trust/roots.json").write_bytes(document)
        (folder / "trust/roots.cose").write_bytes(
            sign1(document, self.root, typ="application/idsvc-roots+json")
        )
