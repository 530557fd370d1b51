"""An issuer with keys made on the spot, a day on which cards are checked, and one card."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from idsvc.credential import (
    CardClaims,
    CardStatus,
    GenderCode,
    KeyState,
    Portrait,
    PortraitFormat,
    Purpose,
    StatusList,
    TrustedKey,
    TrustList,
    VerificationKey,
    Verifier,
    midnight,
    read_status_list,
    sign_status_list,
    status_array,
)
from idsvc.domain.ids import KeyId, StatusIndex

ISSUER = "https://id.riverbend.example"
STATUS_URI = "https://id.riverbend.example/status/1.cwt"
TODAY = datetime(2026, 6, 15, 12, tzinfo=UTC)
NOW = int(TODAY.timestamp())
DAY = 86_400


@dataclass(frozen=True)
class FreshSigner:
    """A real signer over a key that lives only as long as the test."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()),
    )

    @property
    def public(self) -> VerificationKey:
        return VerificationKey.of(self.private.public_key())

    @property
    def key_id(self) -> KeyId:
        return self.public.key_id

    @property
    def alg(self) -> int:
        return self.public.alg

    def sign(self, message: bytes, /) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


@dataclass(frozen=True)
class City:
    """An issuer with a key of each purpose."""

    root: FreshSigner = field(default_factory=FreshSigner)
    spare: FreshSigner = field(default_factory=FreshSigner)
    card: FreshSigner = field(default_factory=FreshSigner)
    status: FreshSigner = field(default_factory=FreshSigner)
    issuer: str = ISSUER

    @property
    def roots(self) -> tuple[VerificationKey, VerificationKey]:
        return self.root.public, self.spare.public

    def trust(
        self,
        *more: TrustedKey,
        card_state: KeyState = KeyState.ACTIVE,
        status_state: KeyState = KeyState.ACTIVE,
        sequence: int = 1,
        expires_at: int = NOW + 90 * DAY,
        status_uris: tuple[str, ...] = (STATUS_URI,),
    ) -> TrustList:
        keys = (
            trusted(self.card.public, Purpose.CARD, card_state),
            trusted(self.status.public, Purpose.STATUS, status_state),
            *more,
        )
        return TrustList(self.issuer, sequence, NOW - 5 * DAY, expires_at, keys, status_uris)

    def status_list(
        self,
        *states: tuple[int, CardStatus],
        size: int = 1000,
        issued_at: int = NOW - 3600,
    ) -> StatusList:
        array = status_array(size, [(StatusIndex(index), state) for index, state in states])
        made = StatusList(STATUS_URI, issued_at, issued_at + 7 * DAY, DAY, array)
        return read_status_list(sign_status_list(made, self.status), self.trust())

    def verifier(self, *states: tuple[int, CardStatus]) -> Verifier:
        return Verifier(self.trust(), [self.status_list(*states)])


def trusted(
    key: VerificationKey,
    purpose: Purpose = Purpose.CARD,
    state: KeyState = KeyState.ACTIVE,
    *,
    first: int = NOW - 400 * DAY,
    last: int = NOW + 400 * DAY,
) -> TrustedKey:
    return TrustedKey(key, purpose, state, first, last)


CARD = CardClaims(
    issuer=ISSUER,
    number="123456789012",
    name="Renée Nguyễn-O'Neil",
    birth_date=date(1990, 1, 1),
    issued_at=midnight(date(2026, 1, 10), UTC),
    valid_from=midnight(date(2026, 1, 10), UTC),
    expires_at=midnight(date(2031, 1, 10), UTC),
    status_index=StatusIndex(77),
    status_uri=STATUS_URI,
)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(range(256))
FULL_CARD = replace(CARD, gender=GenderCode.OTHER, portrait=Portrait(WEBP, PortraitFormat.WEBP))
