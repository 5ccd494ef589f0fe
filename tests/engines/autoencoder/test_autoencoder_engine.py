from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_samples import SIDE_PX
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines import registry
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.packs.network_pack import write_network_pack
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.series.autoencoder_series import AutoencoderSeriesMaker
from forensic_app.messages import EngineResult, RunRequest


@pytest.fixture(scope="module", params=["film", "prototypes"])
def autoencoder_pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    torch.manual_seed(3)
    network = DeageAutoencoder(request.param, (8, 8, 16), 4, side_px=SIDE_PX // 2)
    for name, value in network.named_parameters():
        if ".modulation." in name or ".last." in name or name.endswith(("table", "axes")):
            torch.nn.init.normal_(value, std=0.05)
    return write_network_pack(
        tmp_path_factory.mktemp("packs") / "tiny-deage",
        network,
        component="autoencoder",
        config=network.config,
        card={"kind": "autoencoder", "version": "1", "licence": "LicenseRef-test", "resolution": SIDE_PX},
        texts={
            "LICENCE.txt": "For tests.\n",
            "calibration.json": '{"estimator": "dlib", "raw": [0, 90], "calibrated": [2, 80]}',
        },
    )


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
    assert first.environment["variant"] in {"film", "prototypes"}
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


def test_a_series_is_guarded_as_a_run_is(autoencoder_pack: Pack) -> None:
    crop = np.random.default_rng(1).integers(0, 255, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    given: dict[str, Any] = {
        "source_age": 30.0, "sex": "female", "embedding": np.zeros(128, np.float32), "target_ages": (8.0, 75.0)
    }  # fmt: skip
    series = {}
    for name, parameters in (("free", {"identity_guard": False}), ("strict", {"identity_floor": 1.0})):
        maker = AutoencoderSeriesMaker(autoencoder_pack.path, device="cpu", threads=1, parameters=parameters)
        series[name] = maker.make_series(crop, **given).astype(int)
        shares = None if maker.guard_shares is None else maker.guard_shares.tolist()
        assert shares == (None if name == "free" else [0.5, 0.5])
        assert maker.description["parameters"]["identity_guard"] == (name == "strict")
    change = {name: np.abs(pictures - crop).mean() for name, pictures in series.items()}
    assert 0 < change["strict"] < change["free"]
