"""Read the settings from the environment, and from nowhere else; what is missing or wrong stops the start.

Source: the settings table of docs/operations.md.
"""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from idsvc.domain.errors import BadSetting

SURFACES: Final = ("counter", "verifier", "portal", "office")

DEFAULT_DATABASE_URL: Final = "sqlite:///var/idsvc.db"
DEFAULT_BIND: Final = "127.0.0.1:8000"

_KNOWN: Final = frozenset(
    {
        "IDSVC_BASE_URL",
        "IDSVC_BIND",
        "IDSVC_BLOBS",
        "IDSVC_DATABASE_URL",
        "IDSVC_EPOCHS",
        "IDSVC_KEYS",
        "IDSVC_KEYS_SECRET",
        "IDSVC_PROGRAM",
        "IDSVC_PUBLIC",
        "IDSVC_ROOTS",
        "IDSVC_SMTP_URL",
        "IDSVC_SURFACES",
        "IDSVC_TIMEZONE",
    }
)
_TEST_PREFIX: Final = "IDSVC_TEST_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one process was told; a place that was not named is None and asking for it refuses."""

    database_url: str
    program: Path | None
    keys: str | None
    """`file:DIR` or `pkcs11:…`: long-lived keys, backed up."""
    keys_secret: Path | None
    """File that holds the passphrase or PIN of `keys`."""
    epochs: str | None
    """`file:DIR` or `pkcs11:…`: purge-day keys, never backed up."""
    blobs: str | None
    """`file:DIR`: sealed blobs."""
    public: Path | None
    """Folder that `idsvc publish` writes and a verifier reads."""
    roots: Path | None
    """File of the root keys that this process believes; outside of the public folder, so that whoever can
    write there cannot make believe."""
    surfaces: frozenset[str]
    base_urls: Mapping[str, str]
    """Origin of each surface, without a slash at the end."""
    answers_any_host: bool
    """Whether IDSVC_BASE_URL is not set: then requests may name any host."""
    timezone: zoneinfo.ZoneInfo | None
    """Local time of the city; None means the program's own."""
    bind: str

    def need(self, name: str) -> str:
        """Return the setting of that field, or refuse with the sentence that names its variable."""
        value = getattr(self, name)
        if value is None:
            raise BadSetting(f"IDSVC_{name.upper()} is not set; set it to {_WANTED[name]} and start again.")
        return str(value)


_WANTED: Final = {
    "program": "the path of the city's program file",
    "keys": "file:DIR, the directory of the long-lived keys",
    "keys_secret": "the path of the file that holds the key passphrase",
    "epochs": "file:DIR, the directory of the purge-day keys (never backed up)",
    "blobs": "file:DIR, the directory of the sealed blobs",
    "public": "the folder of the published lists",
}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every IDSVC_ variable; refuse unknown names and malformed values, one sentence each.

    Variables named IDSVC_TEST_… belong to the test suite and are passed over.
    """
    given = {
        name: value.strip()
        for name, value in environ.items()
        if name.startswith("IDSVC_") and not name.startswith(_TEST_PREFIX) and value.strip()
    }
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise BadSetting(f"{unknown[0]} is no setting of idsvc; remove it or correct its name.")
    surfaces = _surfaces(given.get("IDSVC_SURFACES"))
    bind = given.get("IDSVC_BIND", DEFAULT_BIND)
    public = _path(given.get("IDSVC_PUBLIC"))
    return Settings(
        database_url=given.get("IDSVC_DATABASE_URL", DEFAULT_DATABASE_URL),
        program=_path(given.get("IDSVC_PROGRAM")),
        keys=_place("IDSVC_KEYS", given.get("IDSVC_KEYS"), ("file", "pkcs11")),
        keys_secret=_path(given.get("IDSVC_KEYS_SECRET")),
        epochs=_place("IDSVC_EPOCHS", given.get("IDSVC_EPOCHS"), ("file", "pkcs11")),
        blobs=_place("IDSVC_BLOBS", given.get("IDSVC_BLOBS"), ("file",)),
        public=public,
        roots=_outside(public, _path(given.get("IDSVC_ROOTS"))),
        surfaces=surfaces,
        base_urls=_base_urls(given.get("IDSVC_BASE_URL"), surfaces, bind),
        answers_any_host="IDSVC_BASE_URL" not in given,
        timezone=_timezone(given.get("IDSVC_TIMEZONE")),
        bind=bind,
    )


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _outside(public: Path | None, roots: Path | None) -> Path | None:
    if public is not None and roots is not None and roots.resolve().is_relative_to(public.resolve()):
        raise BadSetting("IDSVC_ROOTS lies in the folder of IDSVC_PUBLIC; keep the root keys outside of it.")
    return roots


def _place(name: str, text: str | None, schemes: tuple[str, ...]) -> str | None:
    if text is None:
        return None
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in schemes or not rest:
        wanted = " or ".join(f"{scheme}:…" for scheme in schemes)
        raise BadSetting(f"{name} must be written {wanted}; correct it and start again.")
    return text


def _surfaces(text: str | None) -> frozenset[str]:
    names = tuple(name.strip() for name in text.split(",")) if text else SURFACES
    for name in names:
        if name not in SURFACES:
            raise BadSetting(f"IDSVC_SURFACES names {name!r}; it may list {', '.join(SURFACES)}.")
    return frozenset(names)


def _base_urls(text: str | None, surfaces: frozenset[str], bind: str) -> Mapping[str, str]:
    """Read `https://one.example` for all surfaces, or `counter=https://…,portal=https://…`."""
    if text is None:
        port = bind.rpartition(":")[2]
        return dict.fromkeys(surfaces, f"http://localhost:{port}")
    urls: dict[str, str] = {}
    for part in text.split(","):
        surface, equals, url = part.strip().partition("=")
        if not equals:
            urls.update(dict.fromkeys(surfaces, _origin(surface)))
        elif surface in SURFACES:
            urls[surface] = _origin(url)
        else:
            raise BadSetting(f"IDSVC_BASE_URL names {surface!r}; it may name {', '.join(SURFACES)}.")
    missing = sorted(surfaces - set(urls))
    if missing:
        raise BadSetting(f"IDSVC_BASE_URL gives no address for the surface {missing[0]}; add one.")
    return urls


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise BadSetting("IDSVC_BASE_URL must hold origins such as https://id.example.org; correct it.")
    return f"{parts.scheme}://{parts.netloc}"


def _timezone(text: str | None) -> zoneinfo.ZoneInfo | None:
    if text is None:
        return None
    try:
        return zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise BadSetting(
            "IDSVC_TIMEZONE is no time zone of this machine; write one such as America/Chicago."
        ) from None
