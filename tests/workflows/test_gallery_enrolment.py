"""Photographs are enrolled once, in whole batches, whatever stands between them and whoever stops them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forensic_app.galleries.entries import read_entries
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import gallery_enrolment
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_enrolment import Outcome, enrol

from . import gallery_fakes
from .gallery_fakes import KEY, FakeMatcher, enrolled, faces_of, write_face


def test_photographs_are_enrolled_in_whole_batches(
    book: CaseStore, gallery: Gallery, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_enrolment, "MOST_FACES", 25)
    done = enrolled(book, gallery, people)
    assert (done.counts[Outcome.ENROLLED], done.lines, done.batches) == (60, [], 3)
    assert [each.action for each in book.events()][-3:] == ["gallery_batch_added"] * 3
    contents = GalleryContents(book, gallery)
    assert (contents.template_count, contents.derived_count) == (60, 0)
    first = next(contents.faces())
    assert (first.face_id, first.face.name, first.face.age_origin) == (
        "GB-000001-000",
        "person 00",
        "estimated",
    )
    again = enrolled(book, gallery, people)
    assert (again.counts[Outcome.ALREADY], again.lines, again.batches) == (60, [], 0)
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings
    assert result.files == 63
    assert not [each for each in result.notes if "vault" in each]


def test_what_cannot_be_enrolled_is_told_line_by_line(
    book: CaseStore, gallery: Gallery, tmp_path: Path
) -> None:
    folder = tmp_path / "list"
    for name, faces, person in (("a", 1, 1), ("none", 0, 2), ("two", 2, 3), ("b", 1, 4), ("c", 1, 5)):
        write_face(folder / f"{name}.png", person, faces=faces)
    (folder / "text.png").write_bytes(b"no image")
    (folder / "copy.png").write_bytes((folder / "a.png").read_bytes())
    (folder / "list.csv").write_text(
        "name,birth date,photo date,source,file\n"
        "Ana,1971-03-12,1990,Family,a.png\n"
        "Bo,,,,none.png\n"
        "Bo,,,,two.png\n"
        "Bo,,,,text.png\n"
        "Bo,,,,missing.png\n"
        "Bo,,,,../list.csv/..\n"
        "Cy,,,,copy.png\n"
        "Ana,1971-03-12,,,a.png\n"
        "Ana,1980,,,b.png\n"
        "Di,someday,,,c.png\n"
        "Di,1990,1971,,c.png\n"
        "\x1b[31mEve\u202e,,,,c.png\n",
        encoding="utf-8",
    )
    done = enrolled(book, gallery, folder / "list.csv")
    words = {line.place: (line.outcome, line.words) for line in done.lines}
    expected = {
        "line 3": (Outcome.NO_FACE, "no face was found"),
        "line 4": (Outcome.SEVERAL_FACES, "it shows 2 faces"),
        "line 5": (Outcome.UNREADABLE, "is not a JPEG"),
        "line 6": (Outcome.UNREADABLE, "No such file"),
        "line 7": (Outcome.MALFORMED, ""),
        "line 8": (Outcome.DUPLICATE, "enrolled for Ana (line 2), and not again for Cy"),
        "line 9": (Outcome.DUPLICATE, "enrolled for Ana (line 2)"),
        "line 10": (Outcome.SAME_NAME, "another Ana, with another birth date"),
        "line 11": (Outcome.MALFORMED, "someday"),
        "line 12": (Outcome.MALFORMED, "-19 years old"),
        "line 13": (Outcome.MALFORMED, "control characters"),
    }
    assert words.keys() == expected.keys()
    for place, (outcome, part) in expected.items():
        assert words[place][0] is outcome, place
        assert part in words[place][1], place
    assert done.counts[Outcome.ENROLLED] == 2
    ana, other = GalleryContents(book, gallery).faces()
    assert (ana.face.age, ana.face.age_origin, ana.face.source) == (19.3, "stated", "Family")
    assert ana.face.subject != other.face.subject
    largest = enrolled(book, gallery, folder / "list.csv", largest_face=True)
    assert largest.counts[Outcome.ENROLLED] == 1
    assert largest.counts[Outcome.ALREADY] == 3
    assert list(GalleryContents(book, gallery).faces())[-1].face.faces_in_photo == 2


def test_one_name_of_a_folder_and_a_file_is_said(book: CaseStore, gallery: Gallery, tmp_path: Path) -> None:
    write_face(tmp_path / "g" / "Ana" / "1.png", 1)
    write_face(tmp_path / "g" / "Ana" / "2.png", 1, shade=9)
    write_face(tmp_path / "g" / "ana.png", 1, shade=20)
    done = enrolled(book, gallery, tmp_path / "g")
    assert done.counts[Outcome.ENROLLED] == 3
    assert [line.outcome for line in done.lines] == [Outcome.SAME_NAME]
    assert "taken for one person" in done.lines[0].words
    assert len({each.face.subject for each in GalleryContents(book, gallery).faces()}) == 1


def test_special_files_and_a_file_that_changes_are_not_enrolled(
    book: CaseStore, gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    (tmp_path / "g").mkdir()
    os.mkfifo(tmp_path / "g" / "pipe.png")
    write_face(tmp_path / "g" / "z.png", 1)
    real = FakeMatcher.detect

    def detect(self: FakeMatcher, image: Any) -> Any:
        write_face(tmp_path / "g" / "z.png", 2)
        return real(self, image)

    monkeypatch.setattr(FakeMatcher, "detect", detect)
    done = enrolled(book, gallery, tmp_path / "g")
    assert [line.outcome for line in done.lines] == [Outcome.UNREADABLE] * 2
    assert "changed while" in done.lines[1].words
    assert book.gallery_batches("G-0001") == []


@pytest.mark.parametrize("kill_at", [1, 3, 9, 10, 17, 26])
def test_a_killed_enrolment_goes_on_where_it_was(
    book: CaseStore, gallery: Gallery, tmp_path: Path, kill_at: int
) -> None:
    for number in range(10):
        write_face(tmp_path / "g" / f"person {number}.png", number)
    book.close()
    command = [sys.executable, "-m", gallery_fakes.__name__, str(book.folder), str(tmp_path / "g")]
    killed = subprocess.run([*command, str(kill_at)], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    with CaseStore.open(book.folder, examiner="Ada", read_only=True) as reader:
        assert len(faces_of(reader, gallery)) % 4 == 0
    subprocess.run([*command, "0"], check=True, capture_output=True)
    with CaseStore.open(book.folder, examiner="Ada", key=KEY) as store:
        names = list(faces_of(store, gallery).values())
    assert sorted(names) == [f"person {number}" for number in range(10)]
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings
    assert not [each for each in result.notes if "vault" in each]


def test_ctrl_c_keeps_what_was_found(
    book: CaseStore, gallery: Gallery, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entries() -> Iterator[Any]:
        for number, entry in enumerate(read_entries(people)):
            if number == 7:
                raise KeyboardInterrupt
            yield entry

    with pytest.raises(KeyboardInterrupt):
        enrol(book, gallery, entries(), FakeMatcher())
    assert len(faces_of(book, gallery)) == 7
