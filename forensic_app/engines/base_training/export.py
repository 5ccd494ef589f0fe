"""Write a trained base model as a pack: diffusers layout, half-precision safetensors, digests.

Rules:
    * The pack is built beside its place and renamed, so that a stopped export leaves no half pack and the former
      pack as it was.
    * No picture of the training data enters it; ``samples.png`` shows faces generated from noise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import DDIMScheduler

from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging.critic import LatentCritic
from forensic_app.engines.aging.prompts import TRAITS_TEMPLATE
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.diffusion_training import build_scheduler
from forensic_app.engines.base_training.samples import sample_grid
from forensic_app.engines.base_training.stages import TrainedParts
from forensic_app.engines.light_diffusers import whole_diffusers
from forensic_app.engines.packs.layout import MODEL_INDEX_NAME
from forensic_app.engines.packs.network_pack import replace_folder
from forensic_app.engines.packs.pack import WEIGHTS_SUFFIX, Pack, read_pack, weights_digest, write_manifest
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


def unfinished_folder(out: Path) -> Path:
    """Return the hidden folder beside ``out`` in which its pack is built; no pack is looked for in it."""
    return out.with_name(f".{out.name}.part")


def write_weights(out: Path, parts: TrainedParts) -> str:
    """Write networks, tokenizer and ``samples.png`` of the pack ``out`` to its unfinished folder.

    What an earlier, stopped export left there is removed first; ``out`` itself is not touched.

    Args:
        out: Folder that the pack is for.
        parts: The trained networks and the tokenizer.

    Returns:
        The digest over the weights, as :func:`forensic_app.engines.packs.pack.weights_digest` defines it.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    whole_diffusers()
    folder = unfinished_folder(out)
    with writing_pack(out):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        _write_components(folder, parts)
        grid = sample_grid(
            parts.model, parts.autoencoder, parts.tokenizer, seed=SAMPLES_SEED, device=torch.device("cpu")
        )
        grid.save(folder / "samples.png")
        weights = folder.rglob(f"*{WEIGHTS_SUFFIX}")
        return weights_digest({path.relative_to(folder).as_posix(): sha256_of_file(path) for path in weights})


def write_critic(folder: Path, critic: LatentCritic) -> None:
    """Write a critic, half precision, to the pack in ``folder``, replacing one that is there.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    whole_diffusers()
    with writing_pack(folder):
        index = json.loads((folder / MODEL_INDEX_NAME).read_text(encoding="utf-8"))
        critic.half().save_pretrained(folder / "critic", safe_serialization=True)
        critic.float()
        index["critic"] = ["forensic_app", "LatentCritic"]
        (folder / MODEL_INDEX_NAME).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def describe_pack(
    out: Path, *, config: BaseTrainingConfig, facts: Mapping[str, Any], texts: Mapping[str, str]
) -> Pack:
    """Write texts and manifest of the pack ``out`` to its unfinished folder, again if need be.

    Args:
        out: Folder that the pack is for; its name is the pack's name.
        config: What it was trained with; kept in ``pack.json``.
        facts: ``version``, ``licence`` and whatever else the card should state; JSON types only.
        texts: Content of further text files by name: ``LICENCE.txt``, ``MODEL_CARD.md``, ``calibration.json``,
            ``validation.txt``.

    Returns:
        The pack, still in its unfinished folder.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    folder = unfinished_folder(out)
    card = {
        "name": out.name,
        "resolution": config.resolution,
        "prompt_style": TRAITS_TEMPLATE,
        "timestep_limit": config.timestep_limit,
        "training": config.to_json(),
        **facts,
    }
    with writing_pack(out):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        return write_manifest(folder, card)


def publish_pack(out: Path) -> Pack:
    """Put the unfinished pack in the place of ``out``, replacing a pack that is there.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    with writing_pack(out):
        replace_folder(unfinished_folder(out), out)
    return read_pack(out)


@contextmanager
def writing_pack(out: Path) -> Iterator[None]:
    """Turn what the disk refuses while a pack is written to ``out`` into ``StoreUnavailable``."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The pack cannot be written to {out}: {error.strerror}.", "Free space or choose another folder."
        ) from error


def _write_components(folder: Path, parts: TrainedParts) -> None:
    model = parts.model
    components = {"vae": parts.autoencoder, "unet": model.unet, "text_encoder": model.text.baked(),
                  "identity_projection": model.identity}  # fmt: skip
    for name, part in components.items():
        part.cpu().half().save_pretrained(folder / name, safe_serialization=True)
        part.float()
    parts.tokenizer.save_pretrained(folder / "tokenizer")
    DDIMScheduler.from_config(
        build_scheduler().config, set_alpha_to_one=True, steps_offset=0
    ).save_pretrained(folder / "scheduler")
    (folder / MODEL_INDEX_NAME).write_text(json.dumps(MODEL_INDEX, indent=2) + "\n", encoding="utf-8")
