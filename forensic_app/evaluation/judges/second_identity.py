"""What a second face recogniser says of the identities that an evaluation's series keep.

Rules:
    * The bundled recogniser guards what it measures; the second one had no part in making any picture.
    * Its threshold is set as the first one's is: at an FMR of 1 % on the folder's own pairs of different people.
    * It compares the same crops at the template's landmarks. A weak recogniser misses real pairs too, so its share
      is to be read beside what it reaches on real photographs of one person, which a folder without identities
      cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.measures.error_rates import threshold_at_fmr
from forensic_app.evaluation.pack.inputs import TARGET_FMR
from forensic_app.evaluation.pack.statistics import SMALL_GAP_YEARS, identity_kept
from forensic_app.evaluation.series.protocols import Input, Series
from forensic_app.faces.align import template

SCHEME = "dlib5"


@dataclass(slots=True)
class SecondJudge:
    """A second recogniser and what it has compared so far.

    Attributes:
        recogniser: The recogniser.
        inputs: Embeddings of the untouched crops, ``(people, d)``.
        rows: Similarities of each person's derived crops with the untouched one, ``(targets,)`` each.
    """

    recogniser: SecondRecogniser
    inputs: NDArray[np.float32]
    rows: list[NDArray[np.float32]] = field(default_factory=list)

    def read(self, series: Series) -> None:
        """Compare the derived crops of the next person."""
        self.rows.append(_embedded(self.recogniser, list(series.crops)) @ self.inputs[len(self.rows)])


def prepare_judge(recogniser: SecondRecogniser, inputs: Sequence[Input]) -> SecondJudge:
    """Return a judge that has seen the untouched photographs."""
    return SecondJudge(recogniser, _embedded(recogniser, [item.crop for item in inputs]))


def summarise_judge(
    judge: SecondJudge, inputs: Sequence[Input], target_ages: Sequence[float], *, seed: int
) -> dict[str, Any]:
    """Return what the second recogniser says.

    Args:
        judge: With one row for each of ``inputs``.
        inputs: The untouched photographs.
        target_ages: Years.
        seed: Seed of every bootstrap.

    Returns:
        ``name``, ``version``, ``sha256``, ``threshold`` and ``fmr_realised``, ``n_non_mated``,
        ``identity_kept_all`` and ``identity_kept_gap20`` (age gaps to 20 years), ``score_mean``,
        ``score_mean_non_mated``, ``by_target`` (share kept by target age) and ``intervals``, drawn by person.
    """
    scores = np.stack(judge.rows).astype(np.float64)
    strangers = (judge.inputs @ judge.inputs.T)[np.triu_indices(len(inputs), 1)].astype(np.float64)
    threshold = threshold_at_fmr(strangers, target_fmr=TARGET_FMR)
    ages = np.array([item.face.age_years for item in inputs])[:, None]
    is_near = np.abs(np.array(target_ages)[None] - ages) <= SMALL_GAP_YEARS
    questions = {"identity_kept_all": np.ones_like(is_near), "identity_kept_gap20": is_near}
    answers = {
        name: identity_kept(scores, chosen, threshold=threshold.value, seed=seed)
        for name, chosen in questions.items()
    }
    return {
        "name": judge.recogniser.name,
        "version": judge.recogniser.version,
        "sha256": dict(judge.recogniser.sha256),
        "threshold": threshold.value,
        "fmr_realised": threshold.realised_fmr,
        "n_non_mated": threshold.non_mated_count,
        **{name: share for name, (share, _, _) in answers.items()},
        "score_mean": float(scores.mean()),
        "score_mean_non_mated": float(strangers.mean()),
        "by_target": {
            f"{age:g}": float((scores[:, column] >= threshold.value).mean())
            for column, age in enumerate(target_ages)
        },
        "intervals": {name: interval for name, (_, interval, _) in answers.items()},
    }


def judge_sentence(result: dict[str, Any]) -> str:
    """Return a line of text about a second recogniser's object in the result of an evaluation."""
    low, high = result["intervals"]["identity_kept_all"]
    near = result["identity_kept_gap20"]
    within = "" if near is None else f", {near:.1%} within {SMALL_GAP_YEARS:g} years"
    return (
        f"Second recogniser ({result['name']}): identity kept {result['identity_kept_all']:.1%} "
        f"({low:.1%} to {high:.1%}), all ages{within}, at an FMR of {result['fmr_realised']:.1%} (threshold "
        f"{result['threshold']:.3f}); mean score {result['score_mean']:.3f}, of different people "
        f"{result['score_mean_non_mated']:.3f}."
    )


def _embedded(recogniser: SecondRecogniser, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    return recogniser.embed(list(crops), [template(SCHEME, crop.shape[0]) for crop in crops])
