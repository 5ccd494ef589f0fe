"""Options that the commands on one face share."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import pytest

from forensic_app.cli import age, sketch
from forensic_app.cli.run_options import RunOptions, engine_help, engine_that_makes, planned
from forensic_app.engines import device_names, registry
from forensic_app.engines.descriptor import Output
from forensic_app.errors import InvalidInput
from tests.cli.conftest import Cli

SHARED = {"pack", "face", "analyser", "analyser_models", "device", "out", "accept_licence"}


@pytest.mark.parametrize("command", [age.command, sketch.command])
def test_both_commands_have_the_shared_options_once(command: Any) -> None:
    names = list(inspect.signature(command).parameters)
    assert set(names) >= SHARED
    assert "options" not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("command", "engine", "pack"),
    [
        (("age", "E-0001", "--to", "45"), "aging", "base"),
        (("age", "E-0001", "--engine", "autoencoder"), "autoencoder", "deage"),
        (("sketch", "E-0001"), "sketch", "sketch"),
    ],
)
def test_the_options_reach_the_plan(
    cli: Cli,
    photograph: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    engine: str,
    pack: str,
) -> None:
    seen: list[tuple[RunOptions, dict[str, Any]]] = []

    class Stopped(BaseException):
        """Ends the command where the plan would begin."""

    def stop(_store: object, options: RunOptions, **given: Any) -> None:
        seen.append((options, given))
        raise Stopped

    for module in (age, sketch):
        monkeypatch.setattr(module, "planned", stop)
    cli("case", "new", "--number", "1", "--title", "T")
    cli("exhibit", "add", photograph, "--case", "1")
    with pytest.raises(Stopped):
        cli(*command, "--face", 2, "--pack", "mine", "--device", "cpu", "--accept-licence")
    ((options, given),) = seen
    assert options == RunOptions(pack="mine", face=2, device="cpu", accept_licence=True)
    method = given["engine"]
    assert (method.name, method.default_pack, given["picture"]) == (engine, pack, "E-0001")


@pytest.mark.parametrize(("face", "index"), [(None, 0), (1, 0), (3, 2)])
def test_faces_count_from_one_and_the_engines_pack_is_the_default(
    monkeypatch: pytest.MonkeyPatch, face: int | None, index: int
) -> None:
    from types import SimpleNamespace

    from forensic_app.cli import pack
    from forensic_app.workflows import execution, face_choice, packs

    wanted: list[str] = []
    monkeypatch.setattr(pack, "ensure_accepted", lambda *_a, **_k: None)
    monkeypatch.setattr(packs, "find_pack", lambda name, _folder: wanted.append(name))
    monkeypatch.setattr(face_choice, "require_clear_face", lambda *_a: None)
    monkeypatch.setattr(execution, "plan_run", lambda _store, **given: given)
    store: Any = SimpleNamespace(packs_dir=None, exhibit=lambda name: SimpleNamespace(exhibit_id=name))
    spec: Any = planned(
        store,
        RunOptions(face=face),
        engine=registry.descriptor("aging"),
        picture="E-0001",
        parameters={"seed": 3, "strength": None},
    )
    assert spec["face_index"] == index
    assert spec["pack"] == "base"
    assert wanted == ["base"]
    assert spec["parameters"] == {"seed": 3}


@pytest.mark.parametrize(
    "command",
    [
        ("age", "E-0001", "--to", "45", "--accept-licence"),
        ("sketch", "E-0001", "--accept-licence"),
        ("personalise", "--subject", "S-0001", "--accept-licence"),
    ],
)
@pytest.mark.parametrize(("device", "words"), [("gpu", "no device 'gpu'"), ("cuda", "no usable CUDA card")])
def test_a_device_that_is_not_there_is_refused_and_no_run_is_queued(
    cli: Cli,
    photograph: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    device: str,
    words: str,
) -> None:
    monkeypatch.setattr(device_names, "is_cuda_usable", lambda: False)
    cli("case", "new", "--number", "1", "--title", "T")
    cli("subject", "add", "--case", "1", "--name", "Ana")
    cli("exhibit", "add", photograph, "--case", "1", "--subject", "S-0001")
    answer = cli(*command, "--device", device, "--json")
    assert answer.code == 1
    assert answer.json["error"] == "InvalidInput"
    assert words in answer.json["message"]
    assert answer.json["advice"].startswith("Use ")
    assert cli("run", "list", "--json").json == {"runs": []}


@pytest.mark.parametrize(("makes", "like"), [(Output.AGES, "aging"), (Output.SKETCH, "sketch")])
def test_a_described_engine_is_on_offer(monkeypatch: pytest.MonkeyPatch, makes: Output, like: str) -> None:
    made_up = dataclasses.replace(registry.descriptor(like), name="fading", method="a pale method")
    with pytest.raises(InvalidInput, match="no engine 'fading'"):
        engine_that_makes(makes, "fading")
    monkeypatch.setitem(registry._DESCRIPTORS, made_up.name, made_up)
    assert "fading (a pale method)" in engine_help(makes)
    assert engine_that_makes(makes, "fading") is made_up


@pytest.mark.parametrize(("command", "engine"), [("age", "sketch"), ("sketch", "aging"), ("age", "morphing")])
def test_an_engine_that_makes_something_else_is_refused(cli: Cli, command: str, engine: str) -> None:
    answer = cli(command, "E-0001", "--engine", engine)
    assert answer.code == 1
    assert f"no engine '{engine}' that makes" in answer.err
