import random
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import (  # type: ignore[import-untyped]  # a test oracle without types
    InmemoryTree,
    InvalidProof,
    verify_consistency,
)

from idsvc.audit import tree

_LEAVES = [f"leaf {number}".encode() for number in range(300)]
_HASHES = [tree.hash_leaf(leaf) for leaf in _LEAVES]

SIZES = st.integers(min_value=1, max_value=len(_LEAVES))


def _hash_at(level: int, index: int) -> bytes:
    return tree.fold(_HASHES[index << level : (index + 1) << level])


def _oracle(size: int) -> InmemoryTree:
    oracle = InmemoryTree(algorithm="sha256")
    for leaf in _LEAVES[:size]:
        oracle.append_entry(leaf)
    return oracle


def test_the_roots_of_rfc_6962_test_vectors_hold() -> None:
    """The eight leaves and roots of certificate-transparency's own tests."""
    leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    hashes = [tree.hash_leaf(bytes.fromhex(leaf)) for leaf in leaves]
    roots = [
        tree.root_of(0, size, lambda level, index: tree.fold(hashes[index << level : (index + 1) << level]))
        for size in (1, 2, 3, 8)
    ]
    assert [root.hex()[:16] for root in roots] == [
        "6e340b9cffb37a98",
        "fac54203e7cc696c",
        "aeb6bcfe274b70a1",
        "5dc9da79a70659a9",
    ]
    assert sha256(b"").digest() == tree.EMPTY_ROOT


def test_pymerkle_finds_the_same_root_at_every_size() -> None:
    oracle = _oracle(len(_LEAVES))
    growing = tree.CompactRange()
    for size in range(1, len(_LEAVES) + 1):
        growing.append(_HASHES[size - 1])
        wanted = oracle.get_root(size)
        assert growing.root() == wanted
        assert tree.root_of(0, size, _hash_at) == wanted


@given(data=st.data())
def test_every_inclusion_proof_holds(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    position = data.draw(st.integers(0, size - 1))
    proof = tree.prove_inclusion(position, size, _hash_at)
    assert tree.verify_inclusion(
        _HASHES[position], position=position, size=size, root=tree.root_of(0, size, _hash_at), proof=proof
    )


@given(data=st.data())
def test_every_consistency_proof_holds(data: st.DataObject) -> None:
    new = data.draw(SIZES)
    old = data.draw(st.integers(0, new))
    assert tree.verify_consistency(
        old=old,
        old_root=tree.root_of(0, old, _hash_at),
        new=new,
        new_root=tree.root_of(0, new, _hash_at),
        proof=tree.prove_consistency(old, new, _hash_at),
    )


@settings(max_examples=60)
@given(data=st.data())
def test_pymerkle_makes_the_same_inclusion_proofs_and_finds_our_roots_consistent(data: st.DataObject) -> None:
    new = data.draw(SIZES)
    position = data.draw(st.integers(0, new - 1))
    old = data.draw(st.integers(1, new))
    oracle = _oracle(new)
    inclusion = oracle.prove_inclusion(position + 1, new)
    assert tuple(inclusion.path[1:]) == tree.prove_inclusion(position, new, _hash_at)
    consistency = oracle.prove_consistency(old, new)
    verify_consistency(tree.root_of(0, old, _hash_at), tree.root_of(0, new, _hash_at), consistency)
    with pytest.raises(InvalidProof):
        verify_consistency(tree.root_of(0, old, _hash_at), tree.hash_leaf(b"other"), consistency)


@pytest.mark.slow
def test_no_forged_proof_is_accepted_in_thousands() -> None:
    """Every single change of a true proof, of what it proves, or both taken from elsewhere."""
    chance = random.Random(1)  # noqa: S311 - a reproducible choice of forgeries
    accepted = tried = 0
    for _ in range(2_500):
        new = chance.randint(2, len(_LEAVES))
        position = chance.randrange(new)
        old = chance.randint(1, new - 1)
        root = tree.root_of(0, new, _hash_at)
        old_root = tree.root_of(0, old, _hash_at)
        inclusion = list(tree.prove_inclusion(position, new, _hash_at))
        consistency = list(tree.prove_consistency(old, new, _hash_at))
        for forged in _forgeries(inclusion, chance):
            tried += 1
            accepted += tree.verify_inclusion(
                _HASHES[position], position=position, size=new, root=root, proof=forged
            )
        for forged in _forgeries(consistency, chance):
            tried += 1
            accepted += tree.verify_consistency(
                old=old, old_root=old_root, new=new, new_root=root, proof=forged
            )
        other = _HASHES[(position + 1) % new]
        accepted += tree.verify_inclusion(other, position=position, size=new, root=root, proof=inclusion)
        accepted += tree.verify_inclusion(
            _HASHES[position], position=(position + 1) % new, size=new, root=root, proof=inclusion
        )
        accepted += tree.verify_consistency(
            old=old, old_root=sha256(old_root).digest(), new=new, new_root=root, proof=consistency
        )
        accepted += tree.verify_consistency(
            old=old, old_root=old_root, new=new, new_root=sha256(root).digest(), proof=consistency
        )
        tried += 4
    assert tried > 20_000
    assert accepted == 0


def _forgeries(proof: list[bytes], chance: random.Random) -> list[list[bytes]]:
    forged: list[list[bytes]] = [[*proof, chance.randbytes(32)]]
    if proof:
        place = chance.randrange(len(proof))
        flipped = bytearray(proof[place])
        flipped[chance.randrange(32)] ^= 1 << chance.randrange(8)
        forged += [proof[:-1], proof[1:], [*proof[:place], bytes(flipped), *proof[place + 1 :]]]
    if len(proof) > 1 and proof[0] != proof[-1]:
        forged.append(proof[::-1])
    return forged


@pytest.mark.parametrize(
    "ask",
    [
        lambda: tree.prove_inclusion(5, 5, _hash_at),
        lambda: tree.prove_inclusion(-1, 5, _hash_at),
        lambda: tree.prove_consistency(6, 5, _hash_at),
    ],
)
def test_a_proof_outside_the_tree_is_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="tree"):
        ask()
