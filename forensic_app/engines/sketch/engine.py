"""The sketch engine: one photograph in, one pencil sketch of its face out.

Rules:
    * Nothing is drawn at random.
    * The sketch is measured on a sheet of the photograph's size, whatever part of it is written; a sheet of its own is
      brought back to the photograph's pixels for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import load_network
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.run_frame import FinishedPicture, InputFace, RunFrame, open_frame
from forensic_app.engines.sketch import schema
from forensic_app.engines.sketch.composite import Choices, Composer
from forensic_app.engines.sketch.frame import cut_portrait, portrait_matrix
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.portrait_sheet import DrawPicture, draw_sheet
from forensic_app.engines.sketch.sheet import frame_window, on_sheet
from forensic_app.faces.analyser import RgbImage
from forensic_app.faces.mesh_warnings import kept_networks
from forensic_app.messages import EngineResult, RunRequest
from forensic_app.placement import placed_facts

FROM_DERIVED = (
    "The sketch was drawn from a derived image of an earlier run, which shows one possible appearance, "
    "not from the photograph."
)


class SketchEngine:
    """Draws a face as a pencil sketch with a conditional adversarial network."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing one PNG file in ``request.output_dir``.

        Raises:
            InvalidInput: A parameter is out of bounds, the pack does not know the style, or the face does not allow
                what was chosen of hair, beard and glasses.
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The input does not have its digest.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded, or serves another engine.
            RunCancelled: From ``report_progress``.
        """
        frame, generator = open_frame(schema.DESCRIPTOR, request, report_progress, load_generator)
        for choice in schema.DESCRIPTOR.pack_choices:
            choice.check(frame.parameters, {choice.listed: list(generator.styles)}, pack=frame.pack.name)
        choices = Choices.of(frame.parameters)
        style = style_of(generator, frame.parameters["style"])
        face = frame.input_face(if_derived=FROM_DERIVED)
        layout = frame.parameters["layout"]
        with frame.stage("draw", "Drawing the sketch", 0.4):
            draw_picture = partial(draw, generator, device=frame.device, style=style)
            if layout == schema.SHEET:
                made = _sheet(frame, face, draw_picture, choices)
            else:
                made = _in_place(frame, face, draw_picture)
        sketch = replace(made, facts={"layout": layout, **({"style": style} if style else {}), **made.facts})
        matrix = portrait_matrix(face.found.face, frame.pack.resolution)
        return frame.result(face, [sketch], matrix=matrix)


_SKETCH = FinishedPicture(
    pixels=np.zeros((0, 0, 3), dtype=np.uint8),
    words="sketch",
    stem="sketch",
    without_face="The analyser finds no face in the sketch; it has no comparison score.",
    variant=1,
)


def _sheet(frame: RunFrame, face: InputFace, draw_picture: DrawPicture, choices: Choices) -> FinishedPicture:
    """Return the portrait on a sheet of its own, measured where the photograph has it."""
    composer = Composer(face.photo, face.found.face, choices, kept_networks()) if choices.is_any else None
    sheet = draw_sheet(
        face.photo,
        face.found.face,
        frame.pack.resolution,
        draw=draw_picture,
        find_person=kept_networks().person,
        change=composer,
    )
    frame.warnings.extend([] if composer is None else composer.warnings)
    return replace(
        _SKETCH,
        pixels=sheet.in_photograph(face.photo.shape),
        written=sheet.pixels,
        facts=placed_facts(sheet.matrix, size=(face.photo.shape[1], face.photo.shape[0])),
    )


def _in_place(frame: RunFrame, face: InputFace, draw_picture: DrawPicture) -> FinishedPicture:
    """Return the sketch on a sheet of the photograph's size, or the portrait frame of that."""
    portrait = cut_portrait(face.photo, face.found.face, frame.pack.resolution)
    pixels = on_sheet(draw_picture(portrait.picture), portrait, face.photo.shape)
    is_cut = frame.parameters["layout"] == schema.PORTRAIT
    return replace(_SKETCH, pixels=pixels, window=frame_window(portrait, pixels.shape) if is_cut else None)


def load_generator(
    pack: Pack,
    device: ComputeDevice,
    *,
    expected_sha256: str | None = None,
    on_chunk: Callable[[], None] | None = None,
) -> SketchGenerator:
    """Verify ``pack`` and return its generator on ``device``.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be.
    """
    return load_network(
        pack,
        SketchGenerator,
        component=schema.COMPONENT,
        device=device,
        expected_sha256=expected_sha256,
        on_chunk=on_chunk,
    )


def style_of(generator: SketchGenerator, style: str) -> str:
    """Return the style that is drawn where ``style`` is asked for; empty for a network of one without a name."""
    if style != schema.PACKS_OWN:
        return style
    return generator.styles[0] if generator.styles else ""


@torch.inference_mode()
def draw(
    generator: SketchGenerator, picture: RgbImage, device: ComputeDevice, *, style: str = ""
) -> NDArray[np.uint8]:
    """Return the sketch of a portrait.

    Args:
        generator: The network.
        picture: The portrait frame, or more of the photograph at its scale, shape ``(height, width, 3)`` uint8 RGB.
        device: Where to compute.
        style: One of the network's styles; empty for its first.

    Returns:
        Grey levels, shape ``(height, width)`` uint8, 255 = blank paper.
    """
    height, width = picture.shape[:2]
    step = 2 ** len(generator.down)
    more = [(0, -side % step) for side in (height, width)]
    if any(side for _, side in more):
        picture = np.pad(picture, (*more, (0, 0)), mode="reflect")
    values = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1.0).permute(2, 0, 1)[None]
    place = torch.tensor([generator.styles.index(style) if style else 0], device=device.device)
    drawn = generator(values.to(device.device), place)[0, 0].float().cpu().numpy()
    grey = np.asarray(np.clip(np.rint((drawn + 1.0) * 127.5), 0, 255), dtype=np.uint8)
    return grey[:height, :width]
