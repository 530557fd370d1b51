"""The interface believes the newest list it ever accepted, and a bad file in the folder changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from idsvc.credential import CardStatus, Verdict
from idsvc.domain.errors import Unavailable
from idsvc.web.verifier.believed import Believed
from tests.web.issuer import Issuer


def verdict(believed: Believed, issuer: Issuer, now: float) -> Verdict:
    return believed.verifier(now).verify(issuer.token(), at=datetime.now(UTC)).verdict


def test_new_lists_are_taken_within_a_minute(public: Path, issuer: Issuer) -> None:
    believed = Believed(public, [issuer.root.public])
    assert verdict(believed, issuer, 0) is Verdict.GENUINE
    issuer.publish(public, {77: CardStatus.REVOKED}, age=60)
    assert verdict(believed, issuer, 59) is Verdict.GENUINE
    assert verdict(believed, issuer, 60) is Verdict.REVOKED


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("status/1.cwt", b""),
        ("status/1.cwt", b"\xd2\x84"),
        ("trust/list.cwt", b""),
        ("trust/list.cwt", b"\xd2\x84"),
    ],
)
def test_a_bad_file_changes_nothing(public: Path, issuer: Issuer, file: str, content: bytes) -> None:
    issuer.publish(public, {77: CardStatus.REVOKED})
    believed = Believed(public, [issuer.root.public])
    assert verdict(believed, issuer, 0) is Verdict.REVOKED
    (public / file).write_bytes(content)
    assert verdict(believed, issuer, 100) is Verdict.REVOKED


def test_an_older_list_is_refused(public: Path, issuer: Issuer) -> None:
    issuer.publish(public, {77: CardStatus.REVOKED}, age=60, sequence=2)
    believed = Believed(public, [issuer.root.public])
    assert verdict(believed, issuer, 0) is Verdict.REVOKED
    issuer.publish(public, age=120, sequence=2)
    assert verdict(believed, issuer, 100) is Verdict.REVOKED
    issuer.publish(public, age=61, sequence=1)
    assert verdict(believed, issuer, 200) is Verdict.REVOKED


def test_a_withdrawn_status_key_takes_its_list_along(public: Path, issuer: Issuer) -> None:
    believed = Believed(public, [issuer.root.public])
    assert verdict(believed, issuer, 0) is Verdict.GENUINE
    other = Issuer(root=issuer.root, card=issuer.card)  # the same city with a new status key
    other.publish(public, sequence=2)
    (public / "status/1.cwt").write_bytes(b"")
    assert verdict(believed, issuer, 100) is Verdict.GENUINE_STATUS_UNCHECKED


def test_without_any_list_nothing_is_answered(tmp_path: Path, issuer: Issuer) -> None:
    with pytest.raises(Unavailable):
        Believed(tmp_path, [issuer.root.public]).verifier(0)


def test_whoever_replaces_roots_and_lists_together_is_not_believed(public: Path, issuer: Issuer) -> None:
    believed = Believed(public, [issuer.root.public])
    assert verdict(believed, issuer, 0) is Verdict.GENUINE
    forger = Issuer()
    forger.publish(public, sequence=8)
    assert verdict(believed, issuer, 100) is Verdict.GENUINE
    assert verdict(believed, forger, 100) is Verdict.UNKNOWN_KEY


def test_from_the_first_moment_only_pinned_roots_count(public: Path, issuer: Issuer) -> None:
    Issuer().publish(public, sequence=8)
    with pytest.raises(Unavailable):
        Believed(public, [issuer.root.public]).verifier(0)


def test_a_list_that_the_spare_root_signed_is_taken(public: Path, issuer: Issuer) -> None:
    spare = Issuer(card=issuer.card, status=issuer.status)
    believed = Believed(public, [issuer.root.public, spare.root.public])
    assert verdict(believed, issuer, 0) is Verdict.GENUINE
    spare.publish(public, {77: CardStatus.REVOKED}, sequence=2, age=60)
    assert verdict(believed, issuer, 100) is Verdict.REVOKED
