"""Merkle roots as RFC 9162 hashes them: a leaf is 0x00 + data, a node 0x01 + left + right.

A tree of n leaves is kept by its peaks, the roots of its complete subtrees from the largest to the
smallest: one for each bit of n. Appending a leaf costs as many hashes as n has closing ones.
"""

from collections.abc import Iterable
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def append_leaves(size: int, peaks: Iterable[bytes], leaves: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """The size and the peaks of the tree after these leaf hashes are appended."""
    kept = list(peaks)
    for leaf in leaves:
        node, closing = leaf, size
        while closing & 1:
            node = _node_hash(kept.pop(), node)
            closing >>= 1
        kept.append(node)
        size += 1
    return size, kept


def root_of(peaks: Iterable[bytes]) -> bytes:
    """The root of the tree that has these peaks."""
    kept = list(peaks)
    if not kept:
        return EMPTY_ROOT
    node = kept.pop()
    while kept:
        node = _node_hash(kept.pop(), node)
    return node
