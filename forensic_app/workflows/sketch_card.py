"""The model card of a sketch pack, written from its evaluation; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.evaluation.measures.words import SKETCH, markdown_table
from forensic_app.evaluation.sketch.styles import sets_table
from forensic_app.workflows.card_parts import bullets, measured_table, measured_weights, time_line, whole_card

CANNOT = (
    "It draws what the photograph shows, in the manner of the artist of the training pairs: it is no witness's "
    "memory and adds no knowledge about the person.",
    "Hair that is fair or grey is drawn darker than it is; glasses, beards, hats, jewellery and scars were rare or "
    "absent in the training pairs and may be drawn weakly or not at all.",
    "Other ages, ancestries, poses and lights than the training pairs show, young adults above all who face the "
    "camera, are drawn less faithfully.",
    "The portrait frame is 256 px wide; on a sheet of its own lines are drawn at 384 px. Larger faces are enlarged.",
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
            ``validation_pairs``, ``images_shown``, ``hours``, ``machine``; ``styles``, ``held_out_pairs``,
            ``started_from`` and ``note`` where there is something to state.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate sketch --json`` on pairs that training never saw, or ``None``.
    """
    return whole_card(
        name=name,
        facts=facts,
        method="A conditional adversarial network (U-Net generator, patch discriminator) that draws a photographed "
        "face as a pencil sketch.",
        data=_data_lines(facts),
        training=_training_lines(facts, training),
        measured=[
            _measured(evaluation),
            measured_weights(None if evaluation is None else evaluation.get("pack", {})),
        ],
        cannot=CANNOT,
    )


def _data_lines(facts: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Pairs used for training: {facts['training_pairs']}; kept from training to watch it: "
        f"{', '.join(facts['validation_pairs']) or 'none'}.",
        "No photograph and no drawing of the data is in the pack.",
    ]
    if facts.get("held_out_pairs"):
        lines.insert(1, f"Held out of training, to be measured: {', '.join(facts['held_out_pairs'])}.")
    if facts.get("styles"):
        lines.insert(
            0, f"Styles, the first of which is drawn where none is named: {', '.join(facts['styles'])}."
        )
    return lines


def _training_lines(facts: Mapping[str, Any], training: Mapping[str, Any]) -> list[str]:
    edges = "with" if training["uses_edges"] else "without"
    lines = [
        f"Frame {training['resolution']} px; U-Net of {training['levels']} levels from {training['width']} channels, "
        f"instance norm (gain and bias of each style), resize-convolutions, {edges} a difference-of-Gaussians channel.",
        f"Images shown: {facts['images_shown']:,}, of these {training['coarse_images']:,} at half size with L1 alone, "
        f"the others with L1 x {training['l1_weight']:g}, features of the frozen dlib recognition network "
        f"x {training['feature_weight']:g}, unmet lines x {training['line_weight']:g} and two 70 px discriminators, of "
        f"the sketch and of its half, x {training['adversarial_weight']:g}. The artist's sketch is moved by up to "
        f"{training['reach_px']} px, place by place, to meet the drawn one.",
        *_likeness_line(training),
        f"Adam, rate {training['learning_rate']:g}, five times that at half size; seed {training['seed']}.",
        time_line(facts),
    ]
    if facts.get("started_from"):
        lines.insert(1, f"Begun from the pack {facts['started_from']}.")
    return lines


def _likeness_line(training: Mapping[str, Any]) -> list[str]:
    if not training.get("likeness_weight"):
        return []
    return [
        f"What the comparison score of sketch and photograph (frozen dlib recognition network) lacked of "
        f"{training['likeness_floor']:g} was a term too, x {training['likeness_weight']:g}."
    ]


def _measured(evaluation: Mapping[str, Any] | None) -> str:
    if evaluation is None:
        return "Not measured yet: run `forensic-app evaluate sketch`, then export again with `--evaluation`."
    head = f"`forensic-app evaluate sketch`, {evaluation['n_pairs']} pairs that training never saw."
    sets = evaluation.get("sets", ())
    if len(sets) < 2:
        return "\n\n".join([head, measured_table(SKETCH, evaluation), bullets(evaluation["notes"])])
    head = (
        "`forensic-app evaluate sketch`, pairs that training never saw, each set in its own style; the 95 % interval "
        "in brackets."
    )
    return "\n\n".join([head, markdown_table(*sets_table(sets)), bullets(evaluation["notes"])])
