"""Write a trained base model as a pack: diffusers layout, half-precision safetensors, digests.

Rules:
    * The pack is built beside its place and renamed, so that a stopped export leaves no half pack.
    * No picture of the training data enters it; ``samples.png`` shows faces generated from noise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import DDIMScheduler
from transformers import PreTrainedTokenizerFast

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.diffusion_training import DiffusionModel, build_scheduler
from forensic_app.engines.base_training.samples import sample_grid
from forensic_app.engines.packs import Pack, write_manifest
from forensic_app.errors import StoreUnavailable

SAMPLES_SEED: Final = 7
MODEL_INDEX: Final[Mapping[str, object]] = {
    "_class_name": "StableDiffusionPipeline",
    "vae": ["forensic_app", "PatchAutoencoder"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "identity_projection": ["forensic_app", "IdentityProjection"],
    "safety_checker": [None, None],
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
}


def export_pack(
    out: Path,
    *,
    model: DiffusionModel,
    autoencoder: PatchAutoencoder,
    tokenizer: PreTrainedTokenizerFast,
    config: BaseTrainingConfig,
    facts: Mapping[str, Any],
    texts: Mapping[str, str],
) -> Pack:
    """Write the pack to ``out``, replacing a pack that is there.

    Args:
        out: Folder of the pack; its name is the pack's name.
        model: Trained U-Net, text encoder and identity projection.
        autoencoder: Trained autoencoder.
        tokenizer: The word tokenizer.
        config: What it was trained with; kept in ``pack.json``.
        facts: ``version``, ``licence`` and whatever else the card should state; JSON types only.
        texts: Content of further text files by name: ``LICENCE.txt``, ``MODEL_CARD.md``, ``calibration.json``,
            ``validation.txt``.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    temporary = out.with_name(f".{out.name}.part")
    try:
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.mkdir(parents=True)
        _write_components(temporary, model, autoencoder, tokenizer)
        grid = sample_grid(model, autoencoder, tokenizer, seed=SAMPLES_SEED, device=torch.device("cpu"))
        grid.save(temporary / "samples.png")
        for name, text in texts.items():
            (temporary / name).write_text(text, encoding="utf-8")
        card = {
            "name": out.name,
            "resolution": config.resolution,
            "prompt_style": DEFAULT_TEMPLATE,
            "timestep_limit": config.timestep_limit,
            "training": config.to_json(),
            **facts,
        }
        write_manifest(temporary, card)
        _replace(temporary, out)
    except OSError as error:
        raise StoreUnavailable(
            f"The pack cannot be written to {out}: {error.strerror}.", "Free space or choose another folder."
        ) from error
    from forensic_app.engines.packs import read_pack

    return read_pack(out)


def _write_components(
    folder: Path,
    model: DiffusionModel,
    autoencoder: PatchAutoencoder,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    text_encoder = model.text.baked()
    parts = {"vae": autoencoder, "unet": model.unet, "text_encoder": text_encoder,
             "identity_projection": model.identity}  # fmt: skip
    for name, part in parts.items():
        part.cpu().half().save_pretrained(folder / name, safe_serialization=True)
        part.float()
    tokenizer.save_pretrained(folder / "tokenizer")
    DDIMScheduler.from_config(
        build_scheduler().config, set_alpha_to_one=True, steps_offset=0
    ).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(MODEL_INDEX, indent=2) + "\n", encoding="utf-8")


def _replace(temporary: Path, out: Path) -> None:
    """Put ``temporary`` in the place of ``out``; what was there goes last."""
    old = out.with_name(f".{out.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if out.exists():
        out.rename(old)
    temporary.rename(out)
    if old.exists():
        shutil.rmtree(old)
