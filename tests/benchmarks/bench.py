"""Measure the program's speed on this machine, and its accuracy on labelled faces where some are given.

Run ``make bench`` or ``python tests/benchmarks/bench.py --help``. Units are in the names. Photographs are
received in the folder for temporary files; the casebook of many cases is made in memory where the system
has ``/dev/shm``, so that search and verification are measured without the disk. The plain loop is what a
script with diffusers does (plain_loop.py): same pack, 50 steps, strength 0.8, guidance 7.5, one age after the
other; and once more with the engine's number of steps and all ages in one batch, so that what the engine
saves by itself can be told from what fewer steps save. With --data both are compared over the loop's strengths
and guidance scales (frontier.py), in one thread.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frontier
import numpy as np
from frontier import SIX_AGES
from plain_loop import LoopSettings, PlainLoop

import forensic_app.engines  # noqa: F401  (sets the variables that torch reads when it is loaded)
from forensic_app.custody import SigningKey
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.intake import receive_exhibit

WORDS = ("river", "harbour", "station", "market", "forest", "bridge", "school", "island", "quarry", "chapel")


def median_seconds(action: Callable[[], object], repeats: int) -> float:
    """Return the median wall time of ``action`` over ``repeats`` calls, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def help_seconds() -> dict[str, float]:
    """Return how long ``forensic-app --help`` takes, process start included, and its processor time."""
    command = [sys.executable, "-m", "forensic_app.cli", "--help"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = median_seconds(lambda: subprocess.run(command, capture_output=True, check=True), 7)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"help_seconds": seconds, "help_cpu_seconds": processor / 7}


def intake_speed(folder: Path) -> dict[str, float]:
    """Return how fast photographs of about 24 MB are received: inspected, hashed, copied, recorded."""
    from PIL import Image

    generator = np.random.default_rng(1)
    files = []
    for number in range(5):
        noise = generator.integers(0, 256, size=(2400, 3300, 3), dtype=np.uint8)
        files.append(folder / f"noise-{number}.png")
        Image.fromarray(noise).save(files[-1], compress_level=1)
    size = sum(path.stat().st_size for path in files) / 1e6
    with CaseStore.create(folder / "intake", examiner="bench", key=SigningKey.generate()) as store:
        store.create_case(number="1", title="Bench", kind=CaseKind.COLD_CASE)
        began = time.perf_counter()
        for path in files:
            receive_exhibit(store, path, case="1")
        seconds = time.perf_counter() - began
    return {"intake_mb_per_s": size / seconds, "intake_mb": size}


def casebook_speed(folder: Path, *, cases: int) -> dict[str, float]:
    """Return the speed of search and of verification in a casebook of many cases."""
    casebook = folder / "many"
    began = time.perf_counter()
    with CaseStore.create(casebook, examiner="bench", key=SigningKey.generate()) as store:
        for number in range(cases):
            title = " ".join(WORDS[number // 10**place % 10] for place in range(4))
            store.create_case(number=f"MP-{number:05d}", title=title, kind=CaseKind.COLD_CASE)
        writing = time.perf_counter() - began
        texts = ("river", "harb sta", "MP-04217", "chapel quarry island", "nothing-like-this")
        searching = [median_seconds(lambda each=text: store.search(each), 9) for text in texts]
    result = verify_casebook(casebook)
    if not result.is_intact:
        raise SystemExit(f"The casebook of the measurement does not verify: {result.findings[0]}")
    return {
        "cases": cases,
        "new_case_ms": 1000 * writing / cases,
        "search_ms_median": 1000 * statistics.median(searching),
        "search_ms_slowest": 1000 * max(searching),
        "verify_events": result.events,
        "verify_events_per_s": result.events_per_second,
        "verify_seconds": result.seconds,
    }


def series_speed(pack_path: Path, *, threads: int, repeats: int) -> dict[str, float]:
    """Return the warm time of six ages with the engine's building blocks and with the plain loop."""
    from skimage.data import astronaut

    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
    from forensic_app.faces.align import align
    from forensic_app.faces.dlib import DlibAnalyser

    analyser, photo = DlibAnalyser(), astronaut()
    face = analyser.detect(photo)[0]
    seconds = {}
    engine = AgingSeriesMaker(pack_path, threads=threads)
    steps = int(engine.description["parameters"]["num_inference_steps"])
    batched = LoopSettings(steps=steps, is_batched=True)
    makers = {
        "engine": engine,
        "plain": PlainLoop(pack_path, seed=0, threads=threads),
        "batched": PlainLoop(pack_path, seed=0, threads=threads, settings=batched),
    }
    for name, maker in makers.items():
        crop = align(photo, face, maker.crop_size_px).crop
        given = {"source_age": 42.0, "sex": "female", "embedding": analyser.embed(photo, face)}
        maker.make_series(crop, **given, target_ages=SIX_AGES[:1])
        seconds[name] = median_seconds(
            lambda maker=maker, crop=crop, given=given: maker.make_series(
                crop, **given, target_ages=SIX_AGES
            ),
            repeats,
        )
    return {
        "six_ages_seconds": seconds["engine"],
        "six_ages_plain_seconds": seconds["plain"],
        "plain_to_engine_ratio": seconds["plain"] / seconds["engine"],
        "six_ages_batched_plain_seconds": seconds["batched"],
        "batched_plain_to_engine_ratio": seconds["batched"] / seconds["engine"],
    }


def main() -> None:
    """Measure what was asked for and print it as one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", choices=("help", "intake", "casebook", "series", "accuracy"), action="append"
    )
    parser.add_argument("--cases", type=int, default=10_000, help="cases in the casebook of the measurement")
    parser.add_argument("--pack", default="base", help="name of the model pack")
    parser.add_argument(
        "--data", type=Path, help="folder of labelled faces, for the comparison (a quarter of an hour)"
    )
    parser.add_argument("--people", type=int, default=20, help="people for the comparison")
    parser.add_argument("--strengths", type=float, nargs="+", default=frontier.STRENGTHS, help="of the loop")
    parser.add_argument("--guidances", type=float, nargs="+", default=frontier.GUIDANCES, help="of the loop")
    parser.add_argument("--steps", type=int, help="steps of the loop that is swept, else the engine's")
    parser.add_argument("--second-estimator", type=Path, help="folder of face-api's age network")
    parser.add_argument("--plot", type=Path, help="PNG file for the comparison")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads, 0 = the engine's default")
    parser.add_argument("--repeats", type=int, default=3, help="repeats of the series")
    given = parser.parse_args()
    wanted = given.only or ["help", "intake", "casebook", "series", *(["accuracy"] if given.data else [])]
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="forensic-app-bench-") as name:
        folder = Path(name)
        if "help" in wanted:
            results |= help_seconds()
        if "intake" in wanted:
            results |= intake_speed(folder)
    if "casebook" in wanted:
        memory = Path("/dev/shm")
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
            results |= casebook_speed(Path(name), cases=given.cases)
    if "series" in wanted or "accuracy" in wanted:
        from forensic_app.engines.packs.pack import resolve

        pack_path = resolve(given.pack).path
        if "series" in wanted:
            results |= series_speed(pack_path, threads=given.threads, repeats=given.repeats)
        if "accuracy" in wanted:
            if given.data is None:
                parser.error("the accuracy needs --data")
            results["comparison"] = frontier.compare(
                pack_path,
                given.data,
                people=given.people,
                strengths=given.strengths,
                guidances=given.guidances,
                steps=given.steps,
                second_estimator=given.second_estimator,
                plot=given.plot,
            )
            sys.stderr.write(frontier.table(results["comparison"]) + "\n")
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in results.items()}
    sys.stdout.write(json.dumps(rounded, indent=2) + "\n")


if __name__ == "__main__":
    main()
