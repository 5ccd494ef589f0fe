"""Engines that copy what they are shown, so that the galleries' fake matcher reads the same person in it."""

from __future__ import annotations

import dataclasses
import os
import time

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.engine import Engine, ReportProgress
from forensic_app.engines.pictures import marking
from forensic_app.engines.sketch.schema import DESCRIPTOR as SKETCH
from forensic_app.images import load_working_copy
from forensic_app.messages import EngineResult, OutputImage, RunRequest

SLOW_VARIABLE = "LEADS_ENGINE_SLOW_S"


class Copying:
    """Writes the picture once for each age, or once."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        end = time.monotonic() + float(os.environ.get(SLOW_VARIABLE, "0"))
        report_progress(0.1, "Decoding the pictures")
        while time.monotonic() < end:
            report_progress(0.2, "Decoding the pictures")
            time.sleep(0.02)
        pixels = load_working_copy(request.exhibit_path)
        if request.picture_window is not None:
            left, top, right, bottom = request.picture_window
            pixels = pixels[top:bottom, left:right]
        images = []
        for place, age in enumerate(request.parameters.get("target_ages", [None])):
            path = request.output_dir / f"{place}.png"
            data, width, height = marking.png_of(pixels, caption="A copy.", system="test", version="1")
            path.write_bytes(data)
            metrics = {
                "band_height_px": height - pixels.shape[0],
                "margins_px": list(marking.margins_px(pixels.shape[1], width)),
            }
            images.append(OutputImage(path, "derived", age, 1, width, height, metrics))
        return EngineResult(tuple(images), {}, {}, {"device": "cpu"})


def load_engine(_name: str) -> Engine:
    """Return the one engine."""
    return Copying()


AGEING = dataclasses.replace(AGING, version="1")
DRAWING = dataclasses.replace(SKETCH, version="1")
