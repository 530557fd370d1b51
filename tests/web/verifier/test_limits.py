"""The limits hold per network, forget what leaks away, and stay small."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idsvc.web.verifier.limits import _MOST_BUCKETS, BURST, PER_SECOND, Limits, find_asker


def test_a_network_may_ask_a_burst_and_then_waits() -> None:
    limits = Limits(os.urandom)
    assert limits.take("203.0.113.9", BURST, 0.0) == 0
    assert limits.take("203.0.113.9", 1, 0.0) >= 1
    assert limits.take("203.0.113.10", 1, 0.0) == 0
    assert limits.take("203.0.113.9", 1, 1.0) == 0


def test_a_whole_ipv6_network_is_one_customer() -> None:
    limits = Limits(os.urandom)
    assert limits.take("2001:db8:1:2::1", BURST, 0.0) == 0
    assert limits.take("2001:db8:1:2:ffff::9", 1, 0.0) >= 1
    assert limits.take("2001:db8:1:3::1", 1, 0.0) == 0


def test_addresses_are_not_kept_and_the_buckets_are_bounded() -> None:
    limits = Limits(os.urandom)
    for number in range(_MOST_BUCKETS + 50):
        limits.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1, 0.0)
    assert len(limits._buckets) == _MOST_BUCKETS
    assert all(len(name) == 16 for name in limits._buckets)
    assert limits.take("no address at all", 1, 0.0) == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "asker"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, ", ""),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_a_proxy_on_this_host_says_for_whom_it_asks(
    peer: str, forwarded: str | None, asker: str
) -> None:
    assert find_asker(peer, forwarded) == asker


@given(st.lists(st.tuples(st.integers(1, 20), st.floats(0, 10)), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_burst_and_what_leaked(asks: list[tuple[int, float]]) -> None:
    limits, now, passed = Limits(os.urandom), 0.0, 0
    for cards, pause in asks:
        now += pause
        wait = limits.take("203.0.113.9", cards, now)
        passed += 0 if wait else cards
        assert passed <= BURST + now * PER_SECOND + 1e-6
        if wait:
            assert limits.take("203.0.113.9", cards, now + wait) == 0
            passed, now = passed + cards, now + wait
