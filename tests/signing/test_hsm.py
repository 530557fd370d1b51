"""PKCS#11: keys that sign, tag and wrap inside the token, cannot be read, and stay dead once destroyed."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from idsvc.credential.keys import EDDSA, ES256, KeyState, Purpose
from idsvc.domain.errors import BadSetting, Conflict, Destroyed, SealBroken, Unavailable
from idsvc.domain.ids import ItemId
from idsvc.signing import epochs, stores
from idsvc.signing.epochs import EpochStore
from idsvc.signing.keystore import KeyStore
from idsvc.signing.register import IndexName

pytestmark = [pytest.mark.slow, pytest.mark.needs("softhsm2-util")]

TODAY = date(2026, 11, 22)
ZONE = ZoneInfo("America/Chicago")
PIN = "97531864"
MODULE = next(
    (str(path) for path in Path("/usr/lib").glob("**/libsofthsm2.so")), "/usr/lib/softhsm/libsofthsm2.so"
)


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make a fresh software token; its library reads the environment once in this process."""
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    (directory / "conf").write_text(
        f"directories.tokendir = {directory / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(directory / "conf"))
        subprocess.run(
            f"softhsm2-util --init-token --free --label idsvc-test --so-pin 13579246 --pin {PIN}".split(),
            check=True,
            capture_output=True,
        )
        yield "idsvc%2Dtest"


@pytest.fixture
def pin_file(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text(PIN)
    path.chmod(0o600)
    return path


@pytest.fixture
def setting(token: str, tmp_path: Path) -> str:
    directory = tmp_path / "place"
    epochs.prepare(directory)
    return f"pkcs11:token={token}?module-path={MODULE}&directory={directory}"


@pytest.fixture
def keys(setting: str, pin_file: Path) -> KeyStore:
    return stores.open_keys(setting, pin_file, random=os.urandom)


def epoch_store(setting: str, pin_file: Path | None, now: datetime, *, opens: bool = True) -> EpochStore:
    return stores.open_epochs(setting, pin_file, zone=ZONE, clock=lambda: now, random=os.urandom, opens=opens)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


@pytest.mark.parametrize("alg", [ES256, EDDSA])
def test_a_token_signs_what_the_published_key_accepts(keys: KeyStore, alg: int) -> None:
    entry = keys.new(Purpose.CARD, today=TODAY, alg=alg)
    signer = keys.signer(Purpose.CARD, today=TODAY)
    signature = signer.sign(b"a message")
    assert (len(signature), signer.alg, signer.key_id) == (64, alg, entry.key_id)
    assert entry.public_key.signed(signature, b"a message")
    assert not entry.public_key.signed(signature, b"another message")


def test_many_threads_sign_through_one_token(keys: KeyStore) -> None:
    entry = keys.new(Purpose.CARD, today=TODAY)
    signer = keys.signer(Purpose.CARD, today=TODAY)
    messages = [os.urandom(32) for _ in range(400)]
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(signer.sign, messages))
    assert all(map(entry.public_key.signed, signatures, messages))


def test_no_private_or_secret_value_can_be_read(keys: KeyStore, setting: str, pin_file: Path) -> None:
    keys.new(Purpose.CARD, today=TODAY)
    keys.new(Purpose.CHECKPOINT, today=TODAY)
    keys.new_index(IndexName.NAME)
    epoch_store(setting, pin_file, noon(TODAY)).create_if_absent(TODAY)
    import pkcs11  # noqa: PLC0415 - the library is looked at from outside, not through our module

    session = pkcs11.lib(MODULE).get_token(token_label="idsvc-test").open(rw=True)
    guarded = [
        found
        for kind in (pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.ObjectClass.SECRET_KEY)
        for found in session.get_objects({pkcs11.Attribute.CLASS: kind})
    ]
    assert len(guarded) >= 4
    for found in guarded:
        assert found[pkcs11.Attribute.SENSITIVE]
        assert not found[pkcs11.Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            found[pkcs11.Attribute.VALUE]
    session.close()


def test_rotation_retirement_and_withdrawal_work_as_with_files(keys: KeyStore) -> None:
    old = keys.new(Purpose.STATUS, today=TODAY)
    new = keys.rotate(Purpose.STATUS, today=TODAY)
    assert keys.retire(old.key_id, today=TODAY).state is KeyState.RETIRED
    assert keys.signer(Purpose.STATUS, today=TODAY).key_id == new.key_id
    keys.withdraw(new.key_id, today=TODAY)
    with pytest.raises(BadSetting, match="No status key"):
        keys.signer(Purpose.STATUS, today=TODAY)


def test_a_key_that_the_token_lost_is_named(keys: KeyStore, setting: str, pin_file: Path) -> None:
    entry = keys.new(Purpose.CARD, today=TODAY)
    signer = keys.signer(Purpose.CARD, today=TODAY)
    from idsvc.signing.hsm import Hsm, read_place  # noqa: PLC0415 - after the token's environment is set

    Hsm(read_place("IDSVC_KEYS", setting), pin_file).destroy(f"idsvc {entry.key_id}")
    with pytest.raises(Unavailable, match="token failed"):
        signer.sign(b"a message")
    again = stores.open_keys(setting, pin_file, random=os.urandom)
    with pytest.raises(BadSetting, match=entry.key_id):
        again.signer(Purpose.CARD, today=TODAY)


def test_an_index_key_tags_inside_the_token_and_is_never_replaced(
    keys: KeyStore, setting: str, pin_file: Path
) -> None:
    with pytest.raises(BadSetting, match="index number"):
        keys.index_key(IndexName.NUMBER)
    keys.new_index(IndexName.NAME)
    tag = keys.index_key(IndexName.NAME).tag(b"a message")
    assert len(tag) == hashlib.sha256().digest_size
    again = stores.open_keys(setting, pin_file, random=os.urandom)
    assert not again.new_index(IndexName.NAME)
    assert again.index_key(IndexName.NAME).tag(b"a message") == tag


def test_a_copy_of_the_directory_opens_nothing_once_the_wrapping_key_is_gone(
    setting: str, pin_file: Path, tmp_path: Path
) -> None:
    day = TODAY + timedelta(days=1)
    store = epoch_store(setting, pin_file, noon(TODAY))
    epoch = store.create_if_absent(day)
    item = ItemId(os.urandom(16).hex())
    portal = epoch_store(setting, None, noon(TODAY), opens=False)
    key = portal.deposit(epoch, item, info=b"")
    assert store.open(epoch, item, key.header, info=b"") == key.key
    with pytest.raises(SealBroken):
        store.open(epoch, item, key.header, info=b"elsewhere")
    shutil.copytree(tmp_path / "place", tmp_path / "copy")
    copied = setting.replace(str(tmp_path / "place"), str(tmp_path / "copy"))
    thief = epoch_store(copied, pin_file, noon(TODAY))
    assert thief.open(epoch, item, key.header, info=b"") == key.key  # positive control
    with pytest.raises(Conflict):
        store.destroy_epoch(epoch)
    assert epoch_store(setting, pin_file, noon(day + timedelta(days=1))).destroy_epoch(epoch)
    with pytest.raises(Destroyed):
        thief.open(epoch, item, key.header, info=b"")


def test_a_run_that_stopped_after_the_wrapping_key_died_is_finished(
    setting: str, pin_file: Path, tmp_path: Path
) -> None:
    day = TODAY + timedelta(days=2)
    epoch = epoch_store(setting, pin_file, noon(TODAY)).create_if_absent(day)
    from idsvc.signing.hsm import Hsm, read_place  # noqa: PLC0415 - after the token's environment is set

    Hsm(read_place("IDSVC_EPOCHS", setting), pin_file).destroy(f"idsvc epoch {epoch}")
    later = epoch_store(setting, pin_file, noon(day + timedelta(days=1)))
    assert [status.overdue for status in later.status()] == [True]
    assert later.destroy_epoch(epoch)
    assert [status.destroyed for status in later.status()] == [True]
    assert not (tmp_path / "place" / "private" / epoch).exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("idsvc%2Dtest", "no%20such"), "not exactly one token"),
        (("libsofthsm2", "no-such-module"), "does not exist"),
        (("module-path", "module"), "lacks 'module-path'"),
        (("directory=", "folder="), "lacks 'directory'"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(
    setting: str, pin_file: Path, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(BadSetting, match=sentence):
        stores.open_keys(setting.replace(*change), pin_file, random=os.urandom)


def test_a_wrong_pin_is_refused_in_one_sentence(setting: str, pin_file: Path, token: str) -> None:
    assert token
    pin_file.write_text("00000000")
    program = (
        "import os, sys, pathlib\n"
        "from idsvc.signing import stores\n"
        "stores.open_keys(sys.argv[1], pathlib.Path(sys.argv[2]), random=os.urandom)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, setting, str(pin_file)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is not that of the token" in done.stderr.splitlines()[-1]


def test_a_pin_file_that_others_may_read_is_refused(setting: str, pin_file: Path) -> None:
    pin_file.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        stores.open_keys(setting, pin_file, random=os.urandom)
