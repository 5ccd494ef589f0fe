from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from deage_samples import SIDE_PX, TINY, small_cache

from forensic_app.engines.base_training.hardware import TrainingDevice
from forensic_app.engines.deage import training
from forensic_app.engines.personalisation.face_embedding import FaceEmbedder
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
    assert 0 <= float(str(seen[0]["reader_accuracy"])) <= 1
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=0, atol=0, msg=name)


def test_every_term_reaches_the_encoder() -> None:
    session = training.new_session(TINY, CPU)
    cache = small_cache()
    draws = torch.Generator().manual_seed(1)
    batch = training.draw_batch(cache, np.array([0, 5]), TINY, draws)
    weight = session.network.encoder[0].weight

    def gradient(loss: torch.Tensor) -> float:
        session.network.zero_grad()
        loss.backward()
        assert weight.grad is not None
        return float(weight.grad.norm())

    latents = session.network.encode(batch.warped)
    assert gradient(training.hidden_age_loss(session.reader, latents, CPU)) > 0
    aged = session.network.decode(session.network.encode(batch.warped), batch.targets)
    embedder = FaceEmbedder(torch.device("cpu"))
    assert gradient(training.identity_loss(embedder, aged, batch.images, batch.landmarks)) > 0


def test_the_same_face_has_no_identity_loss() -> None:
    batch = training.draw_batch(small_cache(), np.array([0, 5]), TINY, torch.Generator().manual_seed(1))
    embedder = FaceEmbedder(torch.device("cpu"))
    loss = training.identity_loss(embedder, batch.images, batch.images, batch.landmarks)
    assert float(loss) == pytest.approx(0.0, abs=1e-5)


def test_the_reader_that_knows_nothing_is_the_least_loss() -> None:
    reader = training.new_session(TINY, CPU).reader
    for value in reader.layers[-1].parameters():
        torch.nn.init.zeros_(value)
    latents = torch.randn(2, TINY.latent_channels, 8, 8, generator=torch.Generator().manual_seed(0))
    even = float(training.hidden_age_loss(reader, latents, CPU))
    assert even == pytest.approx(np.log(6), abs=1e-5)
    reader.layers[-1].bias.data[0] = 3.0
    assert float(training.hidden_age_loss(reader, latents, CPU)) > even


def test_the_warp_moves_smoothly_and_keeps_the_picture() -> None:
    images = training.draw_batch(small_cache(), np.array([3]), TINY, torch.Generator().manual_seed(4)).images
    still = training.random_warp(images, spread=0.0, draws=torch.Generator().manual_seed(4))
    moved = training.random_warp(images, spread=5 / 256, draws=torch.Generator().manual_seed(4))
    torch.testing.assert_close(still, images, atol=1e-4, rtol=0)
    assert 0.005 < float((moved - images).abs().mean()) < 0.3


def test_mirrored_landmarks_keep_their_order() -> None:
    points = template("dlib5", SIDE_PX)
    np.testing.assert_allclose(training.mirrored_landmarks(points, SIDE_PX), points, atol=1e-9)
    shifted = points + np.array([3.0, 0.0])
    np.testing.assert_allclose(training.mirrored_landmarks(shifted, SIDE_PX), points - np.array([3.0, 0.0]))


def test_ages_fall_into_the_declared_groups() -> None:
    ages = torch.tensor([1.0, 12.9, 13.0, 19.0, 20.0, 54.0, 55.0, 69.0, 70.0, 110.0])
    assert training.age_groups(ages).tolist() == [0, 0, 1, 1, 2, 3, 4, 4, 5, 5]


def test_settings_that_may_not_change_are_named() -> None:
    assert training.sizes_changed(TINY, replace(TINY, variant="two-decoders", images=16)) == ["variant"]
