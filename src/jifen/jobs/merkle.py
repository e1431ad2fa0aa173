"""The daily tree: a Merkle tree of SHA-256 over the heads of all wallets, built in constant memory."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

EMPTY = sha256(b"").digest()
"""The root over no leaves at all."""


class Sibling(NamedTuple):
    """A hash on the way from a leaf to the root, and the side on which it stands."""

    side: Literal["left", "right"]
    hash: bytes


def leaf_of(wallet: UUID, version: int, head: bytes) -> bytes:
    """The leaf of a wallet: SHA-256 over 0x00, its id (16 bytes), version (4 bytes, big endian) and head.

    The head is empty for a wallet that has no entries. docs/proof.md gives the form.
    """
    return sha256(b"\x00" + wallet.bytes + version.to_bytes(4, "big") + head).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The node over two: SHA-256 over 0x01, the left, the right. So no leaf passes for a node (RFC 6962)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """Takes leaves in order, and knows the root at any time. A node without a neighbour is promoted.

    It keeps one hash for each binary digit of the number of leaves, so a million leaves need twenty.
    """

    __slots__ = ("_path", "_peaks", "leaves")

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[tuple[int, bytes, bool]] = []
        self._path: list[Sibling] = []

    def add(self, leaf: bytes, *, marked: bool = False) -> None:
        """Take the next leaf. marked: the one leaf for which `path` is wanted."""
        height, node = 0, leaf
        peaks = self._peaks
        while peaks and peaks[-1][0] == height:
            _, left, left_marked = peaks.pop()
            if marked:
                self._path.append(Sibling("left", left))
            elif left_marked:
                self._path.append(Sibling("right", node))
                marked = True
            node = node_of(left, node)
            height += 1
        peaks.append((height, node, marked))
        self.leaves += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        return self._folded()[0]

    def path(self) -> list[Sibling]:
        """The siblings of the marked leaf, from the leaf up to the root over the leaves so far."""
        return self._folded()[1]

    def _folded(self) -> tuple[bytes, list[Sibling]]:
        if not self._peaks:
            return EMPTY, []
        path = list(self._path)
        _, node, marked = self._peaks[-1]
        for _, left, left_marked in reversed(self._peaks[:-1]):
            if marked:
                path.append(Sibling("left", left))
            elif left_marked:
                path.append(Sibling("right", node))
                marked = True
            node = node_of(left, node)
        return node, path


def check_proof(leaf: bytes, path: Iterable[Sibling], root: bytes) -> bool:
    """Whether the path leads from the leaf to the root: the leaf is then in the tree of that root."""
    node = leaf
    for side, sibling in path:
        node = node_of(sibling, node) if side == "left" else node_of(node, sibling)
    return node == root
