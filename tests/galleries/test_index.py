"""What is found is what comparing everything finds; a graph is a cache that is made anew whenever it is not sound."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import usearch.index
from hypothesis import given, settings
from hypothesis import strategies as st

from forensic_app.errors import InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.galleries import index
from forensic_app.galleries.comparing import COMPARISONS, comparison_of
from forensic_app.galleries.index import ExactIndex, Source, key_of, open_index, places_of
from forensic_app.galleries.index_cache import cache_folder
from forensic_app.galleries.sampling import (
    crossed_scores,
    non_mated_count,
    non_mated_scores,
    people_needed,
)

SIZE = 16


def source_of(batches: int, *, removed: frozenset[int] = frozenset(), seed: int = 0) -> Source:
    parts = [
        np.random.default_rng([seed, place]).normal(size=(40 + place % 3, SIZE)).astype(np.float32)
        for place in range(batches)
    ]
    return Source(
        digests=[f"{seed:02d}{place:062d}" for place in range(batches)],
        counts=[len(part) for part in parts],
        read=parts.__getitem__,
        embedding_size=SIZE,
        removed=removed,
    )


def brute_force(source: Source, probe: np.ndarray, metric: str) -> list[int]:
    """Return every key that is searched, most alike first."""
    keys = np.concatenate([each for each, _ in source.blocks()])
    templates = np.concatenate([each for _, each in source.blocks()]).astype(np.float64)
    scores = templates @ probe[0] if metric == "ip" else -np.linalg.norm(templates - probe[0], axis=1)
    return [int(keys[place]) for place in np.argsort(-scores) if int(keys[place]) not in source.removed]


@pytest.mark.parametrize("analyser", COMPARISONS)
@given(
    seed=st.integers(0, 2**20), batches=st.integers(1, 6), count=st.integers(1, 90), out=st.integers(0, 30)
)
@settings(max_examples=25, deadline=None)
def test_exact_search_equals_brute_force(
    analyser: str, seed: int, batches: int, count: int, out: int
) -> None:
    comparison = comparison_of(analyser)
    source = replace(
        source_of(batches, seed=seed % 90),
        removed=frozenset(key_of(out % batches, place) for place in range(out)),
    )
    probe = np.random.default_rng(seed).normal(size=(1, SIZE)).astype(np.float32)
    opened = open_index(source, comparison, None)
    assert opened.kind == "exact"
    found = [int(key) for key in opened.index.nearest(probe, count)]
    assert found == brute_force(source, probe, comparison.metric)[:count]
    assert isinstance(opened.index, ExactIndex)
    assert opened.index.count == source.count - out


def test_a_pairs_score_is_the_matchers_own() -> None:
    generator = np.random.default_rng(0)
    one, other = generator.normal(0, 0.1, size=(2, 50, 128)).astype(np.float32)
    own = np.diag(DlibAnalyser().comparison_scores(one, other))
    assert COMPARISONS["dlib"].scores(one, other) == pytest.approx(own, abs=1e-7)
    assert COMPARISONS["matcher"].scores(one, other[:1]) == pytest.approx(
        one.astype(float) @ other[0], abs=1e-7
    )
    with pytest.raises(InvalidInput, match="insightface"):
        comparison_of("insightface")


def test_nothing_is_found_in_nothing() -> None:
    empty = ExactIndex(np.zeros(0, np.int64), np.zeros((0, SIZE), np.float32), COMPARISONS["dlib"])
    assert len(empty.nearest(np.zeros((1, SIZE), np.float32), 5)) == 0


Open = Callable[[Source], index.Opened]


@pytest.fixture
def graph(tmp_path: Path) -> Open:
    folder = cache_folder(tmp_path, "casebook", "G-0001")
    return lambda source: open_index(source, COMPARISONS["dlib"], folder, threads=1, exact_below=100)


def hits(opened: index.Opened, source: Source) -> float:
    share = 0.0
    for seed in range(10):
        probe = np.random.default_rng(seed).normal(size=(1, SIZE)).astype(np.float32)
        true = brute_force(source, probe, "l2sq")[:10]
        share += len(set(true) & {int(key) for key in opened.index.nearest(probe, 10)}) / 100
    return share


def test_a_graph_is_made_once_and_then_kept(graph: Open, tmp_path: Path) -> None:
    source = source_of(20)
    first = graph(source)
    assert (first.kind, first.remarks) == (
        "graph",
        ("The graph of the gallery was made from its batches: there was none yet.",),
    )
    assert first.recall_at_10 >= 0.99
    assert hits(first, source) >= 0.99
    again = graph(source)
    assert again.remarks == ()
    assert again.recall_at_10 == first.recall_at_10
    assert hits(again, source) >= 0.99
    for path in (tmp_path / "galleries").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder, kept: kept.write_bytes(kept.read_bytes()[:-1] + b"\x7f"), "was altered"),
        (lambda folder, kept: kept.unlink(), "cannot be read"),
        (lambda folder, kept: (folder / "graph.json").unlink(), "none yet"),
        (lambda folder, kept: (folder / "graph.json").write_bytes(b"{"), "note"),
        (lambda folder, kept: (folder / "graph.json").write_bytes(b"{}"), "note"),
        (lambda folder, kept: edit(folder, usearch="1.0"), "in another way"),
    ],
)
def test_a_damaged_graph_is_made_anew_and_that_is_said(
    graph: Open, tmp_path: Path, damage: Callable[[Path, Path], object], reason: str
) -> None:
    source = source_of(8)
    graph(source)
    (kept,) = (tmp_path / "galleries").rglob("*.usearch")
    damage(kept.parent, kept)
    opened = graph(source)
    assert reason in opened.remarks[0]
    assert hits(opened, source) >= 0.99
    assert graph(source).remarks == ()


def edit(folder: Path, **made_with: str) -> None:
    note = json.loads((folder / "graph.json").read_text())
    note["made_with"].update(made_with)
    (folder / "graph.json").write_text(json.dumps(note))


def test_later_batches_are_compared_and_removed_faces_left_out(
    graph: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph(source_of(8))
    more = source_of(10)
    opened = graph(more)
    assert opened.remarks == ("82 templates are newer than the graph and were all compared.",)
    assert hits(opened, more) >= 0.99
    gone = frozenset(key_of(place, 3) for place in range(9))
    less = replace(more, removed=gone)
    opened = graph(less)
    assert hits(opened, less) >= 0.99
    found = opened.index.nearest(more.read(2)[3:4], 20)
    assert not gone & {int(key) for key in found}
    monkeypatch.setattr(index, "MOST_BEHIND", 50)
    assert "made anew" in graph(more).remarks[0]
    assert graph(more).remarks == ()
    assert "other batches" in graph(source_of(10, seed=7)).remarks[0]


def test_a_graph_that_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "galleries").write_bytes(b"a file is in the way")
    source = source_of(8)
    folder = cache_folder(tmp_path, "casebook", "G-0001")
    opened = open_index(source, COMPARISONS["dlib"], folder, threads=1, exact_below=100)
    assert "could not be kept" in opened.remarks[-1]
    assert hits(opened, source) >= 0.99


def test_a_small_graph_is_made_by_one_thread_whatever_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "ALONE_FIRST", 250)
    used: list[tuple[int, int]] = []
    whole = usearch.index.Index.add

    def noted(graph: usearch.index.Index, keys: np.ndarray, vectors: np.ndarray, *, threads: int) -> object:
        used.append((len(keys), threads))
        return whole(graph, keys, vectors, threads=threads)

    monkeypatch.setattr(usearch.index.Index, "add", noted)
    source = source_of(8)
    open_index(source, COMPARISONS["dlib"], tmp_path, threads=8, exact_below=100)
    assert used == [(250, 1), (source.count - 250, 8)]


def test_a_key_holds_both_places() -> None:
    assert places_of(key_of(4_000, 255)) == (4_000, 255)


def test_a_casebooks_names_lead_nowhere_else(tmp_path: Path) -> None:
    folder = cache_folder(tmp_path, "../../etc", "../x")
    assert folder.parent == tmp_path / "galleries"
    assert cache_folder(tmp_path, "a", "G-0001") != cache_folder(tmp_path, "b", "G-0001")


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_only_different_people_are_compared(people: list[int], most: int) -> None:
    codes = np.array(people, dtype=np.intp)
    templates = np.array(people, dtype=np.float32)[:, None]
    true = sum(a != b for place, a in enumerate(people) for b in people[:place])
    assert non_mated_count(codes) == true
    if true:
        scores = non_mated_scores(templates, codes, COMPARISONS["dlib"], most=most, seed=0)
        assert (scores < 1.0).all()
        pairs = len(people) * (len(people) - 1) // 2
        assert len(scores) == (true if pairs <= most else most)
        crossed = crossed_scores(
            (templates, codes), (templates, codes), COMPARISONS["dlib"], most=most, seed=0
        )
        assert (crossed < 1.0).all()
        assert len(crossed) == (2 * true if len(people) ** 2 <= most else most)


def test_how_many_people_make_that_many_comparisons() -> None:
    for needed in (1, 2, 3, 1000, 100_000):
        people = people_needed(needed)
        assert people * (people - 1) // 2 >= needed > (people - 1) * (people - 2) // 2
