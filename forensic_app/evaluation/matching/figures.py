"""Plots of a matching evaluation, as PNG files: DET and rank curves, scores against the age gap.

Rules:
    * No plot shows a face. Every plot says its N.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from forensic_app.evaluation.drawing import new_figure, save_figure
from forensic_app.evaluation.matching.comparing import Compared
from forensic_app.evaluation.measures.streamed_scores import closed_set_rates

DET_PLOT: Final = "det.png"
RANK_PLOT: Final = "ranks.png"
AGEING_PLOT: Final = "score_by_gap.png"
MOST_RANKS: Final = 20
_LEAST_RATE: Final = 1e-4


def write_figures(out_dir: Path, result: Mapping[str, Any], compared: Mapping[str, Compared]) -> None:
    """Write the plots of an evaluation's result.

    Args:
        out_dir: An existing folder.
        result: The result.
        compared: Comparisons of each arm.
    """
    _det(out_dir / DET_PLOT, result, compared)
    _ranks(out_dir / RANK_PLOT, result, compared)
    _ageing(out_dir / AGEING_PLOT, result)


def _det(path: Path, result: Mapping[str, Any], compared: Mapping[str, Compared]) -> None:
    figure = new_figure(6.5, 5.0)
    axes = figure.add_subplot()
    for name, arm in compared.items():
        _, fmr, fnmr = arm.non_mated.curve()
        axes.plot(np.maximum(fmr, _LEAST_RATE), np.maximum(fnmr, _LEAST_RATE), label=name)
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(_LEAST_RATE, 1.0),
        ylim=(1e-3, 1.0),
        xlabel="False match rate",
        ylabel="False non-match rate (less is better)",
        title=f"{result['n_mated']} mated and {result['n_non_mated']} non-mated comparisons",
    )
    for target in (0.01, 0.001):
        axes.axvline(target, color="grey", linewidth=0.6)
    axes.grid(visible=True, which="both", linewidth=0.3)
    axes.legend(fontsize="small")
    save_figure(figure, path)


def _ranks(path: Path, result: Mapping[str, Any], compared: Mapping[str, Compared]) -> None:
    figure = new_figure(6.5, 5.0)
    axes = figure.add_subplot()
    ranks = range(1, min(MOST_RANKS, result["n_people_to_find"]) + 1)
    for name, arm in compared.items():
        axes.plot(ranks, [closed_set_rates(arm.ranks, at=rank).mean() for rank in ranks], label=name)
    axes.set(
        xlabel=f"Length of the candidate list, of {result['n_people_to_find']} people",
        ylabel="Searches that find the person (more is better)",
        ylim=(0.0, 1.0),
        title=f"{result['arms']['untouched']['n_searches']} searches",
    )
    axes.grid(visible=True, linewidth=0.3)
    axes.legend(fontsize="small")
    save_figure(figure, path)


def _ageing(path: Path, result: Mapping[str, Any]) -> None:
    figure = new_figure(6.5, 5.0)
    axes = figure.add_subplot()
    curve = result["real_ageing"]
    for points, colour, words in (
        (curve["real"], "tab:blue", "real photographs of one person"),
        (curve["derived"], "tab:orange", "derived face and its photograph"),
    ):
        if points:
            gaps = [(point["gap_from"] + point["gap_to"]) / 2 for point in points]
            lows, highs = ([point[end] for point in points] for end in ("low", "high"))
            axes.plot(gaps, [point["median"] for point in points], color=colour, marker="o", label=words)
            axes.fill_between(gaps, lows, highs, color=colour, alpha=0.15)
    threshold = result["arms"]["untouched"]["threshold_fmr1"]
    axes.axhline(threshold, color="grey", linestyle="--", label="threshold at an FMR of 1 %")
    counts = " and ".join(str(sum(point["n"] for point in curve[key])) for key in ("real", "derived"))
    axes.set(
        xlabel="Age gap, years" + (" (estimated ages)" if result["ages"] == "estimated" else ""),
        ylabel="Comparison score, median and nine in ten",
        title=f"{counts} comparisons of real and of derived faces",
    )
    axes.grid(visible=True, linewidth=0.3)
    axes.legend(fontsize="small")
    save_figure(figure, path)
