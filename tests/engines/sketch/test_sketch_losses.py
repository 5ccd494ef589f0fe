"""What a drawn sketch is asked for: lines, features, and an artist's sketch that is moved to where it is met."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.sketch.discriminator import TwoJudges, adversarial
from forensic_app.engines.sketch.frame import frame_landmarks
from forensic_app.engines.sketch.losses import (
    LineDifference,
    SketchFeatures,
    feature_difference,
    likeness_lack,
    registered,
)
from forensic_app.faces.dlib import DlibAnalyser


def paper(*columns: int, side: int = 64) -> Tensor:
    """Return blank paper with dark vertical lines."""
    sheet = torch.ones(1, 1, side, side)
    for column in columns:
        sheet[..., column : column + 2] = -1.0
    return sheet


def test_a_sketch_that_is_shifted_as_a_whole_is_met_within_reach() -> None:
    smooth = torch.nn.functional.interpolate(
        torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(4)) * 2 - 1,
        size=(64, 64),
        mode="bicubic",
    )
    known = torch.ones(1, 1, 64, 64)
    shifted = torch.roll(smooth, (4, -2), dims=(2, 3))
    before = (smooth - shifted).abs()[..., 8:-8, 8:-8].mean()
    moved, seen = registered(smooth, shifted, known, reach_px=4)
    after = (smooth - moved).abs()[..., 8:-8, 8:-8].mean()
    assert after < 0.25 * before
    assert seen.mean() > 0.8
    untouched, _ = registered(smooth, shifted, known, reach_px=0)
    assert torch.equal(untouched, shifted)
    far, _ = registered(smooth, torch.roll(smooth, 12, dims=3), known, reach_px=4)
    assert (smooth - far).abs().mean() > 2 * after


def test_what_is_alike_stays_in_place() -> None:
    sheet, known = paper(20, 40), torch.ones(1, 1, 64, 64)
    moved, _ = registered(sheet, sheet, known, reach_px=4)
    torch.testing.assert_close(moved, sheet, atol=1e-5, rtol=0)


def test_lines_near_each_other_are_met_and_grey_is_no_line() -> None:
    lines, known = LineDifference(), torch.ones(1, 1, 64, 64)
    same, near, far = (float(lines(paper(30), paper(column), known)) for column in (30, 31, 45))
    grey = float(lines(torch.zeros(1, 1, 64, 64), paper(30), known))
    assert same == pytest.approx(0.0, abs=1e-6)
    assert near < 0.2 * far
    assert grey > 0.3 * far
    assert float(lines(paper(30), paper(30, 50), known)) > 0.3 * far
    hidden = known.clone()
    hidden[..., 40:] = 0.0
    assert float(lines(paper(30), paper(30, 50), hidden)) == pytest.approx(0.0, abs=1e-6)


def test_features_are_the_frozen_networks_and_tell_lines_from_grey() -> None:
    features = SketchFeatures(DlibAnalyser().recognition_network)
    assert not any(value.requires_grad for value in features.parameters())
    drawn = paper(30).requires_grad_()
    wanted = features(paper(30, 45))
    assert float(feature_difference(wanted, wanted)) == 0.0
    feature_difference(features(drawn), wanted).backward()
    assert drawn.grad is not None
    assert float(drawn.grad.abs().sum()) > 0
    assert [each.shape[-1] for each in wanted] == sorted((each.shape[-1] for each in wanted), reverse=True)


def test_the_judges_look_at_two_scales_and_at_the_style() -> None:
    torch.manual_seed(1)
    judges = TwoJudges(4, 2)
    photos, sketches = torch.rand(2, 3, 128, 128), torch.rand(2, 1, 128, 128)
    fine, coarse = judges(photos, sketches, torch.tensor([0, 1]))
    assert (fine.shape[-1], coarse.shape[-1]) == (14, 6)
    other, _ = judges(photos, sketches, torch.tensor([1, 1]))
    assert not torch.equal(fine[0], other[0])
    assert torch.equal(fine[1], other[1])
    sure = [torch.full((1, 1, 4, 4), 9.0)]
    assert float(adversarial(sure, is_real=True)) < 0.01 < float(adversarial(sure, is_real=False))


def test_a_sketch_lacks_likeness_below_the_floor_alone() -> None:
    embedder = FaceEmbedder(torch.device("cpu"))
    noise = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    points = np.repeat(frame_landmarks(64)[None], 2, axis=0)
    drawn = noise[:, :1].clone().requires_grad_()
    lack = likeness_lack(embedder, drawn, noise, points, floor=0.99)
    with torch.no_grad():
        apart = embedder(noise[:, :1].expand(-1, 3, -1, -1), list(points)) - embedder(noise, list(points))
    assert float(lack.detach()) == pytest.approx(float((apart.square().sum(1).sqrt() - 0.01).mean()), abs=1e-4)
    lack.backward()  # type: ignore[no-untyped-call]
    assert drawn.grad is not None
    assert float(drawn.grad.abs().sum()) > 0
    assert float(likeness_lack(embedder, drawn.detach(), noise, points, floor=-2.0)) == 0.0
