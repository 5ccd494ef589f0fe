"""Compare the ageing engine with the plain loop at every setting of it: age error against identity against time.

A loop that draws another person reaches any age, so an age error alone says nothing. The loop's strength and
guidance are therefore swept, and the engine is compared with two of its points: the one that keeps as many
identities, and the one whose ages are as good.

Rules:
    * People are those that the pack lists as unseen by its training, where the folder has them.
    * Identity is the share of derived crops whose comparison score with the photograph reaches the threshold at an
      FMR of 1 %, set on photographs of different people in the folder.
    * Both makers see the same crops and are measured with the same estimator; differences are paired by person.
    * Time is the process's own processor time in one thread, so that other programs on the machine hardly count;
      the loop that is swept runs all ages in one batch with the engine's number of steps.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plain_loop import LoopSettings, PlainLoop

SIX_AGES = (8.0, 16.0, 27.0, 45.0, 62.0, 75.0)
STRENGTHS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
GUIDANCES = (2.0, 4.0, 7.5)
TARGET_FMR = 0.01
THRESHOLD_PEOPLE = 100


def compare(
    pack_path: Path,
    data: Path,
    *,
    people: int,
    strengths: Sequence[float] = STRENGTHS,
    guidances: Sequence[float] = GUIDANCES,
    steps: int | None = None,
    second_estimator: Path | None = None,
    plot: Path | None = None,
) -> dict[str, Any]:
    """Return the engine's point, the loop's points and the two comparisons; JSON types only.

    Args:
        pack_path: Folder of the pack.
        data: Folder or CSV file of labelled faces.
        people: How many people to age.
        strengths: Strengths of the loop.
        guidances: Guidance scales of the loop.
        steps: Steps of the loop, ``None`` = as many as the engine runs.
        second_estimator: Folder of face-api's age network, for a second reading of ages.
        plot: PNG file to write the frontier to.
    """
    from forensic_app.evaluation.judges.second_estimator import SecondAgeEstimator
    from forensic_app.evaluation.pack.inputs import calibration_for
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
    from forensic_app.faces.dlib import DlibAnalyser

    analyser = DlibAnalyser()
    engine = AgingSeriesMaker(pack_path, device="cpu", threads=1)
    items, threshold, sampling = _people(pack_path, data, analyser, engine.crop_size_px, people)
    second = None if second_estimator is None else SecondAgeEstimator.load(second_estimator)
    judge = Judge(items, analyser, threshold, calibration_for(pack_path, analyser), second)
    count = int(engine.description["parameters"]["num_inference_steps"]) if steps is None else steps
    point = judge.point(engine, "engine")
    loop = PlainLoop(pack_path, seed=0, threads=1, device="cpu")
    loop_points = []
    for guidance, strength in itertools.product(guidances, strengths):
        loop.settings = LoopSettings(strength, guidance, count, is_batched=True)
        name = f"loop {strength:g}/{guidance:g}"
        setting = {"strength": strength, "guidance": guidance, "steps": count}
        loop_points.append(setting | judge.point(loop, name))
    mark_frontier(loop_points)
    result = {
        **sampling,
        "threshold": threshold,
        "engine": point,
        "loop": loop_points,
        "at_equal_identity": nearest(loop_points, point, "identity_kept", "age_mae"),
        "at_equal_age_error": nearest(loop_points, point, "age_mae", "identity_kept"),
    }
    if plot is not None:
        draw(result, plot)
    return {key: _public(value) for key, value in result.items()}


class Judge:
    """Measures makers of series on the same people."""

    def __init__(
        self, items: Sequence[Any], analyser: Any, threshold: float, calibration: Any, second: Any
    ) -> None:
        """Keep what is the same for every maker."""
        self._items, self._analyser, self._threshold = items, analyser, threshold
        self._calibration, self._second = calibration, second

    def point(self, maker: Any, name: str) -> dict[str, Any]:
        """Return a maker's age error, identity, score and seconds; keys with a bar are for the pairing alone."""
        from forensic_app.evaluation.measures.age_numbers import calibrated
        from forensic_app.evaluation.measures.intervals import mean_interval
        from forensic_app.evaluation.series.protocols import measure_series

        raw, scores, again = [], [], []
        clock = _Clock(maker)
        for item in self._items:
            series = measure_series(item, clock, self._analyser, SIX_AGES)
            raw.append(series.measured.ages_years)
            scores.append(series.scores)
            if self._second is not None:
                again.append(self._second.estimate_many(list(series.crops), series.measured.faces))
        aims = np.array(SIX_AGES)
        errors = np.abs(calibrated(np.stack(raw), self._calibration) - aims).mean(axis=1)
        kept = (np.stack(scores) >= self._threshold).mean(axis=1)
        point: dict[str, Any] = {
            "age_mae": float(errors.mean()),
            "age_mae_interval": mean_interval(errors, seed=0).as_list(),
            "age_mae_raw": float(np.abs(np.stack(raw) - aims).mean()),
            "identity_kept": float(kept.mean()),
            "identity_kept_interval": mean_interval(kept, seed=0).as_list(),
            "comparison_score": float(np.stack(scores).mean()),
            "cpu_seconds_per_series": float(np.median(clock.seconds[1:])),
            "_age_errors": errors,
            "_kept": kept,
        }
        if again:
            point["second_age_mae_raw"] = float(np.abs(np.stack(again) - aims).mean())
            point["_second_errors"] = np.abs(np.stack(again) - aims).mean(axis=1)
        sys.stderr.write(f"{name}: {_public(point)}\n")
        return point


class _Clock:
    """A maker whose processor time is taken."""

    def __init__(self, maker: Any) -> None:
        self._maker = maker
        self.seconds: list[float] = []

    def make_series(self, crop: NDArray[np.uint8], **given: Any) -> NDArray[np.uint8]:
        began = time.process_time()
        made: NDArray[np.uint8] = self._maker.make_series(crop, **given)
        self.seconds.append(time.process_time() - began)
        return made


def _people(
    pack_path: Path, data: Path, analyser: Any, size_px: int, people: int
) -> tuple[list[Any], float, dict[str, Any]]:
    """Return the people to age, the threshold, and what was drawn from what."""
    from forensic_app.evaluation.measures.error_rates import threshold_at_fmr
    from forensic_app.evaluation.pack.inputs import read_held_out
    from forensic_app.evaluation.series.protocols import non_mated_scores, prepare_input
    from forensic_app.faces.labelled_faces import read_labelled_faces, stratified_sample, within_ages
    from forensic_app.images import load_working_copy

    faces = within_ages(read_labelled_faces(data).faces, youngest=14, oldest=70)
    held_out = read_held_out(pack_path)
    unseen = tuple(face for face in faces if face.path.name in held_out)
    chosen = unseen or faces
    count = max(people, THRESHOLD_PEOPLE)
    prepared = [
        prepare_input(face, load_working_copy(face.path), analyser, size_px)
        for face in stratified_sample(chosen, count, seed=0)
    ]
    items = [item for item in prepared if item is not None]
    scores, _ = non_mated_scores(items, analyser)
    threshold = threshold_at_fmr(scores, target_fmr=TARGET_FMR)
    names = {face.path.name for face in stratified_sample([item.face for item in items], people, seed=0)}
    used = [item for item in items if item.face.path.name in names]
    sampling = {
        "people": len(used),
        "is_held_out": bool(unseen),
        "n_threshold_people": len(items),
        "n_non_mated": int(scores.size),
        "fmr_realised": threshold.realised_fmr,
    }
    return used, threshold.value, sampling


def mark_frontier(points: Sequence[dict[str, Any]]) -> None:
    """Say of each point whether no other has both less age error and more identity."""
    for point in points:
        point["is_on_frontier"] = not any(
            other["age_mae"] <= point["age_mae"]
            and other["identity_kept"] >= point["identity_kept"]
            and (other["age_mae"], other["identity_kept"]) != (point["age_mae"], point["identity_kept"])
            for other in points
        )


def nearest(points: Sequence[dict[str, Any]], engine: dict[str, Any], key: str, other: str) -> dict[str, Any]:
    """Return the loop's point nearest to the engine in ``key``, the better in ``other`` of equals, and what differs."""
    from forensic_app.evaluation.measures.intervals import mean_interval

    sign = 1.0 if other == "age_mae" else -1.0
    best = min(points, key=lambda point: (round(abs(point[key] - engine[key]), 6), sign * point[other]))
    differences: dict[str, Any] = {}
    for name, column in (
        ("age_mae", "_age_errors"),
        ("identity_kept", "_kept"),
        ("second_age_mae_raw", "_second_errors"),
    ):
        if column in engine:
            apart = engine[column] - best[column]
            differences[f"engine_minus_loop_{name}"] = float(apart.mean())
            differences[f"engine_minus_loop_{name}_interval"] = mean_interval(apart, seed=0).as_list()
    return _public(best) | differences


def _public(value: Any) -> Any:
    """Return ``value`` without the arrays of the pairing, numbers rounded to four places."""
    if isinstance(value, dict):
        return {key: _public(item) for key, item in value.items() if not key.startswith("_")}
    if isinstance(value, list):
        return [_public(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def table(result: dict[str, Any]) -> str:
    """Return the points as a table in plain text, best age error first."""
    lines = ["maker            age error  identity kept  score  CPU seconds"]
    for point in [result["engine"], *sorted(result["loop"], key=lambda each: float(each["age_mae"]))]:
        name = "engine" if "strength" not in point else f"loop {point['strength']:g}/{point['guidance']:g}"
        star = " *" if point.get("is_on_frontier") else ""
        lines.append(
            f"{name:16} {point['age_mae']:9.2f} {point['identity_kept']:14.1%} "
            f"{point['comparison_score']:6.2f} {point['cpu_seconds_per_series']:12.2f}{star}"
        )
    return "\n".join([*lines, "loop strength/guidance; * no other point of the loop is better in both"])


def draw(result: dict[str, Any], path: Path) -> None:
    """Write age error against identity kept, one line of strengths for each guidance."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.0), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for guidance in sorted({point["guidance"] for point in result["loop"]}):
        line = [point for point in result["loop"] if point["guidance"] == guidance]
        shares = [point["identity_kept"] for point in line]
        axes.plot(
            shares, [point["age_mae"] for point in line], marker="o", label=f"loop, guidance {guidance:g}"
        )
    engine = result["engine"]
    axes.plot(engine["identity_kept"], engine["age_mae"], "k*", markersize=14, label="engine")
    axes.set_xlabel("identity kept at FMR 1 % (share of derived images)")
    axes.set_ylabel("age error, calibrated (years)")
    axes.legend()
    figure.savefig(path, format="png", metadata={"Software": None})
