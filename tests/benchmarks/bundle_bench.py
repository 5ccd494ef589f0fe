"""How fast a case leaves as a bundle, how much memory that takes, and how fast it goes on where it was stopped.

Run ``PYTHONPATH=. python tests/benchmarks/bundle_bench.py [--exhibits 200] [--images 1000] [--folder DIR]``.
Photographs are noise of 4 megapixels as JPEG, derived images noise of 512 px as PNG: nothing of a person is in them.
Prints one JSON object; units are in the names.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from forensic_app.custody import SigningKey
from forensic_app.digests import sha256_of_bytes
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.bundles import export_bundle
from forensic_app.workflows.intake import receive_exhibit


class Stopped(Exception):
    """The export was stopped half-way."""


def main() -> None:
    """Make a case, hand it out, and say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exhibits", type=int, default=200)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=None, help="Where; a temporary folder by default.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="bundle-bench-") as name:
        folder = Path(name)
        with CaseStore.create(folder / "book", examiner="bench", key=SigningKey.generate()) as store:
            _fill(store, folder, asked.exhibits, asked.images)
            print(json.dumps(_measure(store, folder), indent=1))


def _fill(store: CaseStore, folder: Path, exhibits: int, images: int) -> None:
    case = store.create_case(number="1", title="Bench", kind=CaseKind.COLD_CASE)
    subject = store.add_subject(case="1", name="Nobody")
    random = np.random.default_rng(0)
    photograph = folder / "photograph.jpg"
    made = folder / "made"
    made.mkdir()
    for number in range(exhibits):
        Image.fromarray(random.integers(0, 255, (1700, 2400, 3), dtype=np.uint8)).save(photograph, quality=80)
        exhibit = receive_exhibit(store, photograph, case="1", subject_id=subject.subject_id, age_at_photo=30)
        spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, "dlib")
        run = store.queue_run(case_id=case.case_id, spec=spec)
        store.start_run(run.run_id, environment={})
        share = [each for each in range(images) if each % exhibits == number]
        store.complete_run(
            run.run_id, result=EngineResult(tuple(_image(made, each) for each in share), {}, {}, {})
        )


def _image(folder: Path, number: int) -> OutputImage:
    pixels = np.random.default_rng(number).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    data = stream.getvalue()
    path = folder / f"{number}.png"
    path.write_bytes(data)
    return OutputImage(
        path=path, role="derived", target_age=40.0, variant=1, width_px=512, height_px=512, metrics={},
        sha256=sha256_of_bytes(data),
    )  # fmt: skip


def _measure(store: CaseStore, folder: Path) -> dict[str, float]:
    out, copy = folder / "bundle", folder / "copy"
    vault = store.folder / "vault"
    begun = time.perf_counter()
    shutil.copytree(vault, copy)
    copied_s = time.perf_counter() - begun
    shutil.rmtree(copy)

    def stop_half_way(done: int, total: int) -> None:
        if done > total / 2:
            raise Stopped

    export_s: dict[str, float] = {}
    before_mib = _peak_mib()
    begun = time.perf_counter()
    try:
        export_bundle(store, case="1", out=out, redactions=("minors",), progress=stop_half_way)
    except Stopped:
        export_s["first_half"] = time.perf_counter() - begun
    begun = time.perf_counter()
    made = export_bundle(store, case="1", out=out, redactions=("minors",))
    export_s["second_half"] = time.perf_counter() - begun
    shutil.rmtree(out)
    begun = time.perf_counter()
    made = export_bundle(store, case="1", out=out, redactions=("minors",))
    whole_s = time.perf_counter() - begun
    begun = time.perf_counter()
    subprocess.run([sys.executable, "verify.py", "."], cwd=out, check=True, capture_output=True)
    return {
        "files": made.files,
        "bundle_mb": round(made.size_bytes / 1e6, 1),
        "plain_copy_of_the_vault_s": round(copied_s, 2),
        "export_s": round(whole_s, 2),
        "export_mb_per_s": round(made.size_bytes / 1e6 / whole_s, 1),
        "stopped_half_way_s": round(export_s["first_half"], 2),
        "gone_on_s": round(export_s["second_half"], 2),
        "peak_memory_growth_mib": round(_peak_mib() - before_mib, 1),
        "verify_s": round(time.perf_counter() - begun, 2),
    }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
