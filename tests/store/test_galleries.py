"""Galleries in a casebook: one event for each batch, nothing changed afterwards, and every alteration found."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sqlite3

import numpy as np
import pytest
from full_disk import environment, library
from kept_files import keep

from forensic_app.custody import SigningKey
from forensic_app.errors import (
    CasebookDisputed,
    DuplicateRecord,
    EvidenceAltered,
    InvalidInput,
    RecordNotFound,
    StoreUnavailable,
)
from forensic_app.gallery_files import GalleryFace, MadeWith, decode_batch
from forensic_app.store.case_store import CaseStore
from forensic_app.store.copies import begun_copy, copy_casebook
from forensic_app.verify import check_opening, verify_casebook

MADE_WITH = MadeWith("dlib", "1", {"recognition": "a" * 64})


def face_of(file, name="Ana"):
    return GalleryFace(
        "0" * 16, name, "1971", "1990", "Register", "a.jpg", file.sha256, file.size_bytes, (0.0, 0.0, 9.0, 9.0), 1,
        19.0, "stated",
    )  # fmt: skip


@pytest.fixture
def gallery(store):
    return store.create_gallery("Missing", made_with=MADE_WITH, pack_name="", embedding_size=4)


@pytest.fixture
def batch(store, gallery):
    file = keep(store.vault, b"a photograph")
    return store.add_gallery_batch("missing", MADE_WITH, [face_of(file)], np.ones((1, 4), np.float32))


def alter(folder, *statements):
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


def test_a_batch_is_one_file_one_row_and_one_event(store, gallery, batch, folder):
    assert store.gallery("MISSING") == gallery == store.gallery("G-0001") == store.galleries()[0]
    assert store.gallery_batches("G-0001") == [batch]
    event = store.events()[-1]
    assert (event.action, event.object_id) == ("gallery_batch_added", "GB-000001")
    assert event.details["face_count"] == 1
    assert event.details["sha256"] == batch.sha256
    assert decode_batch(store.vault.read_verified(batch.sha256)).faces[0].name == "Ana"
    removal = store.remove_gallery_faces(
        "G-0001", subject="0" * 16, faces=["GB-000001-000"], reason="Found alive"
    )
    assert store.gallery_removals("G-0001") == [removal]
    store.record_gallery_search(gallery, {"probe_sha256": "b" * 64, "candidates": []})
    assert store.events()[-1].details["analyser"] == "dlib"
    result = verify_casebook(folder)
    assert result.is_intact, result.findings
    assert result.files == 2
    assert not any("No record names" in note for note in result.notes)


def test_what_does_not_fit_is_refused_and_nothing_is_recorded(store, gallery, batch):
    before = len(store.events())
    face, values = face_of(keep(store.vault, b"a photograph")), np.ones((1, 4), np.float32)
    with pytest.raises(DuplicateRecord, match="already"):
        store.create_gallery("MISSING", made_with=MADE_WITH, pack_name="", embedding_size=4)
    with pytest.raises(InvalidInput, match="form of an identifier"):
        store.create_gallery("g-0007", made_with=MADE_WITH, pack_name="", embedding_size=4)
    with pytest.raises(RecordNotFound, match="no gallery Nobody"):
        store.gallery("Nobody")
    with pytest.raises(InvalidInput, match="made with the matcher dlib, not matcher"):
        store.add_gallery_batch("Missing", dataclasses.replace(MADE_WITH, analyser="matcher"), [face], values)
    with pytest.raises(InvalidInput, match="other weights"):
        store.add_gallery_batch("Missing", dataclasses.replace(MADE_WITH, weights_sha256={}), [face], values)
    with pytest.raises(InvalidInput, match="vault holds no file"):
        store.add_gallery_batch(
            "Missing", MADE_WITH, [dataclasses.replace(face, photo_sha256="f" * 64)], values
        )
    with pytest.raises(ValueError, match="4 numbers"):
        store.add_gallery_batch("Missing", MADE_WITH, [face], np.ones((1, 5), np.float32))
    with pytest.raises(InvalidInput, match="reason"):
        store.remove_gallery_faces("G-0001", subject="", faces=["GB-000001-000"], reason=" ")
    with pytest.raises(ValueError, match="no face"):
        store.remove_gallery_faces("G-0001", subject="", faces=[], reason="Found")
    assert len(store.events()) == before


@pytest.mark.parametrize(
    "statement",
    [
        f"{change} {table}{values}"
        for table, column in (("gallery", "name"), ("gallery_batch", "sha256"), ("gallery_removal", "faces"))
        for change, values in (("DELETE FROM", ""), ("UPDATE", f" SET {column} = {column}"))
    ],
)
def test_rows_are_never_changed(store, batch, folder, statement):
    store.remove_gallery_faces("G-0001", subject="", faces=["GB-000001-000"], reason="Found")
    connection = sqlite3.connect(folder / "casebook.db")
    with pytest.raises(sqlite3.IntegrityError, match="rows are never"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE gallery SET analyser = 'matcher'", "record of gallery G-0001 was changed"),
        ("UPDATE gallery_batch SET face_count = 2", "record of gallery batch GB-000001 was changed"),
        ("UPDATE gallery_removal SET faces = '[]'", "record of gallery removal GR-0001 was changed"),
        ("DELETE FROM gallery_removal", "record of gallery removal GR-0001 is missing"),
        ("DROP TABLE gallery_removal", "table gallery_removal of the database is missing"),
    ],
)
def test_every_alteration_is_found(store, batch, folder, statement, finding):
    store.remove_gallery_faces("G-0001", subject="", faces=["GB-000001-000"], reason="Found")
    store.close()
    alter_all = [statement]
    if statement.startswith("DROP"):
        connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
        connection.execute(statement)
        connection.close()
    else:
        alter(folder, *alter_all)
    findings = " ".join(verify_casebook(folder).findings)
    assert finding in findings


COLUMNS = {
    "gallery": (
        "gallery_id", "name", "analyser", "analyser_version", "weights_sha256", "pack_name", "embedding_size",
        "examiner", "created_at",
    ),
    "gallery_batch": (
        "gallery_batch_id", "gallery_id", "sha256", "size_bytes", "face_count", "derived_count", "examiner",
        "added_at",
    ),
    "gallery_removal": (
        "gallery_removal_id", "gallery_id", "subject", "faces", "reason", "examiner", "removed_at",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "column"), [(table, each) for table in COLUMNS for each in COLUMNS[table]])
def test_an_edit_of_any_column_is_found_on_opening_and_by_the_verification(
    store, batch, folder, table, column
):
    store.remove_gallery_faces("G-0001", subject="", faces=["GB-000001-000"], reason="Found")
    store.close()
    connection = sqlite3.connect(folder / "casebook.db")
    names = [each[1] for each in connection.execute(f"PRAGMA table_info({table})")]
    value = connection.execute(f"SELECT {column} FROM {table}").fetchone()[0]
    connection.close()
    assert tuple(names) == COLUMNS[table]
    other = value + 1 if isinstance(value, int) else f"'{value[:-1]}x'"
    alter(folder, "PRAGMA foreign_keys = OFF", f"UPDATE {table} SET {column} = {other}")
    assert check_opening(folder).findings
    assert verify_casebook(folder).findings
    with pytest.raises(CasebookDisputed):
        CaseStore.open(folder, examiner="A. Doe", key=SigningKey.from_bytes(bytes(range(32))))


def rewrite(path, data):
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda data: data[:-1] + b"\x01", "was altered"),
        (lambda data: b"x" * len(data), "does not begin as such files do"),
        (lambda data: data.replace(b'"photo"', b'"ghost"'), "holds other faces"),
        (lambda data: data.replace(b'"dlib"', b'"else"'), "made by another matcher"),
    ],
)
def test_an_altered_batch_is_found(store, batch, folder, change, finding):
    path = store.vault.path(batch.sha256)
    rewrite(path, change(path.read_bytes()))
    findings = " ".join(verify_casebook(folder).findings)
    assert finding in findings
    assert "was altered" in findings


def test_a_photograph_of_a_gallery_is_evidence_too(store, batch, folder, tmp_path):
    header = decode_batch(store.vault.read_verified(batch.sha256))
    path = store.vault.path(header.faces[0].photo_sha256)
    original = path.read_bytes()
    rewrite(path, original[::-1])
    findings = verify_casebook(folder).findings
    assert any("gallery batch GB-000001, a photograph was altered" in each for each in findings)
    rewrite(path, original)
    with begun_copy(folder, tmp_path / "one"):
        copy_casebook(folder, tmp_path / "one", tell=lambda *_: None)
    assert verify_casebook(tmp_path / "one").is_intact
    rewrite(store.vault.path(batch.sha256), bytes(batch.size_bytes))
    with pytest.raises(EvidenceAltered, match="no batch of a gallery"), begun_copy(folder, tmp_path / "two"):
        copy_casebook(folder, tmp_path / "two", tell=lambda *_: None)
    store.vault.path(batch.sha256).unlink()
    with (
        pytest.raises(EvidenceAltered, match="missing from the vault"),
        begun_copy(folder, tmp_path / "three"),
    ):
        copy_casebook(folder, tmp_path / "three", tell=lambda *_: None)
    assert any("gallery batch GB-000001 is missing" in each for each in verify_casebook(folder).findings)


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (os.mkfifo, "is a link or no file"),
        (lambda path: path.mkdir(), "is a link or no file"),
        (lambda path: path.symlink_to("/dev/zero"), "is a link or no file"),
        (lambda path: path.touch() or os.truncate(path, 1 << 38), "has 274877906944 bytes"),
    ],
)
def test_no_copy_waits_for_what_lies_in_a_batchs_place(store, batch, folder, tmp_path, put, words):
    path = store.vault.path(batch.sha256)
    path.unlink()
    put(path)
    with pytest.raises(EvidenceAltered, match=words), begun_copy(folder, tmp_path / "copy"):
        copy_casebook(folder, tmp_path / "copy", tell=lambda *_: None)
    assert not (tmp_path / "copy").exists()
    assert any("gallery batch GB-000001" in each for each in verify_casebook(folder).findings)


def test_a_reader_sees_batches_while_a_writer_adds_and_adds_none(store, gallery, folder):
    with CaseStore.open(folder, examiner="B", read_only=True) as reader:
        for number in range(3):
            file = keep(store.vault, str(number).encode())
            store.add_gallery_batch("Missing", MADE_WITH, [face_of(file)], np.ones((1, 4), np.float32))
            assert len(reader.gallery_batches("G-0001")) == number + 1
        with pytest.raises(StoreUnavailable):
            reader.create_gallery("Other", made_with=MADE_WITH, pack_name="", embedding_size=4)


FILLING = """
import json, sys
import numpy as np
from pathlib import Path
from forensic_app.custody import SigningKey
from forensic_app.errors import ForensicAppError
from forensic_app.gallery_files import GalleryFace, MadeWith
from forensic_app.store.case_store import CaseStore
made, count = MadeWith("dlib", "1", {"recognition": "a" * 64}), 0
try:
    with CaseStore.open(Path(sys.argv[1]), examiner="A. Doe", key=SigningKey.from_bytes(bytes(range(32)))) as store:
        for number in range(20):
            file = store.vault.import_bytes(str(number).encode() * 20000)
            face = GalleryFace("0" * 16, "Ana", "", "", "", "a.jpg", file.sha256, file.size_bytes, (0., 0., 9., 9.), 1,
                               None, "")
            store.add_gallery_batch("Missing", made, [face] * 200, np.ones((200, 4), np.float32))
            count += 1
except ForensicAppError as error:
    print(json.dumps([type(error).__name__, count]))
"""


def test_a_full_disk_leaves_whole_batches(store, gallery, folder, tmp_path):
    import subprocess
    import sys

    built = library(tmp_path)
    if built is None:
        pytest.skip("there is no C compiler to make a full disk with")
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(folder)],
        env=environment(built, folder, after_bytes=1_200_000),
        capture_output=True,
        text=True,
        check=True,
    )
    error, count = json.loads(done.stdout)
    assert error == "DiskFull"
    assert 0 < count < 20
    result = verify_casebook(folder)
    assert result.is_intact, result.findings
    with CaseStore.open(folder, examiner="A. Doe", read_only=True) as reader:
        batches = reader.gallery_batches("G-0001")
        assert len(batches) == count
        assert all(decode_batch(reader.vault.read_verified(each.sha256)).faces for each in batches)
    assert not list((folder / "vault").glob(".incoming*"))
    shutil.rmtree(folder)
