"""The daily tree, against the plain way of building it, and its proofs."""

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jifen.jobs.merkle import EMPTY, Sibling, Tree, check_proof, leaf_of, node_of

LEAVES = st.lists(st.binary(min_size=32, max_size=32), max_size=70, unique=True)
"""All leaves differ, since each holds its wallet's id."""


def plain_root(leaves: list[bytes]) -> bytes:
    """Level by level, as docs/proof.md describes it: a node without a neighbour goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        level = [
            sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0] for pair in pairs
        ]
    return level[0] if level else sha256(b"").digest()


def grown(leaves: list[bytes], marked: int | None = None) -> Tree:
    """A tree over leaves, of which one may be marked."""
    tree = Tree()
    for place, leaf in enumerate(leaves):
        tree.add(leaf, marked=place == marked)
    return tree


@given(LEAVES)
def test_the_root_is_that_of_the_plain_way(leaves: list[bytes]) -> None:
    """One hash for each binary digit is enough."""
    assert grown(leaves).root() == plain_root(leaves)
    assert grown(leaves).leaves == len(leaves)


@given(LEAVES.filter(bool), st.data())
def test_the_path_of_any_leaf_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    """From each leaf, and only with the leaf, the path and the root that belong together."""
    place = data.draw(st.integers(0, len(leaves) - 1))
    tree = grown(leaves, place)
    root, path, leaf = tree.root(), tree.path(), leaves[place]
    assert check_proof(leaf, path, root)
    assert len(path) <= len(leaves).bit_length()
    assert not check_proof(sha256(leaf).digest(), path, root)
    assert not check_proof(leaf, path, sha256(root).digest())
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        side, sibling = path[step]
        other = Sibling("right" if side == "left" else "left", sibling)
        assert not check_proof(leaf, [*path[:step], *path[step + 1 :]], root)
        assert not check_proof(
            leaf, [*path[:step], Sibling(side, sha256(sibling).digest()), *path[step + 1 :]], root
        )
        assert not check_proof(leaf, [*path[:step], other, *path[step + 1 :]], root)


@given(LEAVES.filter(bool), st.integers(0, 69))
def test_another_leaf_anywhere_is_another_root(leaves: list[bytes], place: int) -> None:
    """Nothing under a root can be changed, left out or added unseen."""
    root = grown(leaves).root()
    changed = list(leaves)
    changed[place % len(leaves)] = sha256(changed[place % len(leaves)]).digest()
    assert grown(changed).root() != root
    assert grown(leaves[:-1]).root() != root
    assert grown([*leaves, leaves[-1]]).root() != root


def test_a_leaf_binds_wallet_version_and_head() -> None:
    """The byte form, written out once more; and a root over nothing."""
    wallet = UUID("01a2004e-1433-737c-9006-a449f841c584")
    head = sha256(b"head").digest()
    expected = sha256(b"\x00" + bytes.fromhex(wallet.hex) + b"\x00\x00\x01\x02" + head).digest()
    assert leaf_of(wallet, 258, head) == expected
    assert leaf_of(wallet, 0, b"") != leaf_of(wallet, 0, b"\x00")
    assert Tree().root() == EMPTY
    assert Tree().path() == []


def test_a_node_does_not_pass_for_a_leaf() -> None:
    """Else a node with its two children could be shown as a wallet that nobody has."""
    left, right = sha256(b"left").digest(), sha256(b"right").digest()
    assert node_of(left, right) != sha256(b"\x00" + left + right).digest()
