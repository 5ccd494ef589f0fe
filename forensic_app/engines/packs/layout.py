"""What a model pack may hold: its components, their classes, safetensors; needs no torch.

Rules:
    * A component of a class that is not on the list is refused with its pack, and never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forensic_app.engines.packs.files import read_file, shown, shown_path
from forensic_app.engines.packs.manifest import (
    DEFAULT_KIND,
    MANIFEST_NAME,
    MOST_MANIFEST_BYTES,
    json_object,
    parse_index,
)
from forensic_app.errors import PackMissing, PackRefused
from forensic_app.tensor_files import LENGTH_BYTES, header_length, read_header

__all__ = [
    "COMPONENT_CLASSES",
    "DEFAULT_KIND",
    "MANIFEST_NAME",
    "MODEL_INDEX_NAME",
    "NEVER_LOADED",
    "REQUIRED_COMPONENTS",
    "check_safetensors",
    "known_components",
    "read_components",
    "read_json",
]

MODEL_INDEX_NAME: Final = "model_index.json"
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
    "recognition": frozenset({(_OWN, "MatcherNetwork")}),
}
REQUIRED_COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    DEFAULT_KIND: ("vae", "unet", "text_encoder", "tokenizer", "scheduler"),
    "sketch": ("generator",),
    "autoencoder": ("autoencoder",),
    "matcher": ("recognition",),
}
"""Components of a pack by its kind; engines name the kind that they load."""
NEVER_LOADED: Final = frozenset({"safety_checker", "feature_extractor", "image_encoder"})


def read_components(folder: Path, *, kind: str = DEFAULT_KIND) -> dict[str, tuple[str, str]]:
    """Return ``(library, class)`` of each component that ``model_index.json`` names in the folder of a pack's source.

    Args:
        folder: A folder in the diffusers layout.
        kind: What its networks are for.

    Raises:
        PackMissing: A required component is not there.
        PackRefused: A component is unknown or of a class that is not on the list, or so is the kind.
    """
    return known_components(_read(folder / MODEL_INDEX_NAME), folder=folder, kind=kind)


def known_components(
    index: bytes | bytearray, *, folder: Path, kind: str = DEFAULT_KIND
) -> dict[str, tuple[str, str]]:
    """Return ``(library, class)`` of each component of a pack.

    Args:
        index: Bytes of ``model_index.json``.
        folder: The pack's folder.
        kind: What its networks are for.

    Raises:
        PackMissing: A required component is not there.
        PackRefused: A component is unknown or of a class that is not on the list, or so is the kind.
    """
    name_of_pack = shown(folder.name)
    if kind not in REQUIRED_COMPONENTS:
        raise PackRefused(
            f"The pack {name_of_pack} is of the kind {kind!r}, which no engine uses.",
            f"Use a pack of one of the kinds: {', '.join(REQUIRED_COMPONENTS)}.",
        )
    components: dict[str, tuple[str, str]] = {}
    where = f"{MODEL_INDEX_NAME} of the pack {name_of_pack}"
    for name, (given, class_name) in parse_index(index, where=where).items():
        if name in NEVER_LOADED:
            continue
        library = _OWN if given.split(".")[0] == _OWN else given
        if (library, class_name) not in COMPONENT_CLASSES.get(name, frozenset()):
            raise PackRefused(
                f"The pack {name_of_pack} has a component {shown(name)} of the class "
                f"{shown(library)}.{shown(class_name)}, which is not loaded.",
                "Use a pack in the layout of Stable Diffusion 1.x.",
            )
        components[name] = (library, class_name)
    for name in REQUIRED_COMPONENTS[kind]:
        if name not in components or not (folder / name).is_dir():
            raise PackMissing(
                f"The pack {name_of_pack} has no {name}.", "Import the pack again from a complete folder."
            )
    return components


def check_safetensors(path: Path) -> None:
    """Check that a safetensors file is whole, by its header; reads no weights.

    Raises:
        PackRefused: The file is truncated or no safetensors file.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as stream:
        first = stream.read(LENGTH_BYTES)
        try:
            read_header(first + stream.read(header_length(first, size_bytes)), size_bytes=size_bytes)
        except ValueError as error:
            raise PackRefused(
                f"{shown_path(path)} cannot be used: {shown(str(error))}.", "Copy or download the file again."
            ) from error


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``, which may be a link: that of a pack's source, not of a pack.

    Raises:
        PackMissing: There is no such file.
        PackRefused: It is no JSON object within the limits.
    """
    return json_object(_read(path), where=shown_path(path), most_bytes=MOST_MANIFEST_BYTES)


def _read(path: Path) -> bytearray:
    try:
        data, _ = read_file(path.resolve(), most_bytes=MOST_MANIFEST_BYTES)
    except OSError as error:
        raise PackMissing(
            f"There is no {shown_path(path)}.", "Import the pack again from a complete folder."
        ) from error
    return data
