"""Every way out stands in one list, by person, with purpose and recipient."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_what_left_is_listed_by_person(cli: Cli, image: str, tmp_path: Path) -> None:
    cli("subject", "add", "--case", "1", "--name", "Ben")
    assert cli("disclosures").out.startswith("Nothing left the casebook")
    told = ("--purpose", "Search", "--recipient", "Police of Town")
    for number, words in enumerate(
        (
            ("export", "image", image, "--out", tmp_path / "a.png", *told),
            ("export", "sheet", "S-0001", "--out", tmp_path / "b.png", *told),
            ("report", "new", "--case", "1", "--out", tmp_path / "c.pdf", *told),
            (
                "export",
                "poster",
                "--case",
                "1",
                "--image",
                image,
                "--contact",
                "x",
                "--out",
                tmp_path / "d.pdf",
                *told,
            ),
            ("export", "image", image, "--out", tmp_path / "e.png"),
        ),
        start=1,
    ):
        assert cli(*words).code == 0
        assert len(cli("disclosures", "--json").json["disclosures"]) == number
    found = cli("disclosures", "--subject", "S-0001", "--json").json["disclosures"]
    assert [each["action"] for each in found] == [
        "derived_image_exported",
        "images_exported",
        "report_issued",
        "poster_exported",
        "derived_image_exported",
    ]
    assert {each["recipient"] for each in found[:4]} == {"Police of Town"}
    assert {each["purpose"] for each in found[:4]} == {"Search"}
    assert all(each["place"].startswith(str(tmp_path)) for each in found)
    assert all(len(digest) == 64 for each in found for digest in each["sha256"])
    assert found[2]["subjects"] == ["S-0001", "S-0002"]
    said = cli("disclosures", "--subject", "S-0001").out
    assert "Police of Town" in said
    assert "not stated" in said
    other = cli("disclosures", "--subject", "S-0002", "--json").json["disclosures"]
    assert [each["action"] for each in other] == ["report_issued"]
    assert cli("disclosures", "--subject", "S-0099").code == 1
    assert len(cli("disclosures", "--case", "1", "--json").json["disclosures"]) == 5


def test_a_recipient_is_one_line(cli: Cli, image: str, tmp_path: Path) -> None:
    answer = cli("export", "image", image, "--out", tmp_path / "a.png", "--recipient", "a\nb")
    assert answer.code == 1
    assert "control characters" in answer.err
    assert not (tmp_path / "a.png").exists()
