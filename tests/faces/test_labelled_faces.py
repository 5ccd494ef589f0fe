from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from forensic_app.errors import InvalidInput
from forensic_app.faces.labelled_faces import (
    LabelledFace,
    age_band,
    parse_utkface_name,
    read_labelled_faces,
    stratified_sample,
    within_ages,
)
from forensic_app.records import Sex


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


def test_a_utkface_name_is_read() -> None:
    face = parse_utkface_name(Path("26_1_3_20170104023102422.jpg.chip.jpg"))
    assert face is not None
    assert (face.age_years, face.sex, face.group, face.band) == (26.0, Sex.FEMALE, "Indian", "young adult")
    male = parse_utkface_name(Path("7_0_0_1.JPG"))
    assert male is not None
    assert (male.sex, male.group) == (Sex.MALE, "White")


@pytest.mark.parametrize(
    "name",
    [
        "39_1_20170116174525125.jpg.chip.jpg",
        "26_2_3_20170104023102422.jpg.chip.jpg",
        "26_1_5_20170104023102422.jpg.chip.jpg",
        "999_1_3_20170104023102422.jpg.chip.jpg",
        "26_1_3_.jpg",
        "portrait.jpg",
    ],
)
def test_a_bad_name_is_not_guessed(name: str) -> None:
    assert parse_utkface_name(Path(name)) is None


def test_bad_names_are_counted_and_named(tmp_path: Path) -> None:
    _touch(tmp_path, "26_1_3_1.jpg.chip.jpg", "39_1_2017.jpg.chip.jpg", "5_0_0_2.jpg", "notes.txt")
    found = read_labelled_faces(tmp_path)
    assert [face.path.name for face in found.faces] == ["26_1_3_1.jpg.chip.jpg", "5_0_0_2.jpg"]
    assert found.refused == ("39_1_2017.jpg.chip.jpg",)


def test_folders_are_read_one_after_the_other_and_names_may_not_recur(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    _touch(first, "26_1_3_1.jpg")
    _touch(second, "70_0_2_9000001.webp")
    found = read_labelled_faces(first, second)
    assert [face.path for face in found.faces] == [first / "26_1_3_1.jpg", second / "70_0_2_9000001.webp"]
    _touch(second, "26_1_3_1.jpg")
    with pytest.raises(InvalidInput, match="26_1_3_1"):
        read_labelled_faces(first, second)


@pytest.mark.parametrize("named", [True, False])
def test_a_csv_is_read(tmp_path: Path, named: bool) -> None:
    _touch(tmp_path, "a.jpg", "b.png")
    table = tmp_path / "faces.csv"
    table.write_text(
        "path,age,sex,group\nb.png,61.5,Male,x\na.jpg,20,female,\n"
        "gone.jpg,20,female,x\na.jpg,,male,x\na.jpg,20,f,x\na.jpg,-1,male,x\na.jpg,nan,male,x\n",
        encoding="utf-8",
    )
    found = read_labelled_faces(table if named else tmp_path)
    assert found.faces == (
        LabelledFace(tmp_path / "a.jpg", 20.0, Sex.FEMALE, ""),
        LabelledFace(tmp_path / "b.png", 61.5, Sex.MALE, "x"),
    )
    assert len(found.refused) == 5
    assert found.refused[0] == "faces.csv line 4: gone.jpg"


def test_sources_without_faces_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        read_labelled_faces(tmp_path / "none")
    with pytest.raises(InvalidInput, match="no labelled face"):
        read_labelled_faces(tmp_path)
    (tmp_path / "x.csv").write_text("path,age\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="lacks the column group, sex"):
        read_labelled_faces(tmp_path / "x.csv")
    (tmp_path / "y.csv").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(InvalidInput, match="not a CSV"):
        read_labelled_faces(tmp_path / "y.csv")


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "infant"),
        (3, "child"),
        (12.9, "child"),
        (13, "teenager"),
        (34, "young adult"),
        (35, "middle-aged"),
        (55, "elderly"),
        (70, "old"),
        (110, "old"),
    ],
)
def test_age_bands(age: float, band: str) -> None:
    assert age_band(age) == band


def test_no_age_is_no_band() -> None:
    with pytest.raises(ValueError, match="not an age"):
        age_band(-1)
    with pytest.raises(ValueError, match="not an age"):
        age_band(float("nan"))


def _crowd() -> list[LabelledFace]:
    common = [LabelledFace(Path(f"a{index:03}.jpg"), 27, Sex.FEMALE, "White") for index in range(90)]
    rare = [LabelledFace(Path(f"b{index:03}.jpg"), 65, Sex.MALE, "Asian") for index in range(6)]
    return common + rare


def test_a_sample_is_even_over_strata_and_repeatable() -> None:
    crowd = _crowd()
    drawn = stratified_sample(crowd, 10, seed=4)
    assert Counter(face.group for face in drawn) == {"White": 5, "Asian": 5}
    assert drawn == stratified_sample(crowd[::-1], 10, seed=4)
    assert drawn != stratified_sample(crowd, 10, seed=5)
    assert Counter(face.group for face in stratified_sample(crowd, 20, seed=4)) == {"White": 14, "Asian": 6}


def test_a_sample_of_everything_is_everything() -> None:
    crowd = _crowd()
    assert len(stratified_sample(crowd, None, seed=0)) == 96
    assert len(stratified_sample(crowd, 500, seed=0)) == 96
    with pytest.raises(ValueError, match="at least one"):
        stratified_sample(crowd, 0, seed=0)


def test_age_bounds_count() -> None:
    assert len(within_ages(_crowd(), youngest=27, oldest=64)) == 90
