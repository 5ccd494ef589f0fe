"""Measure search in a gallery of many templates: exact and by graph, time, recall, memory, and the time to make it.

Run ``python tests/benchmarks/gallery_bench.py [--templates 1000000] [--keep FOLDER]``; with ``--keep`` a graph that was
made once is searched again at once. Templates are made up: 128 numbers whose spread falls as that of dlib's embeddings
of photographs does (powers of a half and an exponential of 40, fitted to 1,313 faces of LFW: 10 % of the variance in
the first direction, 35 % in six, 66 % in 21, 84 % in 41). A probe is a template moved by a quarter of the spread.
``--file X.npy`` searches templates of your own instead. Graph and probes are searched by a process of its own, whose
most memory is told; the load of the machine is told beside.
"""

from __future__ import annotations

import argparse
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
from forensic_app.galleries.index import ExactIndex, Source, open_index
from forensic_app.gallery_files import MOST_FACES

SIZE = 128
EXACT_TEMPLATES = 100_000
PROBES = 200
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


def exact_speed(source: Source) -> dict[str, float]:
    """Return the time of one exact search against numpy's, milliseconds, over at most 100,000 templates."""
    blocks = [part for _, part in source.blocks(0)] if source.count <= EXACT_TEMPLATES else [
        source.read(place) for place in range(EXACT_TEMPLATES // MOST_FACES)
    ]  # fmt: skip
    templates = np.concatenate(blocks)
    own = ExactIndex(np.arange(len(templates)), templates, comparison_of("dlib"))
    probes = probes_of(source, 30)
    lengths = (templates**2).sum(axis=1)

    def by_product(probe: Templates) -> NDArray[np.intp]:
        order = lengths - 2 * (templates @ probe)
        best = np.argpartition(order, 10)[:10]
        return best[np.argsort(order[best])]

    def by_distance(probe: Templates) -> NDArray[np.intp]:
        return np.argsort(np.linalg.norm(templates - probe, axis=1))[:10]

    times = {"exact": median_ms(lambda each: own.nearest(each[None], 10), probes)}
    times["numpy_product"] = median_ms(by_product, probes)
    times["numpy_distance"] = median_ms(by_distance, probes)
    same = all(set(own.nearest(each[None], 10)) == set(by_product(each)) for each in probes)
    return {
        "exact_templates": len(templates),
        **{f"{name}_ms": value for name, value in times.items()},
        "numpy_product_to_exact_ratio": times["numpy_product"] / times["exact"],
        "numpy_distance_to_exact_ratio": times["numpy_distance"] / times["exact"],
        "exact_is_same": float(same),
    }


def median_ms(search: Any, probes: Templates) -> float:
    """Return the median time of a search, milliseconds."""
    times = []
    for each in probes:
        began = time.perf_counter()
        search(each)
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))


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
    command = [sys.executable, __file__, *arguments, "--keep", str(folder), "--search-only"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {**result, **json.loads(done.stdout)}


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
    given = parser.parse_args()
    source = source_of(given.templates, given.file)
    if given.search_only:
        sys.stdout.write(json.dumps(search_only(source, given.keep)))
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
            **exact_speed(source),
            **graph_speed(source, given.keep or Path(temporary), arguments),
            "load_after": os.getloadavg()[0],
        }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
