"""What a method of two lines becomes when the frame stands around it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.pictures.run_frame import FinishedPicture, open_frame
from forensic_app.errors import InvalidInput, PackRefused
from forensic_app.faces.align import align_matrix
from forensic_app.messages import EngineResult, RunRequest
from forensic_app.records import ImageRole

DARKENING = dataclasses.replace(AGING, name="darkening", version="7")


def darkened(request: RunRequest, said: list[str]) -> EngineResult:
    frame, networks = open_frame(
        DARKENING,
        request,
        lambda _fraction, words: said.append(words),
        lambda _pack, _device, **_given: "loaded",
    )
    assert networks == "loaded"
    face = frame.input_face()
    with frame.stage("darken", "Darkening the photograph", 0.4):
        dark = FinishedPicture(
            pixels=face.photo // 2,
            words="dark",
            stem="dark",
            without_face="No face in the dark.",
            age=30.0,
            variant=1,
            facts={"share": 0.5},
            window=(10, 20, 310, 420),
        )
        black = dataclasses.replace(dark, pixels=face.photo * 0, stem="black", variant=2, window=None)
        mean = FinishedPicture(pixels=face.photo // 4, words="mean", stem="mean", role=ImageRole.MEAN)
    matrix = align_matrix(face.found.face, frame.pack.resolution)
    return frame.result(face, [dark, black], matrix=matrix, summaries=[mean], facts={"lamp": "off"})


def test_pictures_are_measured_whole_written_in_part_and_recorded(make_request: Callable[..., Any]) -> None:
    said: list[str] = []
    request = make_request()
    made = darkened(request, said)
    dark, black, mean = made.images
    assert [(each.role, each.target_age, each.variant) for each in made.images] == [
        ("derived", 30.0, 1), ("derived", 30.0, 2), ("mean", None, None),
    ]  # fmt: skip
    photo = np.asarray(Image.open(request.exhibit_path).convert("RGB"))
    written = np.ascontiguousarray(photo[20:420, 10:310] // 2)
    assert dark.metrics["pixels_sha256"] == sha256_of_bytes(written.tobytes())
    assert dark.metrics["face_found"]
    assert dark.metrics["share"] == 0.5
    assert not black.metrics["face_found"]
    assert "face_found" not in mean.metrics
    assert made.warnings[1:] == ("No face in the dark.",)
    assert made.control["estimated_age"]["raw"] > 0
    assert (made.environment["engine"], made.environment["engine_version"]) == ("darkening", "7")
    assert set(made.environment["libraries"]) == set(DARKENING.libraries)
    assert made.environment["lamp"] == "off"
    assert list(made.environment["seconds"]) == ["load", "detect", "darken", "measure", "write", "total"]
    assert made.face["crop_size_px"] == 64
    assert said[0] == "Loading the model pack"
    assert "Darkening the photograph" in said


def test_a_pack_of_another_kind_and_a_parameter_out_of_bounds_stop_it(
    make_request: Callable[..., Any],
) -> None:
    other = dataclasses.replace(DARKENING, pack_kind="sketch")
    with pytest.raises(PackRefused, match="serves the engine aging, not sketch"):
        open_frame(other, make_request(), lambda *_: None, lambda *_given, **_named: None)
    with pytest.raises(InvalidInput, match="out of its bounds"):
        open_frame(DARKENING, make_request(variants=99), lambda *_: None, lambda *_given, **_named: None)
