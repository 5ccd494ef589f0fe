"""How much of the likeness is left after each stage of "another age, then a sketch".

Rules:
    * Every file of the folder is a photograph of another person. All of them are the gallery, whatever the limit.
    * A picture is compared as it is searched with: its face is found anew, and what is not found or was not made is a
      miss at every rank, and not kept.
    * The threshold is set on the gallery's photographs of different people alone; pictures are only measured with it.
    * A person whose photograph shows no face is no part of the gallery, and a miss.
    * Where the gallery is the folder itself, the photograph that is looked for is the one that the picture was made of:
      it shares pose, light and background. Other photographs of the same people are the harder, truer gallery.

References:
    ISO/IEC 19795-1:2021 (rank, FMR).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.evaluation.look.look import photographs_of
from forensic_app.evaluation.measures.error_rates import Threshold, threshold_at_fmr
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.series.protocols import OnProgress, say_nothing
from forensic_app.evaluation.sketch.evaluation import rank_of
from forensic_app.evaluation.sketch.other_ranks import found_within
from forensic_app.evaluation.sketch.stage_pictures import Made, Stage, StageMaker
from forensic_app.faces.analyser import Embedding, FaceAnalyser, RgbImage
from forensic_app.images import load_working_copy

TARGET_FMR: Final = 0.01
RANKS: Final = (1, 5)
PHOTOGRAPH: Final = "photograph"
"""The untouched photograph, where the gallery holds others: the line to compare with."""
LEAD_WARNING: Final = (
    "A score of a sketch or of a derived image is no evidence of identity: these are shares of people whose pictures "
    "were made by this program from photographs that were there."
)


@dataclass(frozen=True, slots=True)
class _Gallery:
    """Templates of one analyser.

    Attributes:
        names: Who each template is of.
        templates: One for each.
        threshold: At an FMR of 1 % among them.
    """

    names: list[str]
    templates: list[Embedding]
    threshold: Threshold


def evaluate_stages(
    maker: StageMaker,
    analysers: Sequence[FaceAnalyser],
    data_dir: Path,
    *,
    gallery_dir: Path | None = None,
    limit: int | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Return what is left of the likeness after each stage, JSON types only.

    Args:
        maker: Makes the pictures.
        analysers: Compare them, each by itself.
        data_dir: Folder of photographs, one of each person; folders within it are not opened.
        gallery_dir: Other photographs of the same people, under equal names but for the ending; ``data_dir`` itself
            where ``None``.
        limit: Most photographs that pictures are made of, spread evenly over the order of names; all where ``None``.
        seed: Seed of the bootstraps.
        on_progress: Told the fraction done and the stage; may raise to stop.

    Returns:
        ``n``, ``n_gallery``, ``not_made`` (name, stage and reason), ``maker``, ``matchers`` (by analyser ``threshold``,
        ``fmr_realised``, ``n_non_mated``, and in ``stages`` for each stage ``score`` (mean over the faces found),
        ``rank1``, ``rank5``, ``kept``, ``fmr`` (share of other people that the picture matches at the threshold, of
        ``n_non_mated``), ``n_faces`` and ``intervals``), ``per_photograph`` and ``notes``.

    Raises:
        InvalidInput: The folder holds too few photographs with a face for the threshold, or someone has no photograph
            in ``gallery_dir``.
        PackAltered: A weights file does not have its digest.
        PackRefused: A pack cannot be loaded.
    """
    report = on_progress or say_nothing
    files = photographs_of(data_dir)
    gallery_files = files if gallery_dir is None else photographs_of(gallery_dir)
    _check_names(files, gallery_files)
    report(0.0, "Looking at the photographs of the gallery")
    pictures = {path.stem: _pixels(path) for path in gallery_files}
    galleries = [_gallery(each, pictures) for each in analysers]
    chosen = _spread(files, limit)
    records: list[dict[str, Any]] = []
    not_made: list[dict[str, str]] = []
    for place, path in enumerate(chosen):
        report(0.1 + 0.9 * place / len(chosen), f"Photograph {place + 1} of {len(chosen)}")
        made = maker.make(path)
        shown: dict[str, RgbImage] = {} if gallery_dir is None else _untouched(path)
        shown.update({stage.value: picture for stage, picture in made.pictures.items()})
        not_made += _refusals(path, made)
        read = {
            analyser.name: {
                stage: _compared(analyser, gallery, shown.get(stage), path.stem)
                for stage in _stages(gallery_dir)
            }
            for analyser, gallery in zip(analysers, galleries, strict=True)
        }
        records.append({"name": path.name, "matchers": read})
    result = {
        "n": len(chosen),
        "n_gallery": len(gallery_files),
        "gallery_is_same_photographs": gallery_dir is None,
        "not_made": not_made,
        "maker": maker.description,
        "matchers": {
            analyser.name: _summary(analyser, gallery, records, _stages(gallery_dir), seed=seed)
            for analyser, gallery in zip(analysers, galleries, strict=True)
        },
        "per_photograph": records,
        "seed": seed,
        "notes": _notes(is_same=gallery_dir is None),
    }
    report(1.0, "Done")
    cleaned: dict[str, Any] = json_value(result)
    return cleaned


def _stages(gallery_dir: Path | None) -> tuple[str, ...]:
    return (*(() if gallery_dir is None else (PHOTOGRAPH,)), *(stage.value for stage in Stage))


def _check_names(files: Sequence[Path], gallery_files: Sequence[Path]) -> None:
    names = [path.stem for path in gallery_files]
    if len(set(names)) < len(names):
        raise InvalidInput(
            "Two photographs of the gallery have one name but for the ending.", "Rename one of them."
        )
    missing = sorted({path.stem for path in files} - set(names))
    if missing:
        raise InvalidInput(
            f"{len(missing)} photographs have none of the same name in the gallery, {missing[0]} among them.",
            "Give a folder with another photograph of each person, under the same name.",
        )


def _spread(files: Sequence[Path], limit: int | None) -> list[Path]:
    count = len(files) if limit is None else min(limit, len(files))
    places = np.unique(np.rint(np.linspace(0, len(files) - 1, count)).astype(int))
    return [files[place] for place in places.tolist()]


def _pixels(path: Path) -> RgbImage | None:
    try:
        return load_working_copy(path)
    except UnreadableImage:
        return None


def _untouched(path: Path) -> dict[str, RgbImage]:
    pixels = _pixels(path)
    return {} if pixels is None else {PHOTOGRAPH: pixels}


def _refusals(path: Path, made: Made) -> list[dict[str, str]]:
    return [
        {"name": path.name, "stage": stage.value, "reason": reason} for stage, reason in made.refused.items()
    ]


def _embedded(analyser: FaceAnalyser, picture: RgbImage | None) -> Embedding | None:
    faces = [] if picture is None else analyser.detect(picture)
    return None if picture is None or not faces else analyser.embed(picture, faces[0])


def _gallery(analyser: FaceAnalyser, pictures: Mapping[str, RgbImage | None]) -> _Gallery:
    found = {name: _embedded(analyser, picture) for name, picture in pictures.items()}
    names = [name for name, template in found.items() if template is not None]
    templates = [template for template in found.values() if template is not None]
    scores: FloatArray = np.array(
        [
            analyser.comparison_score(one, other)
            for place, one in enumerate(templates)
            for other in templates[place + 1 :]
        ],
        dtype=np.float64,
    )
    if scores.size * TARGET_FMR < 1:
        raise InvalidInput(
            f"A face was found in {len(names)} photographs; a threshold at an FMR of {TARGET_FMR:g} needs 15 people.",
            "Give a folder with more people.",
        )
    return _Gallery(names, templates, threshold_at_fmr(scores, target_fmr=TARGET_FMR))


def _compared(
    analyser: FaceAnalyser, gallery: _Gallery, picture: RgbImage | None, name: str
) -> dict[str, Any]:
    """Return score, rank and whether the person is kept; ``None`` and a miss where there is nothing to compare."""
    probe = _embedded(analyser, picture)
    if probe is None or name not in gallery.names:
        return {
            **{"has_face": probe is not None, "score": None, "rank": None, "is_kept": False},
            **{"false_matches": 0, "non_mated": 0},
        }
    right = gallery.names.index(name)
    scores = [float(analyser.comparison_score(each, probe)) for each in gallery.templates]
    is_above = [score >= gallery.threshold.value for score in scores]
    return {
        "has_face": True,
        "score": scores[right],
        "rank": rank_of(probe, gallery.templates, right, analyser),
        "is_kept": is_above[right],
        "false_matches": sum(is_above) - is_above[right],
        "non_mated": len(scores) - 1,
    }


def _summary(
    analyser: FaceAnalyser,
    gallery: _Gallery,
    records: Sequence[Mapping[str, Any]],
    stages: Sequence[str],
    *,
    seed: int,
) -> dict[str, Any]:
    return {
        "version": analyser.version,
        "weights_sha256": dict(analyser.weights_sha256),
        "threshold": gallery.threshold.value,
        "fmr_realised": gallery.threshold.realised_fmr,
        "n_non_mated": gallery.threshold.non_mated_count,
        "n_gallery": len(gallery.names),
        "stages": {
            stage: _stage_numbers([each["matchers"][analyser.name][stage] for each in records], seed=seed)
            for stage in stages
        },
    }


def _stage_numbers(read: Sequence[Mapping[str, Any]], *, seed: int) -> dict[str, Any]:
    scores = [each["score"] for each in read if each["score"] is not None]
    shares = {f"rank{limit}": found_within([each["rank"] for each in read], limit) for limit in RANKS}
    shares["kept"] = [float(each["is_kept"]) for each in read]
    numbers: dict[str, Any] = {
        "n": len(read),
        "n_faces": sum(each["has_face"] for each in read),
        "n_non_mated": sum(each["non_mated"] for each in read),
    }
    intervals: dict[str, list[float]] = {}
    shares["fmr"] = [each["false_matches"] / each["non_mated"] for each in read if each["non_mated"]]
    for key, values in {"score": scores, **shares}.items():
        numbers[key] = float(np.mean(values)) if values else None
        if values:
            intervals[key] = mean_interval(values, seed=seed).as_list()
    return {**numbers, "intervals": intervals}


def _notes(*, is_same: bool) -> list[str]:
    gallery = (
        "The photograph that is looked for is the one that the pictures were made of: pose, light and background are "
        "shared. Another photograph of the person is found less often; give a gallery of others to measure that."
        if is_same
        else "The gallery holds other photographs of the same people than those that the pictures were made of."
    )
    return [
        gallery,
        "A face that is not found, and a picture that was not made, is a miss at every rank and not kept; the mean "
        "score is over the faces that were found.",
        "The identity guard of the ageing engine asks the bundled analyser, and so may the training of a sketch pack: "
        "what that analyser keeps is what they could reach.",
        LEAD_WARNING,
    ]
