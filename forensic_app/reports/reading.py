"""How to read the numbers of a run: errors, thresholds, and what the program itself did to the scores.

Rules:
    * A fact that the record lacks is said to be unknown; no sentence claims more than is recorded.
"""

from __future__ import annotations

from reportlab.platypus import Flowable

from forensic_app.measured import IdentityGuard, LikenessPull, identity_guard, likeness_pull
from forensic_app.reports import wording
from forensic_app.reports.layout import LANDSCAPE_WIDTH, boxed, text
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.texts import Texts


def reading_box(run: RunSection, texts: Texts, *, width: float = LANDSCAPE_WIDTH) -> Flowable:
    """Return what a reader of a run's numbers must know, in a box, for landscape pages if not said otherwise."""
    analyser = run.spec.analyser
    lines = [wording.estimator_error(run.estimator_error, texts)]
    if run.threshold is None:
        lines.append(texts("runs.threshold_unknown", analyser=analyser))
    else:
        threshold = wording.score(run.threshold, texts)
        lines.append(texts("runs.threshold_known", analyser=analyser, threshold=threshold))
        lines += _threshold_words(run, run.threshold, texts)
    guard, pull = identity_guard(run.record.environment), likeness_pull(run.record.environment)
    if guard is not None:
        lines.append(_guard_words(guard, analyser, texts))
    if pull is not None:
        lines.append(_pull_words(pull, analyser, texts))
    if not any(image.measures.scores_to_others for image in run.images):
        lines.append(texts("runs.others_of_control" if run.control.scores_to_others else "runs.others_none"))
    lines.append(texts("runs.control_words"))
    blocks: list[Flowable] = [text(texts("runs.reading_heading"), "strong")]
    blocks += [text(line, "body") for line in lines]
    return boxed(blocks, width=width)


def _guard_words(guard: IdentityGuard, measured_by: str, texts: Texts) -> str:
    """Return what was done to keep the likeness, and what that means for the scores."""
    floor = texts("runs.guard_floor_unknown")
    if guard.floor is not None:
        floor = texts("runs.guard_floor", floor=wording.score(guard.floor, texts))
    held = texts("runs.guard_held_unknown")
    if guard.held_back is not None:
        held = texts("runs.guard_held", held=guard.held_back, count=guard.count)
    return texts(
        "runs.guard",
        analyser=_asked(guard.analyser, texts),
        floor=floor,
        held=held,
        whose=_whose_scores("guard", guard.analyser, measured_by, texts),
    )


def _pull_words(pull: LikenessPull, measured_by: str, texts: Texts) -> str:
    """Return what the pictures were drawn towards, and what that means for the scores."""
    towards = texts("runs.pull_unrecorded")
    if pull.photographs is not None:
        key = "runs.pull_photographs" if pull.photographs else "runs.pull_exhibit"
        towards = texts(key, count=pull.photographs)
    whose = _whose_scores("pull", pull.analyser, measured_by, texts)
    return texts("runs.pull", towards=towards, analyser=_asked(pull.analyser, texts), whose=whose)


def _asked(analyser: str, texts: Texts) -> str:
    if not analyser:
        return texts("runs.asked_analyser_unknown")
    return texts("runs.asked_analyser", analyser=analyser)


def _whose_scores(what: str, analyser: str, measured_by: str, texts: Texts) -> str:
    """Return whether the scores come from the analyser that the program asked, where that is known."""
    if not analyser:
        return texts(f"runs.{what}_unknown")
    return texts(f"runs.{what}_same" if analyser == measured_by else "runs.other_analyser")


def _threshold_words(run: RunSection, threshold: float, texts: Texts) -> list[str]:
    derived = [image.measures for image in run.images if image.is_variant]
    scores = [each.score_to_exhibit for each in derived if each.score_to_exhibit is not None]
    lines = []
    if scores:
        above = sum(value >= threshold for value in scores)
        lines.append(texts("runs.score_words", above=above, count=len(scores)))
    others = [value for each in derived for _, value in each.scores_to_others]
    if others:
        control = [value for _, value in run.control.scores_to_others]
        lines.append(
            texts(
                "runs.others_words" if control else "runs.others_words_alone",
                above=sum(value >= threshold for value in others),
                count=len(others),
                control_above=sum(value >= threshold for value in control),
                control_count=len(control),
            )
        )
    return lines
