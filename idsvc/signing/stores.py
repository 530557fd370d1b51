"""Open the key store and the epoch store that the settings name: `file:DIR` or `pkcs11:…`."""

from datetime import tzinfo
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting
from idsvc.domain.ids import Clock, Random
from idsvc.signing.epochs import EpochStore
from idsvc.signing.filekeys import FileKeys
from idsvc.signing.halves import FileHalves, PrivateHalves
from idsvc.signing.keystore import ROOT_PURPOSES, SERVER_PURPOSES, KeyStore

_FORMS: Final = "{name} must be written file:DIR or pkcs11:…; correct it and start again."


def open_keys(setting: str, secret_file: Path, *, random: Random) -> KeyStore:
    """Open `IDSVC_KEYS` with `IDSVC_KEYS_SECRET`; BadSetting in one sentence when it cannot be used."""
    scheme, _, rest = setting.partition(":")
    match scheme:
        case "file":
            keys = FileKeys(Path(rest), secret_file, random=random)
            return KeyStore(Path(rest), keys, purposes=SERVER_PURPOSES)
        case "pkcs11":
            # Only whoever uses a token loads its library.
            from idsvc.signing import hsm, hsmkeys  # noqa: PLC0415

            place = hsm.read_place("IDSVC_KEYS", setting)
            token = hsmkeys.HsmKeys(hsm.Hsm(place, secret_file))
            return KeyStore(place.directory, token, purposes=SERVER_PURPOSES)
    raise BadSetting(_FORMS.format(name="IDSVC_KEYS"))


def open_root_keys(directory: Path, secret_file: Path, *, random: Random) -> KeyStore:
    """Open the directory of the live and spare root keys; only ceremony commands, offline, do this."""
    return KeyStore(directory, FileKeys(directory, secret_file, random=random), purposes=ROOT_PURPOSES)


def open_epochs(
    setting: str, secret_file: Path | None, *, zone: tzinfo, clock: Clock, random: Random, opens: bool
) -> EpochStore:
    """Open `IDSVC_EPOCHS`; with `opens=False` only public halves and deposits are used.

    `secret_file` holds the PIN of a PKCS#11 token; files, and processes that only deposit, need none.
    """
    scheme, _, rest = setting.partition(":")
    private: PrivateHalves | None = None
    match scheme:
        case "file":
            directory = Path(rest)
            private = FileHalves(directory / "private") if opens else None
        case "pkcs11":
            from idsvc.signing import hsm, hsmhalves  # noqa: PLC0415

            place = hsm.read_place("IDSVC_EPOCHS", setting)
            directory = place.directory
            if opens:
                if secret_file is None:
                    raise BadSetting("IDSVC_KEYS_SECRET is not set; set it to the file that holds the PIN.")
                token = hsm.Hsm(place, secret_file)
                private = hsmhalves.HsmHalves(directory / "private", token, random=random)
        case _:
            raise BadSetting(_FORMS.format(name="IDSVC_EPOCHS"))
    return EpochStore(directory, private, zone=zone, clock=clock, random=random)
