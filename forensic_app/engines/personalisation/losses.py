"""The terms of the training loss, each a function of tensors; which of them count is a matter of weights.

Rules:
    * Every term is at least 0, falls as what it compares becomes more alike, and carries a gradient to the
      prediction or to the generated face at every batch size from 1.
    * Identity terms compare *face embeddings of pictures*, never noise with noise.
    * Where directions of embeddings are compared, the mean embedding of the regularization faces is taken off
      first: embeddings of all faces share a large common part, which would make all of them look alike.
    * An identity term can be weighted by :func:`low_noise_weight`; the one-step estimate of the clean picture
      is a blur at high noise and says nothing about identity.

References:
    Ruiz et al. 2023, DreamBooth (prior preservation).
    Banerjee et al. 2023, Identity-Preserving Aging of Face Images via Latent Diffusion Models, IJCB
    (biometric L1, contrastive and cosine terms and their weights).
    van den Oord et al. 2018, Representation Learning with Contrastive Predictive Coding (InfoNCE).
    Hang et al. 2023, Efficient Diffusion Training via Min-SNR Weighting Strategy.
    Qi et al. 2025, MyTimeMachine (extrapolation regularization).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def noise_error(prediction: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean squared error of a prediction, a scalar.

    The reconstruction term on the subject's photographs, the prior term on regularization images and, with
    the un-personalised model's prediction as target, the extrapolation term.

    Args:
        prediction: The network's output, ``(n, c, h, w)``, ``n >= 1``.
        target: What it should be, same shape.
        weights: Weight of each row, shape ``(n,)``, from :func:`min_snr_weights`.
    """
    errors = (prediction - target).square().mean(dim=(1, 2, 3))
    return (errors * weights).mean()


def min_snr_weights(alphas: Tensor, *, gamma: float, prediction_type: str) -> Tensor:
    """Return the weight of each row's squared error.

    ``min(r, gamma) / r`` for noise, ``min(r, gamma) / (r + 1)`` for velocity and ``min(r, gamma)`` for the
    clean latent, with the signal-to-noise ratio ``r = a / (1 - a)``.

    Args:
        alphas: Cumulative alpha of each row, ``(n,)`` in ``(0, 1)``.
        gamma: Clamp; 0 for weights of 1.
        prediction_type: ``epsilon``, ``v_prediction`` or ``sample``.
    """
    if gamma <= 0.0:
        return torch.ones_like(alphas)
    ratio = alphas / (1.0 - alphas).clamp(min=1e-8)
    clamped = ratio.clamp(max=gamma)
    if prediction_type == "v_prediction":
        return clamped / (ratio + 1.0)
    if prediction_type == "epsilon":
        return clamped / ratio.clamp(min=1e-8)
    return clamped


def low_noise_weight(timesteps: Tensor, *, train_timesteps: int) -> Tensor:
    """Return ``(1 - t / T)^2`` for each row, shape ``(n,)``."""
    return (1.0 - timesteps.float() / train_timesteps).square()


def biometric_loss(generated: Tensor, photographed: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean absolute difference of face embeddings, a scalar.

    Args:
        generated: Embeddings of generated faces, ``(n, d)``, ``n >= 1``.
        photographed: Embeddings of the photographs they stand for, same shape.
        weights: Weight of each row, ``(n,)``; 1 by default.
    """
    return _mean((generated - photographed).abs().mean(dim=1), weights)


def cosine_loss(
    generated: Tensor, photographed: Tensor, *, centre: Tensor | None = None, weights: Tensor | None = None
) -> Tensor:
    """Return the mean of one minus the cosine of face embeddings about ``centre``, a scalar in ``[0, 2]``.

    Args:
        generated: Embeddings of generated faces, ``(n, d)``, ``n >= 1``.
        photographed: Embeddings of the photographs they stand for, same shape.
        centre: Mean embedding of many faces, ``(d,)``.
        weights: Weight of each row, ``(n,)``; 1 by default.
    """
    first, second = _directions(generated, centre), _directions(photographed, centre)
    return _mean(1.0 - (first * second).sum(dim=1), weights)


def contrastive_loss(
    generated: Tensor,
    subject: Tensor,
    others: Tensor,
    *,
    temperature: float = 0.5,
    centre: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Return InfoNCE over identities, a scalar above 0 at every batch size.

    For each generated face and each of the subject's photographs: the photograph is the positive, the faces
    of other people are the negatives, so that a batch of one face has negatives too.

    Args:
        generated: Embeddings of generated faces of the subject, ``(n, d)``, ``n >= 1``.
        subject: Embeddings of the subject's photographs, ``(p, d)``, ``p >= 1``.
        others: Embeddings of other people's faces, ``(q, d)``, ``q >= 1``.
        temperature: Divides the cosines.
        centre: Mean embedding of many faces, ``(d,)``.
        weights: Weight of each row of ``generated``, ``(n,)``; 1 by default.

    Raises:
        ValueError: There is no photograph, or no other person to contrast with.
    """
    if not len(subject) or not len(others):
        raise ValueError("the contrastive term needs at least one photograph and one other person")
    faces = _directions(generated, centre)
    positives = faces @ _directions(subject, centre).T / temperature
    negatives = faces @ _directions(others, centre).T / temperature
    rivals = torch.logsumexp(negatives, dim=1, keepdim=True)
    return _mean((torch.logaddexp(positives, rivals) - positives).mean(dim=1), weights)


def _directions(embeddings: Tensor, centre: Tensor | None) -> Tensor:
    return functional.normalize(embeddings if centre is None else embeddings - centre, dim=1)


def _mean(values: Tensor, weights: Tensor | None) -> Tensor:
    return values.mean() if weights is None else (values * weights).mean()
