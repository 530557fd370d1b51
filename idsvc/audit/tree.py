"""The Merkle tree of RFC 6962, section 2.1: hashes, roots, proofs and their verification; pure functions."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias

HashAt: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree of 2**level leaves with that index in its level."""

EMPTY_ROOT = sha256(b"").digest()
"""The hash of a tree without leaves."""


def hash_leaf(leaf: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || leaf)."""
    return sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Give the root over 2**k neighbouring hashes of one level."""
    level = list(hashes)
    while len(level) > 1:
        level = [hash_node(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


class CompactRange:
    """The right edge of a growing tree: one hash a level is enough to give the root at every size."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf."""
        carried = leaf_hash
        complete = self.size
        while complete & 1:
            carried = hash_node(self._edge.pop(), carried)
            complete >>= 1
        self._edge.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Give the root at the present size."""
        return _join(self._edge) if self._edge else EMPTY_ROOT


def _join(edge: Iterable[bytes]) -> bytes:
    from_the_right = list(edge)
    root = from_the_right.pop()
    while from_the_right:
        root = hash_node(from_the_right.pop(), root)
    return root


def root_of(begin: int, end: int, hash_at: HashAt) -> bytes:
    """Give the root over the leaves from `begin` up to but not including `end` (MTH of RFC 6962)."""
    count = end - begin
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return hash_at(level, begin >> level)
    middle = begin + _split(count)
    return hash_node(root_of(begin, middle, hash_at), root_of(middle, end, hash_at))


def prove_inclusion(position: int, size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Prove that a leaf lies at a position of the tree of that size (PATH of RFC 6962, 2.1.1)."""
    if not 0 <= position < size:
        raise ValueError("the position lies outside the tree")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if position < middle:
            path.append(root_of(middle, end, hash_at))
            end = middle
        else:
            path.append(root_of(begin, middle, hash_at))
            begin = middle
    return tuple(reversed(path))


def prove_consistency(old: int, new: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Prove that the tree of size `new` begins with the tree of size `old` (PROOF of RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError("the old tree is larger than the new one")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    begin, end = 0, new
    known = True  # the old root is what the verifier holds: leave it out
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(root_of(middle, end, hash_at))
            end = middle
        else:
            path.append(root_of(begin, middle, hash_at))
            begin = middle
            known = False
    if not known:
        path.append(root_of(begin, end, hash_at))
    return tuple(reversed(path))


def verify_inclusion(
    leaf_hash: bytes, *, position: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows the leaf at that position under that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    node, last, found = position, size - 1, leaf_hash
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = hash_node(step, found)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            found = hash_node(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    return _climb(old, new, list(proof), old_root) == (old_root, new_root)


def _climb(old: int, new: int, steps: list[bytes], old_root: bytes) -> tuple[bytes, bytes] | None:
    """Give both roots as the proof makes them; None if its length does not fit the sizes."""
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    from_old = from_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            from_old = hash_node(step, from_old)
            from_new = hash_node(step, from_new)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            from_new = hash_node(from_new, step)
        node, last = node >> 1, last >> 1
    return (from_old, from_new) if last == 0 else None


def _split(count: int) -> int:
    """Give the largest power of two below the count."""
    return 1 << ((count - 1).bit_length() - 1)
