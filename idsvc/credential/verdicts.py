"""The closed answers of every check in this package: one machine reason, and the one verdict it stands for.

A reason is what a program tells apart; a verdict is what a person is told. No reason stands for two verdicts.
"""

from enum import StrEnum
from types import MappingProxyType


class Verdict(StrEnum):
    """What a person is told about a card."""

    GENUINE = "GENUINE"
    GENUINE_STATUS_STALE = "GENUINE_STATUS_STALE"
    GENUINE_STATUS_UNCHECKED = "GENUINE_STATUS_UNCHECKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    TAMPERED = "TAMPERED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    WRONG_ISSUER = "WRONG_ISSUER"
    NOT_A_CARD = "NOT_A_CARD"
    UNREADABLE = "UNREADABLE"


class Reason(StrEnum):
    """Why, in the words of a program; in the order in which a verifier meets them."""

    # The text and its compression
    EMPTY = "empty"
    TOO_LONG = "too_long"
    BASE45 = "base45"
    NOT_ZLIB = "not_zlib"
    TOO_LARGE = "too_large"
    COMPRESSION = "compression"
    # CBOR, wherever it stands
    CBOR_TRUNCATED = "cbor_truncated"
    CBOR_TRAILING = "cbor_trailing"
    CBOR_INDEFINITE = "cbor_indefinite"
    CBOR_NOT_SHORTEST = "cbor_not_shortest"
    CBOR_TYPE = "cbor_type"
    CBOR_DEPTH = "cbor_depth"
    CBOR_TEXT = "cbor_text"
    CBOR_KEY = "cbor_key"
    CBOR_DUPLICATE_KEY = "cbor_duplicate_key"
    CBOR_KEY_ORDER = "cbor_key_order"
    # COSE_Sign1
    COSE_TAG = "cose_tag"
    COSE_FORM = "cose_form"
    UNPROTECTED_HEADER = "unprotected_header"
    UNKNOWN_HEADER = "unknown_header"
    ALG_MISSING = "alg_missing"
    ALG_UNKNOWN = "alg_unknown"
    KID_MISSING = "kid_missing"
    PAYLOAD_DETACHED = "payload_detached"
    # Key and signature
    KEY_UNKNOWN = "key_unknown"
    KEY_WITHDRAWN = "key_withdrawn"
    KEY_PURPOSE = "key_purpose"
    KEY_PERIOD = "key_period"
    ALG_NOT_OF_KEY = "alg_not_of_key"
    SIGNATURE_FORM = "signature_form"
    SIGNATURE = "signature"
    # Claims
    CLAIMS_FORM = "claims_form"
    CLAIM_169_MISSING = "claim_169_missing"
    CLAIM_169_FORM = "claim_169_form"
    CLAIM_FORBIDDEN = "claim_forbidden"
    CLAIM_MISSING = "claim_missing"
    ISSUER_FORM = "issuer_form"
    TIME_FORM = "time_form"
    TIME_RANGE = "time_range"
    STATUS_FORM = "status_form"
    VERSION = "version"
    NUMBER_FORM = "number_form"
    NAME_FORM = "name_form"
    BIRTH_DATE_FORM = "birth_date_form"
    GENDER_FORM = "gender_form"
    PORTRAIT_FORM = "portrait_form"
    # Judgement
    ISSUER = "issuer"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    STATUS_URI_UNKNOWN = "status_uri_unknown"
    STATUS_LIST_MISSING = "status_list_missing"
    STATUS_INDEX_UNKNOWN = "status_index_unknown"
    STATUS_VALUE_UNKNOWN = "status_value_unknown"
    STATUS_STALE = "status_stale"
    TRUST_STALE = "trust_stale"
    GENUINE = "genuine"
    # Of a trust list, status list or key set; never the answer about a card
    LIST_TYPE = "list_type"
    LIST_FORM = "list_form"
    LIST_OLDER = "list_older"
    KEY_FORM = "key_form"


_OTHERWISE = Verdict.NOT_A_CARD
_VERDICTS = {
    Verdict.UNREADABLE: (Reason.EMPTY, Reason.COMPRESSION),
    Verdict.UNKNOWN_KEY: (Reason.KEY_UNKNOWN, Reason.KEY_WITHDRAWN, Reason.KEY_PURPOSE, Reason.KEY_PERIOD),
    Verdict.TAMPERED: (Reason.ALG_NOT_OF_KEY, Reason.SIGNATURE_FORM, Reason.SIGNATURE),
    Verdict.WRONG_ISSUER: (Reason.ISSUER,),
    Verdict.NOT_YET_VALID: (Reason.NOT_YET_VALID,),
    Verdict.EXPIRED: (Reason.EXPIRED,),
    Verdict.REVOKED: (Reason.REVOKED,),
    Verdict.SUSPENDED: (Reason.SUSPENDED,),
    Verdict.GENUINE_STATUS_UNCHECKED: (
        Reason.STATUS_URI_UNKNOWN,
        Reason.STATUS_LIST_MISSING,
        Reason.STATUS_INDEX_UNKNOWN,
        Reason.STATUS_VALUE_UNKNOWN,
    ),
    Verdict.GENUINE_STATUS_STALE: (Reason.STATUS_STALE, Reason.TRUST_STALE),
    Verdict.GENUINE: (Reason.GENUINE,),
}
VERDICT_OF = MappingProxyType(
    dict.fromkeys(Reason, _OTHERWISE)
    | {reason: verdict for verdict, reasons in _VERDICTS.items() for reason in reasons},
)
"""The verdict that each reason stands for."""


GENUINE = frozenset({Verdict.GENUINE, Verdict.GENUINE_STATUS_STALE, Verdict.GENUINE_STATUS_UNCHECKED})
"""The verdicts that come with the holder's claims; no other does."""


class Malformed(Exception):
    """Bytes that are not what they should be; `reason` says at which rule. It never leaves this package."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
