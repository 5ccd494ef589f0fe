from __future__ import annotations

from typing import Any

import pytest

from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.workflows.model_card import model_card

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
    return model_card(
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


def test_no_time_is_printed_where_none_was_recorded() -> None:
    assert "about 2.4 hours" in _card()
    assert "0.0 hours" not in _card({"hours": 0.0})
