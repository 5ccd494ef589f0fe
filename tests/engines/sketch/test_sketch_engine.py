from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sketch_samples import MakeSketchRequest, no_progress, read

from forensic_app.digests import sha256_of_file
from forensic_app.engines import registry
from forensic_app.engines.packs.pack import Pack, read_pack, require_kind
from forensic_app.engines.pictures.marking import BAND_TEXT
from forensic_app.engines.sketch.engine import SketchEngine
from forensic_app.errors import EvidenceAltered, FaceNotFound, InvalidInput, PackAltered, PackRefused


def test_one_photograph_gives_one_marked_sketch_and_the_same_file_again(
    make_sketch_request: MakeSketchRequest,
) -> None:
    engine = registry.load_engine("sketch")
    first, second = (engine.run(make_sketch_request(), no_progress) for _ in range(2))
    image = first.images[0]
    assert len(first.images) == 1
    assert (image.role, image.target_age, image.variant) == ("derived", None, 1)
    assert image.path.read_bytes() == second.images[0].path.read_bytes()
    picture = read(image.path)
    assert picture.shape == (512 + image.metrics["band_height_px"], 512, 3)
    assert (picture[..., 0] == picture[..., 1]).all()
    with Image.open(image.path) as file:
        assert file.info["Title"] == BAND_TEXT
    assert first.control["estimated_age"]["raw"] > 0
    assert first.environment["engine"] == "sketch"
    assert first.environment["pack"]["sha256"] == make_sketch_request().pack_sha256
    assert first.face["crop_size_px"] == 64


def test_another_seed_draws_the_same(make_sketch_request: MakeSketchRequest) -> None:
    engine = SketchEngine()
    one = engine.run(make_sketch_request(parameters={"seed": 1}), no_progress).images[0]
    two = engine.run(make_sketch_request(parameters={"seed": 2}), no_progress).images[0]
    assert one.metrics["pixels_sha256"] == two.metrics["pixels_sha256"]


def test_the_portrait_alone_is_the_middle_of_the_sheet(make_sketch_request: MakeSketchRequest) -> None:
    engine = SketchEngine()
    whole = engine.run(make_sketch_request(), no_progress).images[0]
    alone = engine.run(make_sketch_request(parameters={"layout": "portrait"}), no_progress).images[0]
    assert alone.width_px < whole.width_px
    sheet, portrait = read(whole.path), read(alone.path)
    rows = portrait.shape[0] - alone.metrics["band_height_px"]
    found = np.lib.stride_tricks.sliding_window_view(sheet[: rows + 1, :, 0], portrait.shape[1], axis=1)
    assert any((found[:rows, start] == portrait[:rows, :, 0]).all() for start in range(found.shape[1]))


def test_a_derived_image_loses_its_band_and_is_compared_with_the_photograph(
    make_sketch_request: MakeSketchRequest, photo_path: Path, tmp_path: Path
) -> None:
    photo = read(photo_path)
    darker = (photo * 0.8).astype(np.uint8)
    banded = np.full((552, 540, 3), 20, np.uint8)
    banded[:512, 14:526] = darker
    paths = []
    for name, pixels in (("darker", darker), ("banded", banded)):
        paths.append(tmp_path / f"{name}.png")
        Image.fromarray(pixels).save(paths[-1])
    engine = SketchEngine()
    original = {"original_path": photo_path, "original_sha256": sha256_of_file(photo_path)}
    untouched = engine.run(make_sketch_request(), no_progress)
    plain = engine.run(make_sketch_request(exhibit_path=paths[0]), no_progress)
    request = make_sketch_request(exhibit_path=paths[1], picture_window=(14, 0, 526, 512), **original)
    derived = engine.run(request, no_progress)
    assert derived.images[0].metrics["pixels_sha256"] == plain.images[0].metrics["pixels_sha256"]
    assert derived.control == untouched.control
    assert derived.control != plain.control
    assert any("not from the photograph" in words for words in derived.warnings)
    assert not any("not from the photograph" in words for words in plain.warnings)
    with pytest.raises(InvalidInput, match="band"):
        engine.run(make_sketch_request(picture_window=(0, 0, 512, 0), **original), no_progress)


def test_what_is_wrong_is_refused(
    make_sketch_request: MakeSketchRequest, sketch_pack: Pack, built_pack: Path, tmp_path: Path
) -> None:
    engine = SketchEngine()
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "white").save(blank)
    with pytest.raises(FaceNotFound):
        engine.run(make_sketch_request(exhibit_path=blank), no_progress)
    with pytest.raises(EvidenceAltered):
        engine.run(make_sketch_request(exhibit_sha256="0" * 64), no_progress)
    with pytest.raises(PackAltered):
        engine.run(make_sketch_request(pack_sha256="0" * 64), no_progress)
    aging = read_pack(built_pack)
    with pytest.raises(PackRefused, match="serves the engine aging"):
        engine.run(make_sketch_request(pack_path=aging.path, pack_sha256=aging.sha256), no_progress)
    with pytest.raises(PackRefused, match="serves the engine sketch"):
        require_kind(sketch_pack, "aging")
    with pytest.raises(InvalidInput):
        engine.run(make_sketch_request(parameters={"layout": "poster"}), no_progress)


def test_a_cancel_stops_before_the_drawing(make_sketch_request: MakeSketchRequest) -> None:
    class CancelledError(Exception):
        pass

    def cancel(fraction: float, _stage: str) -> None:
        if fraction >= 0.4:
            raise CancelledError

    request = make_sketch_request()
    with pytest.raises(CancelledError):
        SketchEngine().run(request, cancel)
    assert not any(request.output_dir.iterdir())


def test_only_the_sketch_engine_takes_derived_images() -> None:
    assert registry.descriptor("sketch").accepts_derived_images
    assert not registry.descriptor("aging").accepts_derived_images
