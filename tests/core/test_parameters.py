"""Parameter schemas: defaults are filled in, and nothing out of bounds passes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensic_app.errors import InvalidInput
from forensic_app.parameters import Parameter, parsed_settings, resolve, resolve_recorded

SCHEMA = (
    Parameter("num_inference_steps", "integer", 20, "Steps.", minimum=1, maximum=100),
    Parameter("guidance_scale", "number", 7.5, "Scale.", minimum=0, maximum=30),
    Parameter("scheduler", "choice", "ddim", "Scheduler.", choices=("ddim", "euler")),
    Parameter("negative_prompt", "text", "", "Prompt."),
    Parameter("ages", "ages", [30.0], "Ages.", minimum=1, maximum=100, unit="years"),
    Parameter("keep_background", "flag", True, "Background."),
)


def test_every_default_is_filled_in_in_schema_order():
    resolved = resolve(SCHEMA, {})
    assert list(resolved) == [parameter.name for parameter in SCHEMA]
    assert resolved["ages"] == [30.0]
    assert resolved["keep_background"] is True


def test_none_means_the_default():
    assert resolve(SCHEMA, {"scheduler": None})["scheduler"] == "ddim"


def test_a_default_of_none_is_left_to_the_engine():
    schema = (Parameter("strength", "number", None, "Strength.", minimum=0, maximum=1),)
    assert resolve(schema, {}) == {"strength": None}
    assert resolve(schema, {"strength": 0.5}) == {"strength": 0.5}


def test_text_is_kept_as_text():
    assert resolve(SCHEMA, {"negative_prompt": 5})["negative_prompt"] == "5"


def test_given_values_replace_defaults_and_get_the_kind_of_the_parameter():
    resolved = resolve(SCHEMA, {"num_inference_steps": 30.0, "guidance_scale": 2, "ages": (8, 16)})
    assert (resolved["num_inference_steps"], type(resolved["num_inference_steps"])) == (30, int)
    assert (resolved["guidance_scale"], type(resolved["guidance_scale"])) == (2.0, float)
    assert resolved["ages"] == [8.0, 16.0]


@pytest.mark.parametrize(
    "given_values",
    [
        {"steps": 3},
        {"num_inference_steps": 0},
        {"num_inference_steps": 101},
        {"num_inference_steps": 1.5},
        {"num_inference_steps": True},
        {"num_inference_steps": "20"},
        {"guidance_scale": math.nan},
        {"guidance_scale": math.inf},
        {"guidance_scale": -0.1},
        {"scheduler": "magic"},
        {"keep_background": 1},
        {"ages": []},
        {"ages": 8},
        {"ages": [8, 8]},
        {"ages": [8, 101]},
    ],
)
def test_a_value_that_is_out_of_bounds_is_refused_with_advice(given_values):
    with pytest.raises(InvalidInput) as caught:
        resolve(SCHEMA, given_values)
    assert next(iter(given_values)) in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    ("minimum", "maximum", "value", "words"), [(2.0, None, 1, "at least 2"), (None, 2.0, 3, "at most 2")]
)
def test_a_single_bound_is_named(minimum, maximum, value, words):
    schema = (Parameter("strength", "number", 2.0, "Strength.", minimum=minimum, maximum=maximum),)
    with pytest.raises(InvalidInput, match=words):
        resolve(schema, {"strength": value})


@given(st.integers(1, 100), st.floats(0, 30))
def test_what_is_within_bounds_comes_back_unchanged(steps, scale):
    resolved = resolve(SCHEMA, {"num_inference_steps": steps, "guidance_scale": scale})
    assert (resolved["num_inference_steps"], resolved["guidance_scale"]) == (steps, scale)


def test_resolving_twice_changes_nothing():
    once = resolve(SCHEMA, {"ages": [8, 16]})
    assert resolve(SCHEMA, once) == once


def test_settings_are_typed_as_the_schema_says() -> None:
    schema = (
        Parameter("steps", "integer", 12, "Steps.", minimum=1, maximum=20),
        Parameter("guard", "flag", True, "Guard."),
        Parameter("scale", "number", 3.0, "Scale."),
        Parameter("way", "choice", "ddim", "Way.", choices=("ddim", "ddpm")),
        Parameter("target_ages", "ages", [8.0], "Ages.", minimum=2, maximum=100),
    )
    parsed = parsed_settings(
        schema, ["steps=8", "guard=False", "scale=2.5", "way=ddpm", "target-ages=8,16.5"]
    )
    assert parsed == {"steps": 8, "guard": False, "scale": 2.5, "way": "ddpm", "target_ages": [8.0, 16.5]}
    assert parsed_settings(schema, []) == {}


@pytest.mark.parametrize("setting", ["steps", "steps=many", "steps=99", "guard=perhaps", "none=1", "way=x"])
def test_wrong_settings_are_refused(setting: str) -> None:
    schema = (
        Parameter("steps", "integer", 12, "Steps.", minimum=1, maximum=20),
        Parameter("guard", "flag", True, "Guard."),
        Parameter("way", "choice", "ddim", "Way.", choices=("ddim", "ddpm")),
    )
    with pytest.raises(InvalidInput):
        parsed_settings(schema, [setting])


def test_a_recorded_run_is_repeated_as_it_was_before_a_parameter_came() -> None:
    schema = (
        Parameter("kept", "flag", True, "Came later.", before=False),
        Parameter("seed", "integer", 0, "Was there.", 0, 9),
    )
    assert resolve_recorded(schema, {"seed": 3}) == {"kept": False, "seed": 3}
    assert resolve_recorded(schema, {"seed": 3, "kept": True}) == {"kept": True, "seed": 3}
    assert resolve(schema, {"seed": 3}) == {"kept": True, "seed": 3}
