"""Model packs: find, describe, write the manifest; needs no torch.

Rules:
    * A pack is a folder in the diffusers layout with a ``pack.json`` that lists the SHA-256 of every other
      file.
    * The pack's digest is the SHA-256 of the canonical JSON of ``{relative path: sha256}`` over every file,
      ``pack.json`` included.
    * Weights are safetensors. A folder that holds what some other loader would open (a pickle, an index of shards, a
      program), a link or a pipe is refused whole, and so is a component of a class that is not on the list.
    * What is told of a pack comes from the very bytes that its digests are of.
    * A pack that cannot be read is an answer about this pack; the others are listed all the same.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.engines.packs.door import refusing
from forensic_app.engines.packs.files import hash_file, list_files, read_file, refuse_names, shown, shown_path
from forensic_app.engines.packs.layout import MODEL_INDEX_NAME, known_components
from forensic_app.engines.packs.manifest import (
    DEFAULT_KIND,
    MANIFEST_NAME,
    MOST_MANIFEST_BYTES,
    Manifest,
    json_object,
    parse_manifest,
)
from forensic_app.errors import ForensicAppError, PackAltered, PackMissing, PackRefused

SEARCH_PATH_VARIABLE: Final = "FORENSIC_APP_PACKS"
WEIGHTS_SUFFIX: Final = ".safetensors"
EVALUATION_LICENCE: Final = "LicenseRef-evaluation-only"
"""Licence of packs that may be evaluated and trained further, and not be used in casework."""


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
    def is_for_casework(self) -> bool:
        """Whether the licence's identifier does not say that the pack is for evaluation alone; the text decides."""
        return self.licence != EVALUATION_LICENCE

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
        PackAltered: Its model index or its licence does not have its digest.
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


@dataclass(frozen=True, slots=True)
class RefusedPack:
    """A folder with a manifest that cannot be used as a pack.

    Attributes:
        name: Name of the folder, printable.
        path: The folder.
        reason: What is wrong, a sentence.
        advice: What to do about it.
    """

    name: str
    path: Path
    reason: str
    advice: str


def list_packs(paths: Iterable[Path] | None = None) -> list[Pack]:
    """Return the readable packs of ``paths``, each name once; unreadable ones are left out."""
    return [each for each in survey(paths) if isinstance(each, Pack)]


def survey(paths: Iterable[Path] | None = None) -> list[Pack | RefusedPack]:
    """Return the packs of ``paths``, each name once, and every folder that is refused in its place among them.

    Args:
        paths: Folders to look in; ``None`` for :func:`search_paths` without a casebook.
    """
    found: list[Pack | RefusedPack] = []
    names: set[str] = set()
    for folder in _pack_folders(tuple(paths) if paths is not None else search_paths()):
        try:
            pack = read_pack(folder)
        except ForensicAppError as error:
            found.append(RefusedPack(shown(folder.name), folder, error.message, error.advice))
            continue
        if pack.name not in names:
            names.add(pack.name)
            found.append(pack)
    return found


def read_pack(folder: Path) -> Pack:
    """Return the description of the pack in ``folder`` without hashing its weights.

    Raises:
        PackMissing: The manifest, the model index, the licence or a component is not there.
        PackAltered: The model index or the licence does not have its digest.
        PackRefused: There is something that no pack holds, a class that is not on the list, or a manifest that breaks
            the schema.
    """
    with refusing(f"The pack {shown(folder.name)} cannot be read"):
        return _read_pack(folder)


def _read_pack(folder: Path) -> Pack:
    list_files(folder)
    data, digest = _read_small(folder, MANIFEST_NAME)
    manifest = parse_manifest(data, folder_name=folder.name)
    licence = _read_listed(folder, manifest.licence_file, manifest)
    index, index_sha256 = _read_small(folder, MODEL_INDEX_NAME)
    components = known_components(index, folder=folder, kind=manifest.kind)
    _refuse_other(folder, MODEL_INDEX_NAME, index_sha256, manifest)
    listed = {**manifest.files, MANIFEST_NAME: digest}
    return Pack(
        name=manifest.name,
        version=manifest.version,
        path=folder,
        resolution=manifest.resolution,
        licence=manifest.licence,
        licence_text=licence.decode("utf-8", errors="replace"),
        prompt_style=manifest.prompt_style,
        sha256=sha256_of_bytes(canonical_json(listed)),
        files=listed,
        components=components,
        card=manifest.card,
        is_bundled=folder.resolve().is_relative_to(bundled_packs_dir().resolve()),
        kind=manifest.kind,
    )


def _read_listed(folder: Path, name: str, manifest: Manifest) -> bytearray:
    data, digest = _read_small(folder, name)
    _refuse_other(folder, name, digest, manifest)
    return data


def _refuse_other(folder: Path, name: str, digest: str, manifest: Manifest) -> None:
    if manifest.files.get(name) != digest:
        raise PackAltered(
            f"{shown_path(folder / name)} does not have the digest that the manifest of the pack "
            f"{manifest.name} lists.",
            "Restore the pack from its source.",
        )


def _read_small(folder: Path, name: str) -> tuple[bytearray, str]:
    try:
        return read_file(folder / name, most_bytes=MOST_MANIFEST_BYTES)
    except OSError as error:
        raise PackMissing(
            f"The pack {shown(folder.name)} has no {name}, or it cannot be read.",
            "Import the pack again from a complete folder with its licence text.",
        ) from error


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
    names = [path for path in list_files(folder) if path != MANIFEST_NAME]
    refuse_names(names, where=f"The pack {shown(folder.name)}")
    files = {path: hash_file(folder / path) for path in names}
    content = {**card, "weights_sha256": weights_digest(files), "files": files}
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
    return read_pack(folder)


def _pack_folders(paths: Iterable[Path]) -> list[Path]:
    """Return the folders in ``paths`` that hold a manifest, whatever it is; hidden ones are left out."""
    found = []
    for path in paths:
        try:
            folders = sorted(path.iterdir())
        except OSError:
            continue
        found += [
            folder
            for folder in folders
            if os.path.lexists(folder / MANIFEST_NAME) and not folder.name.startswith(".")
        ]
    return found


def _name_in(folder: Path) -> str:
    try:
        data, _ = _read_small(folder, MANIFEST_NAME)
        return str(json_object(data, where=MANIFEST_NAME, most_bytes=MOST_MANIFEST_BYTES).get("name", ""))
    except (PackMissing, PackRefused):
        return ""
