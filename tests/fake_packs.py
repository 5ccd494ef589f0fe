"""A model pack without weights, for the tests in which nothing opens one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from forensic_app.engines.packs.pack import Pack, write_manifest

CLASSES = {
    "vae": ["diffusers", "AutoencoderKL"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "DDIMScheduler"],
}


def write_pack(folder: Path, texts: Mapping[str, str] | None = None) -> Pack:
    """Write a pack that is named after its folder, with further text files by name."""
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        (folder / name / "config.json").write_text("{}")
    (folder / "model_index.json").write_text(json.dumps(CLASSES))
    (folder / "LICENCE.txt").write_text("Do no harm.")
    for name, text in (texts or {}).items():
        (folder / name).write_text(text)
    return write_manifest(folder, {"name": folder.name, "version": "1", "licence": "test"})
