"""A picture or document is led back to its run, and what has no mark is not called genuine."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter

from forensic_app.exchange.watermark import read
from forensic_app.exchange.xmp import origin_in
from tests.cli.conftest import Cli

SECRET = "four words are enough"


def marks(answer: object) -> dict[str, dict[str, object]]:
    return {each["kind"]: each for each in answer.json["marks"]}  # type: ignore[attr-defined]


@pytest.fixture
def secret(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A laboratory's identity, and the file whose first line opens it."""
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    path = tmp_path / "secret"
    path.write_text(SECRET)
    assert cli("identity", "new", "--organisation", "Lab", "--passphrase-file", path).code == 0
    return path


def test_an_exported_image_and_its_screenshot_lead_back(
    cli: Cli, plain_cli: Cli, image: str, secret: Path, tmp_path: Path
) -> None:
    pytest.importorskip("c2pa")
    out = tmp_path / "a.jpg"
    exported = cli("export", "image", image, "--out", out, "--passphrase-file", secret, "--json")
    assert exported.code == 0, exported.err
    assert exported.json["marks"] == ["band", "xmp", "watermark", "c2pa"]
    answer = cli("inspect", out, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["run_id"] == "R-0001"
    found = marks(answer)
    for kind in ("digest", "c2pa", "xmp"):
        assert found[kind]["status"] == "known", found[kind]
        assert found[kind]["run_id"] == "R-0001"
        assert found[kind]["proves"]
        assert found[kind]["proves_not"]
    assert found["band"]["status"] == "found"
    said = cli("inspect", out).out
    assert "Does not prove" in said
    assert "leads to the run R-0001" in said

    data = bytearray(out.read_bytes())
    data[-40] ^= 1
    (tmp_path / "changed.jpg").write_bytes(data)
    changed = marks(cli("inspect", tmp_path / "changed.jpg", "--json"))
    assert changed["c2pa"]["status"] == "invalid"
    assert changed["c2pa"]["proves"] == ""
    assert changed["digest"]["status"] == "none"
    assert changed["xmp"]["status"] == "known"

    without = marks(plain_cli("inspect", out, "--json"))
    assert without["digest"]["status"] == "not checked"
    assert without["xmp"]["run_id"] == "R-0001"
    assert "No casebook was asked" in plain_cli("inspect", out).out


def test_a_screenshot_leads_back_by_its_pixels_alone(
    cli: Cli, plain_cli: Cli, photograph: Path, image: str, casebook: Path, tmp_path: Path
) -> None:
    from forensic_app.exchange.watermark import casebook_tag, embed
    from forensic_app.store.case_store import CaseStore

    with CaseStore.open(casebook, examiner="A", read_only=True) as store:
        tag = casebook_tag(store.casebook_id)
    pixels = np.asarray(Image.open(photograph).convert("RGB"))
    Image.fromarray(embed(pixels, image_number=1, tag=tag)).resize((420, 420)).save(
        tmp_path / "s.webp", quality=80
    )
    answer = cli("inspect", tmp_path / "s.webp", "--json")
    found = marks(answer)
    assert found["watermark"]["status"] == "known"
    assert answer.json["run_id"] == "R-0001"
    assert found["xmp"]["status"] == found["band"]["status"] == "none"
    Image.fromarray(embed(pixels, image_number=1, tag=tag ^ 1)).save(tmp_path / "other.png")
    other = cli("inspect", tmp_path / "other.png", "--json")
    assert marks(other)["watermark"]["status"] == "strange"
    assert other.json["run_id"] == ""


def test_no_mark_is_never_genuine(cli: Cli, image: str, photograph: Path, tmp_path: Path) -> None:
    known = cli("inspect", photograph, "--json")
    assert marks(known)["digest"]["facts"]["object_type"] == "exhibit"
    pixels = np.asarray(Image.open(photograph).convert("RGB"))[:, :300]
    Image.fromarray(pixels).save(tmp_path / "plain.jpg")
    answer = cli("inspect", tmp_path / "plain.jpg", "--json")
    assert answer.json["run_id"] == ""
    assert {each["status"] for each in answer.json["marks"]} <= {"none", "not checked"}
    assert "not shown to be genuine" in answer.json["summary"]
    assert "not shown to be genuine" in cli("inspect", tmp_path / "plain.jpg").out


def test_reports_and_their_signatures(cli: Cli, secret: Path, tmp_path: Path) -> None:
    cli("case", "new", "--number", "1", "--title", "One")
    out = tmp_path / "r.pdf"
    issued = cli(
        "report", "new", "--case", "1", "--out", out, "--sign", "--passphrase-file", secret, "--json"
    )
    assert issued.code == 0, issued.err
    found = marks(cli("inspect", out, "--json"))
    assert found["signature"]["status"] == "known"
    assert found["digest"]["facts"]["object_id"] == issued.json["report_id"]
    assert "is known to this casebook" in cli("inspect", out).out
    page = marks(cli("inspect", tmp_path / "r.html", "--json"))
    assert page["digest"]["status"] == "known"
    assert "the page of a report" in str(page["digest"]["words"])
    data = bytearray(out.read_bytes())
    data[len(data) // 3] ^= 1
    (tmp_path / "changed.pdf").write_bytes(data)
    changed = marks(cli("inspect", tmp_path / "changed.pdf", "--json"))
    assert changed["signature"]["status"] in {"invalid", "not checked"}
    again = cli("identity", "new", "--organisation", "Other", "--passphrase-file", secret, "--replace")
    assert again.code == 0
    assert marks(cli("inspect", out, "--json"))["signature"]["status"] == "strange"


def test_a_report_leads_back_by_its_pictures_whatever_became_of_the_file(
    cli: Cli, image: str, tmp_path: Path
) -> None:
    out, copy = tmp_path / "r.pdf", tmp_path / "copy.pdf"
    assert cli("report", "new", "--case", "1", "--out", out).code == 0
    issued = cli("inspect", out, "--json").json
    assert issued["summary"].startswith("It is known to this casebook. The file is a report")
    assert issued["run_id"] == "R-0001"
    writer = PdfWriter(clone_from=out)
    writer.add_metadata({"/Title": "Saved again"})
    writer.write(copy)
    answer = cli("inspect", copy, "--json")
    found = marks(answer)
    assert found["digest"]["status"] == "none"
    for kind in ("xmp", "watermark"):
        assert (found[kind]["status"], found[kind]["run_id"]) == ("known", "R-0001"), found[kind]
    assert found["xmp"]["facts"]["runs"] == ["R-0001"]
    assert found["band"]["status"] == "found"
    assert answer.json["run_id"] == "R-0001"


def test_the_pictures_of_a_reports_page_bear_the_marks(
    cli: Cli, casebook: Path, image: str, tmp_path: Path
) -> None:
    assert cli("report", "new", "--case", "1", "--out", tmp_path / "r.pdf").code == 0
    page = (tmp_path / "r.html").read_text()
    files = [b64decode(each) for each in re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page)]
    origins = [origin for each in files if (origin := origin_in(each)) is not None]
    assert {each.derived_image_id for each in origins} >= {image}
    assert all(each.run_id == "R-0001" and each.photograph_sha256 for each in origins)
    saved = next(each for each in files if (origin := origin_in(each)) and origin.derived_image_id == image)
    (tmp_path / "saved.jpg").write_bytes(saved)
    found = marks(cli("inspect", tmp_path / "saved.jpg", "--json"))
    assert found["xmp"]["status"] == found["watermark"]["status"] == "known"
    photographs = [each for each in files if origin_in(each) is None]
    assert photographs
    assert all(
        read(np.asarray(Image.open(io.BytesIO(each)).convert("RGB"))) is None for each in photographs[:1]
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-" + b"\xff" * 300,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"\xff\xd8\xff\xe0" + b"a" * 99,
        b"RIFF\0\0\0\0WEBPxx",
        b"<x:xmpmeta><Iptc4xmpExt:AISystemUsed>" + b"x" * 600,
    ],
)
def test_what_is_no_picture_ends_in_words(cli: Cli, plain_cli: Cli, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "f.bin"
    path.write_bytes(data)
    answer = plain_cli("inspect", path, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["run_id"] == ""


def test_special_files_are_refused(plain_cli: Cli, tmp_path: Path) -> None:
    assert plain_cli("inspect", tmp_path).code == 1
    assert plain_cli("inspect", tmp_path / "none").code == 1
