"""An engine for the window's tests: real pictures with real bands in a fraction of a second, no torch."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.aging.schema import SCHEMA as AGING_SCHEMA
from forensic_app.engines.engine import Engine, ReportProgress
from forensic_app.engines.pictures import marking
from forensic_app.engines.sketch.schema import DESCRIPTOR as SKETCH
from forensic_app.engines.sketch.schema import SCHEMA as SKETCH_SCHEMA
from forensic_app.errors import FaceNotFound
from forensic_app.images import load_working_copy
from forensic_app.messages import EngineResult, OutputImage, Preparation, RunRequest
from forensic_app.records import DerivedImage

SCHEMA = AGING_SCHEMA
NAME = "Fading"
DRAWING = "Drawing"
SLOW_VARIABLE = "FAKE_ENGINE_SLOW_S"
FACELESS_VARIABLE = "FAKE_ENGINE_FACELESS"
DARKER_VARIABLE = "FAKE_ENGINE_DARKER"
UNLIKE_VARIABLE = "FAKE_ENGINE_UNLIKE"
"""Its critic finds pictures of children unlike photographs."""
PREPARED_VARIABLE = "FAKE_ENGINE_PREPARED"
"""File that takes one line for each preparation: the worker's process, the pack, the threads."""
PREPARES_VARIABLE = "FAKE_ENGINE_PREPARES_S"


class Fading:
    """Takes colour out of the photograph with age."""

    name = NAME
    version = "1"
    schema = SCHEMA

    def prepare(self, preparation: Preparation) -> None:
        with Path(os.environ[PREPARED_VARIABLE]).open("a", encoding="utf-8") as stream:
            stream.write(f"{os.getpid()} {preparation.pack_path} {preparation.threads}\n")
        time.sleep(float(os.environ.get(PREPARES_VARIABLE, "0")))

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        if os.environ.get(FACELESS_VARIABLE):
            raise FaceNotFound("There is no face in the photograph.", "Use another photograph.")
        end = time.monotonic() + float(os.environ.get(SLOW_VARIABLE, "0"))
        began = time.monotonic()
        while time.monotonic() < end:
            report_progress(0.9 * (time.monotonic() - began) / (end - began), "Changing the age")
            time.sleep(0.02)
        report_progress(0.9, "Writing the pictures")
        photo = load_working_copy(request.exhibit_path)
        images: list[OutputImage] = []
        variants = int(request.parameters["variants"])
        for age in request.parameters["target_ages"]:
            images += [self._image(request, photo, age, "derived", number + 1) for number in range(variants)]
            if variants > 1:
                images += [self._image(request, photo, age, role, None) for role in ("mean", "spread")]
        control = {
            "face_found": True,
            "estimated_age": {"raw": 41.0, "calibrated": None},
            "reference_scores": {},
        }
        environment = {"device": "cpu", "match_threshold": 0.4, "seconds": {"denoise": 0.4, "total": 0.5}}
        if os.environ.get(UNLIKE_VARIABLE):
            environment["critic"] = {"limit": 2.5, "photograph": 0.1}
        return EngineResult(tuple(images), control, {"face_count": 1}, environment)

    def _image(
        self, request: RunRequest, photo: np.ndarray, age: float, role: str, variant: int | None
    ) -> OutputImage:
        picture = Image.fromarray(photo)
        picture = ImageEnhance.Color(picture).enhance(max(1.4 - age / 60, 0.0))
        picture = ImageEnhance.Brightness(picture).enhance(1.15 - 0.03 * (variant or 0))
        pixels = np.asarray(picture)
        if os.environ.get(DARKER_VARIABLE):
            pixels = pixels // 2
        if role == "spread":
            pixels = np.full_like(pixels, 30)
        name = f"{role}-{age:g}-{variant}.png"
        caption = (
            f"Derived image {request.run_id}: target age {age:g}. One possible appearance, not a photograph."
        )
        width, height = marking.write_png(
            pixels, request.output_dir / name, caption=caption, system="test", version="1"
        )
        metrics = {
            "face_found": True,
            "estimated_age": {"raw": age - 2.0, "calibrated": None},
            "comparison_score": round(0.9 - age / 300, 4),
            "reference_scores": {},
            **({"unlikeness": 9.0 if age < 14.0 else 0.3} if os.environ.get(UNLIKE_VARIABLE) else {}),
        }
        return OutputImage(
            request.output_dir / name, role, age, variant, width, height, metrics if role != "spread" else {}
        )


class Drawing:
    """Copies what it is shown, as an engine does that shows no age."""

    name = DRAWING
    version = "1"
    schema = SKETCH_SCHEMA

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        report_progress(0.5, "Drawing")
        path = request.output_dir / "drawing.png"
        pixels = load_working_copy(request.exhibit_path)
        width, height = marking.write_png(pixels, path, caption="A drawing.", system="test", version="1")
        return EngineResult((OutputImage(path, "derived", None, 1, width, height, {}),), {}, {}, {})


def load_engine(name: str) -> Engine:
    return Drawing() if name == DRAWING else Fading()


FADING = dataclasses.replace(AGING, name=NAME, version="1", title="Fading", loader=NAME)
DRAWER = dataclasses.replace(
    SKETCH, name=DRAWING, version="1", title="Drawing", pack_kind="aging", loader=DRAWING
)


def without_age(image: DerivedImage) -> DerivedImage:
    return dataclasses.replace(image, target_age=None)
