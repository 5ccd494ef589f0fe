"""From a photograph to leads: each stage is a record of its own, the photograph comes first, what is there is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forensic_app.errors import InvalidInput, LicenceNotAccepted, RecordNotFound
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, Exhibit, Gallery, Run, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.gallery_search import search_gallery
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.leads import Leads, LeadsAsked, Report, Stage, find_leads, plan_leads
from forensic_app.workflows.packs import accept_licence, find_pack

from .gallery_fakes import SIDE_PX, FakeMatcher, enrolled, write_face

PERSON = 33


class Executor:
    """Ends runs as it is told, and keeps which it was given.

    Attributes:
        fails: Engines whose runs fail.
        leaves: Engines whose runs are left queued.
        drawn: Whom a sketch shows; nobody's face for ``None``.
    """

    def __init__(self, store: CaseStore, folder: Path) -> None:
        self._store, self._folder = store, folder
        self.fails: set[str] = set()
        self.leaves: set[str] = set()
        self.drawn: int | None = PERSON
        self.given: list[tuple[str, str]] = []

    def __call__(self, runs: Sequence[Run], report: Report) -> None:
        for run in runs:
            self.given.append((run.run_id, run.spec.engine))
            report(0.5, f"{run.run_id}: Working")
            if run.spec.engine in self.leaves:
                continue
            self._store.start_run(run.run_id, environment={})
            if run.spec.engine in self.fails:
                self._store.fail_run(
                    run.run_id, error="FaceNotFound", message="No face.", advice="Choose another.", detail=""
                )
                continue
            self._store.complete_run(run.run_id, result=EngineResult(self._images(run), {}, {}, {}))

    def _images(self, run: Run) -> tuple[OutputImage, ...]:
        ages = run.spec.parameters.get("target_ages", [None])
        images = []
        for place, age in enumerate(ages):
            person, faces = (PERSON, 1) if age is not None else (self.drawn or 0, int(self.drawn is not None))
            path = write_face(
                self._folder / f"{run.run_id}-{place}.png", person, shade=int(age or 3), faces=faces
            )
            images.append(OutputImage(path, "derived", age, 1, SIDE_PX, SIDE_PX, {}))
        return tuple(images)


@pytest.fixture
def exhibit(book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path) -> Exhibit:
    """A photograph of somebody who is in the gallery; the licences of the bundled packs are accepted."""
    enrolled(book, gallery, people)
    for name in ("base", "sketch"):
        accept_licence(book, find_pack(name, book.packs_dir))
    case = book.create_case(number="1", title="A case", kind=CaseKind.MISSING_PERSON)
    return receive_exhibit(book, write_face(tmp_path / "e.png", PERSON, shade=7), case=case.case_id)


@pytest.fixture
def executor(book: CaseStore, tmp_path: Path) -> Executor:
    """Ends runs without an engine."""
    return Executor(book, tmp_path / "made")


Find = Callable[..., Leads]


@pytest.fixture
def find(book: CaseStore, exhibit: Exhibit, executor: Executor) -> Find:
    """Ask for leads."""

    def found(*, report: Report = _nothing, **given: Any) -> Leads:
        wanted: dict[str, Any] = {"target_ages": [12.0], "fmr": 0.01, "top": 3, "gallery": "Missing", **given}
        plan = plan_leads(book, LeadsAsked(exhibit=exhibit.exhibit_number, **wanted))
        return find_leads(book, plan, FakeMatcher(), executor, report=report)

    return found


def _nothing(_share: float, _words: str) -> None:
    """Ignore progress."""


def actions(book: CaseStore) -> list[str]:
    """Return what the log says of runs and searches."""
    return [each.action for each in book.events() if each.action in ("run_queued", "gallery_searched")]


def test_every_stage_is_a_record_of_its_own_and_the_photograph_comes_first(
    book: CaseStore, find: Find, executor: Executor
) -> None:
    done = find(target_ages=[12.0, 16.0])
    assert done.is_complete
    assert actions(book) == ["gallery_searched", "run_queued", *["gallery_searched"] * 2,
                             "run_queued", "run_queued", *["gallery_searched"] * 2]  # fmt: skip
    assert [(each.stage, each.target_age) for each in done.searches] == [
        (Stage.PHOTOGRAPH, None),
        (Stage.DERIVED, 12.0),
        (Stage.DERIVED, 16.0),
        (Stage.SKETCH, 12.0),
        (Stage.SKETCH, 16.0),
    ]
    assert [each.spec.source_derived_image_id for each in done.sketches] == ["D-000001", "D-000002"]
    assert len(executor.given) == 3
    recorded = [each.sequence for each in book.gallery_searches("G-0001")]
    assert [each.result.number for each in done.searches if each.result is not None] == recorded
    assert verify_casebook(book.folder).is_intact


def test_candidates_stand_in_the_photographs_order_with_every_score_beside(
    find: Find, executor: Executor
) -> None:
    executor.drawn = 40
    done = find()
    leads = done.leads()
    photograph, _, sketch = done.searches
    assert photograph.result is not None
    assert sketch.result is not None
    names = [each.candidate.name for each in leads]
    assert names[:3] == [each.name for each in photograph.result.candidates]
    assert names[0] == f"person {PERSON}"
    assert sketch.result.candidates[0].name == "person 40"
    other = next(each for each in leads if each.candidate.name == "person 40")
    assert leads.index(other) >= 3
    assert list(other.found) == [sketch.name]
    assert list(leads[0].found)[:2] == ["E-0001", "D-000001"]


def test_what_was_done_stays_and_is_not_made_again(book: CaseStore, find: Find, executor: Executor) -> None:
    executor.fails = {"sketch"}
    first = find()
    assert not first.is_complete
    assert not first.is_stopped
    assert list(first.failures) == [first.sketches[0].run_id]
    assert [each.stage for each in first.searches] == [Stage.PHOTOGRAPH, Stage.DERIVED]
    executor.fails, executor.given = set(), []
    second = find()
    assert second.is_complete
    assert [engine for _, engine in executor.given] == ["sketch"]
    assert second.ageing is not None
    assert first.ageing is not None
    assert second.ageing.run_id == first.ageing.run_id
    assert second.sketches[0].run_id != first.sketches[0].run_id
    executor.given = []
    assert find().is_complete
    assert not executor.given
    assert find(seed=1).runs != second.runs
    assert [engine for _, engine in executor.given] == ["aging", "sketch"]
    assert verify_casebook(book.folder).is_intact


def test_a_run_that_was_left_queued_is_the_one_that_goes_on(
    book: CaseStore, find: Find, executor: Executor
) -> None:
    executor.leaves = {"aging"}
    stopped = find()
    assert stopped.is_stopped
    assert not stopped.sketches
    assert [each.stage for each in stopped.searches] == [Stage.PHOTOGRAPH]
    executor.leaves = set()
    done = find()
    assert done.is_complete
    assert [each.run_id for each in stopped.runs] == [done.runs[0].run_id]
    assert len(book.runs(status=RunStatus.COMPLETED)) == 2


def test_an_ageing_run_that_fails_leaves_the_photographs_search(find: Find, executor: Executor) -> None:
    executor.fails = {"aging"}
    done = find()
    assert "No face." in next(iter(done.failures.values()))
    assert done.leads()[0].candidate.name == f"person {PERSON}"
    assert not done.sketches


def test_a_sketch_without_a_face_is_told_and_not_searched_with(find: Find, executor: Executor) -> None:
    executor.drawn = None
    done = find()
    assert done.is_complete
    assert (done.searches[-1].result, done.searches[-1].why_not) == (
        None,
        "No face was found in D-000002.",
    )
    assert list(done.leads()[0].found) == ["E-0001", "D-000001"]


def test_what_cannot_be_done_is_refused_before_anything_is_recorded(book: CaseStore, find: Find) -> None:
    before = len(book.events())
    for given, refusal in (
        ({"style": "cubist"}, InvalidInput),
        ({"target_ages": [900.0]}, InvalidInput),
        ({"target_ages": []}, InvalidInput),
        ({"gallery": "Nobody"}, RecordNotFound),
        ({"ageing_pack": "sketch"}, Exception),
        ({"fmr": 1e-6}, InvalidInput),
        ({"top": 0}, InvalidInput),
    ):
        with pytest.raises(refusal):
            find(**given)
    assert len(book.events()) == before


def test_the_licence_of_the_sketch_pack_is_asked_for_before_the_first_run(
    book: CaseStore, gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    enrolled(book, gallery, people)
    accept_licence(book, find_pack("base", book.packs_dir))
    case = book.create_case(number="1", title="A case", kind=CaseKind.MISSING_PERSON)
    receive_exhibit(book, write_face(tmp_path / "e.png", PERSON), case=case.case_id)
    with pytest.raises(LicenceNotAccepted, match="sketch"):
        plan_leads(book, LeadsAsked(exhibit="E-0001", gallery="Missing", target_ages=[12.0]))


def test_progress_never_goes_back_and_a_stop_leaves_what_was_done(book: CaseStore, find: Find) -> None:
    told: list[float] = []
    find(report=lambda share, _words: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0

    class Stopped(Exception):
        """Somebody wishes that it stops."""

    def stopping(_share: float, words: str) -> None:
        if words == "Looking for the face" and book.runs(status=RunStatus.COMPLETED)[2:]:
            raise Stopped

    with pytest.raises(Stopped):
        find(seed=5, report=stopping)
    assert len(book.runs(status=RunStatus.COMPLETED)) == 3
    assert find(seed=5).is_complete
    assert len(book.runs(status=RunStatus.COMPLETED)) == 4


class TwoFaces(FakeMatcher):
    """Finds the same two faces of one size in every picture, somebody at each side."""

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        boxes = ((2.0, 8.0, 30.0, 40.0), (34.0, 8.0, 62.0, 40.0))
        return [DetectedFace(box, np.zeros((5, 2)), "dlib5", 1.0) for box in boxes]


def test_of_a_derived_image_of_several_people_the_face_of_its_run_is_meant(
    book: CaseStore, exhibit: Exhibit, gallery: Gallery, tmp_path: Path, executor: Executor
) -> None:
    plan = plan_leads(book, LeadsAsked(exhibit="E-0001", gallery="Missing", target_ages=[12.0], face=2))
    path = write_face(tmp_path / "two.png", PERSON)
    given: dict[str, Any] = {"fmr": 0.01}
    for box, other_size, number in (
        ([34, 8, 62, 40], False, 2),
        ([0, 0, 64, 64], False, None),
        ([34, 8, 62, 40], True, None),
    ):
        run = book.queue_run(case_id=exhibit.case_id, spec=plan.ageing)
        book.start_run(run.run_id, environment={})
        made = tmp_path / f"{run.run_id}.png"
        picture = Image.open(path)
        side = SIDE_PX // 2 if other_size else SIDE_PX
        picture.crop((0, 0, side, side)).save(made)
        image = OutputImage(made, "derived", 12.0, 1, side, side, {})
        face = {"box": box, "crop_size_px": side}
        book.complete_run(run.run_id, result=EngineResult((image,), {}, face, {}))
        name = book.derived_images(run.run_id)[0].derived_image_id
        if number is None:
            with pytest.raises(InvalidInput, match="unclear"):
                search_gallery(book, gallery, name, TwoFaces(), **given)
        else:
            assert search_gallery(book, gallery, name, TwoFaces(), **given).probe.face_index == number - 1
