from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from forensic_app.errors import InvalidInput, StoreLocked, StoreUnavailable
from forensic_app.workflows.casebook import create_casebook, examiner_name, open_casebook


def test_the_examiner_is_given_or_in_the_environment_or_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    assert examiner_name(" Ada ", {"FORENSIC_APP_EXAMINER": "Grace"}) == "Ada"
    assert examiner_name(None, {"FORENSIC_APP_EXAMINER": "Grace"}) == "Grace"
    assert examiner_name("  ", {}) == getpass.getuser()

    def nobody() -> str:
        raise OSError("no account")

    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(InvalidInput, match="FORENSIC_APP_EXAMINER"):
        examiner_name(None, {})


def test_a_casebook_is_made_and_opened_with_the_workstations_key(tmp_path: Path) -> None:
    folder = tmp_path / "casebook"
    with create_casebook(folder, examiner="Ada") as store:
        key = store.public_key_hex
        with pytest.raises(StoreLocked):
            open_casebook(folder, examiner="Grace")
        with open_casebook(folder, read_only=True) as reader:
            assert reader.is_read_only
    with open_casebook(folder, examiner="Grace") as store:
        assert store.public_key_hex == key
        assert store.examiner == "Grace"
    with pytest.raises(InvalidInput, match="holds a casebook"):
        create_casebook(folder, examiner="Ada")


def test_a_folder_without_a_casebook_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_casebook(tmp_path / "absent", read_only=True)
