"""Import Stable Diffusion 1.x weights as a pack, offline.

Rules:
    * Only safetensors are read; a source with a pickle, an index of shards or a program in it is refused whole.
    * Of a component's folder the weights and the texts are taken (``.json``, ``.txt``, ``.model``), nothing else.
    * A pack is built in a hidden folder and renamed when it is complete: a failed import leaves nothing.
    * A single file holds neither a tokenizer nor a licence: both must be given or lie beside it.
    * The shapes of a single file are those of Stable Diffusion 1.x, unless ``config.json`` folders lie beside
      it.

References:
    Rombach, R. et al. (2022). High-resolution image synthesis with latent diffusion models. CVPR; the
    published configuration ``v1-inference.yaml`` and its diffusers equivalents.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from forensic_app.engines.packs.door import refusing
from forensic_app.engines.packs.files import PICKLE_SUFFIXES, refuse_unloadable
from forensic_app.engines.packs.layout import (
    MODEL_INDEX_NAME,
    NEVER_LOADED,
    check_safetensors,
    read_components,
    read_json,
)
from forensic_app.engines.packs.pack import Pack, read_pack, write_manifest
from forensic_app.errors import InvalidInput, PackMissing, PackRefused, StoreUnavailable

Progress = Callable[[float, str], None]

LICENCE_PATTERN: Final = re.compile(r"(licen[cs]e|copying)(\.(md|txt))?", re.IGNORECASE)
NAME_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TAKEN_SUFFIXES: Final = frozenset({".safetensors", ".json", ".txt", ".model"})
SINGLE_FILE_PREFIXES: Final = (
    "model.diffusion_model.",
    "first_stage_model.",
    "cond_stage_model.transformer.",
)

_SD1_UNET = {
    "_class_name": "UNet2DConditionModel",
    "sample_size": 64,
    "in_channels": 4,
    "out_channels": 4,
    "layers_per_block": 2,
    "block_out_channels": [320, 640, 1280, 1280],
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
    "norm_num_groups": 32,
}
_SD1_VAE = {
    "_class_name": "AutoencoderKL",
    "sample_size": 512,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "norm_num_groups": 32,
    "scaling_factor": 0.18215,
}
_SD1_TEXT_ENCODER = {
    "architectures": ["CLIPTextModel"],
    "model_type": "clip_text_model",
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "max_position_embeddings": 77,
    "projection_dim": 768,
    "hidden_act": "quick_gelu",
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 1,
}
_SD1_SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
SD1_CONFIGS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "unet": ("config.json", _SD1_UNET),
    "vae": ("config.json", _SD1_VAE),
    "text_encoder": ("config.json", _SD1_TEXT_ENCODER),
    "scheduler": ("scheduler_config.json", _SD1_SCHEDULER),
}
SD1_INDEX: Final[Mapping[str, Any]] = {
    "_class_name": "StableDiffusionPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "safety_checker": [None, None],
    "feature_extractor": [None, None],
}


def import_pack(
    source: Path,
    *,
    name: str,
    packs_dir: Path,
    licence_path: Path | None = None,
    tokenizer_path: Path | None = None,
    progress: Progress | None = None,
) -> Pack:
    """Copy Stable Diffusion 1.x weights into ``packs_dir`` as a pack.

    Args:
        source: A folder in the diffusers layout, or a single ``.safetensors`` file.
        name: Name of the new pack.
        packs_dir: The casebook's ``packs`` folder.
        licence_path: The licence text, where ``source`` holds none.
        tokenizer_path: Folder of the CLIP tokenizer, for a single file without one beside it.
        progress: Called with the fraction done and the stage's words.

    Raises:
        InvalidInput: The name cannot be used or is taken.
        PackMissing: The source, its licence or its tokenizer is not there.
        PackRefused: The source is of a kind that is not loaded, or damaged.
        StoreUnavailable: A file cannot be read or written.
    """
    report = progress or _say_nothing
    _check_name(name, packs_dir)
    if not source.exists():
        raise PackMissing(f"There is no {source}.", "Check the path.")
    beside = source if source.is_dir() else source.parent
    licence_text = _licence_text(licence_path, beside)
    with _building(packs_dir, name) as folder, refusing(f"{source} cannot be imported"):
        if source.is_dir():
            refuse_unloadable(source)
            read_components(source)
            _copy_components(source, folder, report)
        else:
            _convert_single_file(source, folder, tokenizer_path, report)
        (folder / "LICENCE.txt").write_text(licence_text, encoding="utf-8")
        report(0.9, "Hashing the weights")
        write_manifest(folder, _card(folder, name=name, source=source, licence_text=licence_text))
    report(1.0, "Imported")
    return read_pack(packs_dir / name)


def _say_nothing(_fraction: float, _stage: str) -> None:
    """Ignore progress."""


def _check_name(name: str, packs_dir: Path) -> None:
    if not NAME_PATTERN.fullmatch(name):
        raise InvalidInput(
            f"A model pack cannot be called {name!r}.",
            "Use lower-case letters, digits, dots, hyphens and underscores, 64 at most.",
        )
    if (packs_dir / name).exists():
        raise InvalidInput(f"There is a model pack {name} already.", "Choose another name.")


def _licence_text(licence_path: Path | None, beside: Path) -> str:
    candidates = [licence_path] if licence_path is not None else sorted(beside.iterdir())
    for path in candidates:
        if path.is_file() and (licence_path is not None or LICENCE_PATTERN.fullmatch(path.name)):
            return path.read_text(encoding="utf-8", errors="replace")
    raise PackMissing(
        f"There is no licence text at {licence_path or beside}.",
        "Give the licence of these weights; an examiner must accept it before the pack is used.",
    )


@contextmanager
def _building(packs_dir: Path, name: str) -> Iterator[Path]:
    """Give a hidden folder that becomes the pack when nothing is raised, and is removed otherwise."""
    folder = packs_dir / f".importing-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
        folder.rename(packs_dir / name)
    except OSError as error:
        raise StoreUnavailable(
            f"The pack cannot be put into {packs_dir}: {error.strerror}.",
            "Check the source, and free space in the casebook.",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_components(source: Path, folder: Path, report: Progress) -> None:
    index = {
        key: value for key, value in read_json(source / MODEL_INDEX_NAME).items() if key not in NEVER_LOADED
    }
    (folder / MODEL_INDEX_NAME).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    names = [key for key, value in index.items() if isinstance(value, list)]
    for place, name in enumerate(names):
        report(0.8 * place / len(names), f"Copying {name}")
        (folder / name).mkdir()
        for path in _chosen_files(source / name):
            if path.suffix == ".safetensors":
                check_safetensors(path)
            target = path.name.replace(".fp16.", ".").replace(".non_ema.", ".")
            shutil.copyfile(path, folder / name / target)


def _chosen_files(folder: Path) -> list[Path]:
    """Return a component's files: its texts, and one variant of its weights."""
    files = sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.suffix in _TAKEN_SUFFIXES
    )
    weights = [path for path in files if ".safetensors" in path.suffixes]
    plain = [path for path in weights if not re.search(r"\.(fp16|non_ema)\.", path.name)]
    half = [path for path in weights if ".fp16." in path.name]
    return [path for path in files if path not in weights] + (plain or half)


def _convert_single_file(source: Path, folder: Path, tokenizer_path: Path | None, report: Progress) -> None:
    if source.suffix.lower() in PICKLE_SUFFIXES:
        raise PackRefused(
            f"{source} is in a pickle format, which can run code when it is opened.",
            "Use the safetensors file of the same weights.",
        )
    check_safetensors(source)
    dtype = _checked_dtype(source)
    tokenizer = tokenizer_path or source.parent / "tokenizer"
    if not tokenizer.is_dir():
        raise PackMissing(
            f"A single file holds no tokenizer, and there is no folder {tokenizer}.",
            "Give the folder of the CLIP tokenizer (vocab.json and merges.txt) that belongs to the weights.",
        )
    refuse_unloadable(tokenizer)
    config_dir = folder / ".config"
    _write_configs(config_dir, beside=source.parent, tokenizer=tokenizer)
    report(0.1, "Converting the weights")
    from forensic_app.engines.light_diffusers import whole_diffusers

    whole_diffusers()
    from diffusers import StableDiffusionPipeline
    from safetensors import SafetensorError

    try:
        pipeline = StableDiffusionPipeline.from_single_file(
            str(source), config=str(config_dir), local_files_only=True, torch_dtype=dtype
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise PackRefused(
            f"{source} cannot be read as Stable Diffusion 1.x: {error}",
            "Use weights of Stable Diffusion 1.x.",
        ) from error
    report(0.6, "Writing the weights")
    for name in ("unet", "vae", "text_encoder", "tokenizer"):
        getattr(pipeline, name).save_pretrained(folder / name)
    shutil.copytree(config_dir / "scheduler", folder / "scheduler")
    shutil.copyfile(config_dir / MODEL_INDEX_NAME, folder / MODEL_INDEX_NAME)
    shutil.rmtree(config_dir)


def _checked_dtype(source: Path) -> Any:
    """Return the torch dtype of the U-Net's weights after a look at the names in the header."""
    import torch
    from safetensors import safe_open

    with safe_open(source, framework="pt") as weights:
        names = list(weights.keys())
        for prefix in SINGLE_FILE_PREFIXES:
            if not any(name.startswith(prefix) for name in names):
                raise PackRefused(
                    f"{source} holds no {prefix}* weights; it is not a complete Stable Diffusion 1.x file.",
                    "Use a full checkpoint of Stable Diffusion 1.x, not a LoRA, an SDXL or a pruned file.",
                )
        first = next(name for name in names if name.startswith(SINGLE_FILE_PREFIXES[0]))
        is_half = weights.get_slice(first).get_dtype() in {"F16", "BF16"}
    return torch.float16 if is_half else torch.float32


def _write_configs(config_dir: Path, *, beside: Path, tokenizer: Path) -> None:
    for name, (file_name, config) in SD1_CONFIGS.items():
        (config_dir / name).mkdir(parents=True)
        own = beside / name / file_name
        text = own.read_text(encoding="utf-8") if own.is_file() else json.dumps(config, indent=2)
        (config_dir / name / file_name).write_text(text, encoding="utf-8")
    shutil.copytree(tokenizer, config_dir / "tokenizer")
    (config_dir / MODEL_INDEX_NAME).write_text(json.dumps(SD1_INDEX, indent=2), encoding="utf-8")


def _card(folder: Path, *, name: str, source: Path, licence_text: str) -> dict[str, Any]:
    unet = read_json(folder / "unet" / "config.json")
    vae = read_json(folder / "vae" / "config.json")
    factor = 2 ** (len(vae.get("block_out_channels", [0] * 4)) - 1)
    is_openrail = "openrail" in licence_text.lower().replace(" ", "")
    return {
        "name": name,
        "version": "imported",
        "resolution": int(unet.get("sample_size", 64)) * factor,
        "licence": "CreativeML-OpenRAIL-M" if is_openrail else "LicenseRef-see-text",
        "licence_file": "LICENCE.txt",
        "prompt_style": "",
        "imported_from": source.name,
    }
