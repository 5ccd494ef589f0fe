"""What the look at the machine says."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.workflows import doctor
from forensic_app.workflows.doctor import Check, Status
from tests.cli.conftest import Cli


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what needs torch."""
    monkeypatch.setattr(doctor, "check_device", lambda: Check("Device", Status.OK, "CPU"))
    monkeypatch.setattr(doctor, "check_analyser", lambda: Check("Face analyser", Status.OK, "dlib"))
    monkeypatch.setattr(doctor, "check_packs", lambda packs_dir: [Check("Pack base", Status.OK, "1")])


@pytest.mark.usefixtures("quick")
def test_a_fit_machine(plain_cli: Cli, home: Path) -> None:
    answer = plain_cli("doctor", "--json")
    found = {check["name"]: check["status"] for check in answer.json["checks"]}
    assert found["SQLite"] == found["Report fonts"] == found["Workstation folder"] == found["Python"] == "ok"
    assert (answer.code, answer.json["is_fit"]) == (0, True)
    assert home.is_dir()


@pytest.mark.usefixtures("quick")
def test_something_missing_is_one(plain_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, "check_fonts", lambda: Check("Report fonts", Status.FAILED, "gone", "Restore them.")
    )
    answer = plain_cli("doctor")
    assert answer.code == 1
    assert "Restore them." in answer.out


def test_packs_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensic_app.engines.packs.pack.bundled_packs_dir", lambda: tmp_path / "none")
    monkeypatch.delenv("FORENSIC_APP_PACKS", raising=False)
    checks = doctor.check_packs(None)
    assert [(each.name, each.status) for each in checks] == [
        ("Pack base", Status.FAILED),
        ("Pack deage", Status.WARNING),
        ("Pack sketch", Status.WARNING),
    ]


def test_a_folder_that_cannot_be_written() -> None:
    check = doctor.check_writing("Casebook", Path("/proc/forensic-app"))
    assert check.status is Status.FAILED
    assert "/proc/forensic-app" in check.value
