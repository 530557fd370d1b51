"""Each process answers under the host names of its own surfaces, and monitors under any."""

from pathlib import Path

import pytest

from idsvc.web.app import create_app
from tests.web.conftest import make_runtime

TWO = "verifier=https://verify.example,portal=https://card.example:8443,office=https://office.example"


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("verify.example", "/verify/", 200),
        ("VERIFY.example", "/verify/", 200),
        ("card.example:8443", "/", 200),
        ("card.example", "/", 421),
        ("office.example", "/", 421),
        ("verify.example.evil.example", "/verify/", 421),
        ("10.0.0.7:8000", "/verify/", 421),
        ("10.0.0.7:8000", "/trust/list.cwt", 421),
        ("10.0.0.7:8000", "/nowhere", 421),
        ("10.0.0.7:8000", "/healthz", 200),
        ("10.0.0.7:8000", "/readyz", 200),
        ("10.0.0.7:8000", "/metrics", 200),
    ],
)
def test_only_the_hosts_of_the_mounted_surfaces_are_answered(
    public: Path, host: str, path: str, status: int
) -> None:
    runtime = make_runtime(public, IDSVC_SURFACES="verifier,portal", IDSVC_BASE_URL=TWO)
    client = create_app(runtime).test_client()
    assert client.get(path, headers={"Host": host}).status_code == status


def test_the_interface_says_so_in_its_own_form(public: Path) -> None:
    runtime = make_runtime(public, IDSVC_BASE_URL="https://verify.example:443")
    client = create_app(runtime).test_client()
    refused = client.post("/api/v1/verify", json={"tokens": ["X"]}, headers={"Host": "other.example"})
    assert (refused.status_code, refused.content_type) == (421, "application/problem+json")
    answered = client.post("/api/v1/verify", json={"tokens": ["X"]}, headers={"Host": "verify.example"})
    assert answered.status_code == 200


def test_without_base_addresses_any_host_is_answered(public: Path) -> None:
    client = create_app(make_runtime(public)).test_client()
    assert client.get("/verify/", headers={"Host": "192.168.1.20:8000"}).status_code == 200
