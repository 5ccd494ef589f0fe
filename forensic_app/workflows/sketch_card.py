"""The model card of a sketch pack, written from its evaluation; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.evaluation.measures.words import SKETCH
from forensic_app.workflows.card_parts import bullets, measured_table, measured_weights, time_line, whole_card

CANNOT = (
    "It draws what the photograph shows, in the manner of the artist of the training pairs: it is no witness's "
    "memory and adds no knowledge about the person.",
    "Hair that is fair or grey is drawn darker than it is; glasses, beards, hats, jewellery and scars were rare or "
    "absent in the training pairs and may be drawn weakly or not at all.",
    "The training pairs show young adults of one population, facing the camera in even light. Other ages, "
    "ancestries, poses and hard shadows are drawn less faithfully.",
    "The portrait frame is 256 px wide; larger faces are drawn at that size and enlarged.",
    "Backgrounds and clothes below the collar are not part of the sketch.",
)


def sketch_card(
    *,
    name: str,
    facts: Mapping[str, Any],
    training: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None,
) -> str:
    """Return the card as Markdown.

    Args:
        name: Name of the pack.
        facts: ``version``, ``licence``, ``data``, ``data_licence``, ``training_command``, ``training_pairs``,
            ``validation_pairs``, ``images_shown``, ``hours``, ``machine``, and ``note`` if there is a remark.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate sketch --json`` on pairs that training never saw, or ``None``.
    """
    return whole_card(
        name=name,
        facts=facts,
        method="A conditional adversarial network (U-Net generator, patch discriminator) that draws a photographed "
        "face as a pencil sketch.",
        data=[
            f"Pairs used for training: {facts['training_pairs']}; kept from training to watch it: "
            f"{', '.join(facts['validation_pairs']) or 'none'}.",
            "No photograph and no drawing of the data is in the pack.",
        ],
        training=_training_lines(facts, training),
        measured=[
            _measured(evaluation),
            measured_weights(None if evaluation is None else evaluation.get("pack", {})),
        ],
        cannot=CANNOT,
    )


def _training_lines(facts: Mapping[str, Any], training: Mapping[str, Any]) -> list[str]:
    edges = "with" if training["uses_edges"] else "without"
    return [
        f"Frame {training['resolution']} px; U-Net of {training['levels']} levels from {training['width']} channels, "
        f"instance norm, resize-convolutions, {edges} a difference-of-Gaussians channel.",
        f"Images shown: {facts['images_shown']:,} ({training['coarse_images']:,} at half size with L1 alone, "
        f"{training['images']:,} at full size with L1 x {training['l1_weight']:g} and the 70 px discriminator); "
        f"Adam, rate {training['learning_rate']:g}, five times that at half size; seed {training['seed']}.",
        time_line(facts),
    ]


def _measured(evaluation: Mapping[str, Any] | None) -> str:
    if evaluation is None:
        return "Not measured yet: run `forensic-app evaluate sketch`, then export again with `--evaluation`."
    head = f"`forensic-app evaluate sketch`, {evaluation['n_pairs']} pairs that training never saw."
    return "\n\n".join([head, measured_table(SKETCH, evaluation), bullets(evaluation["notes"])])
