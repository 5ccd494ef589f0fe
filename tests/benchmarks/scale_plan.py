"""Compute what a gallery of many faces needs from what was measured: days, machines, memory, disk, money.

Run ``python tests/benchmarks/scale_plan.py --faces 100e6 --face-ms 120 --writer-ms 2.3 ...``. Every number comes from
an option; the defaults are what ``docs/scale.md`` says was measured, on its machine. Nothing here was run at that size:
it is multiplication, and the page says what that does not see.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass, fields
from typing import Any

DAY_S = 86_400.0
EVENTS_A_SECOND = 50_000.0


@dataclass(frozen=True)
class Measured:
    """What one photograph, template and search cost, and how much is wanted.

    Attributes:
        faces: Templates of photographs.
        ages: Derived templates for each.
        face_ms: Processor time of looking at one photograph, ms.
        age_ms: Processor time of one derived template, ms.
        writer_ms: Time of the writing process for one face, ms.
        photo_kb: Mean size of a photograph, kB.
        header_bytes: Bytes of a batch's header for each face.
        size: Numbers in a template.
        graph_bytes: Bytes of the graph for each template.
        graph_s: Processor time of making the graph of a million templates, s.
        search_ms: Time of one search in a shard, ms.
        shard: Templates in a shard: one casebook with one gallery.
        cores: Processor cores that work.
        core_hour: Price of a core for an hour.
        terabyte_month: Price of 1 TB for a month.
    """

    faces: float = 100e6
    ages: float = 0
    face_ms: float = 162
    age_ms: float = 0
    writer_ms: float = 2.3
    photo_kb: float = 100
    header_bytes: float = 560
    size: float = 129
    graph_bytes: float = 405
    graph_s: float = 720
    search_ms: float = 12
    shard: float = 1e6
    cores: float = 64
    core_hour: float = 0.04
    terabyte_month: float = 20


def plan(given: Measured) -> dict[str, float]:
    """Return what the gallery needs, by words with their unit."""
    templates = given.faces * (1 + given.ages)
    shards = math.ceil(templates / given.shard)
    work_s = given.faces * (given.face_ms + given.ages * given.age_ms) / 1000
    writing_s = templates * given.writer_ms / 1000
    graph_s = templates / 1e6 * given.graph_s
    core_s = work_s + writing_s + graph_s
    template_bytes = templates * (4 * given.size + given.header_bytes)
    disk_tb = (template_bytes + given.faces * given.photo_kb * 1000 + templates * given.graph_bytes) / 1e12
    return {
        "templates": templates,
        "shards (casebooks)": shards,
        "core hours: looking at faces": work_s / 3600,
        "core hours: writing": writing_s / 3600,
        "core hours: graphs": graph_s / 3600,
        "days on all cores": core_s / given.cores / DAY_S,
        "workers that one writer keeps busy": given.face_ms / given.writer_ms,
        "days if one casebook took all (its writer alone)": writing_s / DAY_S,
        "batches and events in each shard": math.ceil(given.shard / 256),
        "seconds to verify a shard's events on opening": given.shard / 256 / EVENTS_A_SECOND,
        "disk, TB (photographs, batches, graphs)": disk_tb,
        "memory for all graphs at once, GB": templates * given.graph_bytes / 1e9,
        "memory for exact search of all, GB": templates * (4 * given.size + 64 + 12) / 1e9,
        "core seconds of one search of all shards": shards * given.search_ms / 1000,
        "searches an hour on all cores": 3600 * given.cores / (shards * given.search_ms / 1000),
        "price of making it": core_s / 3600 * given.core_hour,
        "price of keeping it for a month": disk_tb * given.terabyte_month,
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    for each in fields(Measured):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=float, default=each.default)
    given: Any = parser.parse_args(arguments)
    for words, value in plan(Measured(**vars(given))).items():
        sys.stdout.write(f"{words:<52} {value:>16,.1f}\n")


if __name__ == "__main__":
    main()
