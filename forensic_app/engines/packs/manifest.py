"""The schema of ``pack.json`` and ``model_index.json``; needs no torch.

Rules:
    * JSON within limits; every value that the program reads has a type and a range. Other values are kept and shown.
    * Files are named by plain relative paths, each with its SHA-256; the licence's text is one of them.
    * A caption template holds ``{age}``, ``{person}`` and ``{colour}`` and nothing else: no attribute, no format.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import is_sha256
from forensic_app.engines.packs.checks import (
    by_name,
    either,
    flag,
    maybe,
    number,
    refuse_wrong,
    several,
    text,
    whole,
)
from forensic_app.engines.packs.files import MOST_FILES, refuse_names, shown
from forensic_app.errors import PackRefused

MANIFEST_NAME: Final = "pack.json"
DEFAULT_LICENCE_NAME: Final = "LICENCE.txt"
DEFAULT_KIND: Final = "aging"
DEFAULT_RESOLUTION: Final = 512
MOST_MANIFEST_BYTES: Final = 1 << 20
SIDES: Final = whole(16, 2048)
"""Sides of pictures in pixels."""

CAPTION_FIELDS: Final = frozenset({"age", "person", "colour"})
_FIGURE: Final = number(-1e9, 1e9)
_PLAIN: Final = either(_FIGURE, flag, text(500))
_SETTING: Final = maybe(either(_PLAIN, several(_PLAIN, most=500, least=0)))
_CHECKS: Final = {
    "name": lambda value: text(100)(value) and value != "" and "/" not in value,
    "version": text(100),
    "resolution": SIDES,
    "licence": text(200),
    "kind": text(40),
    "prompt_style": maybe(lambda value: text(500)(value) and is_template(value)),
    "timestep_limit": number(0.01, 1.0),
    "hours": number(0.0, 1e6),
    "images_shown": either(whole(0, 1 << 50), by_name(whole(0, 1 << 50), most=50)),
    "training": by_name(either(_SETTING, by_name(_SETTING, most=200)), most=200),
    "editing": lambda value: value is None or is_editing(value),
    "weights_sha256": lambda value: isinstance(value, str) and is_sha256(value),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``pack.json`` says, checked.

    Attributes:
        name: Name of the pack.
        version: Version of the weights.
        resolution: Side of its pictures in pixels.
        licence: Licence identifier.
        licence_file: Path of the licence's text, one of ``files``.
        prompt_style: Caption template, empty for the default.
        kind: What its networks are for.
        files: SHA-256 of each other file by its relative path.
        card: All of the manifest.
    """

    name: str
    version: str
    resolution: int
    licence: str
    licence_file: str
    prompt_style: str
    kind: str
    files: Mapping[str, str]
    card: Mapping[str, Any]


def parse_manifest(data: bytes | bytearray, *, folder_name: str) -> Manifest:
    """Return the checked content of ``pack.json``.

    Args:
        data: Its bytes.
        folder_name: Name of the pack's folder, which is the pack's where the manifest names none.

    Raises:
        PackRefused: It is no JSON object, or a value is not what the schema allows.
    """
    where = f"{MANIFEST_NAME} of the pack {shown(folder_name)}"
    card = json_object(data, where=where, most_bytes=MOST_MANIFEST_BYTES)
    refuse_wrong(card, _CHECKS, where=where)
    files = card.get("files")
    if not isinstance(files, dict) or not files:
        raise PackRefused(f"{where} lists no files.", "Import the pack again.")
    if len(files) > MOST_FILES:
        raise PackRefused(f"{where} lists more than {MOST_FILES} files.", "Import the pack again.")
    refuse_names((*files, MANIFEST_NAME), where=where)
    for path, digest in files.items():
        if not isinstance(digest, str) or not is_sha256(digest):
            raise PackRefused(f"{where} lists {path} without a SHA-256.", "Import the pack again.")
    licence_file = card.get("licence_file", DEFAULT_LICENCE_NAME)
    if not isinstance(licence_file, str) or (
        licence_file not in files and licence_file != DEFAULT_LICENCE_NAME
    ):
        raise PackRefused(
            f"{where} names a licence text that is none of its files: {shown(str(licence_file))}.",
            "Import the pack again with its licence text.",
        )
    return Manifest(
        name=str(card.get("name", shown(folder_name))),
        version=str(card.get("version", "")),
        resolution=int(card.get("resolution", DEFAULT_RESOLUTION)),
        licence=str(card.get("licence", "")),
        licence_file=licence_file,
        prompt_style=str(card.get("prompt_style") or ""),
        kind=str(card.get("kind", DEFAULT_KIND)),
        files=files,
        card=card,
    )


def json_object(data: bytes | bytearray, *, where: str, most_bytes: int) -> dict[str, Any]:
    """Return the JSON object in ``data``.

    Args:
        data: Bytes of a file.
        where: Of what, in words.
        most_bytes: Largest size.

    Raises:
        PackRefused: It is no JSON object within the limits.
    """
    try:
        return parse_json_object(data, most_bytes=most_bytes)
    except ValueError as error:
        reason = shown(str(error))
        raise PackRefused(f"{where} is not readable as JSON: {reason}.", "Import the pack again.") from error


def is_template(value: str) -> bool:
    """Return whether a caption template holds known fields alone, without attributes, conversions or formats."""
    try:
        return all(
            field is None or (field in CAPTION_FIELDS and not form and not conversion)
            for _, field, form, conversion in Formatter().parse(value)
        )
    except ValueError:
        return False


def is_editing(value: Any) -> bool:
    """Return whether a pack's ``editing`` is settings by name, with gaps in years that rise where it has any."""
    if not by_name(either(_SETTING, by_name(_SETTING, most=100)), most=100)(value):
        return False
    gaps = value.get("gap_years")
    if gaps is None:
        return True
    if not several(_FIGURE, most=100)(gaps) or any(a >= b for a, b in itertools.pairwise(gaps)):
        return False
    lists = [each for each in value.values() if isinstance(each, list)]
    return all(several(_FIGURE, most=100)(each) for each in lists)


def parse_index(data: bytes | bytearray, *, where: str) -> dict[str, tuple[str, str]]:
    """Return ``(library, class)`` by the name of each component that ``model_index.json`` names; nothing is resolved.

    Args:
        data: Its bytes.
        where: Of what, in words.

    Raises:
        PackRefused: It is no such JSON object, or a component is not named by two texts.
    """
    index = json_object(data, where=where, most_bytes=MOST_MANIFEST_BYTES)
    named: dict[str, tuple[str, str]] = {}
    for name, value in index.items():
        if name.startswith("_") or not isinstance(value, list):
            continue
        if value == [None, None]:
            continue
        if len(value) != 2 or not all(text(100)(part) for part in value):
            raise PackRefused(f"{where} does not name the class of {shown(name)}.", "Import the pack again.")
        named[name] = (value[0], value[1])
    return named
