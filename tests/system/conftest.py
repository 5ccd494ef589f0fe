"""A tiny pack called ``base``, a workstation folder, and one finished main job that tests copy and damage."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forensic_app.cli.__main__ import main
from tests.cli.conftest import Answer

BASE_PACK = {"name": "base", "version": "1", "licence": "LicenseRef-test"}


def run_cli(casebook: Path, *arguments: object) -> Answer:
    """Run a command in this process, with its own standard streams."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--casebook", str(casebook), *(str(each) for each in arguments)])
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Answer(code, out.getvalue(), err.getvalue())


def add_case(casebook: Path) -> None:
    """Make a casebook with one case and one subject."""
    answer = run_cli(
        casebook, "case", "new", "--number", "MP-7", "--title", "Missing", "--kind", "missing-person"
    )
    assert answer.code == 0, answer.err
    run_cli(
        casebook, "subject", "add", "--case", "MP-7", "--name", "Eileen Collins", "--birth-date", "1956-11-19"
    )


def vault_listing(casebook: Path) -> dict[str, bytes]:
    """Return every vault file's bytes by its name."""
    files = (path for path in (casebook / "vault").rglob("*") if path.is_file())
    return {str(path.relative_to(casebook)): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def packs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny pack called ``base``: real networks, seeded weights, no training."""
    import torch

    from forensic_app.engines.aging.identity import IdentityProjection
    from forensic_app.engines.packs.pack import write_manifest
    from tests.engines import conftest as tiny

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("packs")
    pack = folder / "base"
    pack.mkdir()
    size = tiny.save_word_tokenizer(pack / "tokenizer", length=8)
    tiny.save_networks(pack, vocabulary_size=size, length=8, prediction_type="v_prediction")
    torch.manual_seed(8)
    IdentityProjection(128, tiny.TEXT_WIDTH, 2).save_pretrained(pack / "identity_projection")
    tiny.write_index(pack, tokenizer_class="PreTrainedTokenizerFast", with_identity=True)
    (pack / "LICENCE.txt").write_text("For tests.\n")
    write_manifest(pack, {**BASE_PACK, "resolution": tiny.SIDE_PX})
    return folder


@pytest.fixture(scope="session", autouse=True)
def workstation(packs_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workstation folder, and the tiny pack before the bundled one."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORENSIC_APP_HOME", str(folder))
        patch.setenv("FORENSIC_APP_PACKS", str(packs_folder))
        patch.setenv("FORENSIC_APP_EXAMINER", "Jo Examiner")
        patch.delenv("FORENSIC_APP_CASEBOOK", raising=False)
        yield folder


@pytest.fixture(scope="session")
def photo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real photograph of one person."""
    from PIL import Image
    from skimage.data import astronaut

    path = tmp_path_factory.mktemp("photo") / "collins.png"
    Image.fromarray(astronaut()).save(path)
    return path


@dataclass(frozen=True)
class Finished:
    """A casebook with one completed run and one report."""

    casebook: Path
    report: Path
    aged: Any
    exhibit: Any


@pytest.fixture(scope="session")
def finished(photo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Photograph, exhibit, run, report; never changed by a test."""
    folder = tmp_path_factory.mktemp("finished")
    casebook, report = folder / "casebook", folder / "report.pdf"
    add_case(casebook)
    exhibit = run_cli(
        casebook, "exhibit", "add", photo_path, "--case", "MP-7", "--subject", "S-0001", "--age-at-photo", 34,
        "--source", "NASA", "--json",
    )  # fmt: skip
    assert exhibit.code == 0, exhibit.err
    aged = run_cli(
        casebook, "age", exhibit.json["exhibit_id"], "--to", "8,62", "--seed", 1, "--variants", 2,
        "--steps", 3,
        "--accept-licence", "--json",
    )  # fmt: skip
    assert aged.code == 0, aged.err
    issued = run_cli(casebook, "report", "new", "--case", "MP-7", "--out", report)
    assert issued.code == 0, issued.err
    return Finished(casebook, report, aged.json, exhibit.json)


@pytest.fixture
def copied(finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finished:
    """A copy of the finished casebook that a test may damage, on a workstation that saw it as it is now."""
    casebook = tmp_path / "casebook"
    shutil.copytree(finished.casebook, casebook)
    shutil.copytree(os.environ["FORENSIC_APP_HOME"], tmp_path / "home", dirs_exist_ok=True)
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
    return Finished(casebook, finished.report, finished.aged, finished.exhibit)


def flip_byte(path: Path, offset: int = -7) -> None:
    """Change one bit of a file, as a fault or a forger would."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


@contextlib.contextmanager
def forged(casebook: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection of somebody who takes the append-only triggers away and puts them back."""
    with contextlib.closing(sqlite3.connect(casebook / "casebook.db")) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


def environment() -> dict[str, str]:
    """Return the environment for a command in a process of its own."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1"}
