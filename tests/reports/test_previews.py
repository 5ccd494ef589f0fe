"""A preview leaves the casebook as it is; a report prints the newest checkpoint and the key that it needs."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from forensic_app.custody import SigningKey, verify_note
from forensic_app.digests import sha256_of_file
from forensic_app.records import CaseKind
from forensic_app.reports.content import LaboratoryDetails, ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.reporting import gather_content

UNSIGNED = "NOT SIGNED"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaseStore]:
    with CaseStore.create(tmp_path / "casebook", examiner="Ada", key=SigningKey.generate()) as opened:
        opened.create_case(number="1", title="Missing", kind=CaseKind.COLD_CASE)
        yield opened


def gathered(store: CaseStore, **options: Any) -> ReportContent:
    return gather_content(
        store,
        store.case("1"),
        report_number="1-REP-01",
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        laboratory=LaboratoryDetails(),
        **options,
    )


def words_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def files_of(store: CaseStore) -> dict[str, str]:
    """Return the digest of every file but SQLite's shared memory, which every reader writes in."""
    return {
        str(path.relative_to(store.folder)): sha256_of_file(path)
        for path in store.folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_a_preview_changes_nothing_and_shows_the_newest_checkpoint(store: CaseStore) -> None:
    before = files_of(store), store.checkpoints(), store.events()
    content = gathered(store)
    words = words_of(render_pdf(content))
    assert (files_of(store), store.checkpoints(), store.events()) == before
    assert content.chain.checkpoint == store.checkpoint()
    assert content.chain.head == store.events()[-1]
    assert "case_created" in {event.action for event in content.chain.events}
    assert UNSIGNED not in words
    assert "The signed checkpoint, verbatim" in words


def test_a_log_whose_newest_events_bear_no_signature_is_shown_as_such(store: CaseStore) -> None:
    store.close()
    with closing(sqlite3.connect(store.folder / "casebook.db")) as connection, connection:
        connection.execute("DROP TRIGGER checkpoint_no_delete")
        connection.execute("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)")
    with CaseStore.open(store.folder, examiner="Ada", read_only=True) as reader:
        content = gathered(reader)
    assert content.chain.checkpoint is None
    words = words_of(render_pdf(content))
    assert UNSIGNED in words
    assert "The signed checkpoint, verbatim" not in words


def test_the_key_that_is_printed_is_the_checkpoints(tmp_path: Path) -> None:
    first, second = SigningKey.generate(), SigningKey.generate()
    folder = tmp_path / "casebook"
    with CaseStore.create(folder, examiner="Ada", key=first) as store:
        store.create_case(number="1", title="Missing", kind=CaseKind.COLD_CASE)
        store.introduce_key(second.public_key_hex)
    with CaseStore.open(folder, examiner="Bea", key=second):
        pass
    with CaseStore.open(folder, examiner="Ada", key=first) as store:
        chain = gathered(store).chain
    assert chain.checkpoint is not None
    assert chain.public_key_hex == second.public_key_hex
    verify_note(chain.checkpoint.note, public_key_hex=chain.public_key_hex)
