"""What ``exhibit add`` takes: regular files and standard input; everything else is refused at once."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from forensic_app.errors import InvalidInput
from forensic_app.store.locking import WriterLock
from forensic_app.workflows.standard_input import kept_input
from tests.cli.conftest import Cli


@pytest.fixture
def case(cli: Cli) -> Cli:
    """The command line with a case in its casebook."""
    assert cli("case", "new", "--number", "MP-1", "--title", "Lost").code == 0
    return cli


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Send bytes by standard input."""
    stream = SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stream)


def test_a_pipe_is_refused_at_once_and_the_lock_is_free(
    home: Path, case: Cli, casebook: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    events = case("verify", "--json").json["events"]
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        began = time.monotonic()
        command = [sys.executable, "-m", "forensic_app.cli", "--casebook", str(casebook)]
        command += ["exhibit", "add", str(path), "--case", "MP-1"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert answer.returncode == 1, answer.stderr
        assert "not a file" in answer.stderr
        assert time.monotonic() - began < 30
        WriterLock(casebook).release()
    assert case("verify", "--json").json["events"] == events


def test_special_files_are_refused_while_another_process_holds_the_casebook(
    case: Cli, casebook: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    lock = WriterLock(casebook)
    assert "a named pipe" in case("exhibit", "add", tmp_path / "pipe", "--case", "MP-1").err
    lock.release()


def test_a_photograph_comes_by_standard_input(
    case: Cli, photograph: Path, casebook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    data = photograph.read_bytes()
    give(monkeypatch, data)
    answer = case(
        "exhibit", "add", "-", "--case", "MP-1", "--name", "brother.png", "--source", "mail", "--json"
    )
    assert answer.code == 0, answer.err
    assert answer.json["original_name"] == "brother.png"
    assert answer.json["sha256"] == hashlib.sha256(data).hexdigest()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert case("verify").code == 0


def test_without_a_name_the_record_says_standard_input(
    case: Cli, photograph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, photograph.read_bytes())
    assert case("exhibit", "add", "-", "--case", "MP-1", "--json").json["original_name"] == "standard input"
    give(monkeypatch, b"no photograph")
    refused = case("exhibit", "add", "-", "--case", "MP-1")
    assert refused.code == 1
    assert "standard input is not a JPEG" in refused.err


def test_a_file_may_be_given_another_name_for_the_record(case: Cli, photograph: Path) -> None:
    answer = case("exhibit", "add", photograph, "--case", "MP-1", "--name", "IMG_1.png", "--json")
    assert answer.json["original_name"] == "IMG_1.png"


@pytest.mark.parametrize("name", ["", " ", "a/b"])
def test_a_name_that_is_none_is_refused(case: Cli, photograph: Path, name: str) -> None:
    answer = case("exhibit", "add", photograph, "--case", "MP-1", "--name", name)
    assert answer.code == 1
    assert "cannot be called" in answer.err


def test_an_endless_input_is_refused_at_the_limit(
    case: Cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.toml").write_text("max_image_bytes = 1000\n")
    with Path("/dev/zero").open("rb") as zero:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=zero, isatty=lambda: False))
        answer = case("exhibit", "add", "-", "--case", "MP-1")
    assert answer.code == 1
    assert "more than the 1,000 bytes" in answer.err


def test_a_terminal_sends_no_photograph(case: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert "Nothing comes by standard input" in case("exhibit", "add", "-", "--case", "MP-1").err
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidInput), kept_input(max_bytes=1):
        pass


def test_what_is_kept_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kept_input(max_bytes=10, stream=io.BytesIO(b"12345")) as path:
        assert path.read_bytes() == b"12345"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.parent.exists()


def test_a_disk_that_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    from forensic_app.errors import StoreUnavailable

    with (
        pytest.raises(StoreUnavailable, match="absent cannot be used"),
        kept_input(max_bytes=9, stream=io.BytesIO(b"1")),
    ):
        pass


def test_a_checkpoint_file_is_a_file(case: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_text("x" * 2_000_000)
    assert "a named pipe" in case("verify", "--checkpoint", tmp_path / "pipe").err
    assert case("verify", "--checkpoint", "/dev/zero").code == 1
    assert "more than" in case("verify", "--checkpoint", tmp_path / "long").err


def test_escape_sequences_in_names_reach_no_terminal(
    case: Cli, photograph: Path, casebook: Path, tmp_path: Path
) -> None:
    from forensic_app import verify

    tricky = tmp_path / "a\x1b[2J\nThe casebook verifies.\u202e.png"
    tricky.write_bytes(photograph.read_bytes())
    shown = "a\\x1b[2J\\x0aThe casebook verifies.\\u202e.png"
    assert case("exhibit", "add", tricky, "--case", "MP-1").code == 0
    assert shown in case("exhibit", "show", "E-0001").out
    assert "a\\x1b[2J\\x0a" in case("case", "show", "MP-1").out
    assert "\x1b" not in case("exhibit", "show", "E-0001", "--json").out
    bad = tmp_path / "b\x1b]0;x\x07.png"
    bad.write_bytes(b"none")
    assert "b\\x1b]0;x\\x07.png" in case("exhibit", "add", bad, "--case", "MP-1").err
    (casebook / "vault" / "x\x1b[2J\nEverything verifies").write_text("stray")
    assert "x\\x1b[2J\\x0aEverything verifies" in case("verify").out
    assert "x\\x1b[2J\\x0aEverything verifies" in verify._as_text(verify.verify_casebook(casebook))
    absent = case("exhibit", "show", "E\x1b[2J")
    assert "\\x1b[2J" in absent.err
    assert "\\x1b[2J" in case("exhibit", "sh\x1b[2Jow").err
