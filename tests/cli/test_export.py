"""A derived image leaves the casebook with its band, its name and its digest, and is recorded."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forensic_app.engines.pictures.marking import SOURCE_TYPE
from forensic_app.records import CustodyEvent
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook import open_casebook
from tests.cli.conftest import Cli
from tests.ui import fake_engine


@pytest.fixture
def image(cli: Cli, casebook: Path, photograph: Path, tmp_path: Path) -> str:
    """A derived image of a completed run, made by hand."""
    from forensic_app.engines.aging.schema import SCHEMA
    from forensic_app.messages import Completed, RunRequest, Started
    from forensic_app.parameters import resolve
    from forensic_app.records import RunSpec
    from forensic_app.workflows.execution import StoreLedger

    cli("case", "new", "--number", "1", "--title", "T")
    cli("subject", "add", "--case", "1", "--name", "Ana")
    cli("exhibit", "add", photograph, "--case", "1", "--subject", "S-0001")
    with open_casebook(casebook, examiner="Ada") as store:
        exhibit = store.exhibit("E-0001")
        parameters = resolve(SCHEMA, {"target_ages": [8.0, 62.0]})
        spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, parameters, "base", "0" * 64, "dlib")
        run = store.queue_run(case_id=exhibit.case_id, spec=spec)
        folder = tmp_path / "made"
        folder.mkdir()
        request = RunRequest(
            run.run_id, "aging", dict(parameters), store.vault.path(exhibit.sha256), exhibit.sha256,
            folder, "0" * 64, "dlib", folder,
        )  # fmt: skip
        ledger = StoreLedger(store)
        ledger.started(Started(run.run_id, {}))
        ledger.completed(Completed(run.run_id, fake_engine.Fading().run(request, lambda *_: None)))
        return store.derived_images(run.run_id)[0].derived_image_id


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
        assert SOURCE_TYPE.encode() in out.read_bytes()
    png = opened(tmp_path / "a.png")
    assert "DERIVED IMAGE" in png.info["Title"]
    assert np.array_equal(np.asarray(png)[: inside.shape[0]], inside)
    again = cli("export", "image", image, "--out", tmp_path / "a.png")
    assert again.code == 1
    assert "exists already" in again.err
    assert cli("export", "image", image, "--out", tmp_path / "a.tiff").code == 1
    assert cli("export", "image", "D-999999", "--out", tmp_path / "b.png").code == 1
    assert not (tmp_path / "b.png").exists()
    assert cli("verify").code == 0


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
