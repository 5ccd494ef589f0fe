"""The autoencoder engine: one photograph in, one picture for each target age out.

Rules:
    * The original is read once, checked against its digest, and never opened for writing.
    * The photograph is encoded once and decoded at every target age; nothing is drawn at random.
    * A change of age is held back where the bundled analyser would no longer see the person, if the guard is on.
    * Colours, fine detail and pasting back are the ageing engine's, and so are the measures.
    * Every picture carries the band; what is measured is measured before it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.aging.guarding import guard_record
from forensic_app.engines.aging.schema import detail_for_gap, identity_floor, surround_detail
from forensic_app.engines.aging.source_age import age_in_photograph
from forensic_app.engines.autoencoder import schema
from forensic_app.engines.autoencoder.guarding import guarded_pictures
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.device import ComputeDevice, choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import load_network, read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import compositing, measurement
from forensic_app.engines.pictures.photo import find_face, kept_analyser, read_photo
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.engines.pictures.run_session import RunSession, environment_record, face_record
from forensic_app.faces.align import align
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import resolve
from forensic_app.records import ImageRole

LIBRARIES = ("torch", "safetensors", "numpy", "pillow", "scikit-image", "scipy")


class AutoencoderEngine:
    """Shows a face at other ages with an autoencoder."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing PNG files only in ``request.output_dir``.

        Raises:
            InvalidInput: A parameter is out of bounds, or the person is under 2 years old in the photograph.
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The original does not have its digest.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded, or serves another engine.
            RunCancelled: From ``report_progress``.
        """
        began = time.perf_counter()
        session = RunSession(request, resolve(schema.SCHEMA, request.parameters), report_progress)
        with session.stage("load", "Loading the model pack", 0.0):
            device = choose_device(request.device, threads=request.threads)
            pack = read_pack_of_kind(request.pack_path, schema.ENGINE_NAME)
            network = load_autoencoder(pack, device, expected_sha256=request.pack_sha256)
            analyser = kept_analyser(request.analyser, request.analyser_path)
        with session.stage("detect", "Looking for the face", 0.1):
            photo = read_photo(request.exhibit_path, expected_sha256=request.exhibit_sha256)
            found = find_face(photo, analyser, face_index=request.face_index)
            session.warnings.extend(found.warnings)
            calibration = measurement.read_calibration(request.pack_path)
            measurer = measurement.measurer_for(analyser, photo, found.face, calibration)
        references = session.references(analyser)
        age, origin = age_in_photograph(session, measurer, photo, found)
        targets = [float(each) for each in session.parameters["target_ages"]]
        with session.stage("draw", "Changing the age", 0.3):
            crop = align(photo, found.face, pack.resolution)
            reconstruction, *decoded = decode_at(network, crop.crop, [age, *targets], device, own_age=age)
            canvas = compositing.prepare_canvas(photo, crop, reconstruction)
            keep = session.parameters["detail_keep"]
            details = [detail_for_gap(target - age, detail_keep=keep) for target in targets]
            drawn, guard = _guarded(session, pack, reconstruction, decoded, crop.crop, targets, details)
            pictures = [
                canvas.finished(
                    picture,
                    detail=detail,
                    surround_detail=surround_detail(keep),
                    color_match=session.parameters["color_match"],
                )
                for picture, detail in zip(drawn, details, strict=True)
            ]
        with session.stage("measure", "Measuring the pictures", 0.88):
            control, metrics = session.measured(measurer, photo, pictures, references=references)
        with session.stage("write", "Writing the pictures", 0.96):
            images = [
                _written(session, pack, picture, target, measured)
                for picture, target, measured in zip(pictures, targets, metrics, strict=True)
            ]
        session.seconds["total"] = round(time.perf_counter() - began, 4)
        environment = environment_record(
            device=device,
            engine=(schema.ENGINE_NAME, schema.ENGINE_VERSION),
            pack=pack,
            analyser=analyser,
            libraries=LIBRARIES,
        )
        return EngineResult(
            images=tuple(images),
            control=control,
            face=face_record(found, crop.matrix, pack.resolution),
            environment={
                **environment,
                "variant": network.config["variant"],
                "source_age": round(age, 2),
                "source_age_origin": origin,
                **({} if guard is None else {"identity_guard": guard}),
                "seconds": session.seconds,
            },
            warnings=tuple(session.warnings),
        )


def _guarded(
    session: RunSession,
    pack: Pack,
    own: RgbImage,
    changed: Sequence[RgbImage],
    crop: RgbImage,
    targets: Sequence[float],
    details: Sequence[float],
) -> tuple[Sequence[RgbImage], dict[str, Any] | None]:
    """Return the pictures as far as the identity guard lets them change, and its record where it is on."""
    if not session.parameters["identity_guard"]:
        return changed, None
    floor = identity_floor(session.parameters, pack.card.get("editing"))
    chosen = guarded_pictures(
        own,
        changed,
        crop,
        details=details,
        color_match=session.parameters["color_match"],
        floor=floor,
    )
    record = guard_record(session, chosen, [(target, 1) for target in targets], floor=floor)
    return list(chosen.latents.numpy()), record


def load_autoencoder(
    pack: Pack, device: ComputeDevice, *, expected_sha256: str | None = None
) -> DeageAutoencoder:
    """Verify ``pack`` and return its network on ``device``.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be.
    """
    return load_network(
        pack, DeageAutoencoder, component=schema.COMPONENT, device=device, expected_sha256=expected_sha256
    )


@torch.inference_mode()
def decode_at(
    network: DeageAutoencoder, crop: RgbImage, ages: list[float], device: ComputeDevice, *, own_age: float
) -> NDArray[np.uint8]:
    """Return ``crop`` encoded once and decoded at each age.

    Args:
        network: The autoencoder.
        crop: Canonical crop, ``(side, side, 3)`` uint8 RGB.
        ages: Years.
        device: Where to compute.
        own_age: Age in the photograph, years.

    Returns:
        Shape ``(len(ages), side, side, 3)`` uint8 RGB.
    """
    values = torch.from_numpy(crop.astype(np.float32) / 127.5 - 1.0).permute(2, 0, 1)[None]
    code = [part.expand(len(ages), *part.shape[1:]) for part in network.encode(values.to(device.device))]
    wanted = torch.tensor(ages, dtype=torch.float32, device=device.device)
    decoded = network.decode(code, wanted, torch.full_like(wanted, own_age))
    pixels = ((decoded.float().cpu() + 1.0) * 127.5).round().clamp(0, 255)
    return np.asarray(pixels.permute(0, 2, 3, 1).numpy(), dtype=np.uint8)


def _written(
    session: RunSession, pack: Pack, picture: RgbImage, age: float, measured: dict[str, object]
) -> OutputImage:
    if not measured["face_found"]:
        session.warnings.append(f"The analyser finds no face in the picture of age {age:g}.")
    session.report_progress(0.96, "Writing the pictures")
    writer = PictureWriter(
        session.request.output_dir,
        session.request.run_id,
        pack,
        schema.ENGINE_NAME,
        schema.ENGINE_VERSION,
    )
    return writer.write(
        picture,
        words=f"target age {age:g} · variant 1",
        stem="age-" + f"{age:07.3f}".replace(".", "-"),
        role=ImageRole.DERIVED,
        age=age,
        variant=1,
        facts=measured,
    )
