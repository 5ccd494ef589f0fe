"""Evaluate a model pack on a folder of labelled faces: age, identity, image quality, speed.

Rules:
    * The age estimator's own error on the real photographs comes first: it is the floor of every age error.
    * The threshold is set on the folder's own non-mated pairs (different files, none removed), then applied
      to derived images. Real photographs set it; derived ones are only measured with it.
    * What doing nothing would score is in the result beside what the pack scores.
    * The same seed, pack, folder and machine give the same numbers, seconds and memory apart.
    * Pictures of people go to ``out_dir`` alone.

References:
    ISO/IEC 19795-1:2021; Binkowski et al., ICLR 2018 (KID); Wang et al., IEEE TIP 2004 (SSIM).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.second_estimator import SecondAgeEstimator
from forensic_app.evaluation.judges.second_identity import SecondJudge, prepare_judge, summarise_judge
from forensic_app.evaluation.judges.second_reading import SecondReader, prepare_reader, summarise_second
from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated, estimator_error
from forensic_app.evaluation.measures.error_rates import Threshold, false_match_interval, threshold_at_fmr
from forensic_app.evaluation.measures.image_metrics import psnr_db, ssim
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.pack.figures import (
    CONTACT_SHEET,
    sheet_rows,
    write_contact_sheet,
    write_plots,
    write_second_plot,
)
from forensic_app.evaluation.pack.inputs import (
    DEFAULT_LIMIT,
    TARGET_FMR,
    Plan,
    calibration_for,
    measure_real_pool,
    prepare_inputs,
    read_held_out,
)
from forensic_app.evaluation.pack.measurements import Measurements, join, standardised
from forensic_app.evaluation.pack.realism import RealismReader, prepare_realism, put_realism
from forensic_app.evaluation.pack.sex_reading import (
    SexJudge,
    prepare_sex_judge,
    put_real_sex,
)
from forensic_app.evaluation.pack.special_sources import measure_children, measure_grey
from forensic_app.evaluation.pack.statistics import (
    by_group,
    by_target,
    mean_kid,
    real_age_mae,
    summarise,
)
from forensic_app.evaluation.pack.wording import circumstances, estimator_sentence, notes, peak_memory_mb
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import (
    Input,
    OnProgress,
    SeriesMaker,
    measure_series,
    non_mated_scores,
    say_nothing,
)
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import read_labelled_faces
from forensic_app.faces.registry import load_analyser
from forensic_app.faces.sex import SexReader

RECONSTRUCTION_BATCH = 16
RESULT_NAME = "evaluation.json"


def evaluate_pack(
    *,
    pack_path: Path,
    data_dir: Path,
    limit: int | None = DEFAULT_LIMIT,
    out_dir: Path | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    analyser: FaceAnalyser | None = None,
    target_ages: tuple[float, ...] = DEFAULT_TARGET_AGES,
    second_estimator: Path | None = None,
    second_recogniser: Path | None = None,
    settings: Sequence[str] = (),
) -> dict[str, Any]:
    """Evaluate the engine that a pack serves and return every number with its N and interval.

    Args:
        pack_path: Folder of the pack; its ``calibration.json`` serves when it belongs to the analyser, and
            when its ``validation.txt`` names files of the folder only those are inputs.
        data_dir: Folder or CSV file of labelled faces.
        limit: Most people to evaluate, ``None`` = all between 14 and 70 years.
        out_dir: Folder for ``evaluation.json``, plots and a contact sheet *that shows faces of the folder*;
            ``None`` writes nothing.
        seed: Seed of samples, engine and bootstraps.
        on_progress: Called with the fraction done and words; may raise ``RunCancelled``.
        analyser: Face analyser; the bundled one otherwise.
        target_ages: Ages to show, years.
        settings: Engine parameters other than the defaults, each ``name=value``.
        second_estimator: Folder of face-api's age network; derived images are then read by it as well.
        second_recogniser: Folder of MobileFace; identities are then compared by it as well.

    Returns:
        JSON types only. First the estimator's own error (``estimator_mae``, ``estimator_mae_raw``), then
        ``psnr_db``, ``ssim``, ``age_mae`` (calibrated), ``age_mae_raw``, ``age_bias``, ``age_spearman``,
        ``identity_kept_gap20``, ``identity_kept_all``, ``control_identity_kept``, ``control_age_mae``,
        ``kid``, ``realism_auc``, ``realism_auc_eyes``, ``realism_auc_mouth`` and ``control_realism_auc`` (see
        :mod:`forensic_app.evaluation.pack.realism`), ``sex_kept`` and ``sex_read_right`` (see
        :mod:`forensic_app.evaluation.pack.sex_reading`), ``children`` and ``grey`` (see
        :mod:`forensic_app.evaluation.pack.special_sources`), ``seconds_per_series``, ``peak_memory_mb``,
        ``by_target``, ``by_group`` (by ``sex``, ``group`` and ``skin_tone``), ``intervals`` and what was evaluated
        on what; with ``second_estimator`` an object of that name too, see
        :func:`forensic_app.evaluation.judges.second_reading.summarise_second`, with ``second_recogniser`` too, see
        :func:`forensic_app.evaluation.judges.second_identity.summarise_judge`.

    Raises:
        InvalidInput: The folder holds no labelled face of that age, or too few for a threshold; or
            ``out_dir`` is not empty.
        PackMissing: A part of the pack or of the second estimator is not there.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack or the second estimator is of a kind that is not loaded.
        RunCancelled: From ``on_progress``.
    """
    chosen = analyser if analyser is not None else load_analyser("dlib")
    report = on_progress or say_nothing
    _check_out_dir(out_dir)
    report(0.0, "Loading the model pack")
    plan = Plan(
        faces=read_labelled_faces(data_dir),
        limit=limit,
        seed=seed,
        target_ages=target_ages,
        held_out=read_held_out(pack_path),
    )
    second = None if second_estimator is None else SecondAgeEstimator.load(second_estimator)
    recogniser = None if second_recogniser is None else SecondRecogniser(second_recogniser)
    maker = series_maker(pack_path, seed=seed, settings=settings)
    calibration = calibration_for(pack_path, chosen)
    return evaluate_series_maker(
        maker,
        chosen,
        plan,
        calibration=calibration,
        out_dir=out_dir,
        second=second,
        recogniser=recogniser,
        sex_reader=SexReader(),
        on_progress=report,
    )


def evaluate_series_maker(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    plan: Plan,
    *,
    calibration: AgeCalibration | None,
    out_dir: Path | None = None,
    second: SecondAgeEstimator | None = None,
    recogniser: SecondRecogniser | None = None,
    sex_reader: SexReader | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Evaluate any maker of series; see :func:`evaluate_pack` for the result.

    Raises:
        InvalidInput: No labelled face of that age, or too few for a threshold; ``out_dir`` is not empty.
        RunCancelled: From ``on_progress``.
    """
    _check_out_dir(out_dir)
    report = on_progress or say_nothing
    seed = plan.seed
    inputs, unusable, sampling = prepare_inputs(maker, analyser, plan, report)
    own = estimator_error(
        np.array([item.age_years for item in inputs]),
        [item.face.age_years for item in inputs],
        calibration,
        seed=seed,
    )
    report(0.15, estimator_sentence(own))
    scores, pairs = non_mated_scores(inputs, analyser)
    threshold = threshold_at_fmr(scores, target_fmr=TARGET_FMR)
    report(0.16, str(threshold))
    reader = None if second is None else prepare_reader(second, analyser, plan, inputs, report)
    judge = None if recogniser is None else prepare_judge(recogniser, inputs)
    pool = measure_real_pool(maker, analyser, plan, inputs, report)
    realism = prepare_realism(maker, analyser, plan, inputs, report, keep_crops=sex_reader is not None)
    sexes = prepare_sex_judge(sex_reader, inputs)
    measured, shown = _measured(maker, analyser, plan, inputs, report, (reader, judge, realism, sexes))
    if sexes is not None:
        measured = sexes.joined(measured)
    measured, pool = standardised(measured, pool)
    special = {
        "children": measure_children(
            maker,
            analyser,
            plan,
            len(inputs),
            threshold=threshold.value,
            calibration=calibration,
            on_progress=lambda share, words: report(0.89 + 0.04 * share, words),
        ),
        "grey": measure_grey(
            maker,
            analyser,
            plan,
            inputs,
            on_progress=lambda share, words: report(0.93 + 0.02 * share, words),
        ),
    }
    report(0.95, "Computing intervals")
    settings: dict[str, Any] = {"threshold": threshold.value, "calibration": calibration, "seed": seed}
    overall = summarise(measured, **settings)
    distance, interval = mean_kid(measured, pool, seed=seed)
    overall["intervals"]["kid"] = interval
    targets = by_target(measured, pool=pool, **settings)
    put_realism(overall, targets, realism, seed=seed)
    if sexes is not None:
        put_real_sex(targets, sexes, realism.references)
    result = {
        **overall,
        "control_identity_kept": 1.0,
        "kid": distance,
        **_cost(measured),
        "real_age_mae": real_age_mae(targets),
        "by_target": targets,
        "by_group": by_group(measured, pool=pool, **settings),
        **special,
        **_threshold_record(threshold, scores, pairs, analyser, seed=seed),
        **sampling,
        "unusable": unusable,
        "notes": notes(analyser, calibration, is_held_out=sampling["is_held_out"]),
        "target_ages": list(plan.target_ages),
        "seed": seed,
        "limit": plan.limit,
        **circumstances(maker, analyser, calibration),
    }
    if reader is not None:
        result["second_estimator"] = summarise_second(reader, measured, calibration, seed=seed)
    if judge is not None:
        result["second_recogniser"] = summarise_judge(judge, inputs, plan.target_ages, seed=seed)
    cleaned: dict[str, Any] = json_value(result)
    if out_dir is not None:
        report(0.98, "Writing plots")
        ages = calibrated(measured.ages_raw, calibration)
        _write(out_dir, cleaned, measured, ages, shown=shown, non_mated=scores)
        if reader is not None:
            write_second_plot(out_dir, measured, reader.ages, estimator=reader.estimator.name)
    report(1.0, "Done")
    return cleaned


def _measured(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    plan: Plan,
    inputs: Sequence[Input],
    report: OnProgress,
    readers: Sequence[SecondReader | SecondJudge | RealismReader | SexJudge | None],
) -> tuple[Measurements, dict[int, NDArray[np.uint8]]]:
    reconstruction: dict[str, list[float]] = {"psnr_db": [], "ssim": [], "ssim_rgb": []}
    for start in range(0, len(inputs), RECONSTRUCTION_BATCH):
        report(0.33 + 0.02 * start / len(inputs), "Reconstructing the crops")
        batch = np.stack([item.crop for item in inputs[start : start + RECONSTRUCTION_BATCH]])
        for before, after in zip(batch, maker.reconstruct(batch), strict=True):
            reconstruction["psnr_db"].append(psnr_db(before, after))
            reconstruction["ssim"].append(ssim(before, after))
            reconstruction["ssim_rgb"].append(ssim(before, after, channels="rgb_mean"))
    series = []
    shown: dict[int, NDArray[np.uint8]] = {}
    rows = sheet_rows(len(inputs))
    for place, item in enumerate(inputs):
        report(0.35 + 0.54 * place / len(inputs), f"Making series {place + 1} of {len(inputs)}")
        made = measure_series(item, maker, analyser, plan.target_ages)
        if place in rows:
            shown[place] = made.crops
        for reader in readers:
            if reader is not None:
                reader.read(made)
        series.append(made)
    return join(inputs, series, plan.target_ages, reconstruction), shown


def _cost(measured: Measurements) -> dict[str, Any]:
    warm = measured.seconds[1:]
    return {
        "seconds_per_series": float(np.median(warm)),
        "seconds_first_series": float(measured.seconds[0]),
        "peak_memory_mb": peak_memory_mb(),
    }


def _threshold_record(
    threshold: Threshold,
    scores: FloatArray,
    pairs: Sequence[tuple[str, str]],
    analyser: FaceAnalyser,
    *,
    seed: int,
) -> dict[str, Any]:
    interval = false_match_interval(scores, pairs, threshold=threshold.value, seed=seed, resamples=200)
    return {
        "threshold": threshold.value,
        "fmr_target": threshold.target_fmr,
        "fmr_realised": threshold.realised_fmr,
        "fmr_interval": interval.as_list(),
        "n_non_mated": threshold.non_mated_count,
        "n_non_mated_above_published_threshold": int((scores >= analyser.match_threshold).sum()),
        "published_threshold": analyser.match_threshold,
    }


def _write(
    out_dir: Path,
    result: Mapping[str, Any],
    measured: Measurements,
    ages_calibrated: FloatArray,
    *,
    shown: Mapping[int, NDArray[np.uint8]],
    non_mated: FloatArray,
) -> None:
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / RESULT_NAME).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    maker = result["maker"]
    write_contact_sheet(
        out_dir / CONTACT_SHEET,
        shown,
        measured,
        ages_calibrated,
        system=f"Forensic App, {maker.get('engine')} engine, model pack {maker.get('pack')}",
        version=f"engine {maker.get('engine_version')}, pack {maker.get('pack_version')}",
    )
    write_plots(out_dir, measured, ages_calibrated, non_mated, result["threshold"])


def _check_out_dir(out_dir: Path | None) -> None:
    if out_dir is not None and out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise InvalidInput(f"{out_dir} is not an empty folder.", "Name a new or empty folder.")
