"""Find the templates of a gallery that are most like a probe's: exactly, or by a graph kept on the workstation.

Rules:
    * Below :data:`EXACT_BELOW` templates every one of them is compared (``exact.py``). Above, a graph (HNSW) proposes
      candidates; how many of the true ones it finds is measured against comparing all, and said.
    * A graph is no evidence: it lies outside the casebook, is used only while its digest is that of its note and its
      batches are the gallery's, and is made anew from the batches otherwise. Faces that were added since are compared
      exactly, until they are too many; faces that were removed are left out of what it proposes.
    * What is found has no score yet: scores are computed from the templates in the vault.

References:
    Malkov, Yashunin, Efficient and robust approximate nearest neighbor search using hierarchical navigable small
    world graphs, IEEE TPAMI 2020; https://github.com/unum-cloud/USearch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from forensic_app.galleries.exact import ExactIndex, Keys
from forensic_app.galleries.index_cache import IndexCache, IndexNote
from forensic_app.gallery_files import MOST_FACES

if TYPE_CHECKING:
    from forensic_app.galleries.comparing import Comparison, Templates

EXACT_BELOW: Final = 400_000
"""Below it comparing all takes no longer than a graph that finds 99 % of a million (docs/scale.md)."""
MOST_BEHIND: Final = 50_000
"""Templates that were added after the graph was made, from which on they are put into it."""
CONNECTIVITY: Final = 16
EXPANSION_ADD: Final = 96
EXPANSION_SEARCH: Final = 2048
STORED_AS: Final = "f16"
ALONE_FIRST: Final = 2_000
"""Templates that one thread puts into a new graph before others join: several at once lose each other's links while
the graph is small, and a template without a link is never proposed (seen: up to 31 of 5,000)."""
RECALL_AT: Final = 10
RECALL_QUERIES: Final = 200
RECALL_NOISE: Final = 0.25
"""How far a query of the recall's measurement lies from a template, as a share of the templates' spread."""

OnProgress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """The batches of a gallery as the index sees them.

    Attributes:
        digests: SHA-256 of each batch's file, oldest first.
        counts: Templates in each.
        read: Returns the templates of the batch at a place, ``(n, d)`` float32.
        embedding_size: Length of a template.
        removed: Keys of faces that are not searched.
    """

    digests: Sequence[str]
    counts: Sequence[int]
    read: Callable[[int], Templates]
    embedding_size: int
    removed: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Templates in all batches, removed ones too."""
        return sum(self.counts)

    def blocks(self, first: int = 0, *, at_once: int = 64) -> Iterator[tuple[Keys, Templates]]:
        """Yield keys and templates of the batches from place ``first`` on, some batches at a time."""
        for start in range(first, len(self.digests), at_once):
            places = range(start, min(start + at_once, len(self.digests)))
            parts = [self.read(place) for place in places]
            keys = [
                key_of(place, 0) + np.arange(len(part)) for place, part in zip(places, parts, strict=True)
            ]
            yield np.concatenate(keys), np.concatenate(parts)


def key_of(batch_place: int, face_place: int) -> int:
    """Return the key of a face: the place of its batch in the gallery and its place in the batch, in one number."""
    return batch_place * MOST_FACES + face_place


def places_of(key: int) -> tuple[int, int]:
    """Return place of the batch and place in the batch."""
    return divmod(key, MOST_FACES)


class GraphIndex:
    """Proposes templates by a graph, and compares those that it does not hold yet."""

    def __init__(self, graph: Any, behind: ExactIndex, removed: frozenset[int]) -> None:
        """Take a graph, what was added after it, and the keys that are not searched."""
        self._graph, self._behind, self._removed = graph, behind, removed

    def nearest(self, probe: Templates, count: int) -> Keys:
        """Return the keys of the templates most like ``probe``, ``(1, d)``; about ``count``, in no order."""
        wanted = min(count + min(count, len(self._removed)), len(self._graph))
        proposed = np.asarray(self._graph.search(probe[0], wanted).keys, dtype=np.int64)
        if self._removed:
            proposed = proposed[~np.isin(proposed, np.fromiter(self._removed, dtype=np.int64))]
        return np.concatenate([proposed[:count], self._behind.nearest(probe, count)])


Index = ExactIndex | GraphIndex


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that can be searched, and what there is to say of it.

    Attributes:
        index: The index.
        kind: ``exact`` or ``graph``.
        recall_at_10: Share of the ten most alike that the graph found, measured when it was made; 1 where all are
            compared.
        remarks: What was done to the index, in sentences.
    """

    index: Index
    kind: str
    recall_at_10: float
    remarks: tuple[str, ...] = ()


def open_index(
    source: Source,
    comparison: Comparison,
    folder: Path | None,
    *,
    threads: int = 0,
    exact_below: int = EXACT_BELOW,
    report: OnProgress = lambda _fraction, _words: None,
) -> Opened:
    """Return an index of a gallery's templates.

    Args:
        source: The batches.
        comparison: How the matcher compares.
        folder: Where graphs of this gallery are kept; ``None`` keeps none.
        threads: Threads for making a graph; 0 = as many as there are processors.
        exact_below: From how many templates on a graph is used.
        report: Receives progress of making one.
    """
    if source.count < exact_below:
        return Opened(exact_index(source, comparison), "exact", 1.0)
    cache = IndexCache(folder)
    graph = _new_graph(source, comparison)
    note, remark = cache.load(graph, made_with=_settings(comparison, source), digests=source.digests)
    remarks = [remark] if remark else []
    if note is not None:
        behind = sum(source.counts[len(note.digests) :])
        if behind <= MOST_BEHIND:
            if behind:
                remarks.append(f"{behind:,} templates are newer than the graph and were all compared.")
            tail = exact_index(source, comparison, first=len(note.digests))
            return Opened(GraphIndex(graph, tail, source.removed), "graph", note.recall_at_10, tuple(remarks))
        remarks.append(f"{behind:,} templates are newer than the graph: it was made anew.")
        graph = _new_graph(source, comparison)
    _fill(graph, source, threads, report)
    recall = measured_recall(graph, source, comparison, report=report)
    note = IndexNote(_settings(comparison, source), tuple(source.digests), recall)
    remarks += cache.keep(graph, note)
    tail = exact_index(source, comparison, first=len(source.digests))
    return Opened(GraphIndex(graph, tail, source.removed), "graph", recall, tuple(remarks))


def exact_index(source: Source, comparison: Comparison, *, first: int = 0) -> ExactIndex:
    """Return an index that compares every template of the batches from place ``first`` on but the removed ones."""
    count = sum(source.counts[first:])
    keys, templates = np.zeros(count, np.int64), np.zeros((count, source.embedding_size), np.float32)
    done = 0
    for part_keys, part in source.blocks(first):
        keys[done : done + len(part)], templates[done : done + len(part)] = part_keys, part
        done += len(part)
    if source.removed:
        kept = ~np.isin(keys, np.fromiter(source.removed, dtype=np.int64))
        keys, templates = keys[kept], templates[kept]
    return ExactIndex(keys, templates, comparison)


def measured_recall(
    graph: Any,
    source: Source,
    comparison: Comparison,
    *,
    queries: int = RECALL_QUERIES,
    report: OnProgress = lambda _fraction, _words: None,
) -> float:
    """Return the share of the ten templates most like a query that a graph finds, over queries near templates.

    Args:
        graph: The graph, of all templates of ``source``.
        source: The batches.
        comparison: How the matcher compares.
        queries: Number of queries: templates of the gallery, moved by noise; drawn with seed 0.
        report: Receives progress.
    """
    generator = np.random.default_rng(0)
    chosen = generator.choice(len(source.digests), size=min(queries, len(source.digests)), replace=False)
    rows = [
        part[generator.integers(len(part))] for part in (source.read(int(place)) for place in sorted(chosen))
    ]
    probes = np.stack(rows)
    spread = probes.std(axis=0, keepdims=True)
    probes = (probes + RECALL_NOISE * spread * generator.normal(size=probes.shape)).astype(np.float32)
    best_scores = np.zeros((len(probes), 0), dtype=np.float32)
    best_keys = np.zeros((len(probes), 0), dtype=np.int64)
    for number, (keys, templates) in enumerate(source.blocks()):
        report(0.9 + 0.1 * min(1.0, number * 64 / len(source.digests)), "Measuring the graph")
        scores = _order(probes, templates, comparison)
        best_scores = np.concatenate([best_scores, scores], axis=1)
        best_keys = np.concatenate([best_keys, np.broadcast_to(keys, scores.shape)], axis=1)
        top = np.argsort(-best_scores, axis=1, kind="stable")[:, :RECALL_AT]
        best_scores = np.take_along_axis(best_scores, top, axis=1)
        best_keys = np.take_along_axis(best_keys, top, axis=1)
    found = [np.asarray(graph.search(probe, RECALL_AT).keys, dtype=np.int64) for probe in probes]
    hits = sum(len(np.intersect1d(own, true)) for own, true in zip(found, best_keys, strict=True))
    return hits / best_keys.size


def _order(probes: Templates, templates: Templates, comparison: Comparison) -> Templates:
    """Return numbers in the order of the scores, higher is more alike, ``(queries, n)`` float32."""
    inner = probes @ templates.T
    if comparison.metric == "ip":
        return inner
    order: Templates = 2 * inner - (templates**2).sum(axis=1)[None]
    return order


def _settings(comparison: Comparison, source: Source) -> dict[str, str | int]:
    from usearch import __version__

    return {
        "usearch": __version__,
        "metric": comparison.metric,
        "embedding_size": source.embedding_size,
        "stored_as": STORED_AS,
        "connectivity": CONNECTIVITY,
        "expansion_add": EXPANSION_ADD,
        "expansion_search": EXPANSION_SEARCH,
    }


def _metric(comparison: Comparison) -> Any:
    from usearch.index import MetricKind

    return {"l2sq": MetricKind.L2sq, "ip": MetricKind.IP}[comparison.metric]


def _new_graph(source: Source, comparison: Comparison) -> Any:
    from usearch.index import Index

    return Index(
        ndim=source.embedding_size,
        metric=_metric(comparison),
        dtype=STORED_AS,
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
    )


def _fill(graph: Any, source: Source, threads: int, report: OnProgress) -> None:
    done = 0
    for keys, templates in source.blocks():
        report(0.9 * done / max(1, source.count), "Making the graph of the gallery")
        alone = min(len(keys), max(0, ALONE_FIRST - done))
        if alone:
            graph.add(keys[:alone].astype(np.uint64), templates[:alone], threads=1)
        if alone < len(keys):
            graph.add(keys[alone:].astype(np.uint64), templates[alone:], threads=threads)
        done += len(keys)
