"""Files and folders for their owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensic_app.private import (
    make_private_folder,
    make_private_tree,
    open_private,
    open_to_others,
    take_from_others,
    touch_private,
)


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A umask that lets others read, or that takes from the owner too."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_new_is_private(tmp_path: Path, umask: int) -> None:
    make_private_folder(tmp_path / "a" / "b")
    make_private_folder(tmp_path / "a" / "b")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o700)
    with open_private(tmp_path / "text", "a") as stream:
        stream.write("ü")
    with open_private(tmp_path / "text", "a") as stream:
        stream.write("b")
    touch_private(tmp_path / "empty")
    touch_private(tmp_path / "empty")
    assert (mode(tmp_path / "text"), mode(tmp_path / "empty")) == (0o600, 0o600)
    assert (tmp_path / "text").read_text(encoding="utf-8") == "üb"


def test_what_is_there_keeps_its_mode_and_a_file_is_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o750)
    make_private_folder(folder)
    assert mode(folder) == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_private_folder(tmp_path / "file")


def test_what_others_can_use_is_found_and_taken_from_them(tmp_path: Path) -> None:
    inside = tmp_path / "a"
    inside.mkdir()
    files = {"open": 0o644, "closed": 0o600, "kept": 0o444}
    for name, bits in files.items():
        (inside / name).touch()
        (inside / name).chmod(bits)
    (inside / "link").symlink_to("/etc/passwd")
    inside.chmod(0o755)
    assert set(open_to_others(inside)) == {inside, inside / "open", inside / "kept"}
    assert make_private_tree(inside) == []
    assert list(open_to_others(inside)) == []
    assert (mode(inside), mode(inside / "open"), mode(inside / "kept")) == (0o700, 0o600, 0o400)
    assert not take_from_others(inside / "link")
    assert not take_from_others(inside / "absent")
    assert list(open_to_others(tmp_path / "absent")) == []


def test_a_helper_process_leaves_nothing_to_others(tmp_path: Path) -> None:
    code = (
        "import resource\nfrom pathlib import Path\nfrom forensic_app.private import make_process_private\n"
        "make_process_private()\nPath('file').touch()\nprint(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "(0, 0)"
    assert mode(tmp_path / "file") == 0o600


def test_what_another_program_put_under_the_name_is_not_written_to(tmp_path: Path) -> None:
    precious = tmp_path / "signing.key"
    precious.write_text("precious")
    (tmp_path / "link").symlink_to(precious)
    (tmp_path / "second name").hardlink_to(precious)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "second name", "pipe"):
        for mode_ in ("a", "r+", "w"):
            with pytest.raises(OSError, match=name):
                open_private(tmp_path / name, mode_)
    assert precious.read_text() == "precious"
    (tmp_path / "second name").unlink()
    with open_private(precious, "w") as stream:
        stream.write("new")
    assert precious.read_text() == "new"
