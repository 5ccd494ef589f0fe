"""Pairs on the training canvas, kept in the work folder: finding every face again would cost minutes at each resume.

Rules:
    * What is kept serves only for the very same files and the same frame; otherwise it is made anew.
    * The file holds pictures of the data, as the work folder's samples do.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from forensic_app.digests import canonical_json, sha256_of_bytes, sha256_of_file
from forensic_app.engines.sketch.pairs import PairSet, find_pairs, load_training_pairs
from forensic_app.engines.sketch.styles import StyleFolder
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.private import open_private

CACHE_NAME: Final = "pairs.npz"
CANVAS_VERSION: Final = 1
"""Changed whenever a pair would be brought to the canvas in another way."""
_ARRAYS = ("photos", "sketches", "known", "people", "styles")


def kept_training_pairs(
    work: Path,
    folders: Sequence[StyleFolder],
    analyser: FaceAnalyser,
    *,
    side_px: int,
    on_progress: Callable[[int, int], None],
) -> PairSet:
    """Return the pairs of ``folders``, from ``work`` where they are kept, and keep them there.

    Raises:
        InvalidInput: There are too few pairs with a face.
    """
    key = _key(folders, analyser, side_px)
    path = work / CACHE_NAME
    kept = _read(path, key)
    if kept is None:
        kept = load_training_pairs(folders, analyser, side_px=side_px, on_progress=on_progress)
        _write(path, key, kept)
    return kept


def _key(folders: Sequence[StyleFolder], analyser: FaceAnalyser, side_px: int) -> str:
    """Return a digest over everything that decides the pairs."""
    files = [
        [each.style, each.has_test, pair.name, sha256_of_file(pair.photo), sha256_of_file(pair.sketch)]
        for each in folders
        for pair in find_pairs(each.folder)
    ]
    return sha256_of_bytes(canonical_json([CANVAS_VERSION, side_px, analyser.name, analyser.version, files]))


def _read(path: Path, key: str) -> PairSet | None:
    """Return the pairs in ``path``; ``None`` where there are none, or others."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            facts: dict[str, Any] = json.loads(str(kept["facts"]))
            if facts.pop("key") != key:
                return None
            values: dict[str, Any] = {name: kept[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    values |= {name: tuple(each) for name, each in facts.items()}
    return PairSet(**values)


def _write(path: Path, key: str, pairs: PairSet) -> None:
    facts = {
        "key": key,
        **{
            name: getattr(pairs, name)
            for name in ("names", "refused", "photo_sha256", "style_names", "has_test")
        },
    }
    arrays = {name: getattr(pairs, name) for name in _ARRAYS}
    temporary = path.with_name(f"{path.name}.part")
    temporary.unlink(missing_ok=True)
    with open_private(temporary, "xb") as stream:
        np.savez(stream, facts=np.array(json.dumps(facts)), **arrays)
    temporary.replace(path)
