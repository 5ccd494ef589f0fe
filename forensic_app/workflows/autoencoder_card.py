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
    "Profiles, covered faces, faces below about 40 px between the eyes and people under two years are out of "
    "range.",
    "It learned from labelled photographs whose ages are estimates; errors of the labels are in it.",
    "Its code or its identity term comes from the network that also scores identity in the evaluation, except in the "
    "two-decoder variant. A score by another network may be lower.",
)

METHODS = {
    "prototypes": "a shared encoder (the frozen recognition network) and a table of faces by age: what the table shows "
    "at the target age less what it shows at the face's own is added to the photograph",
    "film": "a shared encoder and one decoder, modulated by the face's own age and the target age (FiLM), that draws "
    "what changes; a student that learned from the edits of another pack, with an identity term",
    "two-decoders": "a shared encoder and two decoders, one for ages below the split and one for the others",
}

LIMITS = {
    "prototypes": "Light and shade of the face that is there are changed, by the means of many faces: outline, hair "
    "and fine wrinkles stay the photograph's, and the face looks less changed than the years would change it.",
    "film": "It draws the mean of what its teacher would draw: its pictures are smoother, wrinkles and teeth are soft, "
    "and the teacher's own limits are in it.",
    "two-decoders": "The face is drawn from a narrow code: what the code loses (fine skin detail) is put back from the "
    "photograph only where the age changes little; every age on one side of the split looks the same.",
}

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
            ``validation_faces``, ``images_shown``, ``hours``, ``machine``; ``note`` if there is a remark, and
            ``teacher`` of a student: ``pack``, ``version``, ``weights_sha256``, ``faces`` and ``ages``.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate pack --json`` on faces that training never saw, or
            ``None``.
    """
    variant = training["variant"]
    size = f"Resolution {training['resolution']} px"
    levels = f"levels of {', '.join(str(width) for width in training['widths'])} channels"
    sizes = {
        "prototypes": f"{size}; the table's faces have half that side; gain {training.get('gain')}.",
        "film": f"{size}; {levels}; changes drawn in patches of {training.get('patch_px')} px; gain "
        f"{training.get('gain')}.",
        "two-decoders": f"{size}; {levels}; {training['latent_channels']} numbers for each of the code's cells; split "
        f"at {training['split_age']:g} years; random warp of the input.",
    }
    shown = (
        "Fitted in closed form (ridge regression) to all training faces."
        if variant == "prototypes"
        else f"Images shown: {facts['images_shown']:,}; seed {training['seed']}."
    )
    return whole_card(
        name=name,
        facts=facts,
        method=f"An autoencoder that shows a face at other ages: {METHODS[variant]}.",
        data=[
            f"Faces used for training: {facts['training_faces']}; faces kept from training: "
            f"{facts['validation_faces']} (named in `validation.txt`, for measuring, and `fitting.txt`).",
            *_teacher_lines(facts),
            "No picture of the data is in the pack.",
        ],
        training=[
            sizes[variant],
            shown,
            time_line(facts),
        ],
        measured=[measured(evaluation) if evaluation else NOT_MEASURED, measured_weights(evaluation)],
        cannot=(*CANNOT[:2], LIMITS[variant], *CANNOT[2:]),
    )


def _teacher_lines(facts: Mapping[str, Any]) -> list[str]:
    teacher = facts.get("teacher")
    if teacher is None:
        return []
    return [
        f"It learned from edits: the pack `{teacher['pack']}`, version {teacher['version']} (weights "
        f"`{teacher['weights_sha256']}`), edited up to {teacher['faces']:,} of the training faces to "
        f"{teacher['ages']} ages each. No real photograph of a person at another age had a part in it.",
        "No age estimator had a part in the training itself. The teacher's edits start from the bundled estimator's "
        "reading, and its edit weights were fitted with that estimator on the faces named in `fitting.txt`; the age "
        "errors below are read with it too.",
    ]
