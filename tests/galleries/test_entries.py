"""Who is to be enrolled: lists and folders, whatever stands in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensic_app.errors import InvalidInput, NotRegularFile
from forensic_app.galleries.entries import (
    BadEntry,
    Entry,
    age_between,
    name_key,
    read_entries,
    subject_id,
)


def listed(folder: Path, text: str | bytes) -> list[Entry | BadEntry]:
    path = folder / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_entries(path, source="Register"))


def test_a_list_names_people_with_their_dates_and_sources(tmp_path: Path) -> None:
    text = (
        "\ufeffName,Birth Date,photo_date,source,file\n"
        'Ana Núñez,1971-03,1990,Family,"a,1.jpg"\n'
        "\n"
        " Bo , ,,, sub/b.jpg \n"
    )
    first, second = listed(tmp_path, text)
    assert first == Entry("line 2", "Ana Núñez", "1971-03", "1990", "Family", tmp_path / "a,1.jpg")
    assert second == Entry("line 4", "Bo", "", "", "Register", tmp_path / "sub/b.jpg")
    (third,) = listed(tmp_path, "file;name\na.jpg;Ana, the second\n")
    assert isinstance(third, Entry)
    assert third.name == "Ana, the second"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ana,", "no person or no file"),
        (",a.jpg", "no person or no file"),
        ("Ana,../../../etc/passwd", "does not lie below"),
        ("Ana,/etc/passwd", "does not lie below"),
        ("Ana,a\x00.jpg", "does not lie below"),
        ('Ana,"' + ("x" * 60_000 + "\n") * 4, "quotation mark in it is not closed"),
        ("Doe, Ana,a.jpg", "3 cells for 2 columns"),
        ('Ana,"a.jpg', "quotation mark in it is not closed"),
        ("Ana," + "x" * 200_000 + ",Ana,a.jpg", "more than 65,536 characters"),
    ],
)
def test_a_bad_line_is_told_and_the_others_go_on(tmp_path: Path, row: str, reason: str) -> None:
    found = listed(tmp_path, f"name,file\n{row}\nBo,b.jpg\n")
    assert isinstance(found[0], BadEntry)
    assert reason in found[0].reason
    assert isinstance(found[-1], Entry)
    assert found[-1].name == "Bo"


def test_nobody_gets_the_photograph_or_name_of_another_line(tmp_path: Path) -> None:
    text = 'name,remark,file\nAna,"she said,a.jpg\nBo,"tall",b.jpg\nCy,"she said,c.jpg\nDi,",d.jpg\nEve,"a, b",e.jpg\n'
    found = listed(tmp_path, text)
    assert [each.place for each in found] == ["line 2", "line 3", "line 4", "line 5", "line 6"]
    told = [each.place for each in found if isinstance(each, BadEntry)]
    assert told == ["line 2", "line 4", "line 5"]
    assert [(each.name, each.path.name) for each in found if isinstance(each, Entry)] == [
        ("Bo", "b.jpg"),
        ("Eve", "e.jpg"),
    ]
    for each in listed(tmp_path, "file,name\na.jpg,Doe, Ana\nb.jpg,Doe, Bo\nc.jpg,Cy,,\n")[:2]:
        assert isinstance(each, BadEntry)
    with pytest.raises(InvalidInput, match="names the column name twice"):
        listed(tmp_path, "name,Name,file\nAna,Bo,a.jpg\n")


def test_a_link_out_of_the_lists_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (tmp_path / "in" / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    (found,) = listed(tmp_path / "in", "name,file\nAna,a.jpg\n")
    assert isinstance(found, BadEntry)


def test_bytes_that_are_no_text_hinder_nobody(tmp_path: Path) -> None:
    first, second = listed(tmp_path, b"name,file\nJos\xe9,a.jpg\nBo,b.jpg\n")
    assert isinstance(first, Entry)
    assert first.name == "Jos\udce9"
    assert isinstance(second, Entry)


@pytest.mark.parametrize("text", ["", "Ana,a.jpg\n", "name,photo\n"])
def test_a_list_without_its_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="no column"):
        listed(tmp_path, text)


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no list or folder"):
        read_entries(tmp_path / "none.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegularFile, match="named pipe"):
        read_entries(tmp_path / "pipe")


def test_a_folder_holds_people_or_files(tmp_path: Path) -> None:
    for name in ("Ana/1.jpg", "Ana/2.jpg", "Ana/deep/3.jpg", "Bo.jpg", ".hidden.jpg", "elsewhere/x.jpg"):
        (tmp_path / "g" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "g" / name).write_bytes(b"x")
    (tmp_path / "g" / "Link").symlink_to(tmp_path / "g" / "elsewhere")
    found = {each.place: each for each in read_entries(tmp_path / "g", source="Register")}
    assert sorted(found) == ["Ana/1.jpg", "Ana/2.jpg", "Ana/deep", "Bo.jpg", "Link", "elsewhere/x.jpg"]
    assert isinstance(found["Ana/deep"], BadEntry)
    assert isinstance(found["Link"], BadEntry)
    bo, ana = found["Bo.jpg"], found["Ana/2.jpg"]
    assert isinstance(bo, Entry)
    assert isinstance(ana, Entry)
    assert (bo.name, bo.stated_by, bo.source) == ("Bo", "Bo.jpg", "Register")
    assert (ana.name, ana.stated_by) == ("Ana", "Ana")


def test_a_link_to_itself_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    for name in ("Ana/1.jpg", "z.jpg"):
        (tmp_path / "g" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "g" / name).write_bytes(b"x")
    for name in ("loop.jpg", "Ana/loop"):
        (tmp_path / "g" / name).symlink_to(Path(name).name)
    found = {each.place: each for each in read_entries(tmp_path / "g")}
    assert sorted(found) == ["Ana/1.jpg", "Ana/loop", "loop.jpg", "z.jpg"]
    for place in ("Ana/loop", "loop.jpg"):
        each = found[place]
        assert isinstance(each, BadEntry)
        assert "cannot be looked at" in each.reason
    assert isinstance(found["z.jpg"], Entry)


def test_lines_that_are_too_long_are_counted(tmp_path: Path) -> None:
    long = "x" * 70_000
    found = listed(tmp_path, f"name,file\nA,../a\n{long}\nB,../b\n{long * 3}\n{long}\nC,../c\n")
    assert [each.place for each in found] == [f"line {number}" for number in range(2, 8)]


def test_spellings_of_one_name_are_one_person_and_a_birth_date_makes_another() -> None:
    assert name_key("  ANA   Nu\u0301ñez ") == name_key("ana núñez")
    assert subject_id("Ana", "") == subject_id("ANA ", "")
    assert subject_id("Ana", "") != subject_id("Ana", "1971")
    assert subject_id("Jos\udce9", "")


@pytest.mark.parametrize(
    ("born", "taken", "years"),
    [
        ("1971", "1990", 19.0),
        ("1971-03", "1990-03", 19.0),
        ("1971-03-12", "1990-03-12", 19.0),
        ("1971-01-01", "1971-12-31", 0.997),
        ("", "1990", None),
        ("1971", "", None),
    ],
)
def test_an_age_follows_from_two_dates(born: str, taken: str, years: float | None) -> None:
    assert age_between(born, taken) == pytest.approx(years, abs=0.01)
