"""The autoencoder engine: one photograph in, one picture for each target age out.

Rules:
    * The photograph is encoded once and decoded at every target age; nothing is drawn at random.
    * A change of age is held back where the bundled analyser would no longer see the person, if the guard is on.
    * What is drawn is put together in :mod:`forensic_app.engines.autoencoder.face_edit`; colours, fine detail, pasting
      back and the measures are the ageing engine's.
"""

from __future__ import annotations

from typing import Any

from forensic_app.engines.aging.schema import GUARD_ANALYSER
from forensic_app.engines.aging.source_age import age_in_photograph
from forensic_app.engines.autoencoder import schema
from forensic_app.engines.autoencoder.face_edit import FaceEditor
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.pictures.run_frame import FinishedPicture, open_frame
from forensic_app.faces.align import align
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import EngineResult, RunRequest


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
        frame, editor = open_frame(schema.DESCRIPTOR, request, report_progress, FaceEditor)
        seen = frame.input_face()
        age, origin = age_in_photograph(frame, seen)
        targets = [float(each) for each in frame.parameters["target_ages"]]
        with frame.stage("draw", "Changing the age", 0.3):
            crop = align(seen.photo, seen.found.face, frame.pack.resolution)
            edit = editor.edit(crop.crop, own_age=age, target_ages=targets, parameters=frame.parameters)
            pictures, pasted = edit.in_photograph(seen.photo, seen.found.face, crop)
        facts: dict[str, Any] = {
            "variant": schema.VARIANT,
            "source_age": round(age, 2),
            "source_age_origin": origin,
            **pasted,
        }
        if edit.guard is not None:
            shown = [(target, 1) for target in targets]
            frame.warnings.extend(edit.guard.warnings(shown))
            facts["identity_guard"] = edit.guard.record(shown, analyser=GUARD_ANALYSER)
        finished = [_finished(target, pixels) for target, pixels in zip(targets, pictures, strict=True)]
        return frame.result(seen, finished, matrix=crop.matrix, facts=facts)


def _finished(age: float, pixels: RgbImage) -> FinishedPicture:
    return FinishedPicture(
        pixels=pixels,
        words=f"target age {age:g} · variant 1",
        stem="age-" + f"{age:07.3f}".replace(".", "-"),
        without_face=f"The analyser finds no face in the picture of age {age:g}.",
        age=age,
        variant=1,
    )
