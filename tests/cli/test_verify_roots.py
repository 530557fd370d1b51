"""`idsvc verify --roots` believes the root keys that were named, and not those beside the list."""

from pathlib import Path

from idsvc.cli import exits
from tests.cli.conftest import Command
from tests.web.issuer import Issuer


def test_with_root_keys_of_its_own_a_replaced_folder_is_refused(idsvc: Command, tmp_path: Path) -> None:
    city, forger = Issuer(), Issuer()
    public = city.publish(tmp_path / "public")
    pinned = tmp_path / "roots.json"
    pinned.write_bytes((public / "trust/roots.json").read_bytes())
    for place in (
        ("--public", public),
        ("--trust", public / "trust/list.cwt", "--status", public / "status/1.cwt"),
    ):
        genuine = idsvc("verify", "--token", city.token(), *place, "--roots", pinned)
        assert genuine.code == exits.DONE, genuine
    forger.publish(public, sequence=9)
    assert idsvc("verify", "--token", forger.token(), "--public", public).code == exits.DONE
    refused = idsvc("verify", "--token", forger.token(), "--public", public, "--roots", pinned)
    assert "GENUINE" not in refused.out
    assert refused.code == exits.BAD_LIST
    assert f"trust list {public / 'trust/list.cwt'} was refused (key_unknown)" in refused.err


def test_root_keys_and_a_key_set_do_not_go_together(idsvc: Command, tmp_path: Path) -> None:
    public = Issuer().publish(tmp_path / "public")
    keys = public / ".well-known/jwks.json"
    outcome = idsvc("verify", "--token", "6BF", "--jwks", keys, "--roots", public / "trust/roots.json")
    assert "--roots needs --public or --trust" in outcome.err
