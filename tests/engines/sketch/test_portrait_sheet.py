from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sketch_samples import MakeSketchRequest, no_progress, read
from skimage.data import astronaut

from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.sketch.engine import SketchEngine
from forensic_app.engines.sketch.hand import paper_tooth, strokes, sway
from forensic_app.engines.sketch.portrait_sheet import (
    LEAST_WIDTH_PX,
    LEFT,
    MOST_WIDTH_PX,
    PAPER,
    TOP,
    WIDTH,
    cut_view,
    draw_sheet,
    kept_share,
    lines_side,
)
from forensic_app.engines.sketch.schema import SCHEMA
from forensic_app.faces.align import transform_points
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.parameters import resolve, resolve_recorded
from forensic_app.placement import placement

Grey = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photo() -> RgbImage:
    return np.ascontiguousarray(astronaut()[:400, 60:420])


@pytest.fixture(scope="module")
def face(photo: RgbImage) -> DetectedFace:
    return kept_analyser("dlib").detect(photo)[0]


def luma(picture: RgbImage) -> Grey:
    return np.asarray(Image.fromarray(picture).convert("L"))


def everywhere(picture: RgbImage) -> NDArray[np.float32]:
    return np.ones(picture.shape[:2], dtype=np.float32)


def head(picture: RgbImage) -> NDArray[np.float32]:
    """A round person in the middle of the view."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]] / picture.shape[1] * WIDTH
    inside = np.hypot(columns - LEFT - 0.5, rows - TOP - 0.5) < 0.3
    return np.asarray(inside, dtype=np.float32)


def test_new_runs_have_a_sheet_and_recorded_ones_what_they_had() -> None:
    assert resolve(SCHEMA, {})["layout"] == "sheet"
    assert resolve_recorded(SCHEMA, {})["layout"] == "photograph"
    assert resolve_recorded(SCHEMA, {"layout": "portrait"})["layout"] == "portrait"


def test_a_run_writes_a_portrait_sheet_and_measures_it_in_the_photograph(
    make_sketch_request: MakeSketchRequest,
) -> None:
    engine = SketchEngine()
    first, second = (
        engine.run(make_sketch_request(parameters={"layout": "sheet"}), no_progress) for _ in range(2)
    )
    image = first.images[0]
    assert image.path.read_bytes() == second.images[0].path.read_bytes()
    pixels = read(image.path)[: image.height_px - image.metrics["band_height_px"]]
    assert pixels.shape == (1024, LEAST_WIDTH_PX, 3)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    placed = placement(image.metrics)
    assert placed is not None
    assert placed.of_size == (512, 512)
    eyes = transform_points(np.asarray(placed.matrix), np.asarray(first.face["landmarks"]))[:4].mean(axis=0)
    side = LEAST_WIDTH_PX / WIDTH
    np.testing.assert_allclose(eyes / side, (0.5 + LEFT, 0.51 + TOP), atol=0.02)
    assert first.face["crop_size_px"] == 64


def test_a_wash_behind_the_head_is_paper_and_nothing_ends_in_a_line(
    photo: RgbImage, face: DetectedFace
) -> None:
    def washed(picture: RgbImage) -> Grey:
        return np.where(head(picture) > 0.5, 40, 190).astype(np.uint8)

    sheet = draw_sheet(photo, face, 256, draw=washed, find_person=head)
    grey = sheet.pixels[..., 0].astype(float)
    assert np.abs(grey[:100] - PAPER).max() < 8
    assert np.abs(grey[:, :60] - PAPER).max() < 8
    middle = round((TOP + 0.5) * LEAST_WIDTH_PX / WIDTH)
    assert grey[middle, LEAST_WIDTH_PX // 2 - 20 : LEAST_WIDTH_PX // 2 + 20].mean() < 90


def test_the_drawing_leaves_off_before_the_sheet_and_the_photograph_end(
    photo: RgbImage, face: DetectedFace
) -> None:
    view = cut_view(photo[:, :230], face, 256)
    kept = kept_share(view, everywhere(view.picture))
    assert kept[~view.known].max() == 0.0
    assert max(kept[0].max(), kept[-1].max(), kept[:, 0].max(), kept[:, -1].max()) == 0.0
    rises = np.abs(np.diff(kept[100:200].mean(axis=0)))
    assert rises.max() < 0.12
    assert kept.max() > 0.99


def test_what_is_drawn_comes_back_to_its_place_in_the_photograph(photo: RgbImage, face: DetectedFace) -> None:
    person = cut_view(photo, face, 384)

    def on_white(picture: RgbImage) -> Grey:
        return np.maximum(luma(picture), np.uint8(20))

    sheet = draw_sheet(photo, face, 256, draw=on_white, find_person=everywhere)
    assert person.size == (415, 553)
    back = sheet.in_photograph(photo.shape)
    assert back.shape == photo.shape
    found = kept_analyser("dlib").detect(back)[0]
    assert np.abs(found.landmarks - face.landmarks).max() < 0.06 * (face.box[2] - face.box[0])
    upright = kept_analyser("dlib").detect(sheet.pixels)[0]
    placed = transform_points(sheet.matrix, face.landmarks)
    assert np.abs(upright.landmarks - placed).max() < 0.06 * (upright.box[2] - upright.box[0])


def test_a_large_face_has_a_larger_sheet_up_to_a_limit(photo: RgbImage, face: DetectedFace) -> None:
    sizes = []
    for times in (1, 6, 20):
        grown = DetectedFace(face.box, face.landmarks * times, face.scheme, face.score)
        sheet = draw_sheet(photo, grown, 64, draw=luma, find_person=everywhere)
        sizes.append(sheet.pixels.shape[1])
    assert sizes[0] == LEAST_WIDTH_PX < sizes[1] < sizes[2] == MOST_WIDTH_PX


def test_lines_are_drawn_larger_where_the_pack_is_small() -> None:
    assert [lines_side(each) for each in (64, 256, 384, 512)] == [96, 384, 384, 512]


def test_the_hand_is_the_same_every_time() -> None:
    for pattern in (paper_tooth((600, 300), 1.5), strokes((90, 120), 1.5), sway((90, 120), 7)):
        assert not pattern.flags.writeable
        assert abs(float(pattern.std()) - 1.0) < 0.35
    first = strokes((90, 120), 1.5).copy()
    strokes.cache_clear()
    np.testing.assert_array_equal(first, strokes((90, 120), 1.5))
