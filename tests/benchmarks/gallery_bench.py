"""Measure search in a gallery of many templates: exact and by graph, time, recall, memory, and the time to make it.

Run ``python tests/benchmarks/gallery_bench.py [--templates 1000000] [--keep FOLDER]``; with ``--keep`` a graph that was
made once is searched again at once. Templates are made up: 128 numbers whose spread falls as that of dlib's embeddings
of photographs does (powers of a half and an exponential of 40, fitted to 1,313 faces of LFW: 10 % of the variance in
the first direction, 35 % in six, 66 % in 21, 84 % in 41). A probe is a template moved by a quarter of the spread.
``--file X.npy`` searches templates of your own instead. Memory is that of processes of their own, one by the graph and
one that compares all. Times are paired: in one process each probe is searched by numpy, exactly (``exact_first``: as
the first searches in an index are; ``exact``: as later ones) and by the graph. The load of the machine is told beside.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.galleries import index
from forensic_app.galleries.comparing import comparison_of
from forensic_app.galleries.exact import BOUND_AFTER, ExactIndex
from forensic_app.galleries.index import Opened, Source, exact_index, open_index
from forensic_app.gallery_files import MOST_FACES

SIZE = 128
EXACT_TEMPLATES = 100_000
PROBES = 200
PAIRED_PROBES = 20
REPEATS = 3
Templates = NDArray[np.float32]


def source_of(count: int, file: Path | None) -> Source:
    """Return batches of made-up templates, each made when it is read, or of a file's."""
    if file is not None:
        given: Templates = np.load(file, mmap_mode="r")[:count]
        batches = -(-len(given) // MOST_FACES)

        def read(place: int) -> Templates:
            return np.ascontiguousarray(
                given[place * MOST_FACES : (place + 1) * MOST_FACES], dtype=np.float32
            )

        counts = [len(given[place * MOST_FACES : (place + 1) * MOST_FACES]) for place in range(batches)]
        return Source([f"{place:064x}" for place in range(batches)], counts, read, given.shape[1])
    places = np.arange(SIZE)
    spectrum = (places + 1.0) ** -0.5 * np.exp(-places / 40)
    spread = np.sqrt(0.3 * spectrum / spectrum.sum()).astype(np.float32)
    counts = [min(MOST_FACES, count - start) for start in range(0, count, MOST_FACES)]

    def made(place: int) -> Templates:
        generator = np.random.default_rng([7, place])
        return generator.standard_normal((counts[place], SIZE), dtype=np.float32) * spread

    return Source([f"{place:064x}" for place in range(len(counts))], counts, made, SIZE)


def probes_of(source: Source, count: int) -> Templates:
    """Return probes near templates."""
    generator = np.random.default_rng(1)
    rows = [
        source.read(int(place))[0]
        for place in generator.choice(
            len(source.digests), size=min(count, len(source.digests)), replace=False
        )
    ]
    near = np.stack(rows)
    spread = source.read(0).std(axis=0)
    return (near + 0.25 * spread * generator.normal(size=near.shape)).astype(np.float32)


def paired_speed(source: Source, templates: Templates, graph: Opened | None) -> dict[str, Any]:
    """Return the time of one search by numpy, exactly and by a graph, milliseconds, each probe by all in turn.

    numpy computes all products, adds the squares that it has from before, and takes the ten least; with one thread and
    with as many as there are processors, and the faster of both counts. The least time of three is taken for each
    probe, and of the probes the median and the least are told: on a busy machine the least is nearer to an idle one.
    """
    own = ExactIndex(np.arange(len(templates)), templates, comparison_of("dlib"))
    once = ExactIndex(np.arange(len(templates)), templates, comparison_of("dlib"))
    probes = probes_of(source, PAIRED_PROBES)
    lengths = (templates**2).sum(axis=1)

    def by_numpy(probe: Templates) -> NDArray[np.intp]:
        order = lengths - 2 * (templates @ probe)
        best = np.argpartition(order, 10)[:10]
        return best[np.argsort(order[best])]

    def by_scan(probe: Templates) -> NDArray[np.int64]:
        once._searches = 0
        return once.nearest(probe[None], 10)

    def by_one_thread(probe: Templates) -> NDArray[np.intp]:
        use_blas_threads(1)
        try:
            return by_numpy(probe)
        finally:
            use_blas_threads(os.cpu_count() or 1)

    ways: dict[str, Any] = {
        "numpy_all_threads": by_numpy,
        "numpy_one_thread": by_one_thread,
        "exact_first": by_scan,
        "exact": lambda probe: own.nearest(probe[None], 10),
    }
    if graph is not None:
        index = graph.index
        ways["graph"] = lambda probe: index.nearest(probe[None], 10)
    for _ in range(BOUND_AFTER + 1):
        began = time.perf_counter()
        own.nearest(probes[:1], 10)
    making = time.perf_counter() - began
    times: dict[str, list[float]] = {name: [] for name in ways}
    same: dict[str, list[int]] = {name: [] for name in ways}
    for probe in probes:
        true = set(by_numpy(probe).tolist())
        for name, way in ways.items():
            times[name].append(min(timed_ms(way, probe) for _ in range(REPEATS)))
            same[name].append(len(true & {int(each) for each in way(probe)}))
    medians = {name: float(np.median(each)) for name, each in times.items()}
    least = {name: min(each) for name, each in times.items()}
    numpy_ms, numpy_least_ms = (
        min(each["numpy_all_threads"], each["numpy_one_thread"]) for each in (medians, least)
    )
    return {
        "templates_compared": len(templates),
        "bound_making_seconds": making,
        **{f"{name}_ms": value for name, value in medians.items()},
        **{f"{name}_least_ms": value for name, value in least.items()},
        **{f"{name}_to_numpy": numpy_ms / value for name, value in medians.items()},
        **{f"{name}_least_to_numpy": numpy_least_ms / value for name, value in least.items()},
        **{f"{name}_recall_at_10": sum(each) / (10 * len(probes)) for name, each in same.items()},
    }


def use_blas_threads(count: int) -> None:
    """Have numpy's OpenBLAS compute with that many threads."""
    folder = Path(np.__file__).parent.parent / "numpy.libs"
    library = ctypes.CDLL(str(next(folder.glob("libscipy_openblas*"))))
    library.scipy_openblas_set_num_threads64_(count)


def timed_ms(search: Any, probe: Templates) -> float:
    """Return the time of one search, milliseconds."""
    began = time.perf_counter()
    search(probe)
    return 1000 * (time.perf_counter() - began)


def all_templates(source: Source, count: int) -> Templates:
    """Return the first ``count`` templates."""
    templates = np.zeros((min(count, source.count), source.embedding_size), np.float32)
    for place in range(-(-len(templates) // MOST_FACES)):
        rows = templates[place * MOST_FACES : (place + 1) * MOST_FACES]
        rows[:] = source.read(place)[: len(rows)]
    return templates


def exact_only(source: Source) -> dict[str, float]:
    """Return the memory of exact searches among all templates, in this process."""
    before = peak_mb()
    opened = exact_index(source, comparison_of("dlib"))
    for probe in probes_of(source, BOUND_AFTER + 12):
        opened.nearest(probe[None], 10)
    return {"exact_memory_before_mb": before, "exact_peak_mb": peak_mb()}


def peak_mb() -> float:
    """Return the most memory that this process had at once, MB; what its parent had does not count."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e3


def graph_speed(source: Source, folder: Path, arguments: list[str]) -> dict[str, Any]:
    """Make the graph, unless the folder holds it, and have a process of its own search it."""
    began, spent = time.perf_counter(), time.process_time()
    opened = open_index(source, comparison_of("dlib"), folder, exact_below=1)
    result: dict[str, Any] = {
        "graph_open_seconds": time.perf_counter() - began,
        "graph_open_cpu_seconds": time.process_time() - spent,
        "graph_remarks": list(opened.remarks),
        "recall_at_10": opened.recall_at_10,
        "making_peak_mb": peak_mb(),
        "file_mb": sum(path.stat().st_size for path in folder.glob("*.usearch")) / 1e6,
    }
    for which in ("--search-only", "--exact-only"):
        command = [sys.executable, __file__, *arguments, "--keep", str(folder), which]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        result |= json.loads(done.stdout)
    for count in (EXACT_TEMPLATES, source.count):
        paired = paired_speed(source, all_templates(source, count), opened if count == source.count else None)
        result[f"paired_{count}"] = paired
    return result


def search_only(source: Source, folder: Path) -> dict[str, float]:
    """Return time and memory of searches by the graph that a folder holds, in this process."""
    before = peak_mb()
    began = time.perf_counter()
    opened = open_index(source, comparison_of("dlib"), folder, exact_below=1)
    opening = time.perf_counter() - began
    probes = probes_of(source, PROBES)
    opened.index.nearest(probes[:1], 10)
    times = []
    for probe in probes:
        began = time.perf_counter()
        opened.index.nearest(probe[None], 10)
        times.append(1000 * (time.perf_counter() - began))
    return {
        "opening_seconds": opening,
        "graph_ms_median": float(np.median(times)),
        "graph_ms_p95": float(np.percentile(times, 95)),
        "memory_before_mb": before,
        "search_peak_mb": peak_mb(),
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=int, default=1_000_000, help="templates in the gallery")
    parser.add_argument("--file", type=Path, help="templates of your own, (n, d) float32 in a .npy file")
    parser.add_argument("--keep", type=Path, help="folder that keeps the graph")
    parser.add_argument("--search-only", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--exact-only", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    source = source_of(given.templates, given.file)
    if given.search_only:
        sys.stdout.write(json.dumps(search_only(source, given.keep)))
        return
    if given.exact_only:
        sys.stdout.write(json.dumps(exact_only(source)))
        return
    arguments = ["--templates", str(given.templates), *(["--file", str(given.file)] if given.file else [])]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary:
        result = {
            "templates": source.count,
            "processors": os.cpu_count(),
            "load_before": load,
            "connectivity": index.CONNECTIVITY,
            "expansion_search": index.EXPANSION_SEARCH,
            **graph_speed(source, given.keep or Path(temporary), arguments),
            "load_after": os.getloadavg()[0],
        }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
