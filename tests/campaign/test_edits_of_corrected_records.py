"""Records that were amended, moved or withdrawn: every edit of them outside the program is found, as of all others."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
from attacks import shell
from test_edits import edits_found
from verify_samples import KEY, START, fill

from forensic_app.store.case_store import CaseStore
from forensic_app.verify import check_opening, verify_casebook


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corrected")
    moments = iter(START + timedelta(seconds=number) for number in range(1000))
    with CaseStore.create(
        folder / "casebook", examiner="A. Doe", key=KEY, clock=lambda: next(moments)
    ) as store:
        fill(store, folder)
        twin = store.add_subject(case="C-0001", name="Ana Nunez")
        store.change_subject("S-0001", reason="Seen in the register", birth_date="1990-02", name="Ana N.")
        store.change_exhibit("E-0001", reason="It is the twin", subject_id=twin.subject_id, age_at_photo=9)
        stored = store.vault.import_bytes(b"file with pages")
        page = store.vault.import_bytes(b"page")
        store.add_exhibit(
            case="C-0001", subject_id="S-0001", sha256=stored.sha256, size_bytes=stored.size_bytes,
            media_type="application/pdf", width_px=64, height_px=48, original_name="scan.pdf", source="",
            received_how="", received_at=START, photo_date="", age_at_photo=None, exif={}, notes=(), page=2,
            page_file=page,
        )  # fmt: skip
        store.remove("exhibit", "E-0002", "Another person")
        store.remove("subject", "S-0001", "Taken up twice")
    assert verify_casebook(folder / "casebook").findings == ()
    return folder / "casebook"


@pytest.mark.parametrize("table", ["subject", "exhibit"])
def test_every_edit_is_found(corrected, tmp_path, record_property, table):
    found = edits_found(corrected, tmp_path, table)
    record_property("trials", found)
    assert found >= 20


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exhibit SET tombstone_reason = NULL WHERE exhibit_id = 'E-0002'",
        "UPDATE subject SET tombstone_reason = NULL WHERE subject_id = 'S-0001'",
        "UPDATE exhibit SET tombstone_reason = 'x' WHERE exhibit_id = 'E-0001'",
        "UPDATE exhibit SET subject_id = 'S-0001' WHERE exhibit_id = 'E-0001'",
        "UPDATE subject SET birth_date = '', name = 'Ana Núñez' WHERE subject_id = 'S-0001'",
        "UPDATE exhibit SET page_sha256 = NULL, page_size_bytes = NULL, page = NULL WHERE exhibit_id = 'E-0002'",
        "UPDATE exhibit SET page = 1 WHERE exhibit_id = 'E-0002'",
        "DELETE FROM custody_event WHERE action IN ('exhibit_removed', 'subject_removed')",
    ],
)
def test_nothing_is_set_back_unseen(corrected, tmp_path, statement):
    folder = shutil.copytree(corrected, tmp_path / "copy")
    with shell(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    assert verify_casebook(folder).findings
    assert check_opening(folder).findings
