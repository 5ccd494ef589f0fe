"""The stages of a base model's training, each of which can be stopped and goes on from its last checkpoint.

Rules:
    * ``faces`` -> ``projection`` -> ``decoder`` and ``diffusion`` (independent of each other) -> ``export`` ->
      ``fit`` (which exports too).
    * A stage leaves its result in the work folder; a finished stage is not run again.
    * Metrics go to ``metrics.jsonl``, one JSON object a line; sample grids to ``samples/``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.conditioning import build_tokenizer
from forensic_app.engines.base_training.conditions import group_words
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.decoder_training import (
    PROJECTION_NAME,
    fit_encoder,
    load_decoder,
    load_fitted,
    save_fitted,
    train_decoder,
)
from forensic_app.engines.base_training.diffusion_training import (
    DiffusionModel,
    load_diffusion,
    train_diffusion,
)
from forensic_app.engines.base_training.measures import reconstruction_psnr
from forensic_app.engines.base_training.samples import sample_grid, save_grid
from forensic_app.engines.base_training.warm_start import Start
from forensic_app.engines.training.checkpoints import require_checkpoint
from forensic_app.engines.training.face_cache import FaceCache, keeping, load_cache, load_or_build_cache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import ReportStage, counted
from forensic_app.engines.training.work import CONFIG_NAME, log_metrics, logged
from forensic_app.errors import InvalidInput
from forensic_app.faces.dlib import BUNDLED_FOLDER, DlibAnalyser
from forensic_app.faces.networks import load_recognition

STAGES = ("faces", "projection", "decoder", "diffusion", "export", "fit")
KEPT_NAME = "kept_faces.txt"


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """One training of a base model.

    Attributes:
        data: Folders or CSV files of labelled faces.
        work: Folder of caches, checkpoints, metrics and sample grids; holds pictures of the data set.
        config: Sizes and schedules.
        device: Where and in which precision.
        kept: Names of the faces to keep from training; drawn by seed where there are none.
        seconds: Time after which a stage that trains is to be done, with fewer images if need be.
    """

    data: tuple[Path, ...]
    work: Path
    config: BaseTrainingConfig
    device: TrainingDevice
    kept: frozenset[str] = frozenset()
    seconds: float | None = None


def sizes_changed(before: BaseTrainingConfig, now: BaseTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have; amounts, rates and weights may."""
    sizes = (
        "resolution", "patch_size", "latent_channels", "coarse_width", "coarse_blocks", "fine_width", "fine_blocks",
        "unet_widths", "unet_layers", "unet_attention", "unet_heads", "text_width", "text_layers",
        "identity_tokens", "validation_faces", "seed",
    )  # fmt: skip
    return [name for name in sizes if getattr(before, name) != getattr(now, name)]


def run_stage(plan: TrainingPlan, stage: str, report: ReportStage) -> None:
    """Run one stage of :data:`STAGES` except the last two, which need the pack's facts."""
    began = time.monotonic()
    if stage == "faces":
        _faces(plan, report)
    elif stage == "projection":
        _projection(plan)
    elif stage == "decoder":
        _decoder(plan, report)
    elif stage == "diffusion":
        _diffusion(plan, report)
    else:
        raise ValueError(f"unknown stage {stage}")
    log_metrics(plan.work, {"stage": stage, "finished": True, "seconds": round(time.monotonic() - began, 1)})


def _faces(plan: TrainingPlan, report: ReportStage) -> None:
    load_or_build_cache(plan.data, plan.work, plan.config, DlibAnalyser(), counted("faces", report))


def training_cache(plan: TrainingPlan) -> FaceCache:
    """Return the face cache, whose kept faces must be those that this training has kept from its first stage on.

    A cache that was made anew by other versions of the libraries may hold other faces, and then the seed keeps others.

    Raises:
        InvalidInput: Other faces would be kept; some of them have been trained on.
    """
    cache = load_cache(plan.work)
    if plan.kept:
        cache = keeping(cache, plan.kept)
    names = "".join(f"{cache.names[place]}\n" for place in cache.validation_indices)
    path = plan.work / KEPT_NAME
    if path.is_file() and path.read_text(encoding="utf-8") != names:
        raise InvalidInput(
            f"The faces in {plan.work} keep other faces for measuring than this training has kept so far.",
            "Bring back the folder faces that it was begun with, or begin again in another work folder.",
        )
    path.write_text(names, encoding="utf-8")
    return cache


def _projection(plan: TrainingPlan) -> None:
    cache = training_cache(plan)
    if (plan.work / PROJECTION_NAME).is_file():
        return
    autoencoder = fit_encoder(cache, plan.config)
    log_metrics(plan.work, {"stage": "projection", "psnr_db": reconstruction_psnr(autoencoder, cache)})
    save_fitted(autoencoder, plan.work)


def _decoder(plan: TrainingPlan, report: ReportStage) -> None:
    cache = training_cache(plan)
    recognition = load_recognition(BUNDLED_FOLDER / "recognition.safetensors")
    autoencoder = train_decoder(
        cache, load_fitted(plan.config, plan.work), recognition, plan.config, plan.work,
        device=plan.device, report=logged(plan.work, report), seconds=plan.seconds,
    )  # fmt: skip
    log_metrics(plan.work, {"stage": "decoder", "psnr_db": reconstruction_psnr(autoencoder, cache)})


@dataclass(frozen=True, slots=True)
class TrainedParts:
    """What a base training has made so far, with averaged weights, in eval mode.

    Attributes:
        model: U-Net, text encoder and identity projection.
        autoencoder: The autoencoder.
        tokenizer: The word tokenizer.
    """

    model: DiffusionModel
    autoencoder: PatchAutoencoder
    tokenizer: PreTrainedTokenizerFast


def load_trained(plan: TrainingPlan, cache: FaceCache) -> TrainedParts:
    """Return the parts as the last checkpoints have them; nothing is trained.

    Args:
        plan: The training.
        cache: Its faces, from :func:`training_cache`.

    Raises:
        InvalidInput: A stage has not begun.
        StoreUnavailable: A checkpoint is damaged.
    """
    model, tokenizer = load_diffusion(cache, plan.config, plan.work)
    autoencoder = load_decoder(load_fitted(plan.config, plan.work), plan.work)
    return TrainedParts(model, autoencoder, tokenizer)


def _diffusion(plan: TrainingPlan, report: ReportStage) -> None:
    cache = training_cache(plan)
    autoencoder = load_fitted(plan.config, plan.work).eval()
    tokenizer = build_tokenizer(group_words(cache))

    def watch(model: DiffusionModel, done: int, loss: float) -> None:
        log_metrics(plan.work, {"stage": "diffusion", "done": done, "validation_loss": loss})
        grid = sample_grid(model, autoencoder, tokenizer, seed=plan.config.seed, device=plan.device.device)
        save_grid(grid, plan.work / "samples" / f"diffusion_{done:08d}.png")

    train_diffusion(
        cache, autoencoder, plan.config, plan.work,
        device=plan.device, report=logged(plan.work, report), watch=watch, seconds=plan.seconds,
    )  # fmt: skip


def images_shown(trained: dict[str, int], start: Start | None) -> dict[str, int]:
    """Return the images that the decoder and the U-Net have seen, those of a starting pack among them.

    Args:
        trained: From :func:`images_trained`.
        start: The pack that the training began from, if it did.
    """
    if start is None:
        return trained
    return {**trained, "diffusion": trained["diffusion"] + start.images_shown["diffusion"]}


def images_trained(work: Path) -> dict[str, int]:
    """Return the images shown so far by the decoder and diffusion stages, from their checkpoints.

    Raises:
        InvalidInput: A stage has no checkpoint yet.
    """
    config = BaseTrainingConfig.from_json(json.loads((work / CONFIG_NAME).read_text(encoding="utf-8")))
    per_step = {
        "decoder": config.decoder_batch,
        "diffusion": config.diffusion_batch * config.gradient_accumulation,
    }
    return {
        stage: int(require_checkpoint(work / f"{stage}.ckpt")["step"]) * images
        for stage, images in per_step.items()
    }


def run_stages(plan: TrainingPlan, stages: Sequence[str], report: ReportStage) -> None:
    """Run ``stages`` in their order with one torch thread count for the whole process."""
    for stage in STAGES:
        if stage in stages and stage not in ("export", "fit"):
            run_stage(plan, stage, report)
