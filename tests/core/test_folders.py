"""Folders are walked and removed however deep they go, and nothing behind a link is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensic_app import folders
from forensic_app.folders import below, remove


def nested(path: Path, depth: int) -> None:
    """Make folders inside each other, deeper than any path can name, with a file in the last."""
    here = Path.cwd()
    path.mkdir()
    os.chdir(path)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("file").touch()
    os.chdir(here)


def tree(path: Path) -> None:
    (path / "a" / "b").mkdir(parents=True)
    (path / "a" / "b" / "file").touch()
    (path / "c").touch()


@pytest.mark.parametrize("depth", [3, 1200, 5000])
def test_no_depth_is_too_great(tmp_path: Path, depth: int) -> None:
    nested(tmp_path / "top", depth)
    unlisted: list[Path] = []
    found = list(below(tmp_path / "top", unlisted=unlisted.append))
    assert len(found) >= min(depth, 1200)
    assert bool(unlisted) is (depth == 5000)
    assert remove(tmp_path / "top")
    assert list(tmp_path.iterdir()) == []


def test_everything_is_found_each_folder_before_what_is_in_it(tmp_path: Path) -> None:
    tree(tmp_path / "top")
    (tmp_path / "top" / "link").symlink_to(tmp_path / "top")
    names = ["a", "c", "link", "a/b", "a/b/file"]
    assert [each.relative_to(tmp_path / "top").as_posix() for each in below(tmp_path / "top")] == names
    assert list(below(tmp_path / "absent")) == []
    assert list(below(tmp_path / "top" / "c")) == []
    unlisted: list[Path] = []
    found = list(below(tmp_path / "top", most_depth=2, unlisted=unlisted.append))
    assert [each.name for each in found] == ["a", "c", "link", "b"]
    assert unlisted == [tmp_path / "top" / "a" / "b"]


def test_whatever_it_is_it_is_removed_and_nothing_behind_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "outside")
    top = tmp_path / "top"
    tree(top)
    (top / "a" / "link").symlink_to(tmp_path / "outside")
    (top / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(top / "a" / "pipe")
    (top / "a" / "b").chmod(0)
    (top / "a").chmod(0)
    top.chmod(0)
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    for name in ("top", "link", "absent"):
        assert remove(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == ["outside"]
    assert len(list(below(tmp_path / "outside"))) == 4


def test_nothing_is_removed_behind_a_folder_that_is_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "outside")
    (tmp_path / "casebook").mkdir()
    (tmp_path / "casebook" / "work").symlink_to(tmp_path / "outside")
    assert not remove(tmp_path / "casebook" / "work" / "a", within=tmp_path / "casebook")
    assert len(list(below(tmp_path / "outside"))) == 4
    (tmp_path / "casebook" / "plain" / "a").mkdir(parents=True)
    assert remove(tmp_path / "casebook" / "plain" / "a", within=tmp_path / "casebook")


def test_what_cannot_be_removed_stays_and_the_rest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path / "top")
    unlink = os.unlink

    def refuse(name: str, *, dir_fd: int) -> None:
        if name == "file":
            raise PermissionError
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(folders.os, "unlink", refuse)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert not remove(tmp_path / "top")
    assert [each.name for each in below(tmp_path / "top") if not each.is_dir()] == ["file"]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_folder_that_is_moved_meanwhile_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path / "top")
    tree(tmp_path / "outside")
    unlink = os.unlink

    def move(name: str, *, dir_fd: int) -> None:
        unlink(name, dir_fd=dir_fd)
        if name == "file":
            (tmp_path / "top" / "a" / "b").rename(tmp_path / "outside" / "moved")

    monkeypatch.setattr(folders.os, "unlink", move)
    assert not remove(tmp_path / "top")
    assert (tmp_path / "outside" / "a" / "b" / "file").exists()
