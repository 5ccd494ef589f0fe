"""The autoencoder engine: one photograph in, one picture for each target age out.

Rules:
    * The original is read once, checked against its digest, and never opened for writing.
    * The photograph is encoded once and decoded at every target age; nothing is drawn at random.
    * A change of age is held back where the bundled analyser would no longer see the person, if the guard is on.
    * What is drawn is put together in :mod:`forensic_app.engines.autoencoder.face_edit`; colours, fine detail, pasting
      back and the measures are the ageing engine's.
    * Every picture carries the band; what is measured is measured before it.
"""

from __future__ import annotations

import time

from forensic_app.engines.aging.schema import GUARD_ANALYSER
from forensic_app.engines.aging.source_age import age_in_photograph
from forensic_app.engines.autoencoder import schema
from forensic_app.engines.autoencoder.face_edit import FaceEditor
from forensic_app.engines.device import choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import measurement
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
            editor = FaceEditor(pack, device, expected_sha256=request.pack_sha256)
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
            edit = editor.edit(crop.crop, own_age=age, target_ages=targets, parameters=session.parameters)
            pictures = edit.in_photograph(photo, crop)
            guard = None
            if edit.guard is not None:
                shown = [(target, 1) for target in targets]
                session.warnings.extend(edit.guard.warnings(shown))
                guard = edit.guard.record(shown, analyser=GUARD_ANALYSER)
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
                "variant": schema.VARIANT,
                "source_age": round(age, 2),
                "source_age_origin": origin,
                **({} if guard is None else {"identity_guard": guard}),
                "seconds": session.seconds,
            },
            warnings=tuple(session.warnings),
        )


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
