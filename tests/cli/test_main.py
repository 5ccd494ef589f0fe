"""Exit codes, errors, JSON and what the command line loads."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forensic_app.cli import case
from forensic_app.cli.context import Invocation
from tests.cli.conftest import Cli

HEAVY = (
    "torch",
    "diffusers",
    "transformers",
    "numpy",
    "scipy",
    "skimage",
    "sqlalchemy",
    "alembic",
    "PIL",
    "PySide6",
)


def test_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, forensic_app.cli.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_version(plain_cli: Cli) -> None:
    from forensic_app import __version__

    answer = plain_cli("--version")
    assert (answer.code, answer.out.strip()) == (0, f"forensic-app {__version__}")


def test_no_command_shows_help(plain_cli: Cli) -> None:
    answer = plain_cli()
    assert answer.code in (0, 2)
    assert "Commands" in answer.out + answer.err


@pytest.mark.parametrize(
    "arguments",
    [("bogus",), ("case", "new", "--nonsense"), ("case", "new", "--number", "1"), ("run", "show")],
)
def test_wrong_usage_is_two_with_a_sentence(plain_cli: Cli, arguments: tuple[str, ...]) -> None:
    answer = plain_cli(*arguments, "--json")
    assert answer.code == 2
    assert "--help" in answer.err
    assert set(answer.json) == {"error", "message", "advice"}


def test_no_casebook_named(plain_cli: Cli) -> None:
    answer = plain_cli("case", "list")
    assert answer.code == 1
    assert "--casebook" in answer.err
    assert answer.out == ""


def test_casebook_from_the_environment(
    plain_cli: Cli, casebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORENSIC_APP_CASEBOOK", str(casebook))
    assert plain_cli("case", "new", "--number", "1", "--title", "T").code == 0
    assert plain_cli("case", "list", "--json").json["total"] == 1


def test_unforeseen_error_goes_to_a_log(cli: Cli, casebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0

    def fail(self: Invocation) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Invocation, "reader", fail)
    answer = cli("case", "list", "--json")
    assert answer.code == 1
    assert "Traceback" not in answer.out + answer.err
    assert answer.json["error"] == "UnexpectedError"
    logs = list((casebook / "logs").glob("forensic-app-*.log"))
    assert len(logs) == 1
    assert str(logs[0]) in answer.err
    told = logs[0].read_text()
    assert "ZeroDivisionError" in told
    assert "tests/cli/test_main.py" in told
    assert "secret detail\n" not in told.replace('raise ZeroDivisionError("secret detail")', "")


def test_a_log_holds_no_value_of_the_command_line_and_no_message_and_is_private(
    cli: Cli, casebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0

    def fail(self: Invocation) -> None:
        try:
            {}["Mia Mustermann"]
        except KeyError as error:
            raise FileNotFoundError(2, "No such file", "/home/mia/photo.jpg") from error

    monkeypatch.setattr(Invocation, "writer", lambda self, **_: fail(self))
    answer = cli("subject", "add", "--case=MP-77", "--name", "Mia Mustermann", "--birth-date", "1975-04-02")
    assert answer.code == 1
    (log,) = (casebook / "logs").glob("forensic-app-*.log")
    lines = log.read_text().splitlines()
    assert lines[0].endswith(" --casebook subject add --case --name --birth-date")
    told = "\n".join(line for line in lines if not line.startswith("    "))
    for secret in ("Mustermann", "MP-77", "1975", "/home", str(casebook)):
        assert secret not in told
    assert "KeyError" in told
    assert "FileNotFoundError (ENOENT)" in told
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize("way", ["link", "second name", "pipe", "linked folder"])
def test_a_log_of_a_casebook_leads_to_no_other_file(
    cli: Cli, casebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    precious = tmp_path / "outside" / f"forensic-app-{datetime.now(UTC):%Y-%m-%d}.log"
    precious.parent.mkdir()
    precious.write_text("precious")
    log = casebook / "logs" / precious.name
    if way == "linked folder":
        log.parent.rmdir()
        log.parent.symlink_to(precious.parent)
    elif way == "pipe":
        os.mkfifo(log)
    else:
        (log.symlink_to if way == "link" else log.hardlink_to)(precious)

    def fail(self: Invocation) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Invocation, "reader", fail)
    answer = cli("case", "list", "--json")
    assert (answer.code, answer.json["error"]) == (1, "UnexpectedError")
    assert precious.read_text() == "precious"
    (kept,) = (tmp_path / "state").rglob("forensic-app-*.log")
    assert str(kept) in answer.err


def test_unforeseen_error_without_casebook_goes_to_the_account(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Invocation) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Invocation, "casebook_folder", fail)
    answer = plain_cli("verify")
    assert answer.code == 1
    assert list((tmp_path / "state").rglob("forensic-app-*.log"))


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (MemoryError(), "OutOfMemory"),
        (
            RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
            "OutOfMemory",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "/media/stick/picture.png"), "DiskFull"),
    ],
)
def test_too_little_of_something_is_a_sentence_and_no_defect(
    cli: Cli, casebook: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, name: str
) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0

    def fail(self: Invocation) -> None:
        raise error

    monkeypatch.setattr(Invocation, "reader", fail)
    answer = cli("case", "list", "--json")
    assert (answer.code, answer.json["error"]) == (1, name)
    assert answer.json["advice"]
    assert "Traceback" not in answer.err
    assert not list((casebook / "logs").glob("forensic-app-*.log"))


def test_an_answer_that_finds_no_room_is_a_sentence(cli: Cli, casebook: Path) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    command = [
        sys.executable,
        "-m",
        "forensic_app.cli",
        "--casebook",
        str(casebook),
        "case",
        "list",
        "--json",
    ]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "standard output takes no more" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupt_is_130(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Invocation) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Invocation, "reader", interrupt)
    assert cli("case", "list").code == 130


def test_help_names_every_command() -> None:
    from forensic_app.cli.app import app

    names = {each.name for each in (*app.registered_commands, *app.registered_groups)}
    assert names >= {
        "age", "case", "demo", "doctor", "evaluate", "exhibit", "gallery", "pack", "report", "run", "subject", "train",
        "verify",
    }  # fmt: skip
    assert case.app.registered_commands


def test_verify_names_a_missing_casebook(cli: Cli) -> None:
    answer = cli("verify", "--json")
    assert answer.code == 1
    assert json.loads(answer.out)["is_intact"] is False


def test_verify_tells_what_was_checked_on_standard_error(cli: Cli) -> None:
    assert cli("case", "new", "--number", "1", "--title", "Missing").code == 0
    answer = cli("verify", "--json")
    events = answer.json["events"]
    assert events > 3
    assert answer.err.splitlines() == [f"Custody events: {events} checked"]
