"""The workstation's key: made once, private, never silently replaced."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from forensic_app.errors import StoreUnavailable
from forensic_app.store import keys
from forensic_app.store.keys import load_or_create_key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "keys" / "signing.key"


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path, path):
    first = load_or_create_key(tmp_path / "home")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_or_create_key(tmp_path / "home").public_key_hex == first.public_key_hex
    assert [each.name for each in path.parent.iterdir()] == ["signing.key"]


def test_two_homes_have_two_keys(tmp_path):
    assert load_or_create_key(tmp_path / "a").key_id != load_or_create_key(tmp_path / "b").key_id


def test_a_key_that_others_can_read_is_refused(tmp_path, path):
    load_or_create_key(tmp_path / "home")
    path.chmod(0o640)
    with pytest.raises(StoreUnavailable, match="0640") as caught:
        load_or_create_key(tmp_path / "home")
    assert "chmod 600" in caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "other-header " + "00" * 32,
        "forensic-app-ed25519-seed-v1 00",
        "\udcff".encode("utf-8", "surrogateescape"),
    ],
)
def test_a_damaged_key_is_refused_and_kept(tmp_path, path, text):
    load_or_create_key(tmp_path / "home")
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(data)
    with pytest.raises(StoreUnavailable, match="damaged"):
        load_or_create_key(tmp_path / "home")
    assert path.read_bytes() == data


def test_a_home_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreUnavailable, match="home"):
        load_or_create_key(tmp_path / "home")


def test_a_failed_creation_leaves_nothing(tmp_path, path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="full"):
        load_or_create_key(tmp_path / "home")
    assert list(path.parent.iterdir()) == []


def test_the_first_of_two_processes_that_make_a_key_wins(tmp_path, path, monkeypatch):
    winner = load_or_create_key(tmp_path / "home")
    text = path.read_text()
    path.unlink()
    fsync = os.fsync

    def other_process(descriptor):
        fsync(descriptor)
        if not path.exists():
            path.write_text(text)
            path.chmod(0o600)

    monkeypatch.setattr(os, "fsync", other_process)
    keys._create(Path(path))
    assert load_or_create_key(tmp_path / "home").public_key_hex == winner.public_key_hex
