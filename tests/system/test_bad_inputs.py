"""What cannot be used is refused in one sentence with advice, and the vault stays as it was."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.records import RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.execution import execute_queued, open_run_queue, plan_run, queue_run
from tests.system.conftest import Finished, add_case, flip_byte, run_cli, vault_listing


def a_text(path: Path) -> None:
    path.write_text("This is no photograph.\n" * 50)


def a_truncated_photograph(path: Path) -> None:
    whole = path.with_name("whole.png")
    Image.fromarray(astronaut()).save(whole)
    path.write_bytes(whole.read_bytes()[:20_000])


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def a_huge_photograph(path: Path) -> None:
    """Write a valid PNG of 30,000 x 8 px."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width, height = 30_000, 8
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def a_pickle(path: Path) -> None:
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_named_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.fixture
def casebook(tmp_path: Path) -> Path:
    """A casebook with one case."""
    folder = tmp_path / "casebook"
    add_case(folder)
    return folder


@pytest.mark.parametrize(
    "make",
    [
        a_text,
        a_truncated_photograph,
        nothing,
        a_huge_photograph,
        a_pickle,
        a_folder,
        a_named_pipe,
        lambda path: None,
    ],
)
def test_no_exhibit_is_made_of_it(casebook: Path, tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "input.jpg"
    make(path)
    before = vault_listing(casebook)
    answer = run_cli(casebook, "exhibit", "add", path, "--case", "MP-7", "--json")
    assert answer.code == 1
    assert answer.json["error"] in {"UnreadableImage", "InvalidInput", "NotRegularFile"}
    assert "input.jpg" in answer.json["message"]
    assert answer.json["advice"]
    assert vault_listing(casebook) == before
    assert run_cli(casebook, "exhibit", "list", "--case", "MP-7", "--json").json == {
        "exhibits": [],
        "withdrawn": 0,
    }
    assert run_cli(casebook, "verify").code == 0


def test_a_photograph_that_is_there_already(copied: Finished, photo_path: Path) -> None:
    before = vault_listing(copied.casebook)
    answer = run_cli(copied.casebook, "exhibit", "add", photo_path, "--case", "MP-7", "--json")
    assert (answer.code, answer.json["error"]) == (1, "DuplicateRecord")
    assert "E-0001" in answer.json["message"]
    assert vault_listing(copied.casebook) == before


@pytest.mark.parametrize(
    "options",
    [
        ("--age-at-photo", "-3"),
        ("--age-at-photo", "400"),
        ("--photo-date", "yesterday"),
        ("--subject", "S-0099"),
    ],
)
def test_values_that_make_no_sense(casebook: Path, photo_path: Path, options: tuple[str, str]) -> None:
    before = vault_listing(casebook)
    answer = run_cli(casebook, "exhibit", "add", photo_path, "--case", "MP-7", *options, "--json")
    assert answer.code == 1
    assert answer.json["advice"]
    assert vault_listing(casebook) == before


def test_a_casebook_that_is_no_database(casebook: Path) -> None:
    (casebook / "casebook.db").write_bytes(b"garbage " * 1000)
    for arguments in (("case", "list"), ("case", "new", "--number", "2", "--title", "T")):
        answer = run_cli(casebook, *arguments, "--json")
        assert (answer.code, answer.json["error"]) == (1, "StoreUnavailable")
    assert run_cli(casebook, "verify").code == 1


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("Dear Sir")
    answer = run_cli(tmp_path / "letters", "case", "new", "--number", "1", "--title", "T", "--json")
    assert (answer.code, answer.json["error"]) == (1, "StoreUnavailable")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made() -> None:
    answer = run_cli(Path("/proc/casebook"), "case", "new", "--number", "1", "--title", "T", "--json")
    assert (answer.code, answer.json["error"]) == (1, "StoreUnavailable")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_casebook(casebook: Path) -> None:
    paths = [casebook, *casebook.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        answer = run_cli(casebook, "case", "new", "--number", "2", "--title", "T", "--json")
        assert (answer.code, answer.json["error"]) == (1, "StoreUnavailable")
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def test_a_report_over_a_file_or_into_no_folder(finished: Finished, tmp_path: Path) -> None:
    taken = tmp_path / "taken.pdf"
    taken.write_text("mine")
    for out in (taken, tmp_path / "no-folder" / "report.pdf"):
        answer = run_cli(finished.casebook, "report", "new", "--case", "MP-7", "--out", out, "--json")
        assert (answer.code, answer.json["error"]) == (1, "InvalidInput")
    assert taken.read_text() == "mine"


def test_an_unaccepted_licence(casebook: Path, photo_path: Path) -> None:
    run_cli(casebook, "exhibit", "add", photo_path, "--case", "MP-7")
    answer = run_cli(casebook, "age", "E-0001", "--json")
    assert (answer.code, answer.json["error"]) == (1, "LicenceNotAccepted")
    assert "--accept-licence" in answer.json["advice"]
    assert run_cli(casebook, "run", "list", "--json").json == {"runs": []}


def test_pickled_weights_are_refused_unopened(casebook: Path, packs_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "model.ckpt"
    a_pickle(source)
    licence = packs_folder / "base" / "LICENCE.txt"
    answer = run_cli(casebook, "pack", "import", source, "--name", "bad", "--licence", licence, "--json")
    assert (answer.code, answer.json["error"]) == (1, "PackRefused")
    folder = tmp_path / "model"
    shutil.copytree(packs_folder / "base", folder)
    a_pickle(folder / "unet" / "diffusion_pytorch_model.bin")
    answer = run_cli(casebook, "pack", "import", folder, "--name", "bad", "--json")
    assert (answer.code, answer.json["error"]) == (1, "PackRefused")
    assert not any((casebook / "packs").iterdir())


def test_a_tampered_pack_is_named(casebook: Path, packs_folder: Path) -> None:
    shutil.copytree(packs_folder / "base", casebook / "packs" / "base")
    weights = next((casebook / "packs" / "base" / "unet").glob("*.safetensors"))
    flip_byte(weights)
    answer = run_cli(casebook, "pack", "show", "base", "--json")
    assert answer.code == 1
    assert weights.name in answer.json["fault"]


def test_two_faces_of_one_size_need_a_choice(casebook: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.png"
    Image.fromarray(np.hstack([astronaut(), astronaut()])).save(path)
    assert run_cli(casebook, "exhibit", "add", path, "--case", "MP-7").code == 0
    answer = run_cli(casebook, "age", "E-0001", "--accept-licence", "--json")
    assert (answer.code, answer.json["error"]) == (1, "InvalidInput")
    assert "2 faces" in answer.json["message"]
    assert "--face" in answer.json["advice"]
    assert run_cli(casebook, "run", "list", "--json").json == {"runs": []}


def test_runs_that_cannot_be_done_are_recorded_as_failed(
    casebook: Path, packs_folder: Path, tmp_path: Path
) -> None:
    """No face, a tiny face and a tampered pack, through one warm worker."""
    picture = astronaut()
    Image.fromarray(picture[300:, :120]).save(tmp_path / "none.png")
    Image.fromarray(picture).resize((96, 96)).save(tmp_path / "tiny.png")
    Image.fromarray(picture).save(tmp_path / "good.png")
    for name in ("none", "tiny", "good"):
        assert run_cli(casebook, "exhibit", "add", tmp_path / f"{name}.png", "--case", "MP-7").code == 0
    shutil.copytree(packs_folder / "base", casebook / "packs" / "base")
    assert run_cli(casebook, "pack", "accept", "base", "--accept-licence").code == 0
    before = vault_listing(casebook)
    parameters = {"target_ages": [8.0], "num_inference_steps": 2}
    with CaseStore.open(casebook, examiner="Jo Examiner") as store:
        for exhibit in ("E-0001", "E-0002", "E-0003"):
            queue_run(
                store, plan_run(store, engine="aging", exhibit=exhibit, parameters=parameters, pack="base")
            )
        with open_run_queue(store) as queue:
            execute_queued(store, queue=queue, run_ids=["R-0001", "R-0002"])
            flip_byte(next((casebook / "packs" / "base" / "unet").glob("*.safetensors")))
            runs = execute_queued(store, queue=queue)
        runs = store.runs()
    assert [run.status for run in runs] == [RunStatus.FAILED] * 3
    failures = {run.run_id: run.failure for run in runs}
    assert "No face was found" in failures["R-0001"]
    assert "face" in failures["R-0002"]
    assert "digest" in failures["R-0003"]
    assert vault_listing(casebook) == before
    assert run_cli(casebook, "verify").code == 0
