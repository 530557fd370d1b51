"""Settings come from the environment alone, and every mistake stops the start with its own sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.config import DEFAULT_DATABASE_URL, SURFACES, read_settings
from idsvc.domain.errors import BadSetting


def test_an_empty_environment_has_only_defaults_that_are_fit_for_everybody() -> None:
    settings = read_settings({})
    assert settings.database_url == DEFAULT_DATABASE_URL
    assert settings.surfaces == frozenset(SURFACES)
    places = (
        settings.keys,
        settings.keys_secret,
        settings.epochs,
        settings.blobs,
        settings.public,
        settings.roots,
    )
    assert set(places) == {None}


def test_every_setting_is_read() -> None:
    settings = read_settings(
        {
            "IDSVC_DATABASE_URL": "postgresql://db/idsvc",
            "IDSVC_PROGRAM": "/srv/program.toml",
            "IDSVC_KEYS": "pkcs11:token=x?module-path=/m.so&directory=/d",
            "IDSVC_KEYS_SECRET": "/run/pin",
            "IDSVC_EPOCHS": "file:/epochs",
            "IDSVC_BLOBS": "file:/blobs",
            "IDSVC_PUBLIC": "/public",
            "IDSVC_ROOTS": "/pinned/roots.json",
            "IDSVC_SURFACES": "portal, verifier",
            "IDSVC_BASE_URL": "portal=https://card.example,verifier=https://check.example/",
            "IDSVC_TIMEZONE": "America/Chicago",
            "IDSVC_BIND": "0.0.0.0:80",
        }
    )
    assert settings.program == Path("/srv/program.toml")
    assert settings.roots == Path("/pinned/roots.json")
    assert settings.surfaces == {"portal", "verifier"}
    assert settings.base_urls == {"portal": "https://card.example", "verifier": "https://check.example"}
    assert str(settings.timezone) == "America/Chicago"
    assert settings.need("epochs") == "file:/epochs"


def test_one_address_serves_every_surface() -> None:
    settings = read_settings({"IDSVC_BASE_URL": "https://id.example", "IDSVC_SURFACES": "portal,office"})
    assert settings.base_urls == {"portal": "https://id.example", "office": "https://id.example"}


def test_what_is_needed_and_not_set_is_named_with_what_it_should_be() -> None:
    with pytest.raises(BadSetting, match="IDSVC_EPOCHS is not set; set it to file:DIR"):
        read_settings({}).need("epochs")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDSVC_KEYS", "keys"),
        ("IDSVC_KEYS", "file:"),
        ("IDSVC_KEYS", "vault:x"),
        ("IDSVC_EPOCHS", "s3:bucket"),
        ("IDSVC_BLOBS", "pkcs11:x"),
        ("IDSVC_SURFACES", "counter,,office"),
        ("IDSVC_SURFACES", "admin"),
        ("IDSVC_BASE_URL", "ftp://id.example"),
        ("IDSVC_BASE_URL", "https://id.example/path"),
        ("IDSVC_BASE_URL", "kitchen=https://id.example"),
        ("IDSVC_BASE_URL", "portal=https://id.example"),
        ("IDSVC_TIMEZONE", "../etc/passwd"),
        ("IDSVC_COLOUR", "blue"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_is_not_ours_is_passed_over(environ: dict[str, str]) -> None:
    others = {name: value for name, value in environ.items() if not name.startswith("IDSVC_")}
    assert read_settings(others) == read_settings({"IDSVC_TEST_POSTGRES": "x", "IDSVC_BIND": "  "})


@pytest.mark.parametrize("place", ["trust/roots.json", "../public/roots.json", "."])
def test_root_keys_in_the_published_folder_pin_nothing(tmp_path: Path, place: str) -> None:
    public = tmp_path / "public"
    with pytest.raises(BadSetting, match="IDSVC_ROOTS lies in the folder of IDSVC_PUBLIC"):
        read_settings({"IDSVC_PUBLIC": str(public), "IDSVC_ROOTS": str(public / place)})
