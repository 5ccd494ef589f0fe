"""Model packs: find, check against their manifest, describe; needs no torch.

Rules:
    * A pack is a folder in the diffusers layout with a ``pack.json`` that lists the SHA-256 of every other
      file.
    * The pack's digest is the SHA-256 of the canonical JSON of ``{relative path: sha256}`` over every file,
      ``pack.json`` included.
    * Weights are safetensors. A folder that holds a pickle (``.bin``, ``.ckpt``, ``.pt``, ``.pkl``...) is
      refused whole, and so is a component of a class that is not on the list: neither is ever opened.
    * A file that the manifest does not list, or lists with another digest, stops the load.
    * Digests of large files are remembered within the process by path, size and time of change.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forensic_app.digests import canonical_json, sha256_of_bytes, sha256_of_file
from forensic_app.errors import PackAltered, PackMissing, PackRefused

MANIFEST_NAME: Final = "pack.json"
MODEL_INDEX_NAME: Final = "model_index.json"
SEARCH_PATH_VARIABLE: Final = "FORENSIC_APP_PACKS"
WEIGHTS_SUFFIX: Final = ".safetensors"
PICKLE_SUFFIXES: Final = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle", ".msgpack", ".h5")
REMEMBERED_SIZE_BYTES: Final = 8 << 20

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
    "generator": frozenset({(_OWN, "SketchGenerator")}),
    "autoencoder": frozenset({(_OWN, "DeageAutoencoder")}),
}
DEFAULT_KIND: Final = "aging"
REQUIRED_COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    DEFAULT_KIND: ("vae", "unet", "text_encoder", "tokenizer", "scheduler"),
    "sketch": ("generator",),
    "autoencoder": ("autoencoder",),
}
"""Components of a pack by its kind; the kind is the name of the engine that it serves."""
NEVER_LOADED: Final = frozenset({"safety_checker", "feature_extractor", "image_encoder"})

_KINDS_OF_ENGINES: Final = {"personalisation": "aging"}
"""Engines that work on another engine's packs."""

_remembered: dict[tuple[str, int, int], str] = {}


@dataclass(frozen=True, slots=True)
class Pack:
    """A model pack on disk, described but not loaded.

    Attributes:
        name: Name that examiners and records use.
        version: Version of the weights.
        path: The folder.
        resolution: Side of the square picture it works on, in pixels.
        licence: Licence identifier, such as an SPDX one.
        licence_text: Full text that an examiner accepts.
        prompt_style: Caption template, empty for the default.
        sha256: Digest over the manifest.
        files: SHA-256 of each file by its path relative to the folder, with ``/``.
        components: ``(library, class)`` of each component by name.
        card: All of ``pack.json``.
        is_bundled: Whether it came with the program.
        kind: Name of the engine that it serves.
    """

    name: str
    version: str
    path: Path
    resolution: int
    licence: str
    licence_text: str
    prompt_style: str
    sha256: str
    files: Mapping[str, str]
    components: Mapping[str, tuple[str, str]]
    card: Mapping[str, Any]
    is_bundled: bool = False
    kind: str = DEFAULT_KIND

    @property
    def weights_sha256(self) -> str:
        """Digest over the weights alone; it stays when a card, a licence or a calibration changes."""
        return weights_digest(self.files)


def weights_digest(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of the canonical JSON of ``{relative path: sha256}`` over the safetensors files.

    Args:
        files: SHA-256 of each file of a pack by its path relative to the folder.
    """
    weights = {path: digest for path, digest in files.items() if path.endswith(WEIGHTS_SUFFIX)}
    return sha256_of_bytes(canonical_json(weights))


def bundled_packs_dir() -> Path:
    """Return the folder of the packs that come with the program (it may not exist)."""
    spec = importlib.util.find_spec("resources")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))) / "packs"
    return Path(__file__).resolve().parents[2] / "resources" / "packs"


def search_paths(packs_dir: Path | None = None) -> tuple[Path, ...]:
    """Return the folders in which packs are looked for, in this order.

    Args:
        packs_dir: The casebook's own ``packs`` folder; then come the folders in ``FORENSIC_APP_PACKS``, then
            the bundled ones.
    """
    paths = [packs_dir] if packs_dir is not None else []
    paths += [Path(part) for part in os.environ.get(SEARCH_PATH_VARIABLE, "").split(os.pathsep) if part]
    paths.append(bundled_packs_dir())
    return tuple(paths)


def resolve(name: str, paths: Iterable[Path] | None = None) -> Pack:
    """Return the pack called ``name`` from the first folder that holds one.

    Args:
        name: The pack's name, or the path of its folder.
        paths: Folders to look in; ``None`` for :func:`search_paths` without a casebook.

    Raises:
        PackMissing: No folder holds it, or a part of it is not there.
        PackRefused: The pack is of a kind that is not loaded.
    """
    looked_in = tuple(paths) if paths is not None else search_paths()
    if os.sep in name and (Path(name) / MANIFEST_NAME).is_file():
        return read_pack(Path(name))
    for folder in _pack_folders(looked_in):
        if folder.name == name or _name_in(folder) == name:
            return read_pack(folder)
    raise PackMissing(
        f"There is no model pack named {name!r} in {', '.join(str(path) for path in looked_in)}.",
        f"Import it, or add its folder to the variable {SEARCH_PATH_VARIABLE}.",
    )


def list_packs(paths: Iterable[Path] | None = None) -> list[Pack]:
    """Return the readable packs of ``paths``, each name once; unreadable ones are left out."""
    packs: dict[str, Pack] = {}
    for folder in _pack_folders(tuple(paths) if paths is not None else search_paths()):
        try:
            pack = read_pack(folder)
        except (PackMissing, PackRefused, PackAltered):
            continue
        packs.setdefault(pack.name, pack)
    return list(packs.values())


def read_pack(folder: Path) -> Pack:
    """Return the description of the pack in ``folder`` without hashing its weights.

    Raises:
        PackMissing: The manifest, the model index, the licence or a component is not there.
        PackRefused: There is a pickle, a class that is not on the list, or an unreadable manifest.
    """
    refuse_pickles(folder)
    card = read_json(folder / MANIFEST_NAME)
    files = card.get("files")
    if not isinstance(files, dict) or not files:
        raise PackRefused(f"{folder / MANIFEST_NAME} lists no files.", "Import the pack again.")
    listed = {str(path): str(digest) for path, digest in files.items()}
    listed[MANIFEST_NAME] = sha256_of_file(folder / MANIFEST_NAME)
    licence_path = folder / str(card.get("licence_file", "LICENCE.txt"))
    if not licence_path.is_file():
        raise PackMissing(
            f"The pack {folder.name} has no licence text {licence_path.name}.",
            "Import the pack again with its licence text.",
        )
    kind = str(card.get("kind", DEFAULT_KIND))
    return Pack(
        name=str(card.get("name", folder.name)),
        version=str(card.get("version", "")),
        path=folder,
        resolution=int(card.get("resolution", 512)),
        licence=str(card.get("licence", "")),
        licence_text=licence_path.read_text(encoding="utf-8", errors="replace"),
        prompt_style=str(card.get("prompt_style") or ""),
        sha256=sha256_of_bytes(canonical_json(listed)),
        files=listed,
        components=read_components(folder, kind=kind),
        card=card,
        is_bundled=folder.resolve().is_relative_to(bundled_packs_dir().resolve()),
        kind=kind,
    )


def read_components(folder: Path, *, kind: str = DEFAULT_KIND) -> dict[str, tuple[str, str]]:
    """Return ``(library, class)`` of each component that ``model_index.json`` names.

    Args:
        folder: The pack's folder.
        kind: Name of the engine that it serves.

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


def require_kind(pack: Pack, engine: str) -> None:
    """Refuse a pack that serves another engine.

    Raises:
        PackRefused: ``pack`` is of another kind than ``engine``.
    """
    kind = _KINDS_OF_ENGINES.get(engine, engine)
    if kind in REQUIRED_COMPONENTS and pack.kind != kind:
        raise PackRefused(
            f"The model pack {pack.name} serves the engine {pack.kind}, not {engine}.",
            f"Choose a pack of the kind {engine}; forensic-app pack list names them.",
        )


def verify_pack(
    pack: Pack, *, expected_sha256: str | None = None, on_chunk: Callable[[], None] | None = None
) -> None:
    """Check every file of ``pack`` against its manifest.

    Args:
        pack: The pack.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called after every 8 MiB that are hashed; may raise to stop.

    Raises:
        PackAltered: A file has another digest, is missing, or is not listed; or the manifest is another one.
    """
    if expected_sha256 is not None and pack.sha256 != expected_sha256:
        raise PackAltered(
            f"The model pack {pack.name} is not the one that was named: its manifest has the digest "
            f"{pack.sha256}, not {expected_sha256}.",
            "Restore the pack from its source, or start a new run with the present one.",
        )
    for path in pack.files:
        if path != MANIFEST_NAME:
            _verify_file(pack, path, on_chunk)
    for path in _files_in(pack.path):
        if path not in pack.files:
            raise PackAltered(
                f"{pack.path / path} is not listed in the manifest of the pack {pack.name}.",
                "Remove the file, or restore the pack from its source.",
            )


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


def write_manifest(folder: Path, card: Mapping[str, Any]) -> Pack:
    """Write ``pack.json`` into ``folder`` with ``card`` and the digest of every file, and return the pack.

    The manifest states the digest over the weights as ``weights_sha256`` too, for whoever reads it alone.

    Args:
        folder: A folder in the diffusers layout with its licence text.
        card: ``name``, ``version``, ``resolution``, ``licence``, ``prompt_style`` and anything else to keep;
            JSON types only.

    Raises:
        PackMissing: A part of the pack is not there.
        PackRefused: The folder holds something that is not loaded.
    """
    refuse_pickles(folder)
    files = {path: sha256_of_file(folder / path) for path in _files_in(folder) if path != MANIFEST_NAME}
    content = {**card, "weights_sha256": weights_digest(files), "files": files}
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
    return read_pack(folder)


def import_pack(
    source: Path,
    *,
    name: str,
    packs_dir: Path,
    licence_path: Path | None = None,
    tokenizer_path: Path | None = None,
    progress: Callable[[float, str], None] | None = None,
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
        PackMissing: The source, its licence or its tokenizer is not there.
        PackRefused: The source is of a kind that is not loaded, damaged, or the name is taken.
    """
    from forensic_app.engines.pack_import import import_pack as import_into

    return import_into(
        source,
        name=name,
        packs_dir=packs_dir,
        licence_path=licence_path,
        tokenizer_path=tokenizer_path,
        progress=progress,
    )


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


def _verify_file(pack: Pack, relative: str, on_chunk: Callable[[], None] | None) -> None:
    path = pack.path / relative
    if not path.resolve().is_relative_to(pack.path.resolve()):
        raise PackRefused(f"The manifest of the pack {pack.name} names {relative}.", "Import the pack again.")
    try:
        digest = _digest(path, on_chunk)
    except OSError as error:
        raise PackAltered(
            f"{path} of the pack {pack.name} is missing or unreadable.", "Restore the pack from its source."
        ) from error
    if digest != pack.files[relative]:
        raise PackAltered(
            f"{path} does not have the digest that the manifest of the pack {pack.name} lists.",
            "Restore the pack from its source; do not use results made with it since it was last verified.",
        )


def _digest(path: Path, on_chunk: Callable[[], None] | None) -> str:
    status = path.stat()
    if status.st_size < REMEMBERED_SIZE_BYTES:
        return sha256_of_file(path)
    key = (str(path.resolve()), status.st_size, status.st_mtime_ns)
    if key not in _remembered:
        _remembered[key] = _hashed(path, on_chunk)
    return _remembered[key]


def _hashed(path: Path, on_chunk: Callable[[], None] | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(REMEMBERED_SIZE_BYTES or -1):
            digest.update(chunk)
            if on_chunk is not None:
                on_chunk()
    return digest.hexdigest()


def _files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _pack_folders(paths: Iterable[Path]) -> list[Path]:
    return [
        folder
        for path in paths
        if path.is_dir()
        for folder in sorted(path.iterdir())
        if (folder / MANIFEST_NAME).is_file() and not folder.name.startswith(".")
    ]


def _name_in(folder: Path) -> str:
    try:
        return str(read_json(folder / MANIFEST_NAME).get("name", ""))
    except PackRefused:
        return ""
