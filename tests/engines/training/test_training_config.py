from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.training.config import JsonConfig
from forensic_app.errors import InvalidInput


@dataclasses.dataclass(frozen=True, slots=True)
class Config(JsonConfig):
    """A field of every type that configurations use."""

    count: int = 1
    share: float = 0.5
    is_on: bool = True
    name: str = "film"
    widths: tuple[int, ...] = (1, 2)
    switches: tuple[bool, ...] = (True,)
    gain: float | None = None


@pytest.mark.parametrize(
    "kind", [BaseTrainingConfig, AutoencoderTrainingConfig, SketchTrainingConfig, Config]
)
def test_a_configuration_comes_back_from_its_json(kind: type[JsonConfig]) -> None:
    assert kind.from_json(json.loads(json.dumps(kind().to_json()))) == kind()


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"count": 7}, 7),
        ({"share": 2}, 2.0),
        ({"is_on": False}, False),
        ({"name": "x"}, "x"),
        ({"widths": []}, ()),
        ({"switches": [False, True]}, (False, True)),
        ({"gain": None}, None),
        ({"gain": 3}, 3),
    ],
)
def test_a_value_of_its_type_is_taken(values: dict[str, Any], kept: Any) -> None:
    (name,) = values
    assert getattr(Config.from_json(values), name) == kept


@pytest.mark.parametrize(
    ("values", "given", "wanted"),
    [
        ({"count": "7"}, '"7"', "a whole number"),
        ({"count": 7.0}, "7.0", "a whole number"),
        ({"count": True}, "true", "a whole number"),
        ({"count": None}, "null", "a whole number"),
        ({"share": "0.5"}, '"0.5"', "a number"),
        ({"share": False}, "false", "a number"),
        ({"share": float("nan")}, "NaN", "a number"),
        ({"share": [0.5]}, "[0.5]", "a number"),
        ({"is_on": 1}, "1", "true or false"),
        ({"name": 5}, "5", "text"),
        ({"widths": 64}, "64", "a list of whole numbers"),
        ({"widths": [64, "128"]}, '[64, "128"]', "a list of whole numbers"),
        ({"switches": [True, 0]}, "[true, 0]", "a list of true or false"),
        ({"gain": "much"}, '"much"', "a number or null"),
        ({"gain": {}}, "{}", "a number or null"),
    ],
)
def test_a_value_of_another_type_is_named_with_what_is_wanted(
    tmp_path: Path, values: dict[str, Any], given: str, wanted: str
) -> None:
    (name,) = values
    path = tmp_path / "config.json"
    path.write_text(json.dumps(values))
    with pytest.raises(InvalidInput) as refused:
        Config.load(path)
    assert refused.value.message == f"The training configuration sets {name} to {given}."
    assert refused.value.advice == f"Give {wanted}."
