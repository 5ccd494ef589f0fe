"""A command line in this process, with a workstation folder and a casebook of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forensic_app.cli.__main__ import main


@dataclass(frozen=True)
class Answer:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workstation folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("FORENSIC_APP_HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("FORENSIC_APP_CASEBOOK", raising=False)
    monkeypatch.setenv("FORENSIC_APP_EXAMINER", "Jo Examiner")
    return folder


@pytest.fixture
def plain_cli(home: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """A function that runs a command as typed."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture
def casebook(tmp_path: Path) -> Path:
    """Folder of a casebook that does not exist yet."""
    return tmp_path / "casebook"


@pytest.fixture
def cli(plain_cli: Cli, casebook: Path) -> Cli:
    """A function that runs a command on the casebook."""
    return lambda *arguments: plain_cli("--casebook", casebook, *arguments)


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A real photograph of one person."""
    from PIL import Image
    from skimage.data import astronaut

    path = tmp_path / "photo.png"
    Image.fromarray(astronaut()).save(path)
    return path


@pytest.fixture
def image(cli: Cli, casebook: Path, photograph: Path, tmp_path: Path) -> str:
    """A derived image of a completed run, made by hand."""
    cli("case", "new", "--number", "1", "--title", "T")
    cli("subject", "add", "--case", "1", "--name", "Ana")
    cli("exhibit", "add", photograph, "--case", "1", "--subject", "S-0001")
    return make_image(casebook, tmp_path)


def make_image(casebook: Path, tmp_path: Path) -> str:
    """Return a derived image of the only exhibit, of a completed run that was made by hand."""
    from forensic_app.engines.aging.schema import SCHEMA
    from forensic_app.messages import Completed, RunRequest, Started
    from forensic_app.parameters import resolve
    from forensic_app.records import RunSpec
    from forensic_app.workflows.casebook import open_casebook
    from forensic_app.workflows.execution import StoreLedger
    from tests.ui import fake_engine

    with open_casebook(casebook, examiner="Ada") as store:
        exhibit = store.exhibit("E-0001")
        parameters = resolve(SCHEMA, {"target_ages": [8.0, 62.0]})
        spec = RunSpec(
            "aging", "1", exhibit.exhibit_id, exhibit.picture_sha256, parameters, "base", "0" * 64, "dlib"
        )
        run = store.queue_run(case_id=exhibit.case_id, spec=spec)
        folder = tmp_path / "made"
        folder.mkdir()
        request = RunRequest(
            run.run_id, "aging", dict(parameters), store.vault.path(exhibit.picture_sha256), exhibit.picture_sha256,
            folder, "0" * 64, "dlib", folder,
        )  # fmt: skip
        ledger = StoreLedger(store)
        ledger.started(Started(run.run_id, {}))
        ledger.completed(Completed(run.run_id, fake_engine.Fading().run(request, lambda *_: None)))
        return store.derived_images(run.run_id)[0].derived_image_id
