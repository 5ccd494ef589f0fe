"""The model card of a trained base pack, written from its evaluation; no number that was not measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.evaluation.measures.words import CHILDREN, GREY, PACK, markdown_table
from forensic_app.workflows.card_parts import measured_table, time_line, whole_card

CANNOT = (
    "It does not know how a person aged. It shows one possible appearance; other appearances are as possible.",
    "Hair, beard, glasses, weight, illness, injury and make-up are not predicted; what is seen stays or is guessed.",
    "Its pictures are as wide as the face crop and as fine as its resolution: skin detail of larger photographs "
    "is replaced by coarser detail.",
    "Profiles, covered faces, faces below about 40 px between the eyes and people under two years are out of range.",
    "It learned from labelled photographs whose ages are estimates; errors of the labels are in it.",
    "The identity tokens come from the network that also scores identity in the evaluation. A score by another "
    "network may be lower.",
)

_KINDS = {"sex": "sex", "group": "group", "skin_tone": "skin tone"}
_TARGET_FIGURES = ("realism_auc", "realism_auc_eyes", "realism_auc_mouth", "sex_kept")


def base_card(
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
            ``validation_faces``, ``images_shown``, ``hours``, ``machine``, ``weights_sha256``, ``editing`` if there
            is one, ``began_from`` if it began from a pack, and ``note``, a remark on the measurement.
        training: The configuration.
        evaluation: Result of ``forensic-app evaluate pack --json`` on faces that training never saw, or ``None``.
    """
    return whole_card(
        name=name,
        facts=facts,
        method="A latent diffusion model (patch autoencoder, U-Net with cross-attention, text encoder) that shows a "
        "face at other ages.",
        data=[
            f"Faces used for training: {facts['training_faces']}; faces kept from training: "
            f"{facts['validation_faces']} (named in `validation.txt`, for measuring, and "
            "`fitting.txt`, for fitting edit weights).",
            "`samples.png` shows faces generated from noise; no picture of the data is in the pack.",
        ],
        training=_training_lines(facts, training),
        measured=[measured(evaluation), _match(facts, evaluation)],
        cannot=CANNOT,
    )


def _training_lines(facts: Mapping[str, Any], training: Mapping[str, Any]) -> list[str]:
    return [
        f"Resolution {training['resolution']} px; latent grid {training['resolution'] // training['patch_size']} x "
        f"{training['resolution'] // training['patch_size']} x {training['latent_channels']}; U-Net widths "
        f"{', '.join(str(width) for width in training['unet_widths'])}.",
        f"Images shown: decoder {facts['images_shown']['decoder']:,}, diffusion "
        f"{facts['images_shown']['diffusion']:,}; seed {training['seed']}.",
        *(
            [f"Began from the pack {facts['began_from']}; its images are counted."]
            if "began_from" in facts
            else []
        ),
        *([_elsewhere_line(facts["trained_elsewhere"])] if "trained_elsewhere" in facts else []),
        time_line(facts, of="decoder and diffusion"),
        *([_editing_line(facts)] if facts.get("editing") else []),
        *([_critic_line(facts["critic"])] if facts.get("critic") else []),
        *(f"Refined: `{each}`" for each in facts.get("refined_by", [])),
        f"SHA-256 over the weights: `{facts['weights_sha256']}`; it stays when only a text of the pack changes.",
    ]


def _elsewhere_line(elsewhere: Mapping[str, Any]) -> str:
    """Return what another machine did, whose time is not in the sum of hours."""
    return (
        f"The diffusion part was trained on another machine: {elsewhere['images']:,} images on "
        f"{elsewhere['device']} in {elsewhere['minutes']:g} minutes, on crops that were carried there as WebP "
        "(`train carry`, `train fetch`)."
    )


def _critic_line(critic: Mapping[str, Any]) -> str:
    """Return what the critic learned from and tells apart."""
    return (
        f"Critic (warns of pictures unlike photographs): learned from {critic['faces']:,} faces; of its own kept faces "
        f"it tells edits that were pushed too far from photographs with an AUC of {critic['auc']:.2f}, and warns of "
        f"{critic['flagged']:.0%} of those and {critic['flagged_gentle']:.0%} of gentle edits where it warns of 1 % of "
        "photographs."
    )


def _editing_line(facts: Mapping[str, Any]) -> str:
    """Return whether the edit weights were fitted with these weights."""
    fitted = facts["editing"].get("fitted_on", {})
    with_weights = fitted.get("weights_sha256")
    if with_weights is None:
        which = "with weights that it does not name"
    elif with_weights == facts["weights_sha256"]:
        which = "with these weights"
    else:
        which = f"**with other weights** (`{with_weights}`): run the stage `fit` again"
    return f"Edit weights by age gap (`editing` in `pack.json`): fitted on {fitted.get('faces', '?')} faces {which}."


def _match(facts: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> str:
    """Return whether the measurement is one of these weights, in words."""
    if evaluation is None:
        return ""
    of = evaluation.get("weights_sha256")
    if of is None:
        return "The measurement does not name the weights that it was made with."
    if of != facts["weights_sha256"]:
        return f"**These numbers are of other weights** (`{of}`): measure the pack again."
    maker = evaluation.get("maker", {})
    if "editing" in maker and maker["editing"] != facts.get("editing"):
        return "**These numbers are of these weights with another `editing`**: measure the pack again."
    return (
        f"The numbers are of these weights (`weights_sha256` in `evaluation.json`: `{of}`). The pack's own digest is "
        "another one than when it was measured, because this card is part of it."
    )


def measured(evaluation: Mapping[str, Any] | None) -> str:
    """Return the card's section of measurements, from the result of ``evaluate pack --json``."""
    if evaluation is None:
        return "Not measured yet: run `forensic-app evaluate pack`, then `forensic-app train base --stages export`."
    intro = (
        f"`forensic-app evaluate pack --pack NAME --data DIR --limit {evaluation['limit']}`, seed "
        f"{evaluation['seed']}, {evaluation['n_faces']} people aged 14 to 70 that training never saw, "
        "six target ages each."
    )
    parts = [
        intro,
        measured_table({key: each for key, each in PACK.items() if key in evaluation}, evaluation),
        *_second(evaluation),
        _targets(evaluation),
        _groups(evaluation),
        *_special(evaluation),
    ]
    return "\n\n".join([*parts, _worst_groups(evaluation)])


def _second(evaluation: Mapping[str, Any]) -> list[str]:
    """Return what a second estimator read, as one sentence, where there was one."""
    second = evaluation.get("second_estimator")
    if not second:
        return []
    low, high = second["intervals"]["age_mae"]
    return [
        f"Read by a second estimator ({second['name']}), which nothing in the program uses: age error "
        f"{second['age_mae']:.1f} years ({low:.1f} to {high:.1f}), its own error on the real photographs "
        f"{second['estimator_mae']:.1f} years."
    ]


def _worst_groups(evaluation: Mapping[str, Any]) -> str:
    """Return which sex or group fares worst, against the mean of all, as one sentence."""
    parts = {
        name if kind != "skin_tone" else f"{name} skin": part
        for kind in _KINDS
        for name, part in evaluation["by_group"].get(kind, {}).items()
    }
    if not parts:
        return "No groups were labelled."
    oldest = max(parts, key=lambda name: float(parts[name]["age_mae"]))
    kept = {
        name: part["identity_kept_all"]
        for name, part in parts.items()
        if part["identity_kept_all"] is not None
    }
    sentence = f"Worst age error: {oldest}, {parts[oldest]['age_mae'] / evaluation['age_mae']:.2f} times that of all."
    lost = 1.0 - (evaluation["identity_kept_all"] or 0.0)
    if not kept or lost <= 0:
        return sentence
    worst = min(kept, key=lambda name: float(kept[name]))
    times = (1.0 - kept[worst]) / lost
    return (
        f"{sentence} Most identities lost: {worst}, {1.0 - kept[worst]:.1%}, {times:.2f} times that of all; the groups "
        "are small, see the intervals."
    )


def _targets(evaluation: Mapping[str, Any]) -> str:
    age_error, bias, kept, kid = (PACK[key] for key in ("age_mae", "age_bias", "identity_kept_all", "kid"))
    targets = sorted(evaluation["by_target"].items(), key=lambda each: float(each[0]))
    newer = [PACK[key] for key in _TARGET_FIGURES if targets and all(key in part for _, part in targets)]
    rows = [
        (
            age, str(part["n_faces"]), age_error.of(part), bias.of(part), kept.number(part["identity_kept"]),
            kid.of(part), *(each.of(part) for each in newer),
        )
        for age, part in targets
    ]  # fmt: skip
    head = (
        *("target", "N", age_error.short, bias.short, kept.short, kid.short),
        *(each.short for each in newer),
    )
    return "By target age:\n\n" + markdown_table(head, rows)


def _special(evaluation: Mapping[str, Any]) -> list[str]:
    """Return the tables of children and of grey photographs, where the evaluation holds them."""
    found = []
    for key, measures, words in (
        ("children", CHILDREN, "Children of 2 to 13 years shown as adults"),
        ("grey", GREY, "Photographs made grey"),
    ):
        part = evaluation.get(key)
        if part is None:
            continue
        said = f": {part['absent']}." if "absent" in part else f", {part['n_faces']} photographs:"
        table = "" if "absent" in part else "\n\n" + measured_table(measures, part)
        found.append(f"{words}{said}{table}")
    return found


def _groups(evaluation: Mapping[str, Any]) -> str:
    parts = [
        (kind, name, part) for kind in _KINDS for name, part in evaluation["by_group"].get(kind, {}).items()
    ]
    shown = [PACK["age_mae"], PACK["identity_kept_all"]]
    if parts and all("sex_kept" in part for _, _, part in parts):
        shown.append(PACK["sex_kept"])
    rows = [
        (
            f"{_KINDS[kind]}: {name}",
            str(part["n_faces"]),
            *(text for each in shown for text in (each.of(part), each.interval(part))),
        )
        for kind, name, part in parts
    ]
    head = ("group", "N", *(text for each in shown for text in (each.short, "interval")))
    words = (
        "By sex, ancestry label and skin tone"
        if "skin_tone" in evaluation["by_group"]
        else "By sex and ancestry label"
    )
    return f"{words}:\n\n" + markdown_table(head, rows)
