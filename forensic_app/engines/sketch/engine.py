"""The sketch engine: one photograph in, one pencil sketch of its face out.

Rules:
    * The input is read once, checked against its digest, and never opened for writing.
    * A derived image as input loses its band before anything looks at it; the control and the comparison
      are the untouched photograph's all the same.
    * Nothing is drawn at random.
    * The sketch carries the band; what is measured is measured before it, at the photograph's geometry.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.device import ComputeDevice, choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import load_network, read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import measurement
from forensic_app.engines.pictures.photo import find_face, kept_analyser, read_input
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.engines.pictures.run_session import RunSession, environment_record, face_record
from forensic_app.engines.sketch import schema
from forensic_app.engines.sketch.frame import Portrait, cut_portrait
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.sheet import frame_window, on_sheet
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import Schema, resolve
from forensic_app.records import ImageRole

FROM_DERIVED = (
    "The sketch was drawn from a derived image of an earlier run, which shows one possible appearance, "
    "not from the photograph."
)
LIBRARIES = ("torch", "safetensors", "numpy", "pillow", "scipy")


class SketchEngine:
    """Draws a face as a pencil sketch with a conditional adversarial network."""

    @property
    def name(self) -> str:
        """Registry name."""
        return schema.ENGINE_NAME

    @property
    def version(self) -> str:
        """Version of the algorithm."""
        return schema.ENGINE_VERSION

    @property
    def schema(self) -> Schema:
        """Parameters with bounds."""
        return schema.SCHEMA

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing one PNG file in ``request.output_dir``.

        Raises:
            InvalidInput: A parameter is out of bounds.
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The input does not have its digest.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded, or serves another engine.
            RunCancelled: From ``report_progress``.
        """
        began = time.perf_counter()
        session = RunSession(request, resolve(schema.SCHEMA, request.parameters), report_progress)
        with session.stage("load", "Loading the model pack", 0.0):
            device = choose_device(request.device, threads=request.threads)
            pack = read_pack_of_kind(request.pack_path, schema.ENGINE_NAME)
            generator = load_generator(pack, device, expected_sha256=request.pack_sha256)
            analyser = kept_analyser(request.analyser, request.analyser_path)
        with session.stage("detect", "Looking for the face", 0.1):
            photo, untouched = read_input(request)
            found = find_face(photo, analyser, face_index=request.face_index)
            session.warnings.extend(found.warnings)
            measurer = measurement.measurer_for(analyser, photo, found.face, None)
            control_measurer = measurer
            if photo is not untouched:
                session.warnings.append(FROM_DERIVED)
            if photo.shape != untouched.shape:
                face = find_face(untouched, analyser, face_index=request.face_index).face
                control_measurer = measurement.measurer_for(analyser, untouched, face, None)
        references = session.references(analyser)
        with session.stage("draw", "Drawing the sketch", 0.4):
            portrait = cut_portrait(photo, found.face, pack.resolution)
            sheet = on_sheet(draw(generator, portrait.picture, device), portrait, photo.shape)
        with session.stage("measure", "Measuring the sketch", 0.7):
            control, metrics = session.measured(
                control_measurer, untouched, [sheet], references=references, picture_measurer=measurer
            )
        with session.stage("write", "Writing the sketch", 0.96):
            image = _written(session, pack, sheet, portrait, metrics[0])
        session.seconds["total"] = round(time.perf_counter() - began, 4)
        environment = environment_record(
            device=device,
            engine=(schema.ENGINE_NAME, schema.ENGINE_VERSION),
            pack=pack,
            analyser=analyser,
            libraries=LIBRARIES,
        )
        return EngineResult(
            images=(image,),
            control=control,
            face=face_record(found, portrait.matrix, pack.resolution),
            environment={**environment, "seconds": session.seconds},
            warnings=tuple(session.warnings),
        )


def load_generator(
    pack: Pack, device: ComputeDevice, *, expected_sha256: str | None = None
) -> SketchGenerator:
    """Verify ``pack`` and return its generator on ``device``.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be.
    """
    return load_network(
        pack, SketchGenerator, component=schema.COMPONENT, device=device, expected_sha256=expected_sha256
    )


@torch.inference_mode()
def draw(generator: SketchGenerator, picture: RgbImage, device: ComputeDevice) -> NDArray[np.uint8]:
    """Return the sketch of a portrait.

    Args:
        generator: The network.
        picture: The portrait frame, shape ``(side, side, 3)`` uint8 RGB.
        device: Where to compute.

    Returns:
        Grey levels, shape ``(side, side)`` uint8, 255 = blank paper.
    """
    values = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1.0).permute(2, 0, 1)[None]
    drawn = generator(values.to(device.device))[0, 0].float().cpu().numpy()
    return np.asarray(np.clip(np.rint((drawn + 1.0) * 127.5), 0, 255), dtype=np.uint8)


def _written(
    session: RunSession, pack: Pack, sheet: RgbImage, portrait: Portrait, measured: dict[str, Any]
) -> OutputImage:
    if not measured["face_found"]:
        session.warnings.append("The analyser finds no face in the sketch; it has no comparison score.")
    picture = sheet
    if session.parameters["layout"] == "portrait":
        left, top, right, bottom = frame_window(portrait, sheet.shape)
        picture = np.ascontiguousarray(sheet[top:bottom, left:right])
    writer = PictureWriter(
        session.request.output_dir,
        session.request.run_id,
        pack,
        schema.ENGINE_NAME,
        schema.ENGINE_VERSION,
    )
    return writer.write(
        picture,
        words="sketch",
        stem="sketch",
        role=ImageRole.DERIVED,
        age=None,
        variant=1,
        facts={**measured, "layout": session.parameters["layout"]},
    )
