"""A process believes the root keys that it was started with, whatever the public folder offers later."""

import json
from pathlib import Path

import pytest

from idsvc.bootstrap import open_runtime
from idsvc.bootstrap.founding import make_root_keys, sign_list
from idsvc.bootstrap.roots import pin_roots, roots_hold
from idsvc.config import read_settings
from idsvc.credential import BadList
from idsvc.domain.errors import BadSetting, Refusal
from idsvc.services.publication import read_believed
from idsvc.signing.stores import open_root_keys
from tests.services.city import City
from tests.web.issuer import Issuer


def verifier_settings(public: Path, roots: Path | None = None) -> dict[str, str]:
    named = {} if roots is None else {"IDSVC_ROOTS": str(roots)}
    return {"IDSVC_SURFACES": "verifier", "IDSVC_PUBLIC": str(public)} | named


def test_without_the_setting_the_published_roots_of_the_start_stay(tmp_path: Path) -> None:
    public = Issuer().publish(tmp_path / "public")
    runtime = open_runtime(read_settings(verifier_settings(public)))
    before = runtime.roots
    assert before == (public / "trust/roots.json").read_bytes()
    assert all(runtime.readiness().values())
    Issuer().publish(public, sequence=9)
    assert runtime.roots == before
    assert [name for name, well in runtime.readiness().items() if not well] == ["root keys"]


def test_the_setting_outweighs_the_folder(tmp_path: Path) -> None:
    public = Issuer().publish(tmp_path / "public")
    pinned = tmp_path / "roots.json"
    pinned.write_bytes((public / "trust/roots.json").read_bytes())
    assert all(open_runtime(read_settings(verifier_settings(public, pinned))).readiness().values())
    Issuer().publish(public, sequence=9)
    runtime = open_runtime(read_settings(verifier_settings(public, pinned)))
    assert runtime.roots == pinned.read_bytes()
    assert not runtime.readiness()["root keys"]


def test_a_published_root_key_that_is_not_pinned_is_reported_even_beside_a_true_list(tmp_path: Path) -> None:
    city = Issuer()
    public = city.publish(tmp_path / "public")
    pinned = (public / "trust/roots.json").read_bytes()
    assert roots_hold(public, pinned)
    city.more_roots = (Issuer().root.public,)
    city.publish_roots(public)
    assert not roots_hold(public, pinned)
    assert roots_hold(public, (public / "trust/roots.json").read_bytes())


@pytest.mark.parametrize("content", [None, b"{", b'{"keys": []}'])
def test_a_named_file_without_a_root_key_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    public, pinned = Issuer().publish(tmp_path / "public"), tmp_path / "roots.json"
    if content is not None:
        pinned.write_bytes(content)
    with pytest.raises(BadSetting, match="root keys"):
        open_runtime(read_settings(verifier_settings(public, pinned)))


def test_before_the_first_publishing_nothing_is_pinned(tmp_path: Path) -> None:
    assert pin_roots(read_settings({"IDSVC_PUBLIC": str(tmp_path)})) == b""
    assert pin_roots(read_settings({})) == b""


def test_what_a_process_publishes_beside_must_be_signed_by_its_pinned_roots(city: City) -> None:
    counter = city.counter
    city.publish()
    Issuer(issuer=city.program.city.issuer).publish(city.places.public, sequence=9)
    with pytest.raises(BadList, match="key_unknown"):
        city.publish()
    with pytest.raises(BadList, match="key_unknown"):
        counter.verifier()


def test_a_development_installation_pins_its_roots_outside_of_the_public_folder(city: City) -> None:
    places = city.places
    assert not places.pinned.is_relative_to(places.public)
    assert len(json.loads(places.pinned.read_bytes())["keys"]) == 2
    assert city.counter.roots == places.pinned.read_bytes()


def test_a_ceremony_does_not_count_on_from_a_list_of_other_root_keys(city: City, tmp_path: Path) -> None:
    places = city.places
    other = open_root_keys(tmp_path, places.secret, random=city.random)
    make_root_keys(other, today=city.today)
    with pytest.raises(Refusal, match="None of these root keys signed the list before"):
        sign_list(
            city.counter.keys.status(),
            other,
            places.public,
            program=city.program,
            now=city.clock(),
        )
    trust = read_believed(places.public, city.counter.roots)
    assert trust is not None
    assert trust.sequence == 1
