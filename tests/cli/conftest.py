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
