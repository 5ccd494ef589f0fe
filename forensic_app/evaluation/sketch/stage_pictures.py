"""The pictures of "another age, then a sketch" of one photograph, made by the engines as runs make them.

Rules:
    * The engines are asked with the requests that runs have: found face, pasting, hair, guard and band are theirs. The
      band is cut off again before anything looks at a picture.
    * The age in the photograph is what the engine reads, as where no record states it.
    * Pictures lie in a folder of their own while they are looked at, and nowhere afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from forensic_app.digests import sha256_of_file
from forensic_app.engines import registry
from forensic_app.engines.descriptor import EngineDescriptor, Output
from forensic_app.engines.engine import Engine
from forensic_app.engines.packs.pack import Pack, read_pack, require_kind
from forensic_app.engines.pictures.marking import picture_window
from forensic_app.errors import FaceNotFound, InvalidInput
from forensic_app.evaluation.series.protocols import say_nothing
from forensic_app.faces.analyser import RgbImage
from forensic_app.images import load_working_copy
from forensic_app.messages import OutputImage, RunRequest
from forensic_app.parameters import resolve
from forensic_app.records import DerivedImage, ImageRole

_DRAWING = registry.default(Output.SKETCH)


class Stage(StrEnum):
    """A picture that is compared with the photograph."""

    SKETCH = "sketch"
    """A sketch of the photograph."""
    DERIVED = "derived"
    """The photograph at another age."""
    SKETCH_OF_DERIVED = "sketch_of_derived"
    """A sketch of the photograph at another age."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of one photograph.

    Attributes:
        pictures: Pixels of each stage that was reached, without bands, ``(height, width, 3)`` uint8 RGB.
        refused: Why a stage was not reached.
    """

    pictures: Mapping[Stage, RgbImage]
    refused: Mapping[Stage, str]


class StageMaker:
    """Makes the pictures of every stage with an ageing pack and a sketch pack."""

    def __init__(
        self,
        ageing_pack: Path,
        sketch_pack: Path,
        *,
        target_age: float,
        style: str | None,
        seed: int,
        device: str,
        threads: int,
    ) -> None:
        """Read the packs and check what is asked of them; the networks are loaded with the first photograph.

        Args:
            ageing_pack: Folder of a pack that changes ages.
            sketch_pack: Folder of a sketch pack.
            target_age: Age to show, years.
            style: Style of the sketches; the pack's own where ``None``.
            seed: Seed of the ageing engine.
            device: ``auto``, ``cpu`` or ``cuda``.
            threads: CPU threads; 0 for the engine's default.

        Raises:
            InvalidInput: No engine shows ages with the pack, the age is out of bounds, or the sketch pack does not know
                the style.
            PackMissing: A pack is not there.
            PackRefused: A pack cannot be read, or is no sketch pack.
        """
        self._ageing_pack, self._sketch_pack = read_pack(ageing_pack), read_pack(sketch_pack)
        require_kind(self._sketch_pack, _DRAWING.pack_kind)
        self._ageing = _ageing_engine(self._ageing_pack)
        self._age_parameters = resolve(self._ageing.schema, {"target_ages": [target_age], "seed": seed})
        given = {} if style is None else {"style": style}
        self._sketch_parameters = resolve(_DRAWING.schema, given)
        for choice in _DRAWING.pack_choices:
            choice.check(self._sketch_parameters, self._sketch_pack.card, pack=self._sketch_pack.name)
        self._device, self._threads = device, threads

    @property
    def description(self) -> dict[str, Any]:
        """Packs, engines and parameters; JSON types only."""
        return {
            "ageing": _described(self._ageing, self._ageing_pack, self._age_parameters),
            "sketch": _described(_DRAWING, self._sketch_pack, self._sketch_parameters),
            "device": self._device,
        }

    def make(self, photograph: Path) -> Made:
        """Return the pictures of every stage of a photograph.

        A stage without a face, or of a photograph that the engine refuses, is not reached, and the next neither.

        Raises:
            PackAltered: A weights file does not have its digest.
            PackRefused: A pack cannot be loaded.
        """
        pictures: dict[Stage, RgbImage] = {}
        refused: dict[Stage, str] = {}
        with tempfile.TemporaryDirectory(prefix="forensic-app-stages-") as folder:
            own = {"exhibit_path": photograph, "exhibit_sha256": sha256_of_file(photograph)}
            self._try(Stage.SKETCH, Path(folder), own, pictures, refused)
            derived = self._try(Stage.DERIVED, Path(folder), own, pictures, refused)
            if derived is None:
                refused[Stage.SKETCH_OF_DERIVED] = refused[Stage.DERIVED]
            else:
                given = {
                    "exhibit_path": derived.path,
                    "exhibit_sha256": sha256_of_file(derived.path),
                    "picture_window": _window(derived),
                    "original_path": photograph,
                    "original_sha256": own["exhibit_sha256"],
                }
                self._try(Stage.SKETCH_OF_DERIVED, Path(folder), given, pictures, refused)
        return Made(pictures, refused)

    def _try(
        self,
        stage: Stage,
        folder: Path,
        given: Mapping[str, Any],
        pictures: dict[Stage, RgbImage],
        refused: dict[Stage, str],
    ) -> OutputImage | None:
        is_drawn = stage is not Stage.DERIVED
        described, pack = (_DRAWING, self._sketch_pack) if is_drawn else (self._ageing, self._ageing_pack)
        (folder / stage.value).mkdir()
        request = RunRequest(
            run_id=f"evaluation-{stage.value}",
            engine=described.name,
            parameters=self._sketch_parameters if is_drawn else self._age_parameters,
            pack_path=pack.path,
            pack_sha256=pack.sha256,
            analyser="dlib",
            output_dir=folder / stage.value,
            device=self._device,
            threads=self._threads,
            **given,
        )
        engine: Engine = registry.load_engine(described.name)
        try:
            made = engine.run(request, say_nothing)
        except (FaceNotFound, InvalidInput) as error:
            refused[stage] = error.message
            return None
        image = next(each for each in made.images if each.role == ImageRole.DERIVED)
        left, top, right, bottom = _window(image)
        pictures[stage] = load_working_copy(image.path)[top:bottom, left:right]
        return image


def _window(image: OutputImage) -> tuple[int, int, int, int]:
    """Return where the picture stands in a file with its band; the engines of this version name its margins."""
    record = DerivedImage(
        "", "", ImageRole(image.role), None, None, "", 0, image.width_px, image.height_px, dict(image.metrics)
    )
    return picture_window(record, sizes=())


def _ageing_engine(pack: Pack) -> EngineDescriptor:
    for name in registry.names(Output.AGES):
        if registry.descriptor(name).pack_kind == pack.kind:
            return registry.descriptor(name)
    raise InvalidInput(
        f"A pack of the kind {pack.kind} shows no ages.", "Name another one with --ageing-pack."
    )


def _described(engine: EngineDescriptor, pack: Pack, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "engine": engine.name,
        "engine_version": engine.version,
        "pack": pack.name,
        "pack_version": pack.version,
        "pack_sha256": pack.sha256,
        "weights_sha256": pack.weights_sha256,
        "parameters": dict(parameters),
    }
