"""The model card of a matcher pack, written from evaluations; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forensic_app.evaluation.measures.words import MATCHING, markdown_table
from forensic_app.workflows.card_parts import bullets, measured_weights, time_line, whole_card

CANNOT = (
    "A score is no probability, and a candidate is a lead: nobody is identified by it.",
    "It learned from few people, most of them public figures and most of them light-skinned; for others it is measured "
    "less well than the tables say, or not at all.",
    "Children look more alike to it than adults do. Between a child's and an adult's photograph it misses many people, "
    "and a miss excludes nobody.",
    "It is a judge of photographs. Pictures that a program made score as that program draws: they never stand for a "
    "photograph.",
    "It may not judge the pictures of a pack that it learned derived faces from; the bundled recogniser does that.",
)


def matcher_card(
    *,
    name: str,
    facts: Mapping[str, Any],
    training: Mapping[str, Any],
    evaluations: Sequence[Mapping[str, Any]],
) -> str:
    """Return the card as Markdown.

    Args:
        name: Name of the pack.
        facts: What every trained pack states, and ``people``, ``people_kept``, ``photographs``, ``single_faces``,
            ``derived_faces``, ``derived_with``, ``threshold``.
        training: The configuration.
        evaluations: Results of ``forensic-app evaluate matching --json``.
    """
    derived = (
        f"Derived faces: {facts['derived_faces']} people at three other ages, by the pack {facts['derived_with']}."
        if facts["derived_faces"]
        else "No derived faces."
    )
    return whole_card(
        name=name,
        facts=facts,
        method="The bundled recognition network (dlib), fine-tuned so that photographs of one person far apart in age "
        "lie closer together.",
        data=[
            f"{facts['people']} people with {facts['photographs']} photographs, and {facts['single_faces']} faces of "
            f"people with one; {facts['people_kept']} people were kept from the training (`validation.txt`).",
            derived,
            "No photograph of the data is in the pack.",
        ],
        training=[
            f"{training['runs']} runs of {training['steps']:,} steps of {training['known_people']} pairs of one "
            f"person, {training['single_people']} distorted single faces and {training['derived_people']} derived "
            f"pairs; AdamW, rate {training['learning_rate']:g}, less for earlier layers; seed {training['seed']}. The "
            "averaged weights of each run's checkpoint that measured best on the people kept apart, and of these the "
            "mean.",
            f"Threshold {facts['threshold']:g}: an FMR of 0.1 % between adults of the data.",
            time_line(facts),
        ],
        measured=[part for each in evaluations for part in _measured(each)]
        or ["Not measured yet: run `forensic-app evaluate matching`, then export again with `--evaluation`."],
        cannot=CANNOT,
    )


def _measured(result: Mapping[str, Any]) -> list[str]:
    head = (
        f"`forensic-app evaluate matching`, {result['data']}, {result['comparison']}: {result['n_people']} people, "
        f"{result['n_mated']} mated and {result['n_non_mated']} non-mated comparisons."
    )
    rows = [(name, *(each.cell(arm) for each in MATCHING.values())) for name, arm in result["arms"].items()]
    table = markdown_table(("arm", *(each.title for each in MATCHING.values())), rows)
    return [head, table, bullets(result["notes"]) if result["notes"] else "", measured_weights(None)]
