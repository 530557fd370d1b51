"""How much one address may ask: a leaky bucket per network, in memory, under a hashed name."""

import hashlib
import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from idsvc.domain.ids import Random

BURST: Final = 300
"""Cards at once."""
PER_SECOND: Final = 5.0
_MOST_BUCKETS: Final = 20_000
_NETWORKS: Final = {4: 32, 6: 64}
"""Bits of an address that one bucket stands for: a whole IPv6 network is one customer."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Limits:
    """The buckets of one process; several processes divide the figures among them."""

    def __init__(self, random: Random) -> None:
        """Draw the key under which addresses are hashed; it dies with the process."""
        self._key = random(32)
        self._lock = Lock()
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def take(self, address: str, cards: int, now: float) -> int:
        """Count cards for an address at a moment (seconds); gives the seconds to wait, 0 for none."""
        name = hashlib.blake2b(_network(address), key=self._key, digest_size=16).digest()
        with self._lock:
            bucket = self._buckets.pop(name, None) or _Bucket(0.0, now)
            bucket.level = max(0.0, bucket.level - max(0.0, now - bucket.at) * PER_SECOND)
            bucket.at = now
            self._buckets[name] = bucket
            while len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
            over = bucket.level + cards - BURST
            if over > 0:
                return int(over / PER_SECOND) + 1
            bucket.level += cards
            return 0


def find_asker(peer: str, forwarded: str | None) -> str:
    """Give the address to count for: the peer's own, or what a proxy on this very host says of its peer.

    `forwarded` is X-Forwarded-For; its last entry is what the nearest proxy wrote. From any other peer the
    header is a stranger's word and passed over.
    """
    try:
        behind_proxy = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        behind_proxy = False
    return forwarded.rpartition(",")[2].strip() if behind_proxy and forwarded else peer


def _network(address: str) -> bytes:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return b"unknown"
    host_bits = parsed.max_prefixlen - _NETWORKS[parsed.version]
    return (int(parsed) >> host_bits).to_bytes(16)
