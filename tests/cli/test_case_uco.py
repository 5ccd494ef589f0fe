"""A case is handed out as linked data: deterministic, sound in itself, and recorded."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from forensic_app.errors import EngineError
from forensic_app.exchange.case_uco_check import structural_faults
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import case_export
from tests.cli.conftest import Cli

HOSTILE = 'N "\\ <script> \u0645\u0631\u064a\u0645 \U0001f600'


@pytest.fixture
def without_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_export, "validate", lambda _: False)


@pytest.mark.usefixtures("without_validator")
def test_a_case_with_everything(cli: Cli, casebook: Path, image: str, tmp_path: Path) -> None:
    cli("run", "decide", image, "accept", "--reason", HOSTILE)
    cli(
        "subject",
        "edit",
        "S-0001",
        "--reason",
        "x",
        "--name",
        HOSTILE,
        "--family-name",
        "N",
        "--birth-date",
        "1975",
    )
    cli("report", "new", "--case", "1", "--out", tmp_path / "r.pdf")
    out = tmp_path / "case.jsonld"
    answer = cli("export", "case-uco", "--case", "1", "--out", out, "--recipient", "Police", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["is_validated"] is False
    assert "Only its structure was checked" in answer.json["words"]
    document = json.loads(out.read_text())
    assert structural_faults(document) == []
    types = [each["@type"] for each in document["@graph"]]
    for expected in (
        "case-investigation:Investigation",
        "case-investigation:ProvenanceRecord",
        "uco-tool:ConfiguredTool",
        "uco-core:Annotation",
        "uco-observable:PDFFile",
        "uco-core:Relationship",
    ):
        assert expected in types
    assert types.count("uco-observable:RasterPicture") == 3
    text = out.read_text()
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        event = store.events()[-1]
        assert store.derived_image(image).sha256 in text
        assert store.exhibit("E-0001").sha256 in text
    assert event.action == "case_exported"
    assert event.details["exported_sha256"] == answer.json["sha256"]
    assert event.details["recipient"] == "Police"
    assert "accepted" in text.lower()
    assert "DERIVED IMAGE - POSSIBLE APPEARANCE" in text

    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        records = case_export.gathered(store, "1")
        assert case_export.linked_data(records) == case_export.linked_data(records)
    again = cli("export", "case-uco", "--case", "1", "--out", out)
    assert again.code == 1
    assert "exists already" in again.err
    assert cli("verify").code == 0


@pytest.mark.usefixtures("without_validator")
def test_the_check_finds_what_is_wrong(cli: Cli, image: str, tmp_path: Path) -> None:
    out = tmp_path / "case.jsonld"
    assert cli("export", "case-uco", "--case", "1", "--out", out).code == 0
    sound = json.loads(out.read_text())

    def faults(change: str) -> str:
        document = copy.deepcopy(sound)
        exec(change, {"graph": document["@graph"], "document": document})
        return " ".join(structural_faults(document))

    action = "next(e for e in graph if e['@type'].endswith('InvestigativeAction'))"
    assert "does not end in a UUID" in faults("graph[0]['@id'] = 'kb:tool-1'")
    assert "stands twice" in faults("graph.append(dict(graph[0]))")
    assert "Nothing is called" in faults("graph.pop(0)")
    assert "no uco-action:performer" in faults(f"{action}.pop('uco-action:performer')")
    assert "more than one" in faults(f"{action}['uco-action:performer'] = [1, 2]")
    assert "not declared" in faults("graph[0]['other:name'] = 1")
    assert "not exactly one investigation" in faults("graph.pop()")
    assert "no context" in faults("document.pop('@context')")
    picture = "next(e for e in graph if e['@type'].endswith('RasterPicture'))['uco-core:hasFacet'][1]"
    hashed = f"{picture}['uco-observable:hash']['uco-types:hashValue']['@value'] = 'ab'"
    assert "is no SHA-256" in faults(hashed)


def test_what_does_not_conform_is_not_written(
    cli: Cli, casebook: Path, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_export, "structural_faults", lambda _: ["Something is wrong."])
    out = tmp_path / "case.jsonld"
    answer = cli("export", "case-uco", "--case", "1", "--out", out)
    assert answer.code == 1
    assert "Something is wrong" in answer.err
    assert not out.exists()
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        assert store.events()[-1].action != "case_exported"


def test_the_validator_of_the_ontology_agrees(cli: Cli, image: str, tmp_path: Path) -> None:
    pytest.importorskip("case_utils")
    cli("run", "decide", image, "reject", "--reason", "No")
    answer = cli("export", "case-uco", "--case", "1", "--out", tmp_path / "case.jsonld", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["is_validated"] is True
    text = (tmp_path / "case.jsonld").read_text()
    wrong = text.replace('"SHA256"', "7")
    with pytest.raises(EngineError, match="does not conform"):
        case_export.validate(wrong.encode())
