"""The tree as the database holds it: leaves by place, full tiles of 256 hashes, and proofs made from them."""

from typing import Final

from idsvc.audit.leaves import leaf_bytes
from idsvc.audit.tree import fold, hash_leaf, prove_consistency, prove_inclusion, root_of
from idsvc.domain.errors import Conflict
from idsvc.storage.database import Session
from idsvc.storage.queries import audit as queries
from idsvc.storage.records import TILE_WIDTH, AuditTile

_TILE_HEIGHT: Final = TILE_WIDTH.bit_length() - 1
_HASH: Final = 32


class StoredTree:
    """Reads hashes for one transaction; what was read once is kept for its length."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, int], list[bytes]] = {}

    def size(self) -> int:
        """Give the number of leaves with a place."""
        return queries.count_leaves(self._session)

    def root(self, size: int) -> bytes:
        """Give the root of the tree at that size."""
        return root_of(0, size, self.hash_at)

    def inclusion(self, position: int, size: int) -> tuple[bytes, ...]:
        """Prove that a leaf lies at a position of the tree of that size."""
        return prove_inclusion(position, size, self.hash_at)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that the tree of size `new` begins with the tree of size `old`."""
        return prove_consistency(old, new, self.hash_at)

    def hash_at(self, level: int, index: int) -> bytes:
        """Give the hash of the complete subtree of 2**level leaves with that index."""
        tile_level, height = divmod(level, _TILE_HEIGHT)
        first = index << height
        number, offset = divmod(first, TILE_WIDTH)
        hashes = self._hashes(tile_level, number)[offset : offset + (1 << height)]
        if len(hashes) != 1 << height:
            raise Conflict("The audit log lacks leaves or tiles; see `idsvc audit verify`.")
        return fold(hashes)

    def fill(self, old: int, new: int) -> None:
        """Write the tiles that became full while the tree grew from `old` to `new`."""
        level = 0
        while new >> _TILE_HEIGHT:
            old, new = old >> _TILE_HEIGHT, new >> _TILE_HEIGHT
            for number in range(old, new):
                hashes = self._hashes(level, number)
                self._session.add(
                    AuditTile(level=level, number=number, hashes=b"".join(hashes), root=fold(hashes))
                )
            self._session.flush()  # the next level reads these
            level += 1

    def _hashes(self, level: int, number: int) -> list[bytes]:
        """Give the hashes of one tile: 256, or fewer at the right edge."""
        place = (level, number)
        if place not in self._known:
            tile = queries.find_tile(self._session, level, number)
            if tile is None:
                self._known[place] = self._edge(level, number * TILE_WIDTH, (number + 1) * TILE_WIDTH)
            else:
                whole = tile.hashes
                self._known[place] = [whole[at : at + _HASH] for at in range(0, len(whole), _HASH)]
        return self._known[place]

    def _edge(self, level: int, first: int, end: int) -> list[bytes]:
        if level:
            return list(queries.list_tile_roots(self._session, level - 1, first, end))
        return [hash_leaf(leaf_bytes(leaf)) for _, leaf in queries.list_leaves(self._session, first, end)]
