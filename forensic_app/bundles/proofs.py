"""Inclusion proofs of many entries of one log, from the levels of its tree made once.

References:
    RFC 9162, sections 2.1.1 and 2.1.3: a node without a sibling rises to the next level as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from forensic_app.custody.merkle import leaf_hash, node_hash


class ProvenTree:
    """The levels of a log's Merkle tree; takes 64 bytes of memory for each entry."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        """Hash the tree over ``entries``, which are digests of events."""
        level = [leaf_hash(entry) for entry in entries]
        self._levels = [level]
        while len(level) > 1:
            pairs = len(level) // 2
            above = [node_hash(level[2 * place], level[2 * place + 1]) for place in range(pairs)]
            level = [*above, *level[2 * pairs :]]
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self._levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Return the path that proves that entry ``index`` (from 0) is in the tree, lowest sibling first."""
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index //= 2
        return path
