"""Draw the photographs of a set of pairs as the program does, but none that the pack was trained on.

Rules:
    * A photograph is known by its bytes: whatever it is called and wherever it lies, one that the pack's ``pairs.json``
      lists as trained on is not drawn and not measured.
    * It stands in the gallery all the same, so that a small set is not made easy by what is left out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.files import read_file
from forensic_app.evaluation.series.protocols import OnProgress
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack

GreyImage = NDArray[np.uint8]
PAIRS_NAME: Final = "pairs.json"
MOST_RECORD_BYTES: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """One pair and the sketch that was made.

    Attributes:
        name: Name of the pair.
        photo: The photograph.
        artist: The artist's sketch, grey, the photograph's size.
        made: The sketch that was made, grey, the photograph's size.
        face: The face in the photograph.
        seconds: From the decoded photograph to the finished sheet.
    """

    name: str
    photo: RgbImage
    artist: GreyImage
    made: GreyImage
    face: DetectedFace
    seconds: float


@dataclass(frozen=True, slots=True)
class DrawnSet:
    """A folder's pairs, drawn.

    Attributes:
        drawn: Those that are measured.
        missing: Names of those whose face was not found.
        others: The photographs that were trained on and their faces, which stand in the gallery.
        trained: Names of those photographs.
        style: The style that was drawn; empty for a pack of one without a name.
        pack: What was measured, JSON types.
        says_trained: Whether the pack says which photographs it was trained on.
        compares_features: Whether features of the bundled recognition network were part of its training.
        asks_likeness: Whether that network's comparison score was.
    """

    drawn: list[Drawn]
    missing: list[str]
    others: list[tuple[RgbImage, DetectedFace]]
    trained: list[str]
    style: str
    pack: dict[str, Any]
    says_trained: bool
    compares_features: bool
    asks_likeness: bool


def draw_set(
    pack_path: Path,
    data_dir: Path,
    analyser: FaceAnalyser,
    report: OnProgress,
    *,
    style: str | None,
    device: str,
    threads: int,
) -> DrawnSet:
    """Draw every pair of a folder that the pack was not trained on.

    Args:
        pack_path: Folder of a sketch pack.
        data_dir: Folder that holds ``photos`` and ``sketches``.
        analyser: Finds the faces.
        report: Told the fraction done, up to a half, and the stage.
        style: What the pack is asked for; ``None`` for its own.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; 0 for the number of cores.

    Raises:
        InvalidInput: There is no pair, or the pack does not know the style.
        PackRefused: The pack is no sketch pack, or its list of pairs cannot be read.
    """
    from forensic_app.engines.device import choose_device
    from forensic_app.engines.packs.network_pack import read_pack_of_kind
    from forensic_app.engines.sketch import schema
    from forensic_app.engines.sketch.engine import draw, load_generator, style_of
    from forensic_app.engines.sketch.frame import cut_portrait
    from forensic_app.engines.sketch.pairs import DIGEST_DIGITS, find_pairs, load_pair
    from forensic_app.engines.sketch.sheet import on_sheet

    chosen = choose_device(device, threads=threads)
    pack = read_pack_of_kind(pack_path, schema.ENGINE_NAME)
    generator = load_generator(pack, chosen)
    asked = {"style": schema.PACKS_OWN if style is None else style}
    for choice in schema.DESCRIPTOR.pack_choices:
        choice.check(asked, {choice.listed: list(generator.styles)}, pack=pack.name)
    named = style_of(generator, asked["style"])
    listed = trained_photographs(pack)
    result = DrawnSet(
        [],
        [],
        [],
        [],
        named,
        _described(pack, chosen.as_record()),
        listed is not None,
        _weighs(pack.card, "feature_weight"),
        _weighs(pack.card, "likeness_weight"),
    )
    files = find_pairs(data_dir)
    for place, each in enumerate(files):
        report(0.5 * place / len(files), f"Drawing {place + 1} of {len(files)}")
        photo, artist = load_pair(each)
        is_trained = listed is not None and sha256_of_file(each.photo)[:DIGEST_DIGITS] in listed
        began = time.perf_counter()
        faces = analyser.detect(photo)
        if is_trained:
            result.trained.append(each.name)
            result.others.extend((photo, face) for face in faces[:1])
        elif not faces:
            result.missing.append(each.name)
        else:
            portrait = cut_portrait(photo, faces[0], pack.resolution)
            sheet = on_sheet(draw(generator, portrait.picture, chosen, style=named), portrait, photo.shape)
            seconds = time.perf_counter() - began
            result.drawn.append(Drawn(each.name, photo, artist, sheet[..., 0], faces[0], seconds))
    return result


def trained_photographs(pack: Pack) -> frozenset[str] | None:
    """Return the first digits of the digests of the photographs that a pack was trained on; ``None`` if unsaid.

    Raises:
        PackAltered: The list does not have the digest that the pack names.
        PackRefused: It cannot be read.
    """
    from forensic_app.engines.packs.door import refusing
    from forensic_app.errors import PackAltered

    if PAIRS_NAME not in pack.files:
        return None
    data, digest = read_file(pack.path / PAIRS_NAME, most_bytes=MOST_RECORD_BYTES)
    if digest != pack.files[PAIRS_NAME]:
        raise PackAltered(
            f"The list of pairs of the pack {pack.name} does not have its digest.",
            "Restore the pack from its source.",
        )
    with refusing(f"The list of pairs of the pack {pack.name} cannot be read"):
        return frozenset(each for style in json.loads(data)["trained"].values() for each in style)


def _described(pack: Pack, device: Mapping[str, Any]) -> dict[str, Any]:
    from forensic_app.engines.sketch import schema

    return {
        "name": pack.name,
        "version": pack.version,
        "sha256": pack.sha256,
        "weights_sha256": pack.weights_sha256,
        "engine_version": schema.ENGINE_VERSION,
        "device": dict(device),
    }


def _weighs(card: Mapping[str, Any], term: str) -> bool:
    training = card.get("training")
    return isinstance(training, dict) and bool(training.get(term))
