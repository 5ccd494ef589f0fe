"""Model packs: find, describe, write the manifest; needs no torch.

Rules:
    * A pack is a folder in the diffusers layout with a ``pack.json`` that lists the SHA-256 of every other
      file.
    * The pack's digest is the SHA-256 of the canonical JSON of ``{relative path: sha256}`` over every file,
      ``pack.json`` included.
    * Weights are safetensors. A folder that holds a pickle (``.bin``, ``.ckpt``, ``.pt``, ``.pkl``...) is
      refused whole, and so is a component of a class that is not on the list: neither is ever opened.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forensic_app.digests import canonical_json, sha256_of_bytes, sha256_of_file
from forensic_app.engines.packs.layout import (
    DEFAULT_KIND,
    MANIFEST_NAME,
    files_in,
    read_components,
    read_json,
    refuse_pickles,
)
from forensic_app.errors import PackAltered, PackMissing, PackRefused

SEARCH_PATH_VARIABLE: Final = "FORENSIC_APP_PACKS"
WEIGHTS_SUFFIX: Final = ".safetensors"


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
        kind: What its networks are for, such as ``aging``; engines name the kind that they load.
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
        """Digest over the weights that make pictures; it stays when a card, a licence or a calibration changes."""
        return weights_digest(self.files)


def weights_digest(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of the canonical JSON of ``{relative path: sha256}`` over the safetensors files.

    A critic is left out: it judges pictures and makes none, so that what was measured stays true when one is added.

    Args:
        files: SHA-256 of each file of a pack by its path relative to the folder.
    """
    weights = {
        path: digest
        for path, digest in files.items()
        if path.endswith(WEIGHTS_SUFFIX) and not path.startswith("critic/")
    }
    return sha256_of_bytes(canonical_json(weights))


def bundled_packs_dir() -> Path:
    """Return the folder of the packs that come with the program (it may not exist)."""
    spec = importlib.util.find_spec("resources")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))) / "packs"
    return Path(__file__).resolve().parents[3] / "resources" / "packs"


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


def require_kind(pack: Pack, kind: str) -> None:
    """Refuse a pack of another kind.

    Raises:
        PackRefused: ``pack`` is not of this kind.
    """
    if pack.kind != kind:
        raise PackRefused(
            f"The model pack {pack.name} serves the engine {pack.kind}, not {kind}.",
            f"Choose a pack of the kind {kind}; forensic-app pack list names them.",
        )


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
    files = {path: sha256_of_file(folder / path) for path in files_in(folder) if path != MANIFEST_NAME}
    content = {**card, "weights_sha256": weights_digest(files), "files": files}
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
    return read_pack(folder)


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
