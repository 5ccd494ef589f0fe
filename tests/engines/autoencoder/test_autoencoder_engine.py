from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_samples import SIDE_PX
from numpy.typing import NDArray
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines import registry
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.packs.network_pack import write_network_pack
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import compositing
from forensic_app.errors import InvalidInput, PackRefused
from forensic_app.evaluation.series.autoencoder_series import AutoencoderSeriesMaker
from forensic_app.faces.align import AlignedFace, align
from forensic_app.faces.analyser import RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.messages import EngineResult, RunRequest
from forensic_app.workflows.packs import find_pack


def made_pack(folder: Path, **sizes: Any) -> Pack:
    """Return a pack of a tiny network whose configuration also says ``sizes``."""
    torch.manual_seed(3)
    network = DeageAutoencoder((8, 8, 16))
    for name, value in network.named_parameters():
        if ".modulation." in name or ".last." in name:
            torch.nn.init.normal_(value, std=0.05)
    return write_network_pack(
        folder,
        network,
        component="autoencoder",
        config={**network.config, **sizes},
        card={"kind": "autoencoder", "version": "1", "licence": "LicenseRef-test", "resolution": SIDE_PX},
        texts={
            "LICENCE.txt": "For tests.\n",
            "calibration.json": '{"estimator": "dlib", "raw": [0, 90], "calibrated": [2, 80]}',
        },
    )


@pytest.fixture(scope="module")
def autoencoder_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return made_pack(tmp_path_factory.mktemp("packs") / "tiny-autoencoder")


def run(pack: Pack, photo: Path, out: Path, **parameters: Any) -> EngineResult:
    out.mkdir()
    request = RunRequest(
        run_id="R-0001",
        engine="autoencoder",
        parameters={"target_ages": [8.0, 62.0], **parameters},
        exhibit_path=photo,
        exhibit_sha256=sha256_of_file(photo),
        pack_path=pack.path,
        pack_sha256=pack.sha256,
        analyser="dlib",
        output_dir=out,
        subject={"age_at_photo": 42.0},
        device="cpu",
        threads=1,
    )
    return registry.load_engine("autoencoder").run(request, lambda _fraction, _stage: None)


def test_one_picture_for_each_age_around_an_untouched_photograph(
    autoencoder_pack: Pack, photo_path: Path, tmp_path: Path
) -> None:
    first = run(autoencoder_pack, photo_path, tmp_path / "a")
    second = run(autoencoder_pack, photo_path, tmp_path / "b")
    assert [image.target_age for image in first.images] == [8.0, 62.0]
    for one, two in zip(first.images, second.images, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes()
        picture, photo = np.asarray(Image.open(one.path)), np.asarray(Image.open(photo_path))
        assert (picture[:512][:, :40] == photo[:, :40]).all()
        assert (picture[:512] != photo).any()
    assert first.images[0].metrics["pixels_sha256"] != first.images[1].metrics["pixels_sha256"]
    assert first.environment["source_age"] == 42.0
    assert first.environment["source_age_origin"] == "record"
    assert first.environment["variant"] == "film"
    assert first.control["estimated_age"]["calibrated"] is not None


def test_bounds_are_kept(autoencoder_pack: Pack, photo_path: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="target_ages"):
        run(autoencoder_pack, photo_path, tmp_path / "a", target_ages=[140.0])
    with pytest.raises(InvalidInput, match="no parameter"):
        run(autoencoder_pack, photo_path, tmp_path / "b", strength=0.5)


def test_it_is_measured_like_the_diffusion_engine(autoencoder_pack: Pack) -> None:
    maker = AutoencoderSeriesMaker(autoencoder_pack.path, device="cpu", threads=1)
    crop = np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)
    series = maker.make_series(
        crop, source_age=30.0, sex="female", embedding=np.zeros(128, np.float32), target_ages=(8.0, 75.0)
    )
    assert series.shape == (2, SIDE_PX, SIDE_PX, 3)
    assert maker.reconstruct(np.stack([crop, crop])).shape == (2, SIDE_PX, SIDE_PX, 3)
    assert maker.description["engine"] == "autoencoder"
    assert maker.description["pack_sha256"] == autoencoder_pack.sha256


def test_the_guard_holds_a_change_back_and_the_record_says_by_how_much(
    autoencoder_pack: Pack, photo_path: Path, tmp_path: Path
) -> None:
    free = run(autoencoder_pack, photo_path, tmp_path / "a", identity_guard=False)
    assert "identity_guard" not in free.environment
    strict = run(autoencoder_pack, photo_path, tmp_path / "b", identity_floor=1.0)
    guard = strict.environment["identity_guard"]
    assert (guard["analyser"], guard["floor"]) == ("dlib", 1.0)
    assert [picture["target_age"] for picture in guard["pictures"]] == [8.0, 62.0]
    assert {picture["share"] for picture in guard["pictures"]} == {0.5}
    assert any("held back at 8 and 62 years" in warning for warning in strict.warnings)
    photo = np.asarray(Image.open(photo_path)).astype(int)
    moved = [
        np.abs(np.asarray(Image.open(result.images[0].path))[:512].astype(int) - photo).mean()
        for result in (free, strict)
    ]
    assert 0 < moved[1] < moved[0]
    lenient = run(autoencoder_pack, photo_path, tmp_path / "c", identity_floor=0.0)
    assert {picture["share"] for picture in lenient.environment["identity_guard"]["pictures"]} == {1.0}
    pixels = [result.images[0].metrics["pixels_sha256"] for result in (free, lenient, strict)]
    assert pixels[0] == pixels[1] != pixels[2]


@pytest.mark.parametrize(("given", "asked"), [({}, "oval"), ({"paste_back": "outline"}, "outline")])
def test_where_faces_go_back_is_recorded_and_a_run_of_before_has_the_oval(
    autoencoder_pack: Pack, photo_path: Path, tmp_path: Path, given: dict[str, Any], asked: str
) -> None:
    pasted = run(autoencoder_pack, photo_path, tmp_path / "run", **given).environment["paste_back"]
    assert (pasted["asked"], pasted["hair"]) == (asked, "keep")
    assert [each["target_age"] for each in pasted["pictures"]] == [8.0, 62.0]
    assert all(each["mask"] in {asked, "oval"} for each in pasted["pictures"])


@pytest.fixture
def pasted(monkeypatch: pytest.MonkeyPatch) -> list[RgbImage]:
    """What runs put into their photographs, as crops with colours and detail, in the order of the pictures."""
    crops: list[RgbImage] = []
    missing: list[NDArray[np.float32]] = []
    prepare, finish = compositing.prepare_canvas, compositing.Canvas.finished

    def prepared(
        photo: RgbImage, crop: AlignedFace, reconstruction: RgbImage, **how: Any
    ) -> compositing.Canvas:
        missing.append(crop.crop.astype(np.float32) - reconstruction.astype(np.float32))
        return prepare(photo, crop, reconstruction, **how)

    def finished(canvas: compositing.Canvas, edited: RgbImage, **how: Any) -> RgbImage:
        given = {name: how[name] for name in ("detail", "color_match")}
        crops.append(compositing.finished_crop(edited, canvas.crop.crop, missing[-1], **given))
        return finish(canvas, edited, **how)

    monkeypatch.setattr(compositing, "prepare_canvas", prepared)
    monkeypatch.setattr(compositing.Canvas, "finished", finished)
    return crops


@pytest.mark.parametrize(
    ("parameters", "shares"),
    [
        ({"identity_guard": False}, None),
        ({"identity_guard": False, "color_match": False, "detail_keep": 0.9}, None),
        ({"identity_floor": 0.0}, [1.0, 1.0]),
        ({"identity_floor": 1.0}, [0.5, 0.5]),
    ],
)
def test_a_run_and_a_series_of_a_photograph_give_the_same_crops(
    autoencoder_pack: Pack,
    photo_path: Path,
    tmp_path: Path,
    pasted: list[RgbImage],
    parameters: dict[str, Any],
    shares: list[float] | None,
) -> None:
    result = run(autoencoder_pack, photo_path, tmp_path / "run", **parameters)
    guard = result.environment.get("identity_guard")
    assert (guard and [picture["share"] for picture in guard["pictures"]]) == shares

    photo = np.asarray(Image.open(photo_path))
    crop = align(photo, DlibAnalyser().detect(photo)[0], SIDE_PX).crop
    maker = AutoencoderSeriesMaker(autoencoder_pack.path, device="cpu", threads=1, parameters=parameters)
    series = maker.make_series(
        crop, source_age=42.0, sex="female", embedding=np.zeros(128, np.float32), target_ages=(8.0, 62.0)
    )
    assert (None if maker.guard_shares is None else maker.guard_shares.tolist()) == shares
    assert maker.description["parameters"]["identity_guard"] == (shares is not None)
    np.testing.assert_array_equal(np.stack(pasted), series)
    assert all(np.abs(picture.astype(int) - crop).max() > 10 for picture in series)


FORMER_SIZES = {"latent_channels": 4, "split_age": 40.0, "side_px": 32}


@pytest.mark.parametrize("variant", ["prototypes", "two-decoders"])
def test_a_pack_of_a_network_that_is_no_longer_drawn_is_refused_in_plain_words(
    photo_path: Path, tmp_path: Path, variant: str
) -> None:
    pack = made_pack(tmp_path / "former", variant=variant, **FORMER_SIZES)
    with pytest.raises(
        PackRefused, match=f"The pack former holds an autoencoder of the variant '{variant}'"
    ) as error:
        run(pack, photo_path, tmp_path / "run")
    assert (
        error.value.advice
        == "Use the bundled pack deage, or train a pack with forensic-app train autoencoder."
    )
    with pytest.raises(PackRefused, match=variant):
        AutoencoderSeriesMaker(pack.path, device="cpu", threads=1)


def test_a_pack_with_a_size_that_nobody_knows_is_refused(photo_path: Path, tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="heads, which is not known"):
        run(made_pack(tmp_path / "odd", heads=4), photo_path, tmp_path / "run")


def test_packs_that_also_name_sizes_of_former_networks_still_draw(
    autoencoder_pack: Pack, tmp_path: Path
) -> None:
    crop = np.random.default_rng(1).integers(0, 255, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    given: dict[str, Any] = {
        "source_age": 30.0, "sex": "female", "embedding": np.zeros(128, np.float32), "target_ages": (8.0, 75.0)
    }  # fmt: skip
    former = made_pack(tmp_path / "former", **FORMER_SIZES)
    made = [
        AutoencoderSeriesMaker(pack.path, device="cpu", threads=1).make_series(crop, **given)
        for pack in (autoencoder_pack, former)
    ]
    np.testing.assert_array_equal(made[0], made[1])


def test_the_bundled_pack_is_drawn_as_it_lies_there() -> None:
    pack = find_pack("deage", None)
    assert pack.sha256 == "b843833b4cafa3e4284766c3237b713c876fcd14c52b2f22dadb780a5fb216b8"
    maker = AutoencoderSeriesMaker(pack.path, device="cpu", threads=1)
    crop = np.full((maker.crop_size_px, maker.crop_size_px, 3), 128, np.uint8)
    np.testing.assert_array_equal(maker.reconstruct(crop[None])[0], crop)
