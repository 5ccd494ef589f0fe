"""What is typed, printed and taken at the edges: bytes that are no text, output that takes nothing, wide tables."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def run(*arguments: str | bytes, casebook: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "forensic_app.cli.__main__", "--casebook", str(casebook), *arguments]
    given: dict[str, object] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, check=False, timeout=120, **given)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def with_case(cli: Cli, casebook: Path) -> Path:
    assert cli("case", "new", "--number", "MP-1", "--title", "Lost at sea").code == 0
    return casebook


def test_without_a_terminal_the_advice_is_what_works_there(cli: Cli, with_case: Path) -> None:
    refused = cli("pack", "accept", "base")
    assert refused.code == 1
    assert "add --accept-licence" in refused.err
    assert "run: forensic-app pack accept base." not in refused.err
    assert cli("pack", "accept", "base", "--accept-licence").code == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("case", "show", "MP-\udcff"), "holds bytes that are no UTF-8"),
        (("exhibit", "show", "E-\udcff"), "holds bytes that are no UTF-8"),
        (("subject", "show", "S-\udcff"), "holds bytes that are no UTF-8"),
        (("run", "show", "R-\udcff"), "holds bytes that are no UTF-8"),
        (
            ("case", "new", "--number", "\udcff", "--title", "x"),
            "The case number holds bytes that are no UTF-8",
        ),
        (("exhibit", "list", "--case", "\udcff"), "holds bytes that are no UTF-8"),
        (("exhibit", "add", "/tmp/no\udcffne.jpg", "--case", "MP-1"), "cannot be opened"),
    ],
)
def test_bytes_that_are_no_text_are_a_sentence(
    cli: Cli, with_case: Path, command: tuple[str, ...], words: str
) -> None:
    answer = cli(*command)
    assert answer.code == 1
    assert words in answer.err
    assert "another program changed it" not in answer.err
    answer.err.encode()
    told = cli(*command, "--json").json
    assert told["message"] in answer.err or "\\" in told["message"] or "\udcff" in told["message"]


@pytest.mark.parametrize(
    "command", [("case", "list"), ("case", "list", "--json"), ("--help",), ("case", "show", "none", "--json")]
)
def test_output_that_takes_nothing_is_said_as_that(with_case: Path, command: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        answer = run(*command, casebook=with_case, stdout=full)
    assert answer.returncode == 1
    assert b"standard output takes no more" in answer.stderr
    assert b"The disk is full" not in answer.stderr
    assert b"Traceback" not in answer.stderr


def test_what_was_done_before_is_kept(cli: Cli, with_case: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        answer = run("case", "new", "--number", "MP-2", "--title", "x", casebook=with_case, stdout=full)
    assert b"What the command had done by then is recorded" in answer.stderr
    assert cli("case", "show", "MP-2").code == 0


def test_closed_output_is_no_defect(with_case: Path) -> None:
    for command in (("case", "list", "--json"), ("case", "list")):
        answer = run(*command, casebook=with_case, preexec_fn=lambda: os.close(1))
        assert (answer.returncode, answer.stderr) == (0, b"")


def test_output_without_unicode_shows_escapes(cli: Cli, with_case: Path) -> None:
    assert cli("subject", "add", "--case", "MP-1", "--name", "漢字 𝒜").code == 0
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = run("case", "show", "MP-1", casebook=with_case, stdout=subprocess.PIPE, env=plain)
    assert shown.returncode == 0
    assert b"\\u6f22" in shown.stdout
    told = run("case", "show", "MP-1", "--json", casebook=with_case, stdout=subprocess.PIPE, env=plain)
    assert json.loads(told.stdout)["subjects"][0]["name"] == "漢字 𝒜"


@pytest.mark.parametrize("letter", ["x", "漢"])
def test_a_name_as_long_as_names_are_stays_whole(
    cli: Cli, with_case: Path, photograph: Path, letter: str
) -> None:
    name = letter * ((255 - 4) // len(letter.encode())) + ".png"
    path = photograph.rename(photograph.with_name(name))
    made = cli("exhibit", "add", path, "--case", "MP-1", "--json").json
    for command in (("exhibit", "list", "--case", "MP-1"), ("case", "show", "MP-1")):
        lines = cli(*command).out.splitlines()
        (row,) = [line for line in lines if "E-0001" in line]
        assert name in row
        assert made["sha256"] in row
        shown = on_terminal(*command, casebook=with_case)
        joined = "".join(shown.split())
        assert name in joined
        assert made["sha256"] in shown


def on_terminal(*command: str, casebook: Path) -> str:
    """Return what a command shows on a terminal of 80 columns."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    process = run(*command, casebook=casebook, stdout=slave, env=environment)
    os.close(slave)
    assert process.returncode == 0
    shown = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        shown += piece
        if not piece:
            break
    os.close(master)
    return shown.decode()
