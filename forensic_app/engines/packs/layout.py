"""What a model pack may hold: its components, their classes, safetensors; needs no torch.

Rules:
    * A folder that holds a pickle (``.bin``, ``.ckpt``, ``.pt``, ``.pkl``...) is refused whole, and so is a component
      of a class that is not on the list: neither is ever opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forensic_app.errors import PackMissing, PackRefused

MANIFEST_NAME: Final = "pack.json"
MODEL_INDEX_NAME: Final = "model_index.json"
PICKLE_SUFFIXES: Final = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle", ".msgpack", ".h5")
_OWN = "forensic_app"
COMPONENT_CLASSES: Final[Mapping[str, frozenset[tuple[str, str]]]] = {
    "vae": frozenset(
        {("diffusers", "AutoencoderKL"), ("diffusers", "AutoencoderTiny"), (_OWN, "PatchAutoencoder")}
    ),
    "unet": frozenset({("diffusers", "UNet2DConditionModel")}),
    "text_encoder": frozenset({("transformers", "CLIPTextModel")}),
    "tokenizer": frozenset(
        {
            ("transformers", "CLIPTokenizer"),
            ("transformers", "CLIPTokenizerFast"),
            ("transformers", "PreTrainedTokenizerFast"),
        }
    ),
    "scheduler": frozenset(
        ("diffusers", name)
        for name in (
            "DDIMScheduler",
            "DDPMScheduler",
            "PNDMScheduler",
            "LMSDiscreteScheduler",
            "EulerDiscreteScheduler",
            "EulerAncestralDiscreteScheduler",
            "DPMSolverMultistepScheduler",
            "UniPCMultistepScheduler",
        )
    ),
    "identity_projection": frozenset({(_OWN, "IdentityProjection")}),
    "critic": frozenset({(_OWN, "LatentCritic")}),
    "generator": frozenset({(_OWN, "SketchGenerator")}),
    "autoencoder": frozenset({(_OWN, "DeageAutoencoder")}),
}
DEFAULT_KIND: Final = "aging"
REQUIRED_COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    DEFAULT_KIND: ("vae", "unet", "text_encoder", "tokenizer", "scheduler"),
    "sketch": ("generator",),
    "autoencoder": ("autoencoder",),
}
"""Components of a pack by its kind; engines name the kind that they load."""
NEVER_LOADED: Final = frozenset({"safety_checker", "feature_extractor", "image_encoder"})


def read_components(folder: Path, *, kind: str = DEFAULT_KIND) -> dict[str, tuple[str, str]]:
    """Return ``(library, class)`` of each component that ``model_index.json`` names.

    Args:
        folder: The pack's folder.
        kind: What its networks are for.

    Raises:
        PackMissing: A required component is not there.
        PackRefused: A component is unknown or of a class that is not on the list, or so is the kind.
    """
    if kind not in REQUIRED_COMPONENTS:
        raise PackRefused(
            f"The pack {folder.name} is of the kind {kind!r}, which no engine uses.",
            f"Use a pack of one of the kinds: {', '.join(REQUIRED_COMPONENTS)}.",
        )
    index = read_json(folder / MODEL_INDEX_NAME)
    components: dict[str, tuple[str, str]] = {}
    for name, value in index.items():
        if name.startswith("_") or name in NEVER_LOADED or not isinstance(value, list):
            continue
        library, class_name = (str(part) for part in (*value, "", "")[:2])
        library = _OWN if library.split(".")[0] == _OWN else library
        if (library, class_name) not in COMPONENT_CLASSES.get(name, frozenset()):
            raise PackRefused(
                f"The pack {folder.name} has a component {name} of the class {library}.{class_name}, "
                "which is not loaded.",
                "Use a pack in the layout of Stable Diffusion 1.x.",
            )
        components[name] = (library, class_name)
    for name in REQUIRED_COMPONENTS[kind]:
        if name not in components or not (folder / name).is_dir():
            raise PackMissing(
                f"The pack {folder.name} has no {name}.", "Import the pack again from a complete folder."
            )
    return components


def check_safetensors(path: Path) -> None:
    """Check that a safetensors file is whole, by its header; reads no weights.

    Raises:
        PackRefused: The file is truncated or no safetensors file.

    References:
        Safetensors format: 8 bytes little-endian header length, JSON header, one byte buffer without holes.
    """
    refusal = PackRefused(
        f"{path} is truncated or not a safetensors file.", "Copy or download the file again."
    )
    size_bytes = path.stat().st_size
    with path.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(8), "little")
        if size_bytes < 8 or header_bytes > size_bytes - 8:
            raise refusal
        try:
            header = json.loads(stream.read(header_bytes))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise refusal from error
    if 8 + header_bytes + max(ends, default=0) != size_bytes:
        raise refusal


def refuse_pickles(folder: Path) -> None:
    """Refuse a folder that holds a file of a pickle format anywhere.

    Raises:
        PackMissing: ``folder`` is not there.
        PackRefused: It holds one.
    """
    if not folder.is_dir():
        raise PackMissing(f"There is no folder {folder}.", "Check the path.")
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICKLE_SUFFIXES:
            raise PackRefused(
                f"{path} is in a pickle format, which can run code when it is opened.",
                "Use the safetensors file of the same weights and remove this one.",
            )


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``.

    Raises:
        PackMissing: There is no such file.
        PackRefused: It is no JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PackMissing(f"There is no {path}.", "Import the pack again from a complete folder.") from error
    except ValueError as error:
        raise PackRefused(f"{path} is not readable as JSON.", "Import the pack again.") from error
    if not isinstance(value, dict):
        raise PackRefused(f"{path} does not hold a JSON object.", "Import the pack again.")
    return value


def files_in(folder: Path) -> list[str]:
    """Return the paths of a pack's files relative to ``folder``, sorted, with ``/``; hidden ones are left out."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
