"""Whoever looks at the photographs, and whoever is killed: the gallery has the same batches, each photograph once."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forensic_app.crews.alone import Alone
from forensic_app.crews.work import Answer, Answered, Ended, Hire, Job, Lost, Task
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import EngineError, InvalidInput, WorkerDied
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import gallery_enrolment
from forensic_app.workflows.gallery_ageing import augment
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_crews import hire_for
from forensic_app.workflows.gallery_enrolment import Outcome
from forensic_app.workflows.gallery_looking import Looker
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.packs import accept_licence
from tests.crews.crew_fakes import ScriptedCrew
from tests.fake_packs import write_pack

from . import gallery_fakes
from .gallery_fakes import KEY, FakeMaker, FakeMatcher, FakeRecipe, enrolled, faces_of, pool_of, write_face

RUN = f"from {gallery_fakes.__name__} import main; main()"


def batches(book: CaseStore, gallery: Gallery) -> Sequence[str]:
    """Return the digests of a gallery's batches: the same faces and templates in the same order give the same."""
    return [each.sha256 for each in book.gallery_batches(gallery.gallery_id)]


def another(book: CaseStore, name: str) -> Gallery:
    """Return one more empty gallery of the fake matcher."""
    made = made_with(FakeMatcher())
    return book.create_gallery(name, made_with=made, pack_name="", embedding_size=128)


def alone(change: Any) -> Hire:
    """Return who hires this process, with its answers changed."""

    def work(job: Job) -> Answer:
        found: Answer = change(Looker(FakeMatcher(), largest_face=False)(job))
        return found

    return lambda _recipe: Alone(work)


@pytest.fixture
def mixed(people: Path) -> Path:
    """Return the folder of sixty people with what cannot be enrolled between them."""
    write_face(people / "person 10" / "b.png", 10, faces=0)
    write_face(people / "person 20" / "b.png", 20, faces=2)
    (people / "person 30" / "b.png").write_bytes(b"no image")
    (people / "person 40" / "b.png").write_bytes((people / "person 03" / "a.png").read_bytes())
    (people / "person 41" / "b.png").write_bytes((people / "person 41" / "a.png").read_bytes())
    write_face(people / "PERSON 05.png", 61)
    return people


def test_the_gallery_is_the_same_whoever_looks(
    book: CaseStore, gallery: Gallery, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_enrolment, "MOST_FACES", 25)
    here = enrolled(book, gallery, mixed)
    assert here.counts[Outcome.ENROLLED] == 61
    (tmp_path / "kills").mkdir()
    for workers, options in ((1, {}), (2, {"kills": tmp_path / "kills", "victims": (5, 33, 59)})):
        other = another(book, f"By {workers}")
        there = enrolled(book, other, mixed, hire=pool_of(workers, book.logs_dir, **options))
        assert (there.counts, there.lines, there.batches) == (here.counts, here.lines, here.batches)
        assert (there.attempts.lost > 0) == (workers == 2)
        ordinals = [GalleryContents(book, each).batch(0).ordinal for each in (gallery, other)]
        assert ordinals == [0, 0]
        assert batches(book, other) == batches(book, gallery)
    assert len(list((tmp_path / "kills").iterdir())) == 3
    again = enrolled(book, gallery, mixed, hire=pool_of(2, book.logs_dir))
    assert (again.counts[Outcome.ALREADY], again.batches, again.looked_at) == (62, 0, 3)
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings


@pytest.mark.parametrize("kill_at", [3, 10, 17])
def test_a_writer_that_is_killed_beside_its_workers_goes_on_where_it_was(
    book: CaseStore, gallery: Gallery, tmp_path: Path, kill_at: int
) -> None:
    for number in range(10):
        write_face(tmp_path / "g" / f"person {number}.png", number)
    book.close()
    command = [sys.executable, "-c", RUN, str(book.folder), str(tmp_path / "g")]
    killed = subprocess.run([*command, str(kill_at), "2"], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    subprocess.run([*command, "0", "2"], check=True, capture_output=True)
    with CaseStore.open(book.folder, examiner="Ada", key=KEY) as store:
        names = list(faces_of(store, gallery).values())
    assert sorted(names) == [f"person {number}" for number in range(10)]
    result = verify_casebook(book.folder)
    assert result.is_intact, result.findings
    assert not [each for each in result.notes if "vault" in each]


def test_templates_by_another_matcher_are_never_taken(
    book: CaseStore, gallery: Gallery, people: Path
) -> None:
    hire = pool_of(2, book.logs_dir, version="fake 2")
    with pytest.raises(InvalidInput, match="matcher fake 2, or other weights") as caught:
        enrolled(book, gallery, people, hire=hire)
    assert "same version" in caught.value.advice
    assert batches(book, gallery) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"box": [1, 2, 3]},
        {"box": [1, 2, 3, "4"]},
        {"faces": 0},
        {"faces": True},
        {"age": "old"},
        {"refused": "enrolled"},
        {"made_with": 1},
        {"seconds": {"detect": "long"}},
    ],
)
def test_what_is_no_answer_to_the_question_is_not_taken(
    book: CaseStore, gallery: Gallery, people: Path, facts: dict[str, Any]
) -> None:
    def change(answer: Answer) -> Answer:
        return dataclasses.replace(answer, facts={**answer.facts, **facts})

    with pytest.raises(EngineError, match="no answer of this version"):
        enrolled(book, gallery, people, hire=alone(change))
    assert batches(book, gallery) == []


def test_templates_of_another_length_are_not_taken(book: CaseStore, gallery: Gallery, people: Path) -> None:
    def change(answer: Answer) -> Answer:
        return dataclasses.replace(answer, templates=np.zeros((1, 129), np.float32))

    with pytest.raises(EngineError, match="no answer of this version"):
        enrolled(book, gallery, people, hire=alone(change))


def test_workers_that_end_with_every_photograph_keep_what_was_found(
    book: CaseStore, gallery: Gallery, people: Path
) -> None:
    look = Looker(FakeMatcher(), largest_face=False)

    def script(task: Task, _attempt: int) -> Ended:
        if len({each.job.digest for each in crew.begun}) > 7:
            return Lost(task.ticket, "it was cut off")
        return Answered(task.ticket, look(task.job))

    crew = ScriptedCrew(room=1, script=script)
    with pytest.raises(WorkerDied, match="cut off"):
        enrolled(book, gallery, people, hire=lambda _recipe: crew)
    assert len(faces_of(book, gallery)) == 7


def test_a_photograph_that_ends_its_workers_is_a_line(
    book: CaseStore, gallery: Gallery, people: Path
) -> None:
    look = Looker(FakeMatcher(), largest_face=False)
    poison = (people / "person 09" / "a.png").read_bytes()

    def script(task: Task, _attempt: int) -> Ended:
        if task.job.data == poison:
            return Lost(task.ticket, "it was killed")
        return Answered(task.ticket, look(task.job))

    done = enrolled(book, gallery, people, hire=lambda _recipe: ScriptedCrew(script=script))
    assert done.counts[Outcome.ENROLLED] == 59
    assert [line.outcome for line in done.lines] == [Outcome.UNREADABLE]
    assert "3 workers ended while they looked at it, the last because it was killed" in done.lines[0].words
    assert enrolled(book, gallery, people).counts[Outcome.ENROLLED] == 1


def test_ages_are_the_same_whoever_changes_them(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forensic_app.workflows import gallery_series

    for name in ("align", "locate", "load_analyser"):
        monkeypatch.setattr(gallery_series, name, getattr(gallery_series, name))
    gallery_fakes.fake_ageing()
    pack: Pack = write_pack(book.packs_dir / "fake-pack")
    accept_licence(book, pack)
    other = another(book, "By two")
    enrolled(book, gallery, people)
    enrolled(book, other, people)
    options: dict[str, Any] = {"pack": "fake-pack", "ages": [30, 50]}
    augment(book, gallery, FakeMatcher(), make_series=lambda _pack: FakeMaker(), **options)
    (tmp_path / "kills").mkdir()
    recipe = {"kills": tmp_path / "kills", "victims": (0, 41), "pack": pack.path}
    done = augment(book, other, FakeMatcher(), hire=pool_of(2, book.logs_dir, **recipe), **options)
    assert (done.made, done.not_found, done.given_up) == (120, [], [])
    here, there = (
        [
            (each.face.name, each.face.age, each.template.tobytes(), each.face.derivation is not None)
            for each in GalleryContents(book, one).faces()
        ]
        for one in (gallery, other)
    )
    assert here == there
    again = augment(book, other, FakeMatcher(), hire=pool_of(2, book.logs_dir, **recipe), **options)
    assert (again.made, again.already) == (0, 120)


def test_workers_are_refused_where_there_can_be_none(book: CaseStore) -> None:
    assert hire_for(book) is None
    with pytest.raises(InvalidInput, match="at once"):
        hire_for(book, workers=2, cluster="local")
    with pytest.raises(InvalidInput, match="0 workers cannot be kept"):
        hire_for(book, workers=0)
    assert hire_for(book, workers=2) is not None
    assert FakeRecipe().travelling() == FakeRecipe()
