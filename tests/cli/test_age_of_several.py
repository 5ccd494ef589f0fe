"""`age` on several photographs: what stands in the way is said before anything is queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from forensic_app.workflows import batches, execution
from forensic_app.workflows.casebook import open_casebook
from forensic_app.workflows.face_inspection import FoundFace
from tests.cli.conftest import Cli

FACE = FoundFace((0.0, 0.0, 100.0, 100.0), 1.0, {})


@pytest.fixture
def three(cli: Cli, photograph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Three photographs of one subject: one as it should be, one without a face, one without an age."""
    assert cli("case", "new", "--number", "MP-1", "--title", "T").code == 0
    assert cli("subject", "add", "--case", "MP-1", "--name", "Somebody").code == 0
    faces: dict[str, list[FoundFace]] = {}
    for number, age in enumerate(("30", "20", None)):
        path = tmp_path / f"{number}.png"
        ImageOps.solarize(Image.open(photograph), 255 - number).save(path)
        stated = ("--age-at-photo", age) if age else ()
        added = cli("exhibit", "add", path, "--case", "MP-1", "--subject", "S-0001", *stated, "--json")
        assert added.code == 0
        faces[added.json["sha256"]] = [] if number == 1 else [FACE]
    monkeypatch.setattr(
        "forensic_app.workflows.face_inspection.inspect_faces", lambda photograph: faces[photograph[1]]
    )
    return cli


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were to be executed; none is."""
    asked: list[str] = []

    def execute(_store: Any, *, run_ids: list[str], **_: Any) -> list[Any]:
        asked.extend(run_ids)
        return []

    monkeypatch.setattr(execution, "execute_queued", execute)
    return asked


def test_nothing_is_queued_while_something_stands_in_the_way(three: Cli, executed: list[str]) -> None:
    answer = three("age", "--subject", "S-0001", "--to", "8", "--accept-licence", "--json")
    assert (answer.code, answer.json["error"]) == (1, "InvalidInput")
    assert "2 of 3 photographs" in answer.json["message"]
    assert "E-0002: no face was found in it." in answer.err
    assert "E-0003: the age in it is not stated." in answer.err
    assert three("run", "list", "--json").json == {"runs": []}
    assert executed == []


def test_each_photograph_that_is_taken_has_its_run(three: Cli, executed: list[str], casebook: Path) -> None:
    answer = three(
        "age", "E-0001", "E-0002", "E-0003", "--to", "8,62", "--leave-out", "--estimate-ages",
        "--accept-licence", "--json",
    )  # fmt: skip
    assert answer.code == 130, "none of them was executed here"
    assert [each["exhibit_id"] for each in answer.json["runs"]] == ["E-0001", "E-0003"]
    assert answer.json["left_out"] == [{"exhibit_id": "E-0002", "because": ["no_face"]}]
    assert executed == ["R-0001", "R-0002"]
    with open_casebook(casebook, examiner="x", read_only=True) as store:
        specs = [run.spec for run in store.runs()]
    assert [spec.parameters["target_ages"] for spec in specs] == [[8.0, 62.0]] * 2


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ((), 2, "UsageError"),
        (("E-0001", "E-0003", "--face", "1"), 1, "InvalidInput"),
        (("--subject", "S-0009"), 1, "RecordNotFound"),
        (("E-0002", "--subject", "S-0001", "--to", "old-ish"), 1, "InvalidInput"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    three: Cli, executed: list[str], arguments: tuple[str, ...], code: int, error: str
) -> None:
    answer = three("age", *arguments, "--accept-licence", "--json")
    assert (answer.code, answer.json["error"]) == (code, error)
    assert executed == []


def test_a_batch_states_no_age_without_a_reason(three: Cli, casebook: Path) -> None:
    three("pack", "accept", "base", "--accept-licence")
    with open_casebook(casebook, examiner="x") as store:
        item = batches.BatchItem("E-0003", age_at_photo=24.0)
        with pytest.raises(batches.InvalidInput, match="no reason"):
            batches.queue_batch(store, [item], engine="aging", pack="base", parameters={})
        assert store.exhibit("E-0003").age_at_photo is None
        assert store.runs() == []
