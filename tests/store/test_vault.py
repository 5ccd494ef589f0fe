"""The vault: write-once, verified, and never a partial file."""

from __future__ import annotations

import builtins
import errno
import hashlib
import io
import os
import stat
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_files import keep

from forensic_app.digests import CHUNK_BYTES
from forensic_app.errors import EvidenceAltered, IntakeStopped, InvalidInput, StoreUnavailable
from forensic_app.store import vault as vault_module
from forensic_app.store.vault import StoredFile, Vault


@pytest.fixture
def vault(tmp_path):
    made = Vault(tmp_path / "vault")
    made.prepare()
    return made


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"photograph" * 1000)
    return path


def names(vault):
    return sorted(path.name for path in vault.folder.rglob("*") if path.is_file())


class TestImport:
    def test_a_file_lies_under_its_digest_byte_for_byte(self, vault, photo):
        stored = vault.import_file(photo)
        data = photo.read_bytes()
        assert stored == StoredFile(hashlib.sha256(data).hexdigest(), len(data), is_new=True)
        assert vault.path(stored.sha256).read_bytes() == data
        assert vault.path(stored.sha256).parent.name == stored.sha256[:2]

    def test_it_is_read_only(self, vault, photo):
        mode = vault.path(vault.import_file(photo).sha256).stat().st_mode
        assert stat.S_IMODE(mode) == 0o400

    def test_the_source_keeps_bytes_mode_and_time(self, vault, photo):
        before = (photo.read_bytes(), photo.stat().st_mode, photo.stat().st_mtime_ns)
        vault.import_file(photo)
        assert (photo.read_bytes(), photo.stat().st_mode, photo.stat().st_mtime_ns) == before

    def test_progress_is_told_chunk_by_chunk_before_the_file_is_kept(self, vault, tmp_path):
        large = tmp_path / "large.tif"
        large.write_bytes(bytes(CHUNK_BYTES * 2 + 7))
        heard = []
        vault.import_file(
            large, progress=lambda done, total: heard.append((done, total, list(vault.digests())))
        )
        size = CHUNK_BYTES * 2 + 7
        assert heard == [(done, size, []) for done in (0, CHUNK_BYTES, 2 * CHUNK_BYTES, size)]

    @pytest.mark.parametrize("stop_at", [0, CHUNK_BYTES, CHUNK_BYTES + 1])
    def test_an_import_that_is_stopped_leaves_nothing_behind(self, vault, tmp_path, stop_at):
        large = tmp_path / "large.tif"
        large.write_bytes(bytes(CHUNK_BYTES + 1))

        def stop(done, _total):
            if done == stop_at:
                raise IntakeStopped("It was stopped.", "Receive it again.")

        with pytest.raises(IntakeStopped):
            vault.import_file(large, progress=stop)
        assert names(vault) == []
        assert vault.import_file(large).is_new

    def test_the_same_bytes_are_kept_once(self, vault, photo):
        first = vault.import_file(photo)
        inode = vault.path(first.sha256).stat().st_ino
        second = vault.import_file(photo)
        assert (second.sha256, second.is_new) == (first.sha256, False)
        assert vault.path(first.sha256).stat().st_ino == inode
        assert names(vault) == [first.sha256]

    def test_importing_again_notices_that_the_kept_file_was_altered(self, vault, photo):
        kept = vault.path(vault.import_file(photo).sha256)
        kept.chmod(0o644)
        kept.write_bytes(b"forged")
        with pytest.raises(EvidenceAltered, match=kept.name):
            vault.import_file(photo)
        assert kept.read_bytes() == b"forged"

    def test_memory_does_not_grow_with_the_file(self, vault, tmp_path):
        large = tmp_path / "large"
        with large.open("wb") as stream:
            stream.truncate(64 << 20)
        tracemalloc.start()
        try:
            vault.import_file(large)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 8 << 20

    @settings(max_examples=20)
    @given(st.binary(max_size=64))
    def test_any_bytes_come_back(self, tmp_path_factory, data):
        vault = Vault(tmp_path_factory.mktemp("vault"))
        assert vault.read_verified(keep(vault, data).sha256) == data


class TestBadSources:
    def test_a_missing_file_is_named(self, vault, tmp_path):
        with pytest.raises(InvalidInput, match="There is no file"):
            vault.import_file(tmp_path / "nothing.jpg")

    def test_a_folder_and_a_pipe_are_refused_without_waiting(self, vault, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for source in (tmp_path, tmp_path / "pipe"):
            with pytest.raises(InvalidInput, match="not a file"):
                vault.import_file(source)

    def test_a_file_that_cannot_be_opened_is_named(self, vault, photo, monkeypatch):
        def refuse(path, *arguments, **options):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr("forensic_app.store.vault.open_regular", refuse)
        with pytest.raises(InvalidInput, match="Permission denied"):
            vault.import_file(photo)

    @pytest.mark.parametrize("change", ["grow", "touch", "replace"])
    def test_a_file_that_changed_since_it_was_looked_at_is_refused_before_it_is_copied(
        self, vault, photo, change
    ):
        looked_at = photo.stat()
        if change == "grow":
            photo.write_bytes(photo.read_bytes() + b"more")
            os.utime(photo, ns=(looked_at.st_atime_ns, looked_at.st_mtime_ns))
        elif change == "touch":
            os.utime(photo, ns=(looked_at.st_atime_ns, looked_at.st_mtime_ns + 1_000_000))
        else:
            other = photo.with_name("other.jpg")
            other.write_bytes(photo.read_bytes())
            os.utime(other, ns=(looked_at.st_atime_ns, looked_at.st_mtime_ns))
            other.replace(photo)
        with pytest.raises(InvalidInput, match="changed while it was being read"):
            vault.import_file(photo, looked_at=looked_at)
        assert names(vault) == []
        assert vault.import_file(photo, looked_at=photo.stat()).is_new

    @pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
    def test_a_file_that_changes_during_the_copy_is_refused(self, vault, photo, monkeypatch, change):
        original = vault_module._read

        def read_and_change(stream, source):
            chunk = original(stream, source)
            if change == "grow":
                photo.write_bytes(photo.read_bytes() + b"more")
            elif change == "shrink":
                os.truncate(photo, 10)
            else:
                os.utime(photo, ns=(1, 1))
            return chunk

        monkeypatch.setattr(vault_module, "_read", read_and_change)
        monkeypatch.setattr(vault_module, "CHUNK_BYTES", 20_000 if change == "shrink" else 20_000_000)
        with pytest.raises(InvalidInput, match="changed while it was being read"):
            vault.import_file(photo)
        assert names(vault) == []

    def test_a_medium_that_fails_half_way_leaves_nothing(self, vault, photo):
        class Failing(io.BytesIO):
            def read(self, size=-1):
                raise OSError(errno.EIO, "Input/output error")

        with pytest.raises(InvalidInput, match="Input/output error"):
            vault_module._read(Failing(), photo)


class TestBadDisks:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_leaves_no_partial_file_and_says_what_to_do(self, vault, photo, monkeypatch, number):
        def full(descriptor):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable) as caught:
            vault.import_file(photo)
        assert "full" in caught.value.message
        assert "Free some space" in caught.value.advice
        assert names(vault) == []

    def test_a_really_full_disk(self, vault, photo, monkeypatch):
        opened = builtins.open
        monkeypatch.setattr(
            Path, "open", lambda path, mode="r", **options: opened(
                "/dev/full" if mode == "xb" else path, "wb" if mode == "xb" else mode, **options
            )
        )  # fmt: skip
        with pytest.raises(StoreUnavailable, match="full"):
            vault.import_file(photo)
        assert names(vault) == []

    def test_a_folder_that_cannot_be_written_is_named(self, vault, photo):
        (vault.folder).rmdir()
        vault.folder.write_text("a file where the folder should be")
        with pytest.raises(StoreUnavailable, match="vault"):
            vault.import_file(photo)
        with pytest.raises(StoreUnavailable, match="vault"):
            vault.prepare()

    def test_a_read_only_disk_is_named(self, vault, photo, monkeypatch):
        def refuse(*arguments, **options):
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(os, "link", refuse)
        with pytest.raises(StoreUnavailable, match="cannot be opened or written"):
            vault.import_file(photo)
        assert names(vault) == []

    def test_a_file_system_without_links_is_served_by_renaming(self, vault, photo, monkeypatch):
        def refuse(*arguments, **options):
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        stored = vault.import_file(photo)
        assert stored.is_new
        assert vault.import_file(photo).is_new is False
        assert names(vault) == [stored.sha256]


class TestStatedDigests:
    def test_a_file_with_another_digest_than_was_stated_is_not_taken_over(self, vault, photo):
        with pytest.raises(EvidenceAltered, match="changed by another program before it was taken over"):
            vault.import_file(photo, expected_sha256="a" * 64)
        assert names(vault) == []
        sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
        assert vault.import_file(photo, expected_sha256=sha256).sha256 == sha256


class TestReading:
    def test_what_is_read_is_the_whole_file(self, vault, photo):
        stored = vault.import_file(photo)
        vault.check(stored.sha256)
        assert vault.read_verified(stored.sha256) == photo.read_bytes()

    def test_what_lies_there_and_is_no_file_is_not_waited_for(self, vault):
        path = vault.path("a" * 64)
        path.parent.mkdir(parents=True)
        os.mkfifo(path)
        for act in (vault.check, vault.read_verified):
            with pytest.raises(EvidenceAltered, match="is a named pipe, not a file"):
                act("a" * 64)

    @settings(max_examples=30)
    @given(st.integers(0, 9_999), st.integers(0, 7))
    def test_any_flipped_bit_is_noticed_and_the_file_named(self, tmp_path_factory, position, bit):
        vault = Vault(tmp_path_factory.mktemp("vault"))
        stored = keep(vault, b"photograph" * 1000)
        path = vault.path(stored.sha256)
        data = bytearray(path.read_bytes())
        data[position] ^= 1 << bit
        path.chmod(0o644)
        path.write_bytes(data)
        with pytest.raises(EvidenceAltered, match=stored.sha256):
            vault.check(stored.sha256)

    def test_a_missing_file_is_named(self, vault):
        with pytest.raises(EvidenceAltered, match="missing"):
            vault.check("a" * 64)

    def test_a_file_that_cannot_be_read_is_named(self, vault, photo, monkeypatch):
        stored = vault.import_file(photo)

        def fail(*arguments):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "open", fail)
        with pytest.raises(StoreUnavailable, match="Input/output error"):
            vault.check(stored.sha256)

    def test_a_folder_in_its_place_is_named(self, vault):
        path = vault.path("a" * 64)
        path.mkdir(parents=True)
        with pytest.raises(EvidenceAltered, match="a" * 64):
            vault.check("a" * 64)

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
    def test_only_digests_name_files(self, vault, name):
        with pytest.raises(ValueError, match="is not a SHA-256"):
            vault.path(name)

    def test_digests_lists_files_and_nothing_else(self, vault, photo):
        stored = vault.import_file(photo)
        (vault.path(stored.sha256).parent / "note.txt").write_text("stray")
        assert list(vault.digests()) == [stored.sha256]
        assert vault.has(stored.sha256)
        assert not vault.has("a" * 64)
