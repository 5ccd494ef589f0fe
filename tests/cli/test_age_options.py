"""Options made from the engine's schema."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from forensic_app.cli import age
from forensic_app.cli.parameter_options import with_parameters
from forensic_app.engines.aging.schema import SCHEMA
from tests.cli.conftest import Cli


def test_every_parameter_is_an_option() -> None:
    names = set(inspect.signature(age.command).parameters)
    assert {parameter.name for parameter in SCHEMA} <= names
    assert "parameters" not in names


def test_values_arrive_by_name() -> None:
    received: dict[str, object] = {}

    @with_parameters(SCHEMA)
    def command(exhibit: str, *, parameters: dict[str, object]) -> None:
        received.update(parameters, exhibit=exhibit)

    command(exhibit="E-1", **{parameter.name: None for parameter in SCHEMA} | {"seed": 3})
    assert received["exhibit"] == "E-1"
    assert received["seed"] == 3
    assert received["strength"] is None


def test_help_says_bounds_and_defaults(plain_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    answer = plain_cli("age", "--help")
    assert answer.code == 0
    for words in (
        "--to",
        "--steps",
        "--guidance-scale",
        "--strength",
        "--scheduler",
        "--no-color-match",
        "--face",
    ):
        assert words in answer.out
    assert "8,16,27,45,62,75" in answer.out
    assert "2147483647" in answer.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--to", "1"), "out of its bounds"),
        (("--to", "8,140"), "out of its bounds"),
        (("--to", "old-ish"), "not an age"),
        (("--to", ","), "No target age"),
        (("--strength", "7"), "strength"),
        (("--scheduler", "magic"), "scheduler"),
        (("--variants", "0"), "variants"),
        (("--guidance-scale", "nan"), "guidance_scale"),
    ],
)
def test_values_out_of_bounds_queue_nothing(
    cli: Cli, photograph: Path, options: tuple[str, str], words: str
) -> None:
    cli("case", "new", "--number", "1", "--title", "T")
    cli("exhibit", "add", photograph, "--case", "1")
    answer = cli("age", "E-0001", *options, "--accept-licence", "--json")
    assert answer.code == 1
    assert words in answer.json["message"]
    assert answer.json["error"] == "InvalidInput"
    assert cli("run", "list", "--json").json == {"runs": []}


def test_unknown_exhibit_and_pack(cli: Cli, photograph: Path) -> None:
    cli("case", "new", "--number", "1", "--title", "T")
    assert cli("age", "E-0009", "--accept-licence", "--json").json["error"] == "RecordNotFound"
    cli("exhibit", "add", photograph, "--case", "1")
    answer = cli("age", "E-0001", "--pack", "no-such-pack", "--json")
    assert (answer.code, answer.json["error"]) == (1, "PackMissing")
