"""Keys and decisions at the command line; what a casebook that does not verify is told to every command."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def cli(plain_cli: Cli, casebook: Path) -> Cli:
    """A function that runs a command on a casebook with one case."""

    def run(*arguments: object) -> object:
        return plain_cli("--casebook", casebook, *arguments)

    answer = run("case", "new", "--number", "MP-7", "--title", "Missing", "--kind", "missing-person")
    assert answer.code == 0, answer.err
    return run


def alter(casebook: Path) -> None:
    """Change a record as another program would."""
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute("UPDATE \"case\" SET title = 'Solved\x1b[2J'")


def test_every_command_says_that_a_casebook_does_not_verify(cli: Cli, casebook: Path) -> None:
    alter(casebook)
    read = cli("case", "list", "--json")
    assert read.code == 0
    assert read.json["cases"]
    assert "Warning: The casebook" in read.err
    assert "The record of case C-0001 was changed after custody event 4: " in read.err
    written = cli("subject", "add", "--case", "MP-7", "--name", "Ana", "--json")
    assert (written.code, written.json["error"]) == (1, "CasebookDisputed")
    assert "casebook accept --reason" in written.json["advice"]


def test_an_administrator_is_asked_and_the_decision_recorded(
    cli: Cli, casebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(casebook)
    monkeypatch.setattr("forensic_app.cli.trust.is_confirmed", lambda question: False)
    assert cli("casebook", "accept", "--reason", "No backup").code != 0
    assert cli("subject", "add", "--case", "MP-7", "--name", "Ana").code == 1
    assert cli("casebook", "accept", "--reason", " ", "--yes").code == 1
    monkeypatch.setattr("forensic_app.cli.trust.is_confirmed", lambda question: True)
    accepted = cli("casebook", "accept", "--reason", "No backup")
    assert accepted.code == 0, accepted.err
    assert "1 findings are in the casebook" in accepted.out
    assert "- The record of case C-0001 was changed after custody event 4" in accepted.out
    assert cli("subject", "add", "--case", "MP-7", "--name", "Ana").code == 0
    verified = cli("verify", "--json")
    assert verified.code == 1
    (finding,) = verified.json["findings"]
    assert finding.startswith("The record of case C-0001 was changed after custody event 4: its SHA-256 is ")
    assert any("No backup" in note for note in verified.json["notes"])


def test_another_workstation_is_introduced(
    cli: Cli, casebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "other"))
    refused = cli("subject", "add", "--case", "MP-7", "--name", "Ana", "--json")
    assert (refused.code, refused.json["error"]) == (1, "CasebookDisputed")
    shown = cli("casebook", "keys", "--json").json
    (public_key,) = shown["own"].values()
    assert public_key in refused.json["advice"]
    assert len(shown["casebook"]) == 1
    assert "This workstation signs with the key" in cli("casebook", "keys").out
    monkeypatch.setenv("FORENSIC_APP_HOME", str(home))
    assert cli("casebook", "introduce-key", "xyz").code == 1
    assert "may sign" in cli("casebook", "introduce-key", public_key).out
    assert cli("casebook", "introduce-key", public_key, "--json").json["error"] == "DuplicateRecord"
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "other"))
    assert cli("subject", "add", "--case", "MP-7", "--name", "Ana").code == 0
    assert cli("verify").code == 0


def test_verify_knows_what_the_workstation_saw(cli: Cli, casebook: Path, tmp_path: Path) -> None:
    older = shutil.copytree(casebook, tmp_path / "older")
    assert cli("subject", "add", "--case", "MP-7", "--name", "Ana").code == 0
    shutil.rmtree(casebook)
    shutil.move(older, casebook)
    verified = cli("verify", "--json")
    assert verified.code == 1
    assert "older copy" in verified.json["findings"][0]
