"""The order of a trace's spans: every span once, whatever parents they name."""

import time

from hypothesis import given
from hypothesis import strategies as st

from watchglass.query.tree import Node, in_tree_order


def ordered(*spans: tuple[str, str, int]) -> list[tuple[str, int, bool]]:
    """Span id, depth and whether it is an orphan, in tree order."""
    nodes = [Node(*span) for span in spans]
    return [(nodes[at.index].span_id, at.depth, at.is_orphan) for at in in_tree_order(nodes)]


def test_children_follow_their_parent_by_start() -> None:
    """Depth first, children by their start."""
    spans = [("c", "a", 3), ("d", "b", 4), ("a", "", 1), ("b", "a", 2)]
    assert ordered(*spans) == [("a", 0, False), ("b", 1, False), ("d", 2, False), ("c", 1, False)]


def test_orphan_hangs_at_the_root_with_its_children() -> None:
    """A span whose parent never came is at the root, marked; its children stay below it."""
    spans = [("a", "", 1), ("c", "lost", 2), ("d", "c", 3)]
    assert ordered(*spans) == [("a", 0, False), ("c", 0, True), ("d", 1, False)]


def test_cycle_is_cut_at_its_earliest_span() -> None:
    """Spans that are their own ancestors are all there, from the earliest on."""
    assert ordered(("b", "c", 2), ("c", "b", 1), ("self", "self", 0)) == [("self", 0, True), ("c", 0, True), ("b", 1, False)]


def test_doubled_span_id_keeps_both_spans() -> None:
    """Two spans with one id are both shown; their children hang below the first."""
    spans = [("a", "", 1), ("b", "a", 2), ("b", "a", 3), ("c", "b", 4)]
    assert ordered(*spans) == [("a", 0, False), ("b", 1, False), ("c", 2, False), ("b", 1, False)]


_ids = st.sampled_from(["", "a", "b", "c", "d", "e"])


@given(st.lists(st.builds(Node, _ids.filter(bool), _ids, st.integers(0, 5)), max_size=12))
def test_every_span_is_placed_once(nodes: list[Node]) -> None:
    """Whatever ids and parents there are, each span comes once, one level below a span before it or at the root."""
    placed = in_tree_order(nodes)
    assert sorted(at.index for at in placed) == list(range(len(nodes)))
    path: list[str] = []
    for at in placed:
        del path[at.depth :]
        assert len(path) == at.depth
        if at.depth:
            assert path[-1] == nodes[at.index].parent_span_id
        path.append(nodes[at.index].span_id)


def test_a_chain_of_ten_thousand_is_fast() -> None:
    """10,000 spans, each the child of the one before, take no recursion and little time."""
    nodes = [Node(str(number), str(number - 1) if number else "", number) for number in range(10_000)]
    began = time.perf_counter()
    placed = in_tree_order(nodes)
    assert placed[-1].depth == 9_999
    assert time.perf_counter() - began < 1
