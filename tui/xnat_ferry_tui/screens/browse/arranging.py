"""Which lines are shown, and in which order."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from operator import itemgetter

from xnat_ferry_tui.screens.browse.nodes import Node

Rank = Callable[[Node], int]
"""A session's place in an order: smaller comes first."""

LAST = sys.maxsize
"""The place of what is not known."""


class Order(StrEnum):
    """By which column lines are sorted."""

    LABEL = "label"
    DATE = "date"
    """Newest first."""
    SCANS = "scans"
    """Most first; what is not known comes last."""
    SIZE = "size"
    STATE = "st"
    """What a person should look at first."""

    def next(self) -> "Order":
        """The column after this one."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


def matching(nodes: Sequence[Node], words: str) -> Sequence[Node]:
    """Those whose label or subject has every one of the words in it."""
    wanted = words.casefold().split()
    if not wanted:
        return nodes
    found = []
    for node in nodes:
        missing = [word for word in wanted if word not in node.key]
        if not missing:
            found.append(node)
        elif kept := _having(node.inside, missing):
            found.append(_with(node, kept))
    return found


def in_order(nodes: Sequence[Node], rank: Rank | None) -> Sequence[Node]:
    """Sessions by rank within their subjects, subjects by the first of their sessions; by label without one.

    What ranks alike stays in the order of labels.
    """
    if rank is None:
        return nodes
    ranked = [_ranked(node, rank) for node in nodes]
    ranked.sort(key=itemgetter(0))
    return [node for _, node in ranked]


def counted(nodes: Sequence[Node], side: int) -> int:
    """How many sessions one side has in them."""
    return sum(1 for node in nodes for one in node.inside if one.on(side) is not None)


def _having(sessions: Sequence[Node], words: list[str]) -> Sequence[Node]:
    for word in words:
        sessions = [one for one in sessions if word in one.key]
    return sessions


def _ranked(node: Node, rank: Rank) -> tuple[int, Node]:
    if not node.inside:
        return LAST, node
    ranked = sorted(((rank(one), place) for place, one in enumerate(node.inside)))
    inside = [node.inside[place] for _, place in ranked]
    return ranked[0][0], node if len(inside) == 1 else _with(node, inside)


def _with(subject: Node, sessions: Sequence[Node]) -> Node:
    return Node(subject.kind, subject.key, subject.depth, subject.left, subject.right, sessions)
