"""The model card of an autoencoder pack, written from its evaluation; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.workflows.card_parts import measured_weights, time_line, whole_card
from forensic_app.workflows.model_card import measured

CANNOT = (
    "It does not know how a person aged. It shows one possible appearance; other appearances are as possible.",
    "Hair, beard, glasses, weight, illness, injury and make-up are not predicted; what is seen stays or is "
    "guessed.",
    "A face passes through a narrow code: what the code loses (fine skin detail) is put back from the photograph "
    "only where the age changes little.",
    "The two-decoder variant has no control of age: every age on one side of its split looks the same.",
    "Profiles, covered faces, faces below about 40 px between the eyes and people under two years are out of "
    "range.",
    "It learned from labelled photographs whose ages are estimates; errors of the labels are in it.",
    "The identity term of the film variant comes from the network that also scores identity in the evaluation. A "
    "score by another network may be lower.",
)

NOT_MEASURED = (
    "Not measured yet: run `forensic-app evaluate pack --pack NAME --data DIR --json`, then train again with "
    "`--resume --evaluation FILE`, which only exports."
)


def deage_card(
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
            ``validation_faces``, ``images_shown``, ``hours``, ``machine``, and ``note`` if there is a remark.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate pack --json`` on faces that training never saw, or
            ``None``.
    """
    is_film = training["variant"] == "film"
    method = (
        "one decoder whose features are modulated by the target age (FiLM), an adversary that hides the age in the "
        "code, and an identity term"
        if is_film
        else f"two decoders, one for ages below {training['split_age']:g} years and one for the others"
    )
    return whole_card(
        name=name,
        facts=facts,
        method=f"An autoencoder that shows a face at other ages: a shared encoder and {method}.",
        data=[
            f"Faces used for training: {facts['training_faces']}; faces kept from training: "
            f"{facts['validation_faces']} (named in `validation.txt`).",
            "No picture of the data is in the pack.",
        ],
        training=[
            f"Resolution {training['resolution']} px; levels of "
            f"{', '.join(str(width) for width in training['widths'])} channels; "
            f"{training['latent_channels']} numbers for each of the code's cells; random warp of the input.",
            f"Images shown: {facts['images_shown']:,}; seed {training['seed']}.",
            time_line(facts),
        ],
        measured=[measured(evaluation) if evaluation else NOT_MEASURED, measured_weights(evaluation)],
        cannot=CANNOT,
    )
