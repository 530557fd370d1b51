"""Issues the text of a card's QR code."""

from idsvc.credential import cose, qrtext
from idsvc.credential.claims import CardClaims, read_claims, write_claims
from idsvc.credential.keys import Signs
from idsvc.credential.verdicts import Malformed
from idsvc.domain.errors import BadInput


def encode(claims: CardClaims, signs: Signs) -> str:
    """Sign the claims with the card key and give the text for the QR code (alphanumeric mode).

    BadInput if a verifier would not read these claims back exactly as they are; nothing is signed then.
    """
    payload = _checked_payload(claims)
    return qrtext.write_text(cose.sign1(payload, signs))


def _checked_payload(claims: CardClaims) -> bytes:
    """Write the claims and read them back with the verifier's own rules."""
    try:
        payload = write_claims(claims)
        if read_claims(payload) == claims:
            return payload
        rule = "not read back alike"
    except Malformed as refusal:
        rule = refusal.reason
    except (UnicodeEncodeError, OverflowError):
        rule = "not a text or number that can be written"
    raise BadInput("card", f"A card's code cannot hold these facts ({rule}): please correct them.")
