from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.evaluation.measures.words import PACK
from forensic_app.workflows.autoencoder_card import autoencoder_card
from forensic_app.workflows.base_card import base_card
from forensic_app.workflows.sketch_card import sketch_card

WEIGHTS = "a" * 64
EDITING = {"fitted_on": {"faces": 32, "weights_sha256": WEIGHTS}}
FACTS: dict[str, Any] = {
    "version": "1.0",
    "licence": "test",
    "data": "one photograph",
    "data_licence": "public domain",
    "training_command": "test",
    "training_faces": 1,
    "validation_faces": 1,
    "images_shown": {"decoder": 1, "diffusion": 1},
    "hours": 2.4,
    "machine": "a machine",
    "weights_sha256": WEIGHTS,
    "editing": EDITING,
    "note": "A remark.",
}
EVALUATION: dict[str, Any] = {
    "limit": 1,
    "seed": 0,
    "n_faces": 1,
    "by_target": {},
    "by_group": {"sex": {}, "group": {}},
}


def _card(facts: dict[str, Any] | None = None, **evaluation: Any) -> str:
    return base_card(
        name="base",
        facts={**FACTS, **(facts or {})},
        training=BaseTrainingConfig().to_json(),
        evaluation={**EVALUATION, **evaluation},
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "does not name the weights"),
        ({"weights_sha256": WEIGHTS}, "The numbers are of these weights"),
        ({"weights_sha256": WEIGHTS, "maker": {"editing": EDITING}}, "The numbers are of these weights"),
        ({"weights_sha256": WEIGHTS, "maker": {"editing": None}}, "with another `editing`"),
        ({"weights_sha256": "b" * 64}, "of other weights"),
    ],
)
def test_the_card_says_whether_its_numbers_are_of_its_weights(found: dict[str, Any], words: str) -> None:
    card = _card(**found)
    assert words in card
    assert "A remark." in card


def test_the_card_says_which_weights_the_edit_weights_were_fitted_with() -> None:
    assert "fitted on 32 faces with these weights" in _card()
    assert "**with other weights**" in _card({"weights_sha256": "c" * 64})
    assert "with weights that it does not name" in _card({"editing": {"fitted_on": {"faces": 32}}})
    assert "Edit weights by age gap" not in _card({"editing": None})


def test_the_card_says_what_another_machine_did() -> None:
    elsewhere = {"images": 2_000_000, "device": "a card", "minutes": 7.1}
    assert "2,000,000 images on a card in 7.1 minutes" in _card({"trained_elsewhere": elsewhere})
    assert "another machine" not in _card()


def test_the_card_names_the_worst_groups_and_the_second_estimator() -> None:
    def part(age_mae: float, kept: float) -> dict[str, Any]:
        return {"n_faces": 9, "age_mae": age_mae, "identity_kept_all": kept, "intervals": {}}

    groups = {"sex": {"female": part(6.0, 0.99), "male": part(9.0, 0.9)}, "group": {}}
    second = {
        "name": "another", "age_mae": 6.3, "estimator_mae": 6.7, "intervals": {"age_mae": [5.8, 6.8]},
    }  # fmt: skip
    card = _card(by_group=groups, age_mae=7.5, identity_kept_all=0.95, second_estimator=second)
    assert "Worst age error: male, 1.20 times that of all" in card
    assert "Most identities lost: male, 10.0%, 2.00 times that of all" in card
    assert "second estimator (another)" in card
    assert "6.3 years (5.8 to 6.8)" in card
    assert "second estimator" not in _card()


def test_the_card_prints_what_the_eye_sees_where_the_evaluation_holds_it() -> None:
    def part(**figures: Any) -> dict[str, Any]:
        return {"n_faces": 9, "age_mae": 6.0, "identity_kept_all": 1.0, "intervals": {}, **figures}

    target = {
        **{"n_faces": 9, "age_mae": 6.0, "age_bias": 1.0, "identity_kept": 1.0, "kid": None},
        **{"realism_auc": 0.754, "realism_auc_eyes": 0.6, "realism_auc_mouth": None, "sex_kept": 0.89},
    }
    card = _card(
        age_mae=6.0,
        identity_kept_all=1.0,
        realism_auc=0.754,
        intervals={"realism_auc": [0.7, 0.8]},
        by_target={"8": target},
        by_group={"sex": {}, "group": {}, "skin_tone": {"dark": part(sex_kept=0.9)}},
        children={"n_faces": 2, "absent": "only 2 usable faces"},
        grey={
            "n_faces": 8,
            "grey_kept": 1.0,
            "grey_spread_mean": 0.5,
            "grey_spread_max": 0.9,
            "intervals": {},
        },
    )
    assert f"| {PACK['realism_auc'].title} | 0.754 | 0.700 to 0.800 |" in card
    assert "| 0.754 | 0.600 | not measured | 89.0 % |" in card
    assert "| skin tone: dark | 9 |" in card
    assert "Worst age error: dark skin" in card
    assert "shown as adults: only 2 usable faces." in card
    assert "Photographs made grey, 8 photographs:" in card
    older = _card()
    assert not any(
        words in older for words in ("told apart", "skin tone", "Children", "made grey", "sex kept")
    )


def test_no_time_is_printed_where_none_was_recorded() -> None:
    assert "about 2.4 hours" in _card()
    assert "0.0 hours" not in _card({"hours": 0.0})


SKETCH_EVALUATION: dict[str, Any] = {
    "n_pairs": 50,
    "ssim": 0.6587,
    "intervals": {"ssim": [0.6, 0.7]},
    "notes": ["A note."],
    "pack": {"weights_sha256": WEIGHTS},
}


def _sketch(evaluation: dict[str, Any] | None) -> str:
    facts = {**FACTS, "training_pairs": 82, "validation_pairs": ["f-1"], "images_shown": 7000}
    training = SketchTrainingConfig().to_json()
    return sketch_card(name="sketch", facts=facts, training=training, evaluation=evaluation)


TAUGHT = {
    "pack": "base", "version": "1.1", "pack_sha256": "e" * 64, "weights_sha256": "d" * 64, "faces": 1200, "ages": 4,
}  # fmt: skip


def _autoencoder(evaluation: dict[str, Any] | None) -> str:
    training = AutoencoderTrainingConfig().to_json()
    facts = {**FACTS, "images_shown": 7000, "teacher": TAUGHT}
    return autoencoder_card(name="deage", facts=facts, training=training, evaluation=evaluation)


@pytest.mark.parametrize(
    "card",
    [
        _card(weights_sha256=WEIGHTS),
        _sketch(SKETCH_EVALUATION),
        _autoencoder({**EVALUATION, "weights_sha256": WEIGHTS}),
    ],
)
def test_cards_have_the_same_parts_and_name_the_measured_weights(card: str) -> None:
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    assert headings == ["## Data", "## Training", "## Measured", "## What it cannot do"]
    for words in (
        "Data: one photograph.",
        "public domain",
        "Command: `test`",
        "about 2.4 hours",
        "A remark.",
    ):
        assert card.count(words) == 1
    assert WEIGHTS in card.split("## Measured")[1]


def test_a_sketch_card_prints_values_with_their_intervals() -> None:
    card = _sketch(SKETCH_EVALUATION)
    assert "| SSIM (luma) | 0.659 | 0.600 to 0.700 |" in card
    assert "| FID | not measured |  |" in card


@pytest.mark.parametrize("make", [_sketch, _autoencoder])
def test_a_card_without_a_measurement_says_so(make: Callable[[None], str]) -> None:
    assert "Not measured yet" in make(None)
    assert WEIGHTS not in make(None)


def test_a_students_card_names_its_teacher_and_what_links_it_to_the_measurement() -> None:
    card = _autoencoder(EVALUATION)
    data = card.split("## Training")[0]
    assert "the pack `base`, version 1.1" in data
    assert "d" * 64 in data
    assert "1,200 of the training faces to 4 ages" in data
    assert "edit weights were fitted with that estimator" in data
    assert "gain 1.4." in card
