from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from kept_files import keep

from forensic_app.custody import SigningKey
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import CustodyChainBroken, RecordNotFound
from forensic_app.messages import EngineResult, OutputAdapter
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook


def completed(folder: Path, key: SigningKey, weights: bytes = b"weights") -> str:
    """Make a casebook with one run that learned an adapter, and return the run."""
    with CaseStore.create(folder, examiner="Ada", key=key) as store:
        case = store.create_case(number="2026-001", title="A case", kind=CaseKind.MISSING_PERSON)
        subject = store.add_subject(case=case.case_id, name="Somebody")
        file = keep(store.vault, b"a photograph")
        exhibit = store.add_exhibit(
            case=case.case_id,
            subject_id=subject.subject_id,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            media_type="image/jpeg",
            width_px=10,
            height_px=10,
            original_name="a.jpg",
            source="",
            received_how="",
            received_at=store.events()[0].occurred_at,
            photo_date="",
            age_at_photo=None,
            exif={},
            notes=(),
        )
        spec = RunSpec(
            "personalisation", "1.0", exhibit.exhibit_id, file.sha256, {}, "base", "a" * 64, "dlib"
        )
        run = store.queue_run(case_id=case.case_id, spec=spec)
        store.start_run(run.run_id, environment={})
        path = folder.parent / "adapter.safetensors"
        path.write_bytes(weights)
        result = EngineResult((), {}, {}, {}, adapter=OutputAdapter(path, {"steps": 3}))
        store.complete_run(run.run_id, result=result)
        assert not path.exists()
        return run.run_id


@pytest.fixture
def casebook(tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "casebook"
    return folder, completed(folder, SigningKey.generate())


def test_an_adapter_that_is_hidden_while_the_casebook_is_open_is_missed(tmp_path: Path) -> None:
    key = SigningKey.generate()
    run_id = completed(tmp_path / "casebook", key)
    lists = ({}, {"subject_id": "S-0001"}, {"run_id": run_id}, {"run_id": run_id, "subject_id": "S-0001"})
    with CaseStore.open(tmp_path / "casebook", examiner="Ada", key=key) as store:
        assert [len(store.adapters(**wanted)) for wanted in lists] == [1, 1, 1, 1]
        assert store.adapters(run_id=run_id, subject_id="S-0002") == []
        with closing(sqlite3.connect(tmp_path / "casebook" / "casebook.db")) as connection, connection:
            connection.execute("DROP TRIGGER adapter_no_delete")
            connection.execute("DELETE FROM adapter")
        for wanted in lists:
            with pytest.raises(CustodyChainBroken, match="holds of adapter A-0001"):
                store.adapters(**wanted)
        with pytest.raises(CustodyChainBroken, match="holds of adapter A-0001"):
            store.adapter("A-0001")


def test_an_adapter_is_kept_with_its_digest_its_subject_its_pack_and_its_event(
    casebook: tuple[Path, str],
) -> None:
    folder, run_id = casebook
    with CaseStore.open(folder, examiner="Ada", read_only=True) as store:
        (adapter,) = store.adapters(subject_id="S-0001")
        assert adapter == store.adapter("A-0001") == store.adapter(sha256_of_bytes(b"weights"))
        assert (adapter.run_id, adapter.pack_sha256, adapter.facts) == (run_id, "a" * 64, {"steps": 3})
        assert store.vault.read_verified(adapter.sha256) == b"weights"
        event = next(event for event in store.events() if event.action == "adapter_made")
        assert (event.object_id, event.details["sha256"]) == ("A-0001", adapter.sha256)
        assert store.adapters(run_id="R-0099") == []
        with pytest.raises(RecordNotFound, match="A-0009"):
            store.adapter("A-0009")
    assert verify_casebook(folder).is_intact


def test_an_altered_adapter_fails_the_verification(casebook: tuple[Path, str]) -> None:
    folder, _ = casebook
    digest = sha256_of_bytes(b"weights")
    path = folder / "vault" / digest[:2] / digest
    path.chmod(0o644)
    path.write_bytes(b"weighty")
    result = verify_casebook(folder)
    assert any("adapter A-0001" in finding for finding in result.findings)


@pytest.mark.parametrize("statement", ["DELETE FROM adapter", "UPDATE adapter SET subject_id = 'S-0002'"])
def test_an_adapters_row_is_never_changed(casebook: tuple[Path, str], statement: str) -> None:
    connection = sqlite3.connect(casebook[0] / "casebook.db")
    with pytest.raises(sqlite3.IntegrityError, match="adapter rows are never"):
        connection.execute(statement)
    connection.close()


def test_a_casebook_that_lost_its_adapters_fails_the_verification(casebook: tuple[Path, str]) -> None:
    connection = sqlite3.connect(casebook[0] / "casebook.db", isolation_level=None)
    connection.execute("DROP TABLE adapter")
    connection.close()
    findings = verify_casebook(casebook[0]).findings
    assert any("table adapter" in finding for finding in findings)
    assert any("adapter A-0001" in finding for finding in findings)
