"""Private keys in a PKCS#11 token: they sign and tag inside it and cannot be read, not even by us."""

import hashlib
from collections.abc import Callable

from pkcs11 import Mechanism, ObjectClass

from idsvc.credential.keys import EDDSA, VerificationKey
from idsvc.signing.hsm import Hsm
from idsvc.signing.register import IndexName
from idsvc.signing.signer import IndexKey


class HsmKeys:
    """The custody of a key store in a token; the register beside it stays a file."""

    def __init__(self, hsm: Hsm) -> None:
        self._hsm = hsm

    def make(self, alg: int) -> VerificationKey:
        """Make a signing key inside the token."""
        return self._hsm.make_signing_key(alg)

    def load(self, public: VerificationKey) -> Callable[[bytes], bytes]:
        """Return the signing function of a key in the token; BadSetting when it is missing."""
        if public.alg == EDDSA:
            return self._hsm.signing(_label(public), ObjectClass.PRIVATE_KEY, Mechanism.EDDSA)
        sign = self._hsm.signing(_label(public), ObjectClass.PRIVATE_KEY, Mechanism.ECDSA)
        return lambda message: sign(hashlib.sha256(message).digest())

    def destroy(self, public: VerificationKey) -> None:
        """Destroy a key pair in the token; nothing happens if it is gone."""
        self._hsm.destroy(_label(public))

    def make_index(self, name: IndexName) -> bool:
        """Make an index key unless there is one; tell whether it was made now."""
        label = _index_label(name)
        if self._hsm.has(label, ObjectClass.SECRET_KEY):
            return False
        self._hsm.make_index_key(label)
        return True

    def load_index(self, name: IndexName) -> IndexKey:
        """Return an index key in the token; BadSetting when it is missing."""
        return _HsmIndexKey(
            self._hsm.signing(_index_label(name), ObjectClass.SECRET_KEY, Mechanism.SHA256_HMAC)
        )


class _HsmIndexKey:
    """An index key that stays in its token."""

    __slots__ = ("_sign",)

    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        self._sign = sign

    def tag(self, message: bytes) -> bytes:
        return self._sign(message)


def _label(public: VerificationKey) -> str:
    return f"idsvc {public.key_id}"


def _index_label(name: IndexName) -> str:
    return f"idsvc index {name}"
