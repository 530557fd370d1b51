"""The signed code on a card: issuing, reading and judging it, with the lists of keys and card states.

Works on its own: the standard library and `cryptography`, no web framework, database or private key.
"""

from idsvc.credential.capacity import (
    DoesNotFit,
    ErrorCorrection,
    PortraitRoom,
    error_correction,
    portrait_room,
)
from idsvc.credential.claims import NO_EXPIRY, CardClaims, GenderCode, Portrait, PortraitFormat, midnight
from idsvc.credential.encoder import encode
from idsvc.credential.key_set import read_key_set, write_key_set
from idsvc.credential.keys import EDDSA, ES256, KeyState, Purpose, Signs, VerificationKey, key_id_of
from idsvc.credential.lists import BadList, Update
from idsvc.credential.status_list import (
    StatusList,
    read_status_list,
    sign_status_list,
    sign_status_list_jwt,
    status_array,
    update_status_list,
)
from idsvc.credential.trust_list import (
    LISTED,
    TrustedKey,
    TrustList,
    read_trust_list,
    sign_trust_list,
    update_trust_list,
)
from idsvc.credential.verdicts import Reason, Verdict
from idsvc.credential.verifier import Answer, Verifier
from idsvc.credential.words import WORDS, Colour, Words
from idsvc.domain.lifecycle import CardStatus

__all__ = [
    "EDDSA",
    "ES256",
    "LISTED",
    "NO_EXPIRY",
    "WORDS",
    "Answer",
    "BadList",
    "CardClaims",
    "CardStatus",
    "Colour",
    "DoesNotFit",
    "ErrorCorrection",
    "GenderCode",
    "KeyState",
    "Portrait",
    "PortraitFormat",
    "PortraitRoom",
    "Purpose",
    "Reason",
    "Signs",
    "StatusList",
    "TrustList",
    "TrustedKey",
    "Update",
    "Verdict",
    "VerificationKey",
    "Verifier",
    "Words",
    "encode",
    "error_correction",
    "key_id_of",
    "midnight",
    "portrait_room",
    "read_key_set",
    "read_status_list",
    "read_trust_list",
    "sign_status_list",
    "sign_status_list_jwt",
    "sign_trust_list",
    "status_array",
    "update_status_list",
    "update_trust_list",
    "write_key_set",
]
