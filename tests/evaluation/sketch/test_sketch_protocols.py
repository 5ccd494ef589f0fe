from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.evaluation.measures.image_metrics import psnr_db, ssim
from forensic_app.evaluation.sketch.protocols import (
    ComparedPair,
    compare_protocols,
    face_window,
    smoothed,
    square,
)
from forensic_app.faces.align import template
from forensic_app.faces.analyser import DetectedFace

FACE = DetectedFace(
    box=(40.0, 30.0, 120.0, 110.0),
    landmarks=template("dlib5", 80) + np.array([40, 30]),
    scheme="dlib5",
    score=1.0,
)


@pytest.fixture(scope="module")
def pair() -> ComparedPair:
    grey = np.asarray(Image.fromarray(astronaut()).convert("L").resize((160, 160)))
    grain = np.random.default_rng(1).normal(0, 25, grey.shape)
    return ComparedPair(np.clip(grey + grain, 0, 255).astype(np.uint8), grey, FACE)


def test_the_first_row_is_the_programs_own_protocol(pair: ComparedPair) -> None:
    row = compare_protocols([pair])[0]
    assert row["ssim"] == pytest.approx(ssim(pair.made, pair.artist))
    assert row["psnr_db"] == pytest.approx(psnr_db(pair.made, pair.artist))
    assert row["n_pairs"] == 1


def test_smoothing_and_shrinking_flatter_grainy_sketches(pair: ComparedPair) -> None:
    values = {str(row["protocol"]): float(str(row["ssim"])) for row in compare_protocols([pair])}
    assert len(values) == 8
    plain = values["as they are"]
    assert plain < values["both smoothed by 1 px"] < values["both smoothed by 2 px"]
    assert plain < values["both resized to 128 x 128 px"]


def test_what_is_done_before(pair: ComparedPair) -> None:
    assert square(64)(pair.artist).shape == (64, 64)
    assert smoothed(2.0)(pair.made).std() < pair.made.std()


def test_the_face_window_is_the_canonical_crop() -> None:
    assert face_window(FACE, (160, 160)) == (slice(30, 110), slice(40, 120))
    assert face_window(FACE, (100, 100)) == (slice(30, 100), slice(40, 100))
