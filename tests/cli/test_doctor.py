"""What the look at the machine says."""

from __future__ import annotations

import stat
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


@pytest.fixture
def private_home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workstation whose every folder is in the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return home


@pytest.mark.usefixtures("quick")
def test_what_others_can_use_is_said_and_taken_from_them_on_request(
    cli: Cli, casebook: Path, private_home: Path, tmp_path: Path
) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0

    def privacy() -> tuple[str, str, str]:
        answer = cli("doctor", "--json")
        assert answer.json["mended"] == []
        (found,) = (each for each in answer.json["checks"] if each["name"] == "Privacy")
        return found["status"], found["value"], found["advice"]

    assert privacy()[0] == "ok"
    casebook.chmod(0o755)
    (casebook / "casebook.db").chmod(0o644)
    (tmp_path / "config" / "forensic-app").mkdir(parents=True, mode=0o700)
    (tmp_path / "config" / "forensic-app" / "forensic-app.conf").touch(0o644)
    status, value, advice = privacy()
    assert (status, "3 files and folders" in value) == ("warning", True)
    assert "--mend-permissions" in advice
    assert stat.S_IMODE(casebook.stat().st_mode) == 0o755
    answer = cli("doctor", "--mend-permissions", "--json")
    assert sorted(map(Path, answer.json["mended"])) == sorted(
        [casebook, casebook / "casebook.db", tmp_path / "config" / "forensic-app" / "forensic-app.conf"]
    )
    assert (answer.code, answer.json["not_mended"]) == (0, [])
    assert privacy()[0] == "ok"
    assert cli("verify").code == 0
    assert "0 files and folders were taken" in cli("doctor", "--mend-permissions").out


@pytest.mark.usefixtures("quick")
def test_a_signing_key_that_others_could_read_is_not_closed_in_silence(cli: Cli, private_home: Path) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    key = private_home / "keys" / "signing.key"
    key.chmod(0o644)
    assert cli("doctor", "--mend-permissions", "--json").json["not_mended"] == [str(key)]
    assert stat.S_IMODE(key.stat().st_mode) == 0o644
