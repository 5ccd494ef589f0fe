"""Measure enrolment by this process, by a pool and by Ray's local mode: what goes into looking at faces, what not.

Run ``python tests/benchmarks/crew_bench.py --data FOLDER [--limit 120] [--rounds 2] [--arms alone,pool,ray]``, with a
folder of photographs, one face in each. Processor time is counted, of this process and of all that it started, so that
other work on the machine does not count. Each arm enrols two photographs, then ``--limit`` of them, in turns; what
starts up is in both, and the difference is what further photographs cost. The least of the rounds is printed. ``share``
is the part of that in detection, age and embedding. Batches of all arms must have the same SHA-256.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from forensic_app.crews.work import Crew, Ended, Hire, Recipe, Task
from forensic_app.custody import SigningKey
from forensic_app.galleries.entries import Entry
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_crews import hire_for
from forensic_app.workflows.gallery_enrolment import enrol
from forensic_app.workflows.gallery_matcher import create_gallery, matcher_of
from forensic_app.workflows.packs import accept_licence, find_pack

KEY = SigningKey.from_bytes(bytes(range(32)))
FACE_STAGES = ("detect", "age", "embed")
START_PHOTOGRAPHS = 2


class Watched:
    """A crew whose processes' time is read before they end."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.cpu_s = 0.0

    @property
    def room(self) -> int:
        return self._crew.room

    def begin(self, task: Task) -> None:
        self._crew.begin(task)

    def ended(self, *, timeout_s: float) -> list[Ended]:
        return self._crew.ended(timeout_s=timeout_s)

    def close(self) -> None:
        self.cpu_s = sum(cpu_of(each) for each in psutil.Process().children(recursive=True))
        self._crew.close()


def cpu_of(process: psutil.Process) -> float:
    """Return the time of a process, seconds; 0 where it is gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def entries_of(photographs: list[Path]) -> Iterator[Entry]:
    """Yield one line for each photograph."""
    for number, path in enumerate(photographs):
        yield Entry(f"line {number}", f"person {number}", "", "", "", path)


def once(arm: str, workers: int, analyser: str, photographs: list[Path]) -> dict[str, Any]:
    """Enrol photographs in a new casebook and return what it took."""
    watched: list[Watched] = []

    def watching(hire: Hire) -> Hire:
        def hired(recipe: Recipe) -> Crew:
            watched.append(Watched(hire(recipe)))
            return watched[-1]

        return hired

    with (
        tempfile.TemporaryDirectory() as folder,
        CaseStore.create(Path(folder) / "book", examiner="Bench", key=KEY) as store,
    ):
        if analyser == "matcher":
            accept_licence(store, find_pack("matcher", store.packs_dir))
        gallery = create_gallery(store, "Bench", analyser=analyser)
        matcher = matcher_of(store, gallery)
        hire = hire_for(
            store, workers=workers if arm == "pool" else 1, cluster="local" if arm == "ray" else ""
        )
        began, spent = time.perf_counter(), time.process_time()
        done = enrol(
            store, gallery, entries_of(photographs), matcher, hire=hire and watching(hire), largest_face=True
        )
        wall, own = time.perf_counter() - began, time.process_time() - spent
        return {
            "wall_s": wall,
            "cpu_s": own + sum(each.cpu_s for each in watched),
            "face_s": sum(done.seconds[stage] for stage in FACE_STAGES),
            "writer_cpu_s": own,
            "stages": dict(done.seconds),
            "enrolled": sum(each.face_count for each in store.gallery_batches(gallery.gallery_id)),
            "batches": [each.sha256 for each in store.gallery_batches(gallery.gallery_id)],
        }


def of_arm(arm: str, given: argparse.Namespace, photographs: list[Path]) -> dict[str, Any]:
    """Return the cost of one round of an arm."""
    start = once(arm, given.workers, given.analyser, photographs[:START_PHOTOGRAPHS])
    full = once(arm, given.workers, given.analyser, photographs)
    further = len(photographs) - START_PHOTOGRAPHS
    cpu, face = (full[name] - start[name] for name in ("cpu_s", "face_s"))
    return {
        "cpu_ms_each": 1000 * cpu / further,
        "face_ms_each": 1000 * face / further,
        "share": face / cpu,
        "share_with_start": full["face_s"] / full["cpu_s"],
        "start_cpu_s": start["cpu_s"],
        "start_wall_s": start["wall_s"],
        "wall_s_with_start": full["wall_s"],
        "writer_cpu_ms_each": 1000 * (full["writer_cpu_s"] - start["writer_cpu_s"]) / further,
        "decode_ms_each": 1000 * full["stages"]["decode"] / len(photographs),
        "enrolled": full["enrolled"],
        "batches": full["batches"],
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--limit", type=int, default=120, help="photographs")
    parser.add_argument("--rounds", type=int, default=2, help="times that all arms are run in turn")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes of the pool")
    parser.add_argument("--analyser", default="dlib", help="dlib or matcher")
    parser.add_argument("--arms", default="alone,pool,ray")
    given = parser.parse_args()
    found = (each for each in sorted(given.data.rglob("*")) if each.is_file() and each.suffix != ".csv")
    photographs = list(found)[: given.limit]
    arms = given.arms.split(",")
    once("alone", 1, given.analyser, photographs[:1])
    if "ray" in arms:
        importlib.import_module("ray")
    rounds: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
    for _ in range(given.rounds):
        for arm in arms:
            rounds[arm].append(of_arm(arm, given, photographs))
            sys.stderr.write(f"{arm}: {json.dumps({**rounds[arm][-1], 'batches': ''})}\n")
    best = {arm: min(made, key=lambda each: each["cpu_ms_each"]) for arm, made in rounds.items()}
    batches = {tuple(each["batches"]) for made in rounds.values() for each in made}
    result = {
        "photographs": len(photographs),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "same_batches": len(batches) == 1,
        **{
            arm: {name: value for name, value in each.items() if name != "batches"}
            for arm, each in best.items()
        },
    }
    if {"pool", "ray"} <= best.keys():
        result["ray_to_pool_cpu"] = best["ray"]["cpu_ms_each"] / best["pool"]["cpu_ms_each"] - 1
        wall = {arm: min(each["wall_s_with_start"] for each in rounds[arm]) for arm in ("pool", "ray")}
        result["ray_to_pool_wall_with_start"] = wall["ray"] / wall["pool"] - 1
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
