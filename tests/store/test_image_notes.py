"""Notes, arrows and measured lines on pictures: what is kept, what is refused, and that nothing is lost."""

from __future__ import annotations

import sqlite3

import pytest

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.records import NoteKind, NoteState
from forensic_app.verify import verify_casebook

EYES = [[100.0, 100.0], [160.0, 180.0]]


@pytest.fixture
def exhibit(case, receive):
    return receive(case.case_id)


@pytest.fixture
def note(store, exhibit):
    return store.add_image_note(
        exhibit.exhibit_id, kind=NoteKind.NOTE, points=[[10.004, 20.5]], text=" A scar "
    )


@pytest.fixture
def image(store, case, exhibit, spec, result_in):
    run = store.queue_run(case_id=case.case_id, spec=spec(exhibit))
    store.start_run(run.run_id, environment={})
    store.complete_run(run.run_id, result=result_in(b"one"))
    return store.derived_images(run.run_id)[0]


def test_a_note_is_kept_with_its_picture_place_and_examiner(store, case, exhibit, note, folder):
    assert (note.image_note_id, note.picture, note.sha256) == ("N-0001", exhibit.exhibit_id, exhibit.sha256)
    assert (note.text, note.points, note.examiner, note.revises) == (
        "A scar",
        ((10.0, 20.5),),
        "A. Doe",
        None,
    )
    assert note.length_px is None
    assert store.image_notes(case.case_id) == [note]
    event = store.events()[-1]
    assert (event.action, event.object_id, event.case_id) == ("image_note_added", "N-0001", case.case_id)
    assert event.details["points"] == [[10, 20.5]]
    assert verify_casebook(folder).is_intact


def test_a_line_is_measured_in_pixels_and_in_distances_of_the_eyes(store, image, folder):
    line = store.add_image_note(
        image.derived_image_id, kind=NoteKind.LINE, points=[[0, 0], [30, 40]], eyes=EYES, eyes_origin="R-0001"
    )
    assert (line.picture, line.sha256) == (image.derived_image_id, image.sha256)
    assert line.length_px == 50.0
    assert line.length_in_eyes == 0.5
    plain = store.add_image_note(image.derived_image_id, kind=NoteKind.LINE, points=[[0, 0], [30, 40]])
    assert plain.length_in_eyes is None
    assert verify_casebook(folder).is_intact


def test_an_amendment_is_another_version_and_the_first_one_stays(store, case, note, folder):
    moved = store.amend_image_note("N-0001", reason="Seen more closely", points=[[30, 40]])
    assert (moved.image_note_id, moved.revises, moved.text) == ("N-0002", "N-0001", "A scar")
    assert store.image_notes(case.case_id) == [moved]
    assert store.image_notes(case.case_id, include_former=True) == [note, moved]
    assert store.events()[-1].action == "image_note_amended"
    with pytest.raises(InvalidInput, match="N-0002 follows it"):
        store.amend_image_note("N-0001", reason="Again", text="Two scars")
    with pytest.raises(InvalidInput, match="Nothing is changed"):
        store.amend_image_note("N-0002", reason="Again", text="A scar")
    with pytest.raises(InvalidInput, match="reason is empty"):
        store.amend_image_note("N-0002", reason=" ", text="Two scars")
    assert verify_casebook(folder).is_intact


def test_a_withdrawal_has_a_reason_and_nothing_follows_it(store, case, note, folder):
    gone = store.withdraw_image_note("N-0001", reason="A shadow")
    assert (gone.state, gone.text, gone.reason) == (NoteState.WITHDRAWN, "A scar", "A shadow")
    assert store.image_notes(case.case_id) == []
    assert store.image_notes(case.case_id, include_former=True) == [note, gone]
    with pytest.raises(InvalidInput, match="is the withdrawal"):
        store.amend_image_note(gone.image_note_id, reason="Again", text="A scar after all")
    with pytest.raises(InvalidInput, match="follows it"):
        store.withdraw_image_note("N-0001", reason="Again")
    with pytest.raises(InvalidInput, match="reason is empty"):
        store.withdraw_image_note("N-0001", reason="")
    assert verify_casebook(folder).is_intact


@pytest.mark.parametrize(
    ("kind", "points", "text", "eyes", "words"),
    [
        (NoteKind.NOTE, [[1, 1], [2, 2]], "x", None, "has 1 points"),
        (NoteKind.ARROW, [[1, 1]], "x", None, "has 2 points"),
        (NoteKind.ARROW, [[1, 1], [2, 2, 2]], "x", None, "has 2 points"),
        (NoteKind.NOTE, [[float("nan"), 1]], "x", None, "outside the picture"),
        (NoteKind.NOTE, [[-1, 1]], "x", None, "outside the picture"),
        (NoteKind.NOTE, [[1, 641]], "x", None, "outside the picture"),
        (NoteKind.LINE, [[1, 1], [1.2, 1]], "", None, "same place"),
        (NoteKind.NOTE, [[1, 1]], " ", None, "text is empty"),
        (NoteKind.ARROW, [[1, 1], [9, 9]], "", None, "text is empty"),
        (NoteKind.LINE, [[1, 1], [9, 9]], "", [[1, 1], [1, 1]], "eyes are not two points"),
        (NoteKind.LINE, [[1, 1], [9, 9]], "", [[1, 1]], "eyes are not two points"),
        (NoteKind.LINE, [[1, 1], [9, 9]], "", [[1, 1], [float("nan"), 1]], "eyes are not two points"),
    ],
)
def test_what_is_malformed_is_refused(store, exhibit, kind, points, text, eyes, words):
    before = len(store.events())
    with pytest.raises(InvalidInput, match=words):
        store.add_image_note(
            exhibit.exhibit_id, kind=kind, points=points, text=text, eyes=eyes, eyes_origin="found"
        )
    assert len(store.events()) == before


def test_unknown_pictures_withdrawn_ones_and_closed_cases_take_no_note(store, case, exhibit, note, receive):
    place = {"kind": NoteKind.NOTE, "points": [[1, 1]], "text": "x"}
    with pytest.raises(RecordNotFound, match="no picture E-9999"):
        store.add_image_note("E-9999", **place)
    with pytest.raises(RecordNotFound, match="no note N-9999"):
        store.withdraw_image_note("N-9999", reason="x")
    with pytest.raises(InvalidInput, match="origin of the eyes is empty"):
        store.add_image_note(
            exhibit.exhibit_id, kind=NoteKind.LINE, points=[[1, 1], [9, 9]], eyes=EYES, eyes_origin=""
        )
    store.remove("exhibit", exhibit.exhibit_id, reason="Received by mistake.")
    with pytest.raises(InvalidInput, match="was withdrawn"):
        store.add_image_note(exhibit.exhibit_id, **place)
    assert store.withdraw_image_note("N-0001", reason="With its photograph").state is NoteState.WITHDRAWN
    other = receive(case.case_id, b"another photograph")
    store.close_case(case.case_id, reason="Done")
    with pytest.raises(InvalidInput, match="closed"):
        store.add_image_note(other.exhibit_id, **place)


COLUMNS = (
    "image_note_id", "case_id", "exhibit_id", "derived_image_id", "sha256", "kind", "points", "text", "eyes",
    "eyes_origin", "revises", "state", "reason", "examiner", "made_at",
)  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_is_found(store, exhibit, folder, column):
    store.add_image_note(
        exhibit.exhibit_id, kind=NoteKind.LINE, points=[[1, 1], [9, 9]], eyes=EYES, eyes_origin="R-0001"
    )
    store.close()
    connection = sqlite3.connect(folder / "casebook.db")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(f"UPDATE image_note SET {column} = 'other'")
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()
    assert not verify_casebook(folder).is_intact


def test_the_database_itself_changes_and_drops_no_note(store, note, folder):
    store.close()
    connection = sqlite3.connect(folder / "casebook.db")
    for statement in (
        "UPDATE image_note SET text = 'other'",
        "DELETE FROM image_note",
        "INSERT OR REPLACE INTO image_note SELECT * FROM image_note",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="image_note row"):
            connection.execute(statement)
    connection.close()
