"""Which photographs of a data set are references and probes."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.matching.photographs import (
    AgeRange,
    Protocol,
    parse_age_range,
    read_photo_set,
)


def _touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def _names(photo_set: object, places: tuple[int, ...]) -> list[str]:
    return [photo_set.photos[place].path.name for place in places]  # type: ignore[attr-defined]


def test_names_of_fgnet_give_person_and_age(tmp_path: Path) -> None:
    folder = _touch(
        tmp_path,
        "001A08.JPG",
        "001A12b.webp",
        "001A16.webp",
        "001A20.webp",
        "002A03.webp",
        "002A40.webp",
        "x.png",
    )
    found = read_photo_set(folder, Protocol.FGNET)
    assert _names(found, found.references) == ["001A08.JPG", "001A12b.webp", "002A03.webp"]
    assert _names(found, found.probes) == ["001A20.webp", "002A40.webp"]
    assert [found.photos[place].age_years for place in found.references] == [8.0, 12.0, 3.0]
    assert found.refused == ("x.png: the name gives no person and age",)
    assert not found.is_all_pairs


def test_ages_can_be_chosen_and_people_without_a_pair_are_strangers(tmp_path: Path) -> None:
    folder = _touch(
        tmp_path,
        *(
            f"{person:03}A{age:02}.webp"
            for person in (1, 2, 3, 4)
            for age in (15, 18)
            if person != 3 or age < 18
        ),
    )
    found = read_photo_set(
        folder,
        Protocol.FGNET,
        reference_ages=AgeRange(13, 15),
        probe_ages=AgeRange(youngest=16),
        limit_people=2,
    )
    assert _names(found, found.probes) == ["001A18.webp", "002A18.webp"]
    assert _names(found, found.references) == ["001A15.webp", "002A15.webp"]
    whole = read_photo_set(
        folder, Protocol.FGNET, reference_ages=AgeRange(13, 15), probe_ages=AgeRange(youngest=16)
    )
    assert {photo.subject for photo in whole.photos} == {"001", "002", "003", "004"}
    assert len(whole.probes) == 3


def test_folders_with_young_and_old(tmp_path: Path) -> None:
    folder = _touch(
        tmp_path, "a/young_1.webp", "a/old_1.webp", "a/other.webp", "b/young_1.webp", "b/old_2.webp", "c.webp"
    )
    found = read_photo_set(folder, Protocol.FOLDERS)
    assert _names(found, found.references) == ["young_1.webp", "young_1.webp"]
    assert _names(found, found.probes) == ["old_1.webp", "old_2.webp"]
    assert set(found.refused) == {
        "c.webp: it stands in no folder of a person",
        "a/other.webp: neither young nor old",
    }


def test_folders_without_parts_compare_all_pairs(tmp_path: Path) -> None:
    folder = _touch(tmp_path, "a/1.webp", "a/2.webp", "b/1.webp", "b/2.webp", "b/note.txt", "lonely/1.webp")
    (folder / "people.csv").write_text("subject,sex,group\na,female,x\nb,male,\n", encoding="utf-8")
    found = read_photo_set(folder, Protocol.FOLDERS)
    assert found.is_all_pairs
    assert found.references == found.probes == (0, 1, 2, 3, 4)
    assert found.sexes == {"a": "female", "b": "male"}
    assert found.groups == {"a": "x"}


def test_only_named_people_take_part(tmp_path: Path) -> None:
    folder = _touch(tmp_path / "set", *(f"{name}/{number}.webp" for name in "abc" for number in (1, 2)))
    found = read_photo_set(folder, Protocol.FOLDERS, only=["set/a", "c", "other/b"])
    assert {photo.subject for photo in found.photos} == {"a", "c"}


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("-12", AgeRange(0, 12)),
        ("20-", AgeRange(youngest=20)),
        ("13-19", AgeRange(13, 19)),
        ("30", AgeRange(30, 30)),
        (" 2.5-3 ", AgeRange(2.5, 3)),
    ],
)
def test_ranges_of_ages(text: str, ages: AgeRange) -> None:
    assert parse_age_range(text) == ages


def test_a_range_is_written_as_it_is_read() -> None:
    assert [str(parse_age_range(text)) for text in ("-12", "20-", "13-19")] == ["-12", "20-", "13-19"]


@pytest.mark.parametrize("text", ["", "-", "old", "12-3", "1--2"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_age_range(text)


def test_bad_folders_are_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        read_photo_set(tmp_path / "none", Protocol.FGNET)
    with pytest.raises(InvalidInput, match="two people"):
        read_photo_set(_touch(tmp_path / "one", "001A08.webp", "001A30.webp"), Protocol.FGNET)
    folder = _touch(tmp_path / "people", "a/1.webp", "a/2.webp", "b/1.webp", "b/2.webp")
    with pytest.raises(InvalidInput, match="hold no ages"):
        read_photo_set(folder, Protocol.FOLDERS, probe_ages=AgeRange(20))
    (folder / "people.csv").write_text("name\na\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="no column subject"):
        read_photo_set(folder, Protocol.FOLDERS)
    (folder / "people.csv").write_bytes(b"subject\n\xff\xfe")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_photo_set(folder, Protocol.FOLDERS)
