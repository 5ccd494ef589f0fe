"""A media production: consent before the run, in every exported image, and what a withdrawal asks to be recalled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forensic_app.errors import ConsentMissing
from forensic_app.exchange.xmp import origin_in
from forensic_app.store.case_store import CaseStore
from tests.cli.conftest import Cli, make_image

RECORD = (
    "consent", "record", "S-0001", "--given-by", "The actress", "--scope", "Aged to 60", "--medium", "A film <1>",
    "--until", "2099-12-31",
)  # fmt: skip
TERMS = "Consent CN-0001, until 2099-12-31: A film <1>"


@pytest.fixture
def production(cli: Cli, photograph: Path) -> None:
    """A media production with a photograph of a person."""
    cli("case", "new", "--number", "1", "--title", "A film", "--kind", "media-production")
    cli("subject", "add", "--case", "1", "--name", "Ana")
    assert cli("exhibit", "add", photograph, "--case", "1", "--subject", "S-0001").code == 0


@pytest.mark.usefixtures("production")
def test_no_run_without_consent_and_no_export_after_its_withdrawal(
    cli: Cli, casebook: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConsentMissing):
        make_image(casebook, tmp_path)
    answer = cli(*RECORD, "--json")
    assert (answer.code, answer.json["consent_id"]) == (0, "CN-0001"), answer.err
    (tmp_path / "made").rmdir() if (tmp_path / "made").exists() else None
    image = make_image(casebook, tmp_path)
    for name in ("a.png", "a.jpg"):
        assert cli("export", "image", image, "--out", tmp_path / name).code == 0
        origin = origin_in((tmp_path / name).read_bytes())
        assert origin is not None
        assert (origin.consent_id, origin.usage_terms) == ("CN-0001", TERMS)
    assert cli("export", "sheet", "R-0001", "--out", tmp_path / "sheet.png").code == 0
    origin = origin_in((tmp_path / "sheet.png").read_bytes())
    assert origin is not None
    assert origin.usage_terms == TERMS
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        left = [each for each in store.events() if each.details.get("consent_id")]
    assert [each.action for each in left] == ["derived_image_exported"] * 2 + ["images_exported"]

    withdrawn = cli("consent", "withdraw", "CN-0001", "--reason", "By letter")
    assert withdrawn.code == 0
    assert "recalls nothing by itself" in withdrawn.out
    assert withdrawn.out.count("exported") >= 3
    recall = cli("consent", "recalls", "CN-0001", "--json").json
    assert [each["object_id"] for each in recall["recall"]] == [image, image, "R-0001"]
    for arguments in (("image", image), ("sheet", "R-0001")):
        refused = cli("export", *arguments, "--out", tmp_path / "b.png", "--json")
        assert refused.code == 1
        assert json.loads(refused.out)["error"] == "ConsentMissing"
        assert "was withdrawn" in refused.out
    assert not (tmp_path / "b.png").exists()
    assert [
        each["consent_id"] for each in cli("consent", "list", "--case", "1", "--json").json["consents"]
    ] == ["CN-0001"]
    assert "By letter" not in cli("consent", "list", "--case", "1").out
    assert cli("verify").code == 0


@pytest.mark.usefixtures("production")
def test_nobody_appeals_for_a_production(cli: Cli, casebook: Path, tmp_path: Path) -> None:
    cli(*RECORD)
    image = make_image(casebook, tmp_path)
    answer = cli(
        "export", "poster", "--case", "1", "--image", image, "--contact", "x", "--out", tmp_path / "p.pdf"
    )
    assert answer.code == 1
    assert "nobody to appeal for" in answer.err


@pytest.mark.usefixtures("production")
def test_a_bundle_holds_the_consents_and_withholds_those_of_others(
    cli: Cli, casebook: Path, tmp_path: Path
) -> None:
    cli(*RECORD)
    cli("subject", "add", "--case", "1", "--name", "Bob")
    cli("consent", "record", "S-0002", *RECORD[3:])
    make_image(casebook, tmp_path)
    everything, one = tmp_path / "everything", tmp_path / "one"
    assert cli("export", "bundle", "--case", "1", "--out", everything).code == 0
    redacted = cli(
        "export", "bundle", "--case", "1", "--out", one, "--redact", "third-persons", "--subject", "S-0001"
    )
    assert redacted.code == 0, redacted.err

    def named(folder: Path) -> list[str]:
        (path,) = folder.rglob("records.json")
        records = json.loads(path.read_text())["records"]
        return [each["object_id"] for each in records if each["object_type"] == "consent"]

    assert named(everything) == ["CN-0001", "CN-0002"]
    assert named(one) == ["CN-0001"]


def test_images_of_an_investigation_name_no_consent(cli: Cli, image: str, tmp_path: Path) -> None:
    assert cli("export", "image", image, "--out", tmp_path / "a.png").code == 0
    data = (tmp_path / "a.png").read_bytes()
    assert b"xmpRights" not in data
    assert b"forensicapp:Consent" not in data


def test_relatives_are_recorded_shown_and_taken_back(cli: Cli) -> None:
    cli("case", "new", "--number", "1", "--title", "T")
    for name in ("Ana", "Her mother"):
        cli("subject", "add", "--case", "1", "--name", name)
    told = (
        "subject",
        "relate",
        "S-0001",
        "--relative",
        "S-0002",
        "--kinship",
        "mother",
        "--source",
        "Register",
    )
    assert cli(*told, "--json").json["relationship_id"] == "RL-0001"
    assert cli(*told).code == 1
    assert "S-0002 is the mother (Register)" in cli("subject", "show", "S-0001").out
    assert cli("subject", "show", "S-0001", "--json").json["relatives"][0]["kinship"] == "mother"
    assert cli("subject", "unrelate", "RL-0001", "--reason", "Wrong person").code == 0
    assert cli("subject", "show", "S-0001", "--json").json["relatives"] == []
    assert cli("verify").code == 0
