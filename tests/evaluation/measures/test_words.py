from __future__ import annotations

import pytest

from forensic_app.evaluation.measures.words import PACK, PERSONAL, SECONDS_PER_STEP, markdown_table

VALUES = {
    "age_mae": 6.79,
    "identity_kept_all": 0.975,
    "intervals": {"age_mae": [6.1, 7.54], "identity_kept_all": [0.96, 0.99], "kid": None},
}


@pytest.mark.parametrize(
    ("key", "value", "interval"),
    [
        ("age_mae", "6.8", "6.1 to 7.5"),
        ("identity_kept_all", "97.5 %", "96.0 % to 99.0 %"),
        ("kid", "not measured", ""),
        ("peak_memory_mb", "not measured", ""),
    ],
)
def test_a_number_is_printed_with_its_own_digits(key: str, value: str, interval: str) -> None:
    assert (PACK[key].of(VALUES), PACK[key].interval(VALUES)) == (value, interval)


def test_names_have_their_unit_and_the_better_direction() -> None:
    assert PERSONAL["age_mae"].axis == "AgeMAE, years (less is better)"
    assert PERSONAL["reference_id"].axis == "reference-ID (more is better)"
    assert PACK["age_bias"].axis == PACK["age_bias"].title == "Age bias, calibrated, years"


def test_a_cell_of_a_table_holds_value_and_interval() -> None:
    row = [PERSONAL["age_mae"].cell(VALUES), SECONDS_PER_STEP.of({"seconds_per_step": None})]
    assert markdown_table(["a", "b"], [row]) == "| a | b |\n| --- | --- |\n| 6.8 [6.1, 7.5] |  |"
