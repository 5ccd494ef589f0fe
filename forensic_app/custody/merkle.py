"""The RFC 9162 Merkle tree: roots, and proofs that an entry is in a log or that a log only grew.

References:
    RFC 9162 sections 2.1.1 to 2.1.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the Merkle leaf ``SHA-256(0x00 || entry)``."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the Merkle node ``SHA-256(0x01 || left || right)``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A growing RFC 9162 tree that keeps only the roots of its complete subtrees.

    Appending costs amortised constant time, :meth:`root` logarithmic time, memory is logarithmic.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []
        for entry in entries:
            self.append(entry)

    @classmethod
    def of_subtrees(cls, subtrees: Iterable[tuple[int, bytes]]) -> MerkleTree:
        """Return the tree whose complete subtrees, largest first, have these widths and roots."""
        tree = cls()
        tree._subtrees = list(subtrees)
        tree.size = sum(width for width, _ in tree._subtrees)
        return tree

    def copy(self) -> MerkleTree:
        """Return a tree that grows by itself."""
        return self.of_subtrees(self._subtrees)

    def append(self, entry: bytes) -> None:
        """Add one entry at the end."""
        width, digest = 1, leaf_hash(entry)
        while self._subtrees and self._subtrees[-1][0] == width:
            _, left = self._subtrees.pop()
            width, digest = 2 * width, node_hash(left, digest)
        self._subtrees.append((width, digest))
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root, 32 bytes; the SHA-256 of nothing for an empty tree."""
        if not self._subtrees:
            return EMPTY_ROOT
        digest = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            digest = node_hash(left, digest)
        return digest


def merkle_root(entries: Iterable[bytes]) -> bytes:
    """Return the RFC 9162 root over ``entries`` in order, 32 bytes."""
    return MerkleTree(entries).root()


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves that ``entries[index]`` is in the tree, lowest sibling first.

    Raises:
        ValueError: ``index`` is out of range.

    References:
        RFC 9162 section 2.1.3.1.
    """
    if not 0 <= index < len(entries):
        raise ValueError(f"index {index} is not in a log of {len(entries)} entries")
    if len(entries) == 1:
        return []
    middle = _split(len(entries))
    if index < middle:
        return [*inclusion_proof(entries[:middle], index), merkle_root(entries[middle:])]
    return [*inclusion_proof(entries[middle:], index - middle), merkle_root(entries[:middle])]


def is_included(entry: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that ``entry`` is number ``index`` (from 0) of the tree ``(size, root)``.

    References:
        RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


def consistency_proof(entries: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the nodes that prove that the first ``old_size`` entries are the beginning of ``entries``.

    Raises:
        ValueError: ``old_size`` is not between 1 and the number of entries.

    References:
        RFC 9162 section 2.1.4.1.
    """
    if not 1 <= old_size <= len(entries):
        raise ValueError(f"no consistency proof from size {old_size} to size {len(entries)}")
    return [] if old_size == len(entries) else _subproof(entries, old_size, is_complete=True)


def _subproof(entries: Sequence[bytes], old_size: int, *, is_complete: bool) -> list[bytes]:
    if old_size == len(entries):
        return [] if is_complete else [merkle_root(entries)]
    middle = _split(len(entries))
    if old_size <= middle:
        return [
            *_subproof(entries[:middle], old_size, is_complete=is_complete),
            merkle_root(entries[middle:]),
        ]
    return [*_subproof(entries[middle:], old_size - middle, is_complete=False), merkle_root(entries[:middle])]


def is_consistent(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the tree ``(size, root)`` extends the tree ``(old_size, old_root)``.

    References:
        RFC 9162 section 2.1.4.2.
    """
    if not 1 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_digest = digest = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_digest, digest = node_hash(sibling, old_digest), node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_digest == old_root and digest == root
