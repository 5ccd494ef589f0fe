"""Train an adapter: cached latents, one forward pass for a step's rows, identity terms where they help.

Rules:
    * The photographs, the regularization set, the settings and the pack decide the adapter's bytes on one
      machine; a training that goes on from its checkpoint ends with the same bytes.
    * The base pack's weights are never changed; the networks are given back as they came.
    * Latents, embeddings and captions are computed once.

References:
    Ruiz et al. 2023, DreamBooth; Hu et al. 2022, LoRA; Hang et al. 2023, min-SNR weighting.
    Song et al. 2021, DDIM, eq. 12 (one-step estimate of the clean latent).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.noise_schedule import TIMESTEPS
from forensic_app.engines.personalisation import losses
from forensic_app.engines.personalisation.adapters import PHOTOGRAPHS_KEY, AttachedAdapter, attached
from forensic_app.engines.personalisation.conditions import ConditionEncoder
from forensic_app.engines.personalisation.draws import Batch, Draws, PersonalPhoto
from forensic_app.engines.personalisation.memory import MemoryPlan, checkpointed, plan_memory
from forensic_app.engines.personalisation.precision import dtype_name, factor_dtype, for_training
from forensic_app.engines.personalisation.regularization import RegularizationSet
from forensic_app.engines.personalisation.schema import IDENTITY_TERMS, TrainingSettings
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.training.checkpoints import load_checkpoint, save_checkpoint
from forensic_app.engines.training.schedule import warmup_stable_decay

GRADIENT_NORM: Final = 1.0
CHECKPOINT_EVERY: Final = 25
CURVE_POINTS: Final = 200

OnStep = Callable[[int, int], None]
"""Called before each step with the steps done and the steps in all; may raise ``RunCancelled``."""


@dataclass(slots=True)
class TrainingResult:
    """What a training leaves.

    Attributes:
        tensors: The adapter's.
        curves: Mean of each term over equal parts of the training, as ``[last step of the part, mean]``.
        seconds_per_step: Mean wall time of a step in this process.
        resumed_from: Steps that an earlier, interrupted training had done.
        rows_per_step: Rows of a step.
        memory: What it needed.
        precision: Number type of the U-Net while it trained.
    """

    tensors: Mapping[str, Tensor]
    curves: Mapping[str, list[list[float]]]
    seconds_per_step: float
    resumed_from: int
    rows_per_step: int
    memory: MemoryPlan
    precision: str


@dataclass(slots=True)
class _State:
    """What changes while a training runs."""

    adapter: AttachedAdapter
    optimiser: torch.optim.AdamW
    draws: Draws
    step: int = 0
    history: dict[str, list[list[float]]] = field(default_factory=dict)

    def saved(self, key: str) -> dict[str, Any]:
        return {
            "key": key,
            "step": self.step,
            "tensors": self.adapter.tensors(),
            "optimiser": self.optimiser.state_dict(),
            "draws": self.draws.generator.get_state(),
            "history": self.history,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.step = int(state["step"])
        self.adapter.load(state["tensors"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.draws.generator.set_state(state["draws"])
        self.history = {name: [list(pair) for pair in pairs] for name, pairs in state["history"].items()}


def training_key(
    components: Components,
    photos: Sequence[PersonalPhoto],
    regularization: RegularizationSet,
    settings: TrainingSettings,
    *,
    sex: str,
) -> str:
    """Return a digest of everything that decides an adapter, for checkpoints."""
    return sha256_of_bytes(
        canonical_json(
            {
                "pack": components.pack.sha256,
                "photos": [[photo.sha256, round(photo.age, 3)] for photo in photos],
                "regularization": regularization.sha256,
                "settings": settings.as_record(),
                "sex": sex,
                "device": str(components.device.device),
                "threads": components.device.threads,
                "precision": dtype_name(components.device),
            }
        )
    )


def train(
    components: Components,
    photos: Sequence[PersonalPhoto],
    regularization: RegularizationSet,
    settings: TrainingSettings,
    *,
    embedder: FaceEmbedder,
    sex: str = "",
    checkpoint: Path | None = None,
    checkpoint_every: int = CHECKPOINT_EVERY,
    on_plan: Callable[[MemoryPlan], None] | None = None,
    on_step: OnStep,
) -> TrainingResult:
    """Train an adapter on a subject's photographs.

    Args:
        components: The base pack's networks; used by nobody else meanwhile.
        photos: At least one.
        regularization: Other people at all ages.
        settings: Steps, weights and rates.
        embedder: Of the same device.
        sex: The subject's, for the un-personalised model's captions.
        checkpoint: File to go on from and to write to; removed by the caller when the adapter is kept.
        checkpoint_every: Steps between two writings of it.
        on_plan: Told what the training needs before it starts.
        on_step: Called before each step.

    Raises:
        EngineError: It does not fit in memory.
    """
    key = training_key(components, photos, regularization, settings, sex=sex)
    networks = for_training(components)
    with attached(
        networks,
        rank=settings.rank,
        alpha=settings.rank,
        seed=settings.seed,
        dtype=factor_dtype(networks),
    ) as adapter:
        trainer = Trainer(networks, adapter, photos, regularization, settings, embedder=embedder, sex=sex)
        state = _State(adapter, _optimiser(adapter, settings), trainer.draws)
        saved = None if checkpoint is None else load_checkpoint(checkpoint)
        if saved is not None and saved.get("key") == key:
            state.restore(saved)
        resumed_from = state.step
        count = sum(each.numel() for each in (*adapter.parameters, adapter.token))
        memory = plan_memory(networks, settings, parameters=count)
        if on_plan is not None:
            on_plan(memory)
        began = time.perf_counter()
        rows = 0
        with checkpointed(networks, is_wanted=memory.is_checkpointed):
            while state.step < settings.steps:
                on_step(state.step, settings.steps)
                rows = _advance(trainer, state, settings)
                if checkpoint is not None and state.step % checkpoint_every == 0:
                    save_checkpoint(checkpoint, state.saved(key))
        done = max(settings.steps - resumed_from, 1)
        return TrainingResult(
            tensors={**adapter.tensors(), PHOTOGRAPHS_KEY: trainer.photographed.float().cpu()},
            curves=_curves(state.history, settings.steps),
            seconds_per_step=(time.perf_counter() - began) / done,
            resumed_from=resumed_from,
            rows_per_step=rows,
            memory=memory,
            precision=dtype_name(components.device),
        )


class Trainer:
    """Makes the terms of a step's loss.

    Args:
        components: The networks, with ``adapter`` attached.
        adapter: What is trained.
        photos: The subject's.
        regularization: Other people.
        settings: Weights and styles.
        embedder: Of the same device.
        sex: The subject's.
    """

    def __init__(
        self,
        components: Components,
        adapter: AttachedAdapter,
        photos: Sequence[PersonalPhoto],
        regularization: RegularizationSet,
        settings: TrainingSettings,
        *,
        embedder: FaceEmbedder,
        sex: str = "",
    ) -> None:
        self.adapter = adapter
        self._components = components
        self._photos = list(photos)
        self._others = regularization
        self._settings = settings
        self._embedder = embedder
        self._encoder = ConditionEncoder(components, adapter)
        self._device = components.device.device
        self._alphas = components.scheduler.alphas_cumprod.float().to(self._device)
        self._prediction_type = str(components.scheduler.config.prediction_type)
        latents = torch.cat([components.encode(photo.crop).clone() for photo in photos]).float().cpu()
        self.draws = Draws(
            photos,
            latents,
            regularization,
            settings,
            tokenizer=components.tokenizer,
            timestep_limit=float(components.pack.card.get("timestep_limit", 1.0)),
            sex=sex,
            template=components.template,
        )
        self.photographed = self._photographed()
        self._other_faces = regularization.embeddings.to(self._device)
        self._centre = self._other_faces.mean(dim=0)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the terms that count in this step, unweighted, as scalars with gradients."""
        alphas = self._alphas[batch.timesteps.to(self._device)]
        signal, spread = alphas.sqrt()[:, None, None, None], (1.0 - alphas).sqrt()[:, None, None, None]
        clean, noise = batch.latents.to(self._device), batch.noise.to(self._device)
        noisy = signal * clean + spread * noise
        conditions = self._encoder.conditions(batch.captions, batch.embeddings, batch.dropped)
        prediction = self._predict(noisy, batch.timesteps, conditions)
        target = self._target(clean, noise, signal, spread)
        weights = losses.min_snr_weights(
            alphas, gamma=self._settings.min_snr_gamma, prediction_type=self._prediction_type
        )
        photos, others = len(batch.photos), len(batch.others)
        parts = {"reconstruction": slice(0, photos), "prior": slice(photos, photos + others)}
        if batch.teacher_captions:
            rows = slice(photos + others, len(clean))
            parts["extrapolation"] = rows
            target = torch.cat([target[: photos + others], self._taught(batch, noisy, rows)])
        found = {
            name: losses.noise_error(prediction[rows], target[rows], weights[rows])
            for name, rows in parts.items()
            if len(clean[rows]) and getattr(self._settings.weights, name) > 0.0
        }
        if batch.identity_rows:
            rows = slice(0, batch.identity_rows)
            estimate = self._estimate(noisy[rows], prediction[rows], signal[rows], spread[rows])
            found |= self._identity_terms(batch, estimate)
        return found

    def weighted(self, terms: Mapping[str, Tensor]) -> Tensor:
        """Return the loss: the sum of the terms by their weights."""
        settings = self._settings
        parts = [
            value
            * getattr(settings.weights, name)
            * (settings.identity_every if name in IDENTITY_TERMS else 1)
            for name, value in terms.items()
        ]
        if not parts:
            raise ValueError("no term of the loss has a weight")
        return torch.stack(parts).sum()

    def _predict(self, noisy: Tensor, timesteps: Tensor, conditions: Tensor) -> Tensor:
        dtype = self._components.device.dtype
        output = self._components.unet(
            noisy.to(dtype), timesteps.to(self._device), encoder_hidden_states=conditions.to(dtype)
        )
        prediction: Tensor = output.sample.float()
        return prediction

    def _target(self, clean: Tensor, noise: Tensor, signal: Tensor, spread: Tensor) -> Tensor:
        if self._prediction_type == "v_prediction":
            return signal * noise - spread * clean
        return noise if self._prediction_type == "epsilon" else clean

    def _estimate(self, noisy: Tensor, prediction: Tensor, signal: Tensor, spread: Tensor) -> Tensor:
        """Return the one-step estimate of the clean latent."""
        if self._prediction_type == "v_prediction":
            return signal * noisy - spread * prediction
        if self._prediction_type == "epsilon":
            return (noisy - spread * prediction) / signal
        return prediction

    @torch.no_grad()
    def _taught(self, batch: Batch, noisy: Tensor, rows: slice) -> Tensor:
        """Return what the un-personalised model predicts for the extrapolation rows."""
        self.adapter.set_strength(0.0)
        try:
            conditions = self._encoder.conditions(
                batch.teacher_captions, batch.embeddings[rows], batch.dropped[rows]
            )
            return self._predict(noisy[rows], batch.timesteps[rows], conditions)
        finally:
            self.adapter.set_strength(1.0)

    def _identity_terms(self, batch: Batch, estimate: Tensor) -> dict[str, Tensor]:
        chosen = list(batch.photos[: batch.identity_rows])
        pictures = self._components.decode_unrounded(estimate)
        faces = self._embedder(pictures, [self._photos[each].landmarks for each in chosen])
        photographed = self.photographed[chosen]
        weights = losses.low_noise_weight(
            batch.timesteps[: batch.identity_rows].to(self._device), train_timesteps=TIMESTEPS
        )
        wanted = self._settings.weights
        found = {}
        if wanted.biometric > 0.0:
            found["biometric"] = losses.biometric_loss(faces, photographed, weights)
        if wanted.cosine > 0.0:
            found["cosine"] = losses.cosine_loss(faces, photographed, centre=self._centre, weights=weights)
        if wanted.contrastive > 0.0:
            found["contrastive"] = losses.contrastive_loss(
                faces,
                self.photographed,
                self._other_faces[list(batch.others)],
                temperature=self._settings.temperature,
                centre=self._centre,
                weights=weights,
            )
        return found

    @torch.no_grad()
    def _photographed(self) -> Tensor:
        """Return the embedding of each photograph's crop, ``(p, 128)``."""
        pixels = torch.stack([torch.from_numpy(photo.crop.copy()) for photo in self._photos])
        pictures = pixels.permute(0, 3, 1, 2).float().to(self._device) / 127.5 - 1.0
        return self._embedder(pictures, [photo.landmarks for photo in self._photos])


def _optimiser(adapter: AttachedAdapter, settings: TrainingSettings) -> torch.optim.AdamW:
    adapter.token.requires_grad_(settings.token_learning_rate > 0.0)
    groups = [{"params": adapter.masters, "lr": settings.learning_rate, "peak": settings.learning_rate}]
    if settings.token_learning_rate > 0.0:
        rate = settings.token_learning_rate
        groups.append({"params": [adapter.token], "lr": rate, "peak": rate})
    return torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.99), fused=True)


def _advance(trainer: Trainer, state: _State, settings: TrainingSettings) -> int:
    """Make one step and return its number of rows."""
    batch = state.draws.draw(state.step)
    terms = trainer.terms(batch)
    loss = trainer.weighted(terms)
    loss.backward()  # type: ignore[no-untyped-call]
    state.adapter.hand_over_gradients()
    nn.utils.clip_grad_norm_([*state.adapter.masters, state.adapter.token], GRADIENT_NORM)
    rate = warmup_stable_decay(
        state.step, settings.steps, warmup=settings.warmup_steps, decay_fraction=settings.decay_fraction
    )
    for group in state.optimiser.param_groups:
        group["lr"] = group["peak"] * rate
    state.optimiser.step()
    state.optimiser.zero_grad(set_to_none=True)
    state.adapter.take_over_masters()
    for name, value in {**terms, "loss": loss}.items():
        state.history.setdefault(name, []).append([state.step, float(value.detach())])
    state.step += 1
    return len(batch.captions)


def _curves(history: Mapping[str, list[list[float]]], steps: int) -> dict[str, list[list[float]]]:
    """Return the mean of each term over at most 200 equal parts of the training."""
    width = max(1, -(-steps // CURVE_POINTS))
    curves: dict[str, list[list[float]]] = {}
    for name, pairs in history.items():
        parts: dict[int, list[float]] = {}
        for step, value in pairs:
            parts.setdefault(int(step) // width, []).append(value)
        curves[name] = [
            [float(min((part + 1) * width, steps)), round(sum(values) / len(values), 6)]
            for part, values in sorted(parts.items())
        ]
    return curves
