"""A preview leaves the casebook as it is; an issue signs, and prints the key that its checkpoint needs."""

from __future__ import annotations

import io
from collections.abc import Iterator
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
from forensic_app.workflows.reporting import gather_content, issue_report

UNSIGNED = "PREVIEW, NOT SIGNED"


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


def test_a_preview_of_an_unsigned_log_changes_nothing_and_says_so(store: CaseStore) -> None:
    assert store.checkpoints()[-1].size < store.events()[-1].sequence
    before = files_of(store), store.checkpoints(), store.events()
    content = gathered(store, is_preview=True)
    words = words_of(render_pdf(content))
    assert (files_of(store), store.checkpoints(), store.events()) == before
    assert content.chain.checkpoint is None
    assert content.chain.head == store.events()[-1]
    assert "case_created" in {event.action for event in content.chain.events}
    assert UNSIGNED in words
    assert "signed when the report is issued" in words
    assert "The signed checkpoint, verbatim" not in words


def test_a_preview_of_a_signed_log_shows_its_checkpoint(store: CaseStore) -> None:
    signed = store.sign_checkpoint()
    before = files_of(store)
    content = gathered(store, is_preview=True)
    assert content.chain.checkpoint == signed
    assert files_of(store) == before
    assert render_pdf(content) == render_pdf(gathered(store))
    assert UNSIGNED not in words_of(render_pdf(content))


def test_the_issue_after_a_preview_is_signed(store: CaseStore, tmp_path: Path) -> None:
    gathered(store, is_preview=True)
    issue_report(store, case="1", out=tmp_path / "report.pdf")
    words = words_of((tmp_path / "report.pdf").read_bytes())
    assert UNSIGNED not in words
    assert "The signed checkpoint, verbatim" in words


def test_the_key_that_is_printed_is_the_checkpoints(tmp_path: Path) -> None:
    first, second = SigningKey.generate(), SigningKey.generate()
    folder = tmp_path / "casebook"
    with CaseStore.create(folder, examiner="Ada", key=first) as store:
        store.create_case(number="1", title="Missing", kind=CaseKind.COLD_CASE)
    with CaseStore.open(folder, examiner="Ada", key=second):
        pass
    with CaseStore.open(folder, examiner="Ada", key=first) as store:
        chain = gathered(store).chain
    assert chain.checkpoint is not None
    assert chain.public_key_hex == second.public_key_hex
    verify_note(chain.checkpoint.note, public_key_hex=chain.public_key_hex)
