from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from skimage.transform import rotate
from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.personalisation import losses
from forensic_app.engines.personalisation.adapters import attached
from forensic_app.engines.personalisation.draws import PersonalPhoto
from forensic_app.engines.personalisation.regularization import RegularizationSet
from forensic_app.engines.personalisation.schema import IDENTITY_TERMS, TERMS, LossWeights, TrainingSettings
from forensic_app.engines.personalisation.training import Trainer
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.analyser import FloatArray, RgbImage

Term = Callable[[Tensor, Tensor], Tensor]


def only(term: str) -> LossWeights:
    return LossWeights(**{name: float(name == term) for name in TERMS})


@pytest.mark.parametrize("batch_size", [1, 2, 4])
@pytest.mark.parametrize("term", TERMS)
def test_each_term_alone_is_not_zero_and_reaches_all_that_is_trained(
    term: str,
    batch_size: int,
    components: Components,
    photos: list[PersonalPhoto],
    others: RegularizationSet,
    embedder: FaceEmbedder,
) -> None:
    settings = TrainingSettings(
        batch_size=batch_size,
        prior_batch_size=batch_size,
        weights=only(term),
        identity_every=1,
        identity_drop=0.0,
    )
    with attached(components, rank=2, alpha=2) as adapter:
        generator = torch.Generator().manual_seed(1)
        for parameter in adapter.parameters:
            parameter.data = 0.05 * torch.randn(parameter.shape, generator=generator)
        trainer = Trainer(components, adapter, photos, others, settings, embedder=embedder)
        terms = trainer.terms(trainer.draws.draw(0))
        assert set(terms) == {term}
        assert float(terms[term].detach()) > 1e-7
        trainer.weighted(terms).backward()
        gradients = [parameter.grad for parameter in adapter.parameters]
        assert all(each is not None and bool(each.abs().sum() > 0) for each in gradients)
        if term != "prior":
            assert adapter.token.grad is not None
            assert bool(adapter.token.grad.abs().sum() > 0)


@pytest.fixture(scope="session")
def centre() -> Tensor:
    return torch.zeros(128)


def embedded(crop: RgbImage, landmarks: FloatArray, embedder: FaceEmbedder) -> Tensor:
    picture = torch.from_numpy(crop.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0
    return embedder(picture, [landmarks])


def identity_terms(strangers: Tensor) -> dict[str, Term]:
    return {
        "biometric": losses.biometric_loss,
        "cosine": lambda made, photo: losses.cosine_loss(made, photo, centre=strangers.mean(dim=0)),
        "contrastive": lambda made, photo: losses.contrastive_loss(
            made, photo, strangers, centre=strangers.mean(dim=0)
        ),
    }


@pytest.fixture(scope="session")
def strangers(face_crop: tuple[RgbImage, FloatArray], embedder: FaceEmbedder) -> Tensor:
    """Embeddings of what is no picture of the subject: its photograph scrambled in blocks."""
    crop, landmarks = face_crop
    generator = np.random.default_rng(0)
    made = []
    for _ in range(4):
        blocks = crop.reshape(8, 24, 8, 24, 3).transpose(0, 2, 1, 3, 4).reshape(64, 24, 24, 3)
        order = generator.permutation(64)
        mixed = blocks[order].reshape(8, 8, 24, 24, 3).transpose(0, 2, 1, 3, 4).reshape(192, 192, 3)
        made.append(embedded((0.5 * crop + 0.5 * mixed).astype(np.uint8), landmarks, embedder))
    return torch.cat(made)


@pytest.mark.parametrize("term", IDENTITY_TERMS)
def test_an_identity_term_falls_as_a_face_becomes_more_alike(
    term: str, face_crop: tuple[RgbImage, FloatArray], embedder: FaceEmbedder, strangers: Tensor
) -> None:
    crop, landmarks = face_crop
    noise = np.random.default_rng(1).integers(0, 256, crop.shape)
    photo = embedded(crop, landmarks, embedder)
    loss = identity_terms(strangers)[term]
    values = []
    for share in (0.6, 0.4, 0.2, 0.0):
        mixed = ((1 - share) * crop + share * noise).astype(np.uint8)
        values.append(float(loss(embedded(mixed, landmarks, embedder), photo)))
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] + 1e-3


@pytest.mark.parametrize("term", IDENTITY_TERMS)
@pytest.mark.parametrize("change", ["mirrored", "turned by 15 degrees", "turned by 90 degrees"])
def test_an_identity_term_rises_when_the_crop_is_mirrored_or_turned(
    term: str, change: str, face_crop: tuple[RgbImage, FloatArray], embedder: FaceEmbedder, strangers: Tensor
) -> None:
    crop, landmarks = face_crop
    changed = {
        "mirrored": lambda: crop[:, ::-1],
        "turned by 15 degrees": lambda: (rotate(crop, 15, mode="edge") * 255).astype(np.uint8),
        "turned by 90 degrees": lambda: np.rot90(crop),
    }[change]()
    photo = embedded(crop, landmarks, embedder)
    loss = identity_terms(strangers)[term]
    assert float(loss(embedded(changed, landmarks, embedder), photo)) > float(loss(photo, photo)) + 1e-3


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_noise_error_falls_as_the_prediction_comes_closer(rows: int) -> None:
    generator = torch.Generator().manual_seed(rows)
    target, wrong = torch.randn(2, rows, 4, 8, 8, generator=generator).unbind()
    weights = torch.ones(rows)
    values = [
        float(losses.noise_error(target + share * wrong, target, weights)) for share in (1.0, 0.5, 0.1, 0.0)
    ]
    assert values == sorted(values, reverse=True)
    assert values[-1] == 0.0
    assert values[0] > 0.5


def test_the_contrastive_term_has_something_to_contrast_with_at_batch_one() -> None:
    face, other = torch.eye(128)[:1], torch.eye(128)[1:2]
    alike = losses.contrastive_loss(face, face, other, temperature=0.5)
    assert float(alike) == pytest.approx(np.log1p(np.exp(-2.0)), rel=1e-5)
    assert float(losses.contrastive_loss(other, face, other, temperature=0.5)) > float(alike)
    with pytest.raises(ValueError, match="other person"):
        losses.contrastive_loss(face, face, other[:0])


def test_min_snr_weights_are_the_published_ones() -> None:
    alphas = torch.tensor([0.5, 0.99])
    noise = losses.min_snr_weights(alphas, gamma=5.0, prediction_type="epsilon")
    velocity = losses.min_snr_weights(alphas, gamma=5.0, prediction_type="v_prediction")
    assert noise.tolist() == pytest.approx([1.0, 5.0 / 99.0], rel=1e-4)
    assert velocity.tolist() == pytest.approx([0.5, 5.0 / 100.0], rel=1e-4)
    assert losses.min_snr_weights(alphas, gamma=0.0, prediction_type="epsilon").tolist() == [1.0, 1.0]


def test_low_noise_counts_more() -> None:
    weights = losses.low_noise_weight(torch.tensor([0, 500, 1000]), train_timesteps=1000)
    assert weights.tolist() == [1.0, 0.25, 0.0]
