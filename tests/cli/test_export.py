"""A derived image leaves the casebook with its band, its name and its digest, and is recorded."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forensic_app.exchange.xmp import COMPOSITE, origin_in
from forensic_app.records import CustodyEvent, NoteKind
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook import open_casebook
from tests.cli.conftest import Cli


def opened(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def events(casebook: Path) -> list[CustodyEvent]:
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        return list(store.events())


def test_an_image_is_written_as_png_and_jpeg_with_what_marks_it(
    cli: Cli, casebook: Path, image: str, tmp_path: Path
) -> None:
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        record = store.derived_image(image)
        inside = np.asarray(Image.open(io.BytesIO(store.vault.read_verified(record.sha256))).convert("RGB"))
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG")):
        out = tmp_path / name
        answer = cli("export", "image", image, "--out", out, "--json")
        assert answer.code == 0, answer.err
        picture = opened(out)
        assert picture.format == kind
        assert picture.width == inside.shape[1]
        assert picture.height > inside.shape[0]
        event = events(casebook)[-1]
        assert event.action == "derived_image_exported"
        assert event.object_id == image
        assert event.details["exported_sha256"] == answer.json["sha256"]
        assert event.details["sha256"] == [record.sha256]
        assert COMPOSITE.encode() in out.read_bytes()
        origin = origin_in(out.read_bytes())
        assert origin is not None
        assert (origin.run_id, origin.derived_image_id) == (record.run_id, image)
        assert origin.photograph_sha256 == event.details["photograph_sha256"]
        assert event.details["marks"] == ["band", "xmp", "watermark"]
        assert "No content credentials were added" in answer.json["notes"][0]
    png = opened(tmp_path / "a.png")
    assert "DERIVED IMAGE" in png.info["Title"]
    difference = np.abs(np.asarray(png.convert("RGB"))[: inside.shape[0]].astype(int) - inside)
    assert 0 < difference.max() <= 24
    again = cli("export", "image", image, "--out", tmp_path / "a.png")
    assert again.code == 1
    assert "exists already" in again.err
    assert cli("export", "image", image, "--out", tmp_path / "a.tiff").code == 1
    assert cli("export", "image", "D-999999", "--out", tmp_path / "b.png").code == 1
    assert not (tmp_path / "b.png").exists()
    assert cli("verify").code == 0


def test_notes_leave_with_the_picture_where_they_are_asked_for(
    cli: Cli, casebook: Path, image: str, tmp_path: Path
) -> None:
    with open_casebook(casebook, examiner="Ada") as store:
        for name in (image, "E-0001"):
            store.add_image_note(name, kind=NoteKind.NOTE, points=[[20, 20]], text="A scar")
    for name in (image, "E-0001"):
        out = tmp_path / f"{name}.png"
        answer = cli("export", "image", name, "--notes", "--out", out, "--json")
        assert answer.code == 0, answer.err
        assert events(casebook)[-1].details["image_notes"]
        assert answer.json["sha256"] == events(casebook)[-1].details["exported_sha256"]
    plain = tmp_path / "plain.png"
    assert cli("export", "image", image, "--out", plain).code == 0
    assert opened(plain).height < opened(tmp_path / f"{image}.png").height
    assert "image_notes" not in events(casebook)[-1].details
    assert cli("export", "image", "E-0001", "--out", tmp_path / "e.png").code == 1


def test_what_was_made_of_a_withdrawn_photograph_stays(cli: Cli, image: str, tmp_path: Path) -> None:
    assert cli("exhibit", "withdraw", "E-0001", "--reason", "Another person").code == 0
    refused = cli("export", "image", image, "--out", tmp_path / "a.png")
    assert refused.code == 1
    assert "E-0001 was withdrawn: Another person" in refused.err
    for name in ("R-0001", "S-0001"):
        sheet = cli("export", "sheet", name, "--out", tmp_path / "s.png")
        assert sheet.code == 1
        assert "no derived images to show" in sheet.err
    assert not list(tmp_path.glob("[as].png"))


def test_a_sheet_shows_what_was_not_rejected(cli: Cli, casebook: Path, image: str, tmp_path: Path) -> None:
    for name in ("R-0001", "S-0001"):
        answer = cli("export", "sheet", name, "--out", tmp_path / f"{name}.png", "--json")
        assert answer.code == 0, answer.err
        assert len(answer.json["images"]) == 2
        assert opened(tmp_path / f"{name}.png").width > 600
        assert events(casebook)[-1].action == "images_exported"
    cli("run", "decide", image, "reject", "--reason", "No")
    answer = cli("export", "sheet", "R-0001", "--out", tmp_path / "after.jpg", "--json")
    assert len(answer.json["images"]) == 1
    cli("run", "decide", "D-000002", "reject", "--reason", "No")
    answer = cli("export", "sheet", "R-0001", "--out", tmp_path / "none.jpg")
    assert answer.code == 1
    assert "no derived images to show" in answer.err
    assert cli("verify").code == 0


def test_a_sheet_bears_content_credentials(
    cli: Cli, casebook: Path, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("c2pa")
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    secret, out = tmp_path / "secret", tmp_path / "sheet.png"
    secret.write_text("four words are enough\n")
    cli("identity", "new", "--organisation", "Lab", "--passphrase-file", secret)
    answer = cli("export", "sheet", "R-0001", "--out", out, "--passphrase-file", secret, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["marks"] == ["band", "xmp", "watermark", "c2pa"]
    event = events(casebook)[-1]
    assert event.details["certificate_sha256"] == cli("identity", "show", "--json").json["certificate_sha256"]
    found = {each["kind"]: each["status"] for each in cli("inspect", out, "--json").json["marks"]}
    assert "c2pa" in found
    assert all(each.encode() in out.read_bytes() for each in event.details["sha256"])
