"""Evaluate personalisation: arms side by side on people whose kept photographs no training sees.

Rules:
    * Every number has its interval, drawn by whole persons; with few people intervals are wide, and say so.
    * The threshold is set on real different people and regularization faces, then applied to derived
      pictures.
    * Doing nothing and the single-image mode stand beside every trained arm.
    * Ages are read by the estimator that also estimated the photographs' ages where none is recorded; the
      result says so.

References:
    ISO/IEC 19795-1:2021; Qi et al. 2025, MyTimeMachine (input, reference and age measures).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from forensic_app.engines.aging.schema import ADAPTER_PULL
from forensic_app.engines.personalisation.gating import Gating
from forensic_app.engines.personalisation.schema import TrainingSettings
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.error_rates import threshold_at_fmr
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.pack.inputs import TARGET_FMR, calibration_for
from forensic_app.evaluation.personalisation.arms import Arm, arms_of
from forensic_app.evaluation.personalisation.figures import write_figures
from forensic_app.evaluation.personalisation.people import Person, non_mated_scores, read_people
from forensic_app.evaluation.personalisation.second import second_record, second_scores
from forensic_app.evaluation.personalisation.series import ArmRunner, ArmSeries
from forensic_app.evaluation.personalisation.statistics import (
    arm_table,
    contrasts_of,
    summary_of,
    without_chosen,
)
from forensic_app.evaluation.series.protocols import OnProgress, say_nothing
from forensic_app.faces.registry import load_analyser

DEFAULT_PHOTOS: Final = 10
DEFAULT_INPUTS: Final = 3
RESULT_NAME: Final = "personalisation.json"
WORK_NAME: Final = "work"


def evaluate_personalisation(
    *,
    data_dir: Path,
    pack_path: Path,
    photos: int = DEFAULT_PHOTOS,
    out_dir: Path | None = None,
    settings: TrainingSettings | None = None,
    gating: Gating | None = None,
    inputs: int = DEFAULT_INPUTS,
    regularization_images: int = 360,
    only_arms: Sequence[str] = (),
    only_people: Sequence[str] = (),
    likeness_pull: float = ADAPTER_PULL,
    second_recogniser: Path | None = None,
    chosen_on: Sequence[str] = (),
    seed: int = 0,
    device: str = "auto",
    threads: int = 0,
    target_ages: tuple[float, ...] = DEFAULT_TARGET_AGES,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Train and measure every arm on every person and return the numbers; goes on where it was interrupted.

    Args:
        data_dir: One folder of photographs for each person.
        pack_path: Folder of the base pack.
        photos: Photographs of each person to train on; the rest is kept.
        out_dir: Folder for the result, tables, plots and contact sheets *that show the people*, and for what
            an interrupted evaluation needs to go on; ``None`` writes nothing.
        settings: Of the full recipe; the engine's defaults otherwise.
        gating: Of the trained arms; the engine's defaults otherwise.
        inputs: Photographs of each person that are aged.
        regularization_images: Size of the generated regularization set.
        only_arms: Names of arms to evaluate; all by default.
        only_people: Names of people to evaluate; all by default. Several processes may each do some people into
            one ``out_dir``; one with all people then finds everything made.
        likeness_pull: Of the arms that are drawn towards photographs.
        second_recogniser: Folder of a recogniser that has no part in making the pictures, see
            :mod:`forensic_app.evaluation.judges.second_recogniser`.
        chosen_on: People on whom settings were chosen; the others are reported by themselves as well.
        seed: Of the deal of photographs and of the bootstraps.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads, 0 = the engine's default.
        target_ages: Years.
        on_progress: Told the fraction done and words; may raise ``RunCancelled``.

    Returns:
        JSON types only: ``arms`` = name -> ``input_id``, ``reference_id``, ``kept_at_fmr1``, ``age_mae``,
        ``age_spearman``, ``seconds_per_step``, each measure's ``intervals``, and more; ``contrasts`` =
        differences of arms with intervals; ``unseen_by_choice`` = both again without the people of
        ``chosen_on``; ``n_people``; the threshold and what decided everything.

    Raises:
        InvalidInput: The folder or an arm is not usable.
        PackMissing: A part of the pack is not there.
        RunCancelled: From ``on_progress``.
    """
    from forensic_app.engines.personalisation.regularization import kept_set
    from forensic_app.engines.pictures.face_embedding import FaceEmbedder
    from forensic_app.engines.pictures.measurement import read_calibration
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker

    report = on_progress or say_nothing
    known = arms_of(settings or TrainingSettings(seed=seed), gating or Gating(), pull=likeness_pull)
    arms = _wanted(known, only_arms)
    second = None if second_recogniser is None else SecondRecogniser(second_recogniser)
    analyser = load_analyser("dlib")
    maker = AgingSeriesMaker(pack_path, seed=seed, device=device, threads=threads)
    people = read_people(
        data_dir,
        analyser,
        photos=photos,
        crop_px=maker.crop_size_px,
        calibration=read_calibration(maker.components.pack),
        seed=seed,
        report=report,
        names=only_people,
    )
    unseen = _unseen(people, chosen_on)
    work_dir = None if out_dir is None else out_dir / WORK_NAME
    embedder = FaceEmbedder(maker.components.device.device)
    regularization = kept_set(
        None if work_dir is None else work_dir / _set_name(maker.description, regularization_images),
        maker.components,
        embedder,
        images=regularization_images,
        on_step=lambda done, total: report(0.05 + 0.1 * done / total, "Making the regularization set"),
    )
    runner = ArmRunner(
        maker,
        analyser,
        regularization,
        embedder,
        work_dir=work_dir,
        target_ages=target_ages,
        inputs=inputs,
        seed=seed,
    )
    series = _all_series(runner, arms, people, report)
    scores, counts = non_mated_scores(people, regularization.embeddings.numpy().astype(np.float64), analyser)
    threshold = threshold_at_fmr(scores, target_fmr=TARGET_FMR)
    calibration = calibration_for(pack_path, analyser)
    judged = {
        arm.name: None if second is None else second_scores(series[arm.name], people, second) for arm in arms
    }
    tables = {
        arm.name: arm_table(
            series[arm.name], people, target_ages, threshold.value, calibration, judged[arm.name]
        )
        for arm in arms
    }
    result = {
        "arms": {arm.name: summary_of(arm, tables[arm.name], series[arm.name], seed=seed) for arm in arms},
        "n_people": len(people),
        "contrasts": contrasts_of(tables, seed=seed),
        "unseen_by_choice": without_chosen(arms, tables, series, unseen, people, seed=seed),
        "chosen_on": list(chosen_on),
        "likeness_pull": likeness_pull,
        "second_recogniser": None if second is None else second_record(people, second),
        "threshold": threshold.value,
        "fmr_realised": threshold.realised_fmr,
        "n_non_mated": {**counts, "all": int(scores.size)},
        "people": [_person_record(person) for person in people],
        "photos_trained": photos,
        "inputs_per_person": inputs,
        "target_ages": list(target_ages),
        "regularization": {"images": len(regularization), "sha256": regularization.sha256},
        "maker": dict(maker.description),
        "seed": seed,
        "notes": _notes(calibration, people),
    }
    cleaned: dict[str, Any] = json_value(result)
    if out_dir is not None:
        report(0.97, "Writing tables and plots")
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / RESULT_NAME).write_text(json.dumps(cleaned, indent=2) + "\n", encoding="utf-8")
        write_figures(out_dir, cleaned, arms, series, [person.name for person in people])
    report(1.0, "Done")
    return cleaned


def _unseen(people: Sequence[Person], chosen_on: Sequence[str]) -> list[str]:
    """Return the people on whom nothing was chosen, none where no choice is named.

    Raises:
        InvalidInput: A person of the choice is unknown, or no other person is left.
    """
    names = [person.name for person in people]
    unknown = sorted(set(chosen_on) - set(names))
    if unknown:
        raise InvalidInput(f"There is no person {unknown[0]!r}.", f"Name some of: {', '.join(names)}.")
    left = [name for name in names if name not in chosen_on] if chosen_on else []
    if chosen_on and not left:
        raise InvalidInput("No person is left on whom nothing was chosen.", "Name fewer with --chosen-on.")
    return left


def _wanted(arms: Sequence[Arm], names: Sequence[str]) -> list[Arm]:
    known = [arm.name for arm in arms]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InvalidInput(f"There is no arm {unknown[0]!r}.", f"Use some of: {', '.join(known)}.")
    return [arm for arm in arms if not names or arm.name in names]


def _set_name(description: Mapping[str, Any], images: int) -> str:
    return f"regularization-{str(description['pack_sha256'])[:16]}-{images}.safetensors"


def _all_series(
    runner: ArmRunner, arms: Sequence[Arm], people: Sequence[Person], report: OnProgress
) -> dict[str, list[ArmSeries]]:
    series: dict[str, list[ArmSeries]] = {arm.name: [] for arm in arms}
    total = len(people) * len(arms)
    for number, (person, arm) in enumerate((person, arm) for person in people for arm in arms):

        def inner(fraction: float, words: str, number: int = number) -> None:
            report(0.15 + 0.82 * (number + fraction) / total, words)

        inner(0.0, f"{arm.words}: {person.name}")
        series[arm.name].append(runner.series(arm, person, inner))
    return series


def _person_record(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "trained": [photo.photo_id for photo in person.trained],
        "kept": [photo.photo_id for photo in person.kept],
        "ages_trained": [round(photo.age, 1) for photo in person.trained],
        "ages_kept": [round(photo.age, 1) for photo in person.kept],
        "warnings": list(person.warnings),
    }


def _notes(calibration: AgeCalibration | None, people: Sequence[Person]) -> list[str]:
    notes = [
        "The photographs' ages and the ages of derived pictures are read by the same estimator.",
        "The identity terms, the pull towards photographs and the identity guard use the same recognition network "
        "that measures; a gain is a gain in that network's eyes. The second recogniser, where one is given, "
        "had no part in making the pictures.",
        f"Intervals are drawn over {len(people)} people and are only as good as that number.",
        "The single-image mode and every trained arm age photographs that the trained arms have seen; "
        "references are photographs that no arm has seen.",
    ]
    if calibration is None:
        notes.append("The pack has no calibration for this estimator; ages are raw.")
    return notes
