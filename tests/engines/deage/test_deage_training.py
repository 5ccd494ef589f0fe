from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from deage_samples import SIDE_PX, TINY, small_cache

from forensic_app.engines.base_training.face_cache import FaceCache
from forensic_app.engines.base_training.hardware import TrainingDevice
from forensic_app.engines.deage import training
from forensic_app.engines.deage.companions import Companions
from forensic_app.engines.deage.faces import borrowed_cache
from forensic_app.engines.deage.network import ChangeByAge, DeageAutoencoder
from forensic_app.engines.personalisation.face_embedding import FaceEmbedder
from forensic_app.errors import InvalidInput
from forensic_app.faces.align import template

CPU = TrainingDevice(torch.device("cpu"), uses_bfloat16=False)


class KilledError(Exception):
    pass


def ignore(_progress: object) -> None:
    pass


def test_a_killed_training_ends_with_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY_IMAGES", TINY.batch)
    cache = small_cache()

    def killing(values: dict[str, object]) -> None:
        if values["done"] == 6:
            raise KilledError

    whole = training.train_autoencoder(cache, TINY, tmp_path / "a", device=CPU, report=ignore, log=ignore)
    with pytest.raises(KilledError):
        training.train_autoencoder(cache, TINY, tmp_path / "b", device=CPU, report=ignore, log=killing)
    seen: list[dict[str, object]] = []
    resumed = training.train_autoencoder(
        cache, TINY, tmp_path / "b", device=CPU, report=ignore, log=seen.append
    )
    assert [line["done"] for line in seen] == [8]
    assert float(str(seen[0]["validation_l1"])) >= 0
    assert (tmp_path / "b" / "samples" / "autoencoder_000008.png").is_file()
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=0, atol=0, msg=name)


def film_batch(cache: FaceCache, *, seed: int = 1) -> training.Batch:
    draws = torch.Generator().manual_seed(seed)
    return training.draw_batch(cache, np.array([0, 5]), TINY, Companions(cache), draws)


def test_the_identity_term_reaches_the_first_layer_and_is_none_for_the_same_face() -> None:
    batch = film_batch(small_cache())
    network = training.new_session(TINY, CPU).network
    assert isinstance(network.body, ChangeByAge)
    torch.nn.init.normal_(network.body.last.weight, std=0.1)
    embedder = FaceEmbedder(torch.device("cpu"))
    made = network(batch.images, batch.ages, batch.own_ages)
    training.identity_loss(embedder, made, batch.images, batch.landmarks, CPU).backward()  # type: ignore[no-untyped-call]
    assert network.body.first.weight.grad is not None
    assert network.body.first.weight.grad.norm() > 0
    same = training.identity_loss(embedder, batch.images, batch.images, batch.landmarks, CPU)
    assert float(same) == pytest.approx(0.0, abs=1e-6)


def test_companions_show_what_the_age_changes_and_nothing_else() -> None:
    cache = small_cache()
    companions = Companions(cache)
    older = companions.change(cache.embeddings[2], float(cache.ages[2]), 60.0, side_px=SIDE_PX)
    none = companions.change(cache.embeddings[2], 30.0, 30.0, side_px=SIDE_PX)
    assert older.shape == (3, SIDE_PX, SIDE_PX)
    assert older.mean() > 0.05, "the samples grow brighter with age"
    assert float(none.abs().max()) == 0.0


def test_no_face_is_its_own_companion() -> None:
    cache = small_cache()
    odd = cache.crops.copy()
    odd[2] = 255 - odd[2]
    one, two = Companions(cache), Companions(replace(cache, crops=odd))
    embedding, age = cache.embeddings[2], float(cache.ages[2])
    same = [each.change(embedding, age, 60.0, side_px=SIDE_PX) for each in (one, two)]
    assert torch.equal(*same)
    other = [each.change(cache.embeddings[3], age, 60.0, side_px=SIDE_PX) for each in (one, two)]
    assert not torch.equal(*other)


def test_what_is_wanted_is_the_photograph_with_the_changes_over_the_face() -> None:
    cache = small_cache()
    batch = film_batch(cache, seed=3)
    assert batch.own_ages.tolist() == pytest.approx(cache.ages[[0, 5]].tolist())
    change = batch.wanted - batch.images
    assert float(change[:, :, SIDE_PX // 2, SIDE_PX // 2].abs().max()) > 0.01
    assert float(change[:, :, 0].abs().max()) == 0.0


def test_two_decoders_are_asked_for_the_unwarped_face() -> None:
    draws = torch.Generator().manual_seed(1)
    batch = training.draw_batch(small_cache(), np.array([0, 5]), TINY, None, draws)
    assert 0.005 < float((batch.images - batch.wanted).abs().mean()) < 0.3


def test_the_gain_multiplies_the_change() -> None:
    torch.manual_seed(1)
    images = torch.zeros(1, 3, 32, 32)
    images[:, :, 10:20] = 0.5
    plain, strong = (DeageAutoencoder("film", (8, 8), 4, gain=gain) for gain in (1.0, 2.0))
    torch.nn.init.normal_(plain.body.last.weight, std=0.1)  # type: ignore[arg-type, union-attr]
    strong.load_state_dict(plain.state_dict())
    age = torch.tensor([60.0])
    young = torch.tensor([20.0])
    with torch.no_grad():
        changes = [made(images, age, young) - images for made in (plain, strong)]
    assert float(changes[0].abs().max()) > 0
    torch.testing.assert_close(changes[1], 2 * changes[0])


def test_two_decoders_train_without_companions(tmp_path: Path) -> None:
    config = replace(TINY, variant="two-decoders", images=4)
    seen: list[dict[str, object]] = []
    training.train_autoencoder(small_cache(), config, tmp_path, device=CPU, report=ignore, log=seen.append)
    assert float(str(seen[-1]["validation_l1"])) > 0


def test_a_borrowed_cache_is_scaled_and_left_alone(tmp_path: Path) -> None:
    cache = small_cache()
    folder = tmp_path / "base" / "faces"
    folder.mkdir(parents=True)
    np.save(folder / "crops.npy", cache.crops)
    np.save(folder / "embeddings.npy", cache.embeddings)
    np.save(folder / "landmarks.npy", cache.landmarks)
    labels = {
        "stamp": {"data": str((tmp_path / "data").resolve()), "resolution": SIDE_PX},
        "ages": cache.ages.tolist(),
        "sexes": cache.sexes,
        "groups": cache.groups,
        "raw_ages": cache.raw_ages.tolist(),
        "is_validation": cache.is_validation.tolist(),
        "names": cache.names,
    }
    (folder / "cache.json").write_text(json.dumps(labels), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    lent = borrowed_cache(tmp_path / "base", tmp_path / "data", resolution=32)
    assert lent.crops.shape == (12, 32, 32, 3)
    np.testing.assert_allclose(lent.landmarks[0], template("dlib5", 32), atol=1e-4)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    for problem in (
        {"data": tmp_path / "other", "resolution": 32},
        {"data": tmp_path / "data", "resolution": 96},
    ):
        with pytest.raises(InvalidInput):
            borrowed_cache(tmp_path / "base", **problem)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no face cache"):
        borrowed_cache(tmp_path / "none", tmp_path / "data", resolution=32)


def test_the_warp_moves_smoothly_and_keeps_the_picture() -> None:
    images = film_batch(small_cache()).images
    still = training.random_warp(images, spread=0.0, draws=torch.Generator().manual_seed(4))
    moved = training.random_warp(images, spread=5 / 256, draws=torch.Generator().manual_seed(4))
    torch.testing.assert_close(still, images, atol=1e-4, rtol=0)
    assert 0.005 < float((moved - images).abs().mean()) < 0.3


def test_mirrored_landmarks_keep_their_order() -> None:
    points = template("dlib5", SIDE_PX)
    np.testing.assert_allclose(training.mirrored_landmarks(points, SIDE_PX), points, atol=1e-9)
    shifted = points + np.array([3.0, 0.0])
    np.testing.assert_allclose(training.mirrored_landmarks(shifted, SIDE_PX), points - np.array([3.0, 0.0]))


def test_settings_that_may_not_change_are_named() -> None:
    assert training.sizes_changed(TINY, replace(TINY, variant="two-decoders", images=16)) == ["variant"]
