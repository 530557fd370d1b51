"""Other people's Python readers and writers, run in `.venv-interop`: JSON requests in, answers out, by lines.

Nothing of idsvc is imported here: whatever this program says about a token, it did not learn from us.
"""

import base64
import json
import sys
import zlib
from collections.abc import Callable

import cbor2
import claim169  # type: ignore[import-untyped,import-not-found,unused-ignore]
import cwt  # type: ignore[import-not-found]
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pycose.headers import KID, Algorithm  # type: ignore[import-not-found]
from pycose.keys import EC2Key, OKPKey  # type: ignore[import-not-found]
from pycose.messages import Sign1Message  # type: ignore[import-not-found]
from token_status_list import BitArray  # type: ignore[import-not-found]

Request = dict[str, str]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def unbase45(text: str) -> bytes:
    """Decode by the letter of RFC 9285, section 4."""
    digits = [ALPHABET.index(letter) for letter in text]
    data = b""
    for start in range(0, len(digits), 3):
        part = digits[start : start + 3]
        value = sum(digit * 45**place for place, digit in enumerate(part))
        data += value.to_bytes(len(part) - 1, "big")
    return data


def base45(data: bytes) -> str:
    """Encode by the letter of RFC 9285, section 4."""
    text = ""
    for start in range(0, len(data), 2):
        part = data[start : start + 2]
        value = int.from_bytes(part, "big")
        for _ in range(len(part) + 1):
            value, digit = divmod(value, 45)
            text += ALPHABET[digit]
    return text


def pycose_key(pem: str) -> object:
    """Give pycose a public key."""
    public = load_pem_public_key(pem.encode())
    if isinstance(public, ec.EllipticCurvePublicKey):
        numbers = public.public_numbers()
        return EC2Key(crv="P_256", x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big"))
    return OKPKey(crv="ED25519", x=public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def packed(message: bytes) -> str:
    return base45(zlib.compress(message))


def shown(claims: object) -> object:
    """Make a claims set fit for JSON: keys as text, bytes in hexadecimal."""
    if isinstance(claims, dict):
        return {str(key): shown(value) for key, value in claims.items()}
    if isinstance(claims, list | tuple):
        return [shown(value) for value in claims]
    return claims.hex() if isinstance(claims, bytes) else claims


def read_claim169(request: Request) -> object:
    public = load_pem_public_key(request["pem"].encode())
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        result = claim169.decode_with_ecdsa_p256(request["token"], point, validate_timestamps=False)
    else:
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        result = claim169.decode_with_ed25519(request["token"], raw, validate_timestamps=False)
    holder = result.claim169
    return {
        "verified": result.is_verified(),
        "issuer": result.cwt_meta.issuer,
        "expires_at": result.cwt_meta.expires_at,
        "id": holder.id,
        "version": holder.version,
        "name": holder.full_name,
        "birth_date": holder.date_of_birth,
        "gender": holder.gender,
        "face": [
            {"data": bytes(face.data).hex(), "format": face.format, "sub_format": face.sub_format}
            for face in holder.face or []
        ],
    }


def read_cwt(request: Request) -> object:
    key = cwt.COSEKey.from_pem(request["pem"], kid=bytes.fromhex(request["key_id"]))
    message = zlib.decompress(unbase45(request["token"]))
    return shown(cbor2.loads(cwt.COSE.new().decode(message, key)))


def read_pycose(request: Request) -> object:
    message = Sign1Message.decode(zlib.decompress(unbase45(request["token"])))
    message.key = pycose_key(request["pem"])
    if not message.verify_signature():
        raise ValueError("pycose refuses the signature")
    return shown(cbor2.loads(message.payload))


def read_status_list(request: Request) -> object:
    """Verify with pycose, read with token-status-list: the CWT's array, and the JWT's."""
    message = Sign1Message.decode(bytes.fromhex(request["cwt"]))
    message.key = pycose_key(request["pem"])
    if not message.verify_signature():
        raise ValueError("pycose refuses the signature")
    claims = cbor2.loads(message.payload)
    entry = claims[65533]
    array = BitArray(entry["bits"], zlib.decompress(entry["lst"]))
    body = json.loads(base64.urlsafe_b64decode(request["jwt"].split(".")[1] + "=="))
    from_jwt = BitArray.load(body["status_list"])
    places = [int(place) for place in request["places"].split()]
    return {
        "sub": claims[2],
        "cwt": [array.get(place) for place in places],
        "jwt": [from_jwt.get(place) for place in places],
    }


def write_cwt(request: Request) -> object:
    key = cwt.COSEKey.from_pem(request["private_pem"], kid=bytes.fromhex(request["key_id"]))
    header = {1: key.alg, 4: bytes.fromhex(request["key_id"])}
    return packed(cwt.COSE.new().encode(bytes.fromhex(request["payload"]), key, protected=header))


def write_pycose(request: Request) -> object:
    private = load_pem_private_key(request["private_pem"].encode(), None)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        algorithm, key = "EDDSA", OKPKey(crv="ED25519", d=private.private_bytes_raw())
    else:
        algorithm, key = "ES256", EC2Key(crv="P_256", d=secret_of(request))
    header = {Algorithm: algorithm, KID: bytes.fromhex(request["key_id"])}
    message = Sign1Message(phdr=header, payload=bytes.fromhex(request["payload"]))
    message.key = key
    return packed(message.encode())


def secret_of(request: Request) -> bytes:
    """Give the private value of a P-256 key."""
    private = load_pem_private_key(request["private_pem"].encode(), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError
    return private.private_numbers().private_value.to_bytes(32, "big")


def write_claim169(request: Request) -> object:
    meta = claim169.CwtMetaInput(issuer="https://id.riverbend.example", expires_at=1925769600)
    meta.issued_at = meta.not_before = 1768003200
    holder = claim169.Claim169Input(id="123456789012", full_name="Ann")
    holder.version = "1"
    return claim169.encode(holder, meta, sign_with_ecdsa_p256=secret_of(request))


ACTS: dict[str, Callable[[Request], object]] = {
    "read claim169": read_claim169,
    "read cwt": read_cwt,
    "read pycose": read_pycose,
    "read status list": read_status_list,
    "write cwt": write_cwt,
    "write pycose": write_pycose,
    "write claim169": write_claim169,
}


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = ACTS[request["act"]](request)
        except Exception as error:  # noqa: BLE001 - a peer's refusal is its answer, and the next request goes on
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
