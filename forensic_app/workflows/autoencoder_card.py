"""The model card of an autoencoder pack, written from its evaluation; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.workflows.base_card import measured
from forensic_app.workflows.card_parts import measured_weights, time_line, whole_card

CANNOT = (
    "It does not know how a person aged. It shows one possible appearance; other appearances are as possible.",
    "Hair, beard, glasses, weight, illness, injury and make-up are not predicted; what is seen stays or is "
    "guessed.",
    "It draws the mean of what its teacher would draw: its pictures are smoother, wrinkles and teeth are soft, "
    "and the teacher's own limits are in it.",
    "Profiles, covered faces, faces below about 40 px between the eyes and people under two years are out of "
    "range.",
    "It learned from labelled photographs whose ages are estimates; errors of the labels are in it.",
    "Its identity term comes from the network that also scores identity in the evaluation. A score by another network "
    "may be lower.",
)

METHOD = (
    "An autoencoder that shows a face at other ages: an encoder and one decoder, modulated by the face's own age and "
    "the target age (FiLM), that draws what changes; a student that learned from the edits of another pack, with an "
    "identity term."
)

NOT_MEASURED = (
    "Not measured yet: run `forensic-app evaluate pack --pack NAME --data DIR --json`, then train again with "
    "`--resume --evaluation FILE`, which only exports."
)


def autoencoder_card(
    *,
    name: str,
    facts: Mapping[str, Any],
    training: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None,
) -> str:
    """Return the card as Markdown.

    Args:
        name: Name of the pack.
        facts: ``version``, ``licence``, ``data``, ``data_licence``, ``training_command``, ``training_faces``,
            ``validation_faces``, ``images_shown``, ``hours``, ``machine``; ``teacher`` with ``pack``, ``version``,
            ``weights_sha256``, ``faces`` and ``ages``; ``note`` if there is a remark.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate pack --json`` on faces that training never saw, or
            ``None``.
    """
    levels = f"levels of {', '.join(str(width) for width in training['widths'])} channels"
    return whole_card(
        name=name,
        facts=facts,
        method=METHOD,
        data=[
            f"Faces used for training: {facts['training_faces']}; faces kept from training: "
            f"{facts['validation_faces']} (named in `validation.txt`, for measuring, and `fitting.txt`).",
            *_teacher_lines(facts["teacher"]),
            "No picture of the data is in the pack.",
        ],
        training=[
            f"Resolution {training['resolution']} px; {levels}; changes drawn in patches of {training['patch_px']} px; "
            f"gain {training['gain']}.",
            f"Images shown: {facts['images_shown']:,}; seed {training['seed']}.",
            *_judge_lines(training),
            time_line(facts),
        ],
        measured=[measured(evaluation) if evaluation else NOT_MEASURED, measured_weights(evaluation)],
        cannot=CANNOT,
    )


def _teacher_lines(teacher: Mapping[str, Any]) -> list[str]:
    return [
        f"It learned from edits: the pack `{teacher['pack']}`, version {teacher['version']} (weights "
        f"`{teacher['weights_sha256']}`), edited up to {teacher['faces']:,} of the training faces to "
        f"{teacher['ages']} ages each. No real photograph of a person at another age had a part in it.",
        "No age estimator had a part in the training itself. The teacher's edits start from the bundled estimator's "
        "reading, and its edit weights were fitted with that estimator on the faces named in `fitting.txt`; the age "
        "errors below are read with it too.",
    ]


def _judge_lines(training: Mapping[str, Any]) -> list[str]:
    weight = training.get("adversarial_weight", 0.0)
    if not weight:
        return []
    return [
        "A judge that was shown the teacher's pictures beside their photographs, of their age and of another, asked "
        f"for more than their mean: weight {weight:g} from {training['adversarial_from']:.0%} of the images on, as "
        "last set. It is not in the pack."
    ]
