"""Only regular files are opened, and nothing is waited for."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from forensic_app import regular_files
from forensic_app.digests import sha256_of_file
from forensic_app.errors import EvidenceAltered, InvalidInput, NotRegularFile, UnreadableImage
from forensic_app.images import inspect, load_working_copy
from forensic_app.regular_files import (
    open_regular,
    read_regular,
    read_regular_text,
    read_verified,
    refuse_special,
)


@pytest.fixture
def special(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """One of each kind, by the words for it."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("pipe")
    return {
        "a named pipe": tmp_path / "pipe",
        "a socket": tmp_path / "socket",
        "a folder": tmp_path / "folder",
        "a device": Path("/dev/zero"),
    }


def test_what_has_no_fixed_content_is_refused_in_words(special: dict[str, Path], tmp_path: Path) -> None:
    for words, path in special.items():
        for act in (open_regular, read_regular, read_regular_text, refuse_special, sha256_of_file):
            with pytest.raises(NotRegularFile, match=words):
                act(path)
    with pytest.raises(NotRegularFile, match="a named pipe"):
        open_regular(tmp_path / "link")


def test_pictures_are_read_through_the_same_door(special: dict[str, Path]) -> None:
    for path in special.values():
        for act in (inspect, load_working_copy):
            with pytest.raises(UnreadableImage, match="cannot be opened"):
                act(path)


def test_a_link_to_a_file_is_followed_unless_it_may_not_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    (tmp_path / "link").symlink_to("file")
    assert read_regular_text(tmp_path / "link") == "words"
    refuse_special(tmp_path / "link")
    refuse_special(tmp_path / "absent")
    with pytest.raises(NotRegularFile, match="a symbolic link"):
        read_regular(tmp_path / "link", follows_links=False)


def test_what_is_put_under_the_name_meanwhile_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("words")
    opened = os.open

    def replaced(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags)

    monkeypatch.setattr(regular_files.os, "open", replaced)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(NotRegularFile, match="a named pipe"):
        open_regular(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_regular(path, max_bytes=5) == b"12345"
    with pytest.raises(InvalidInput, match="more than 4 bytes"):
        read_regular(path, max_bytes=4)


def test_a_stream_waits_for_its_bytes_as_ever(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")
    with open_regular(tmp_path / "file") as stream:
        assert os.get_blocking(stream.fileno())


def test_what_is_used_is_what_was_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"1" * 10)
    other.write_bytes(b"2" * 10)
    sha256 = sha256_of_file(path)
    monkeypatch.setattr(regular_files.os, "set_blocking", lambda *_: other.replace(path))
    assert read_verified(path, sha256) == b"1" * 10
    monkeypatch.undo()
    with pytest.raises(EvidenceAltered, match="SHA-256 is now"):
        read_verified(path, sha256)


def test_bytes_that_change_after_they_were_hashed_are_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1" * 10)
    sha256 = sha256_of_file(path)
    opened = regular_files.open_regular

    class Rewritten(io.BytesIO):
        def seek(self, *arguments: int) -> int:
            super().seek(0)
            self.write(b"2" * 10)
            return super().seek(*arguments)

        def fileno(self) -> int:
            return stream.fileno()

    with opened(path) as stream:
        monkeypatch.setattr(regular_files, "open_regular", lambda _: Rewritten(stream.read()))
        with pytest.raises(EvidenceAltered, match="SHA-256 is now"):
            read_verified(path, sha256)


def test_a_file_that_grows_is_read_to_its_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1" * 10)
    sha256 = sha256_of_file(path)
    status = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        found = status(descriptor)
        with path.open("ab") as stream:
            stream.write(b"2" * 10)
        return found

    monkeypatch.setattr(
        regular_files.os, "set_blocking", lambda *_: monkeypatch.setattr(regular_files.os, "fstat", grow)
    )
    assert read_verified(path, sha256) == b"1" * 10
