"""Engines that need no torch, for the workflows."""

from __future__ import annotations

import dataclasses
import os
import sys
import time

import numpy as np
from PIL import Image

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.descriptor import EngineDescriptor
from forensic_app.engines.engine import Engine, ReportProgress
from forensic_app.errors import FaceNotFound
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import Parameter

SCHEMA = (
    Parameter("seed", "integer", 7, "Seed.", 0, 1000),
    Parameter("steps", "integer", 3, "Steps.", 1, 100_000),
)
SHIFT_VARIABLE = "FAKE_ENGINE_SHIFT"
SPOT_VARIABLE = "FAKE_ENGINE_SPOT"
FEWER_VARIABLE = "FAKE_ENGINE_FEWER"
NO_FACE_VARIABLE = "FAKE_ENGINE_NO_FACE"


def descriptor(class_name: str) -> EngineDescriptor:
    """Return what the registry is to know of an engine of this module."""
    return dataclasses.replace(AGING, name=class_name, version="1", schema=SCHEMA, loader=class_name)


class Completing:
    """Writes two images; the environment may shift every pixel, one pixel, or leave the second image out."""

    name = "fake"
    version = "1"
    schema = SCHEMA
    pause_s = 0.0

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        assert "sqlalchemy" not in sys.modules
        if os.environ.get(NO_FACE_VARIABLE):
            raise FaceNotFound("There is no face in the photograph.", "Use another photograph.")
        steps = int(request.parameters["steps"])
        for step in range(steps):
            report_progress(step / steps, "Making the image")
            time.sleep(self.pause_s)
        count = 1 if os.environ.get(FEWER_VARIABLE) else 2
        images = tuple(self.image(request, variant) for variant in range(count))
        environment = {"device": "cpu", "pid": os.getpid(), "seen_subject": dict(request.subject)}
        control = {"references": sorted(request.reference_paths)}
        return EngineResult(images, control, {"face_count": 1}, environment, ("A warning.",))

    def image(self, request: RunRequest, variant: int) -> OutputImage:
        grey = int(request.parameters["seed"]) + variant + int(os.environ.get(SHIFT_VARIABLE, "0"))
        pixels = np.full((6, 8, 3), grey, np.uint8)
        pixels[0, 0, 0] += int(os.environ.get(SPOT_VARIABLE, "0"))
        path = request.output_dir / f"image-{variant}.png"
        Image.fromarray(pixels).save(path)
        return OutputImage(path, "derived", 30.0, variant, 8, 6, {"estimated_age": 31.5})


class Slow(Completing):
    """Works for minutes unless it is cancelled."""

    pause_s = 0.01


class Faceless(Completing):
    """Finds no face."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        raise FaceNotFound("There is no face in the photograph.", "Use another photograph.")


def load_engine(name: str) -> Engine:
    """Return the engine of this module whose class has that name."""
    engine: Engine = globals()[name]()
    return engine
