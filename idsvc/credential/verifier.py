"""Checks the text of a card's QR code: pure, offline, and with an answer for every string of bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from idsvc.credential import cose, qrtext
from idsvc.credential.claims import CardClaims, read_claims
from idsvc.credential.key_set import read_key_set
from idsvc.credential.keys import KeyState, Purpose
from idsvc.credential.status_list import StatusList
from idsvc.credential.trust_list import TrustedKey, TrustList
from idsvc.credential.verdicts import GENUINE, VERDICT_OF, Malformed, Reason, Verdict
from idsvc.domain.lifecycle import CardStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one check. The holder's claims are there only when the verdict is one of GENUINE*.

    `moment` is the date of the verdict's words, in seconds since 1970: when the card ended (EXPIRED), begins
    (NOT_YET_VALID), or when its status was last known (GENUINE, GENUINE_STATUS_STALE); otherwise None.
    """

    verdict: Verdict
    reason: Reason
    claims: CardClaims | None = None
    moment: int | None = None


class Verifier:
    """Answers for the cards of one issuer, from lists that were fetched before; it fetches nothing itself."""

    def __init__(
        self, trust: TrustList, status_lists: Iterable[StatusList] = (), *, issuer: str | None = None
    ) -> None:
        """Take lists that were read with their signatures; `issuer` is by default the trust list's."""
        self._trust = trust
        self._issuer = issuer or trust.issuer
        self._keys = {entry.key.key_id: entry for entry in trust.keys}
        self._status_lists = {status.uri: status for status in status_lists}

    @classmethod
    def from_key_set(cls, text: str | bytes, *, issuer: str | None = None) -> Self:
        """Make a verifier for an outsider who holds only the issuer's key set; status stays unchecked."""
        return cls(read_key_set(text, issuer=issuer))

    def verify(self, token: str | bytes, *, at: datetime) -> Answer:
        """Check the text of a QR code at a moment (UTC-aware); raises for no text.

        1. Unpack: length, Base45, zlib, the cap on what comes out.
        2. Form: one COSE_Sign1, protected `alg` and `kid` and no other header, payload inside.
        3. Key: in the trust list, for cards, not withdrawn. No key comes from the token.
        4. Signature: the key's own algorithm, 64 bytes, over the very bytes received. Nothing of the payload
           is believed before.
        5. Claims: the closed set, each in its one form.
        6. Issuer: the one that is expected; and the card was issued while its key was in use.
        7. Time: begun, not ended.
        8. Status: in a list that the trust list names.
        9. Age of what we believe: neither the status list nor the trust list is past its day.
        """
        if at.tzinfo is None:
            raise ValueError("The moment of a check needs its time zone.")
        try:
            # 1. and 2.
            message = cose.read_sign1(qrtext.read_text(token))
            # 3.
            key = self._card_key(message)
            # 4.
            message.check(key.key)
            # 5.
            claims = read_claims(message.payload)
        except Malformed as refusal:
            return Answer(VERDICT_OF[refusal.reason], refusal.reason)
        # 6. to 9.
        return self._answer(self._judge(claims, key, int(at.timestamp())), claims)

    def _card_key(self, message: cose.Sign1) -> TrustedKey:
        key = self._keys.get(message.key_id)
        if key is not None and key.purpose is Purpose.CARD:
            if key.state is KeyState.WITHDRAWN:
                raise Malformed(Reason.KEY_WITHDRAWN)
            return key
        # Nothing here can be believed. What it claims to be only decides what to say of it: no card at all, a
        # card of another city, or perhaps one of ours under a key newer than our list.
        if self._foreign(read_claims(message.payload)):
            raise Malformed(Reason.ISSUER)
        raise Malformed(Reason.KEY_UNKNOWN if key is None else Reason.KEY_PURPOSE)

    def _foreign(self, claims: CardClaims) -> bool:
        return self._issuer is not None and claims.issuer != self._issuer

    def _judge(self, claims: CardClaims, key: TrustedKey, now: int) -> Reason:
        # 6.
        if self._foreign(claims):
            return Reason.ISSUER
        if not key.first <= claims.issued_at < key.last:
            return Reason.KEY_PERIOD
        # 7.
        if now < claims.valid_from:
            return Reason.NOT_YET_VALID
        if now >= claims.expires_at:
            return Reason.EXPIRED
        # 8.
        if claims.status_uri not in self._trust.status_uris:
            return Reason.STATUS_URI_UNKNOWN
        status = self._status_lists.get(claims.status_uri)
        if status is None:
            return Reason.STATUS_LIST_MISSING
        known = _STATUS_REASONS.get(status.state(claims.status_index), Reason.STATUS_VALUE_UNKNOWN)
        if known is not Reason.GENUINE:
            return known
        # 9.
        if status.stale(now):
            return Reason.STATUS_STALE
        return Reason.TRUST_STALE if self._trust.stale(now) else Reason.GENUINE

    def _answer(self, reason: Reason, claims: CardClaims) -> Answer:
        verdict = VERDICT_OF[reason]
        return Answer(verdict, reason, claims if verdict in GENUINE else None, self._moment(reason, claims))

    def _moment(self, reason: Reason, claims: CardClaims) -> int | None:
        match reason:
            case Reason.EXPIRED:
                return claims.expires_at
            case Reason.NOT_YET_VALID:
                return claims.valid_from
            case Reason.GENUINE | Reason.STATUS_STALE:
                return self._status_lists[claims.status_uri].issued_at
            case Reason.TRUST_STALE:
                return self._trust.issued_at
        return None


_STATUS_REASONS: Mapping[int | None, Reason] = {
    CardStatus.VALID: Reason.GENUINE,
    CardStatus.REVOKED: Reason.REVOKED,
    CardStatus.SUSPENDED: Reason.SUSPENDED,
    None: Reason.STATUS_INDEX_UNKNOWN,
}
