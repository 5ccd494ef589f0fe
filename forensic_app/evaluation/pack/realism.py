"""Whether derived pictures can be told from real faces of their age, over the whole face, the eyes and the mouth.

Rules:
    * Numbers of :mod:`forensic_app.evaluation.measures.crop_texture` judge, which had no part in making pictures.
    * At each target age derived pictures stand against real faces of about that age that went through the same
      autoencoder, and are judged by a classifier that has not seen their person.
    * Leaving the photograph as it is stands beside it: it is told apart by its age, where the ages differ.
    * With fewer than 20 references of an age, or fewer than 10 people, there is no figure and a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.crop_texture import FACE, FEATURES, REGIONS, crop_textures
from forensic_app.evaluation.measures.intervals import percentile_interval
from forensic_app.evaluation.measures.real_faces import LEAST_FACES
from forensic_app.evaluation.measures.separation import Separation, separation
from forensic_app.evaluation.pack.inputs import Plan
from forensic_app.evaluation.pack.references import (
    References,
    choose_references,
    has_enough,
    prepare_references,
    wanted_references,
    window_years,
)
from forensic_app.evaluation.series.protocols import Input, OnProgress, Series, SeriesMaker
from forensic_app.faces.analyser import FaceAnalyser

LEAST_PEOPLE = 10
KEYS: Mapping[str, str] = {
    region: "realism_auc" if region == FACE else f"realism_auc_{region}" for region in REGIONS
}
"""The key of each region's figure."""
CONTROL = "control_realism_auc"


@dataclass(slots=True)
class RealismReader:
    """Real faces of each target age, and the numbers of the derived pictures read so far.

    Attributes:
        references: By target age.
        untouched: Numbers of the inputs' own crops after the autoencoder, by region.
        rows: Numbers of each person's derived pictures, ``(targets, numbers)`` by region.
    """

    references: Mapping[float, References]
    untouched: Mapping[str, NDArray[np.float32]]
    rows: list[dict[str, NDArray[np.float32]]] = field(default_factory=list)

    def read(self, series: Series) -> None:
        """Read the derived crops of the next person."""
        self.rows.append(crop_textures(series.crops))


def prepare_realism(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    plan: Plan,
    inputs: Sequence[Input],
    report: OnProgress,
    *,
    keep_crops: bool = False,
) -> RealismReader:
    """Return a reader that has seen the real faces of each target age and the untouched photographs.

    Args:
        maker: Whose autoencoder they go through.
        analyser: Finds the faces.
        plan: Names the faces, the ages and what training has not seen.
        inputs: The people, none of whom is a reference.
        report: Told of the progress, between 0.3 and 0.33.
        keep_crops: Whether the references' pictures are kept.

    Raises:
        RunCancelled: From ``report``.
    """
    taken = frozenset(item.face.path for item in inputs)
    references = {}
    for place, target in enumerate(plan.target_ages):
        chosen = choose_references(
            plan.faces.faces,
            target,
            count=wanted_references(len(inputs)),
            unseen=plan.held_out,
            excluded=taken,
            seed=plan.seed,
        )

        def on_face(share: float, words: str, place: int = place) -> None:
            report(0.3 + 0.03 * (place + share) / len(plan.target_ages), words)

        references[target] = prepare_references(
            maker, analyser, chosen, unseen=plan.held_out, keep_crops=keep_crops, on_face=on_face
        )
    untouched = [crop_textures(maker.reconstruct(item.crop[None])) for item in inputs]
    return RealismReader(
        references, {name: np.concatenate([row[name] for row in untouched]) for name in REGIONS}
    )


def put_realism(
    result: dict[str, Any], targets: Mapping[str, dict[str, Any]], reader: RealismReader, *, seed: int
) -> None:
    """Put the figures of all target ages into ``result`` and of each into ``targets``, all with ``intervals``.

    Args:
        result: Gets ``realism_auc``, ``realism_auc_eyes``, ``realism_auc_mouth`` and ``control_realism_auc``, means
            over the target ages that have figures, ``None`` where none has; and ``realism``, how they were made.
        targets: By target age in words; each gets the same keys, ``n_references``, ``n_references_unseen`` and, where
            there is no figure, ``realism_absent``.
        reader: With one row for each person.
        seed: Seed of folds and bootstraps.
    """
    found: dict[str, list[Separation]] = {key: [] for key in (*KEYS.values(), CONTROL)}
    for column, (target, references) in enumerate(reader.references.items()):
        part = targets[f"{target:g}"]
        part |= {"n_references": len(references.faces), "n_references_unseen": references.n_unseen}
        reason = _absent(references, len(reader.rows))
        if reason is not None:
            part["realism_absent"] = reason
            for key in found:
                part[key] = part["intervals"][key] = None
            continue
        for region, key in KEYS.items():
            derived = np.stack([row[region][column] for row in reader.rows])
            _put(part, found, key, separation(derived, references.numbers[region], seed=seed, stream=column))
        idle = separation(reader.untouched[FACE], references.numbers[FACE], seed=seed, stream=column)
        _put(part, found, CONTROL, idle)
    for key, separations in found.items():
        result[key] = result["intervals"][key] = None
        if separations:
            mean = float(np.mean([each.auc for each in separations]))
            replicates = np.mean([each.replicates for each in separations], axis=0)
            result[key] = mean
            result["intervals"][key] = percentile_interval(mean, replicates).as_list()
    result["realism"] = {
        "features": FEATURES,
        "regions": {name: list(box) for name, box in REGIONS.items()},
        "window_years": {f"{target:g}": window_years(target) for target in reader.references},
        "n_targets": len(found[CONTROL]),
    }


def realism_sentence(result: Mapping[str, Any]) -> str | None:
    """Return how well derived pictures are told from real ones at each target age; ``None`` in older results."""
    if "realism" not in result:
        return None
    parts = [
        f"{age} {part['realism_auc']:.2f}"
        if part.get("realism_auc") is not None
        else f"{age} {part.get('realism_absent', 'not measured')}"
        for age, part in result["by_target"].items()
    ]
    return "Told from real faces, whole face, by target age (0.5 = not at all): " + ", ".join(parts)


def _put(part: dict[str, Any], found: dict[str, list[Separation]], key: str, figure: Separation) -> None:
    part[key] = figure.auc
    part["intervals"][key] = figure.interval.as_list()
    found[key].append(figure)


def _absent(references: References, people: int) -> str | None:
    if not has_enough(references):
        return f"only {len(references.faces)} real faces of that age, {LEAST_FACES} are needed"
    if people < LEAST_PEOPLE:
        return f"only {people} people, {LEAST_PEOPLE} are needed"
    return None
