from __future__ import annotations

from pathlib import Path

from evaluation_fakes import FakeAnalyser, FakeMaker, write_faces

from forensic_app.evaluation.pack.references import (
    choose_references,
    has_enough,
    prepare_references,
    wanted_references,
    window_years,
)
from forensic_app.faces.labelled_faces import read_labelled_faces


def test_faces_kept_apart_come_first_and_inputs_never(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(8, 40, 44, 45, 60), per_age=10)
    faces = read_labelled_faces(tmp_path).faces
    unseen = frozenset(face.path.name for face in faces if face.age_years == 44)
    taken = frozenset(face.path for face in faces if face.age_years == 45)
    chosen = choose_references(faces, 45.0, count=12, unseen=unseen, excluded=taken, seed=0)
    assert sorted(face.age_years for face in chosen) == [44.0] * 10  # 40 lies outside the window
    chosen = choose_references(faces, 45.0, count=5, unseen=unseen, seed=0)
    assert [face.age_years for face in chosen] == [44.0] * 5
    chosen = choose_references(faces, 45.0, count=15, unseen=unseen, seed=0)
    assert [face.age_years for face in chosen] == [44.0] * 10 + [45.0] * 5
    assert choose_references(faces, 30.0, count=15, unseen=unseen, seed=0) == ()


def test_the_window_grows_with_the_age_and_the_number_with_the_people() -> None:
    assert [window_years(age) for age in (8, 20, 75)] == [2.0, 2.0, 7.5]
    assert [wanted_references(people) for people in (10, 60, 300)] == [40, 120, 150]


def test_references_go_through_the_autoencoder_and_keep_pictures_when_asked(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(45,), per_age=21)
    faces = read_labelled_faces(tmp_path).faces
    unseen = frozenset(face.path.name for face in faces[:4])
    kept = prepare_references(FakeMaker(), FakeAnalyser(), faces, unseen=unseen, keep_crops=True)
    assert (len(kept.faces), kept.n_unseen, kept.crops.shape) == (21, 4, (21, 24, 24, 3))
    assert kept.numbers["mouth"].shape == (21, 276)
    assert has_enough(kept)
    few = prepare_references(FakeMaker(), FakeAnalyser(), faces[:3], unseen=unseen)
    assert (few.crops.size, has_enough(few)) == (0, False)
    assert prepare_references(FakeMaker(), FakeAnalyser(), (), unseen=unseen).faces == ()
