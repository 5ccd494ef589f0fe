"""Runs and derived images in the store."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from forensic_app.custody import verify_chain
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import (
    EvidenceAltered,
    InvalidInput,
    RecordNotFound,
    StoreUnavailable,
)
from forensic_app.records import CaseKind, ImageRole, RunStatus
from forensic_app.verify import verify_casebook


def actions(store, case_id=None):
    return [event.action for event in store.events(case_id)]


class TestRuns:
    @pytest.fixture
    def exhibit(self, case, receive):
        return receive(case.case_id)

    @pytest.fixture
    def run(self, store, case, exhibit, spec):
        return store.queue_run(case_id=case.case_id, spec=spec(exhibit))

    def test_a_queued_run_comes_back_as_it_was_asked_for(self, store, case, run, exhibit, spec):
        assert run.spec == spec(exhibit)
        assert store.run(run.run_id) == run
        assert store.runs(case.case_number) == [run]
        assert store.next_queued_run() == run
        assert store.events()[-1].details["spec"]["parameters"] == {"ages": [30], "seed": 7}

    def test_runs_wait_in_order(self, store, case, run, exhibit, spec):
        second = store.queue_run(case_id=case.case_id, spec=spec(exhibit))
        assert store.next_queued_run() == run
        store.start_run(run.run_id, environment={})
        assert store.next_queued_run() == second
        store.cancel_run(second.run_id)
        assert store.next_queued_run() is None
        assert [each.run_id for each in store.runs(status=RunStatus.RUNNING)] == [run.run_id]

    def test_a_completed_run_keeps_its_images_in_the_vault(self, store, run, result_in, folder):
        store.start_run(run.run_id, environment={"python": "3.11"})
        result = result_in(b"one", b"two")
        done = store.complete_run(run.run_id, result=result)
        assert done.status == RunStatus.COMPLETED
        assert done.environment == {"python": "3.11", "device": "cpu"}
        assert (done.control, done.face, done.warnings) == (result.control, result.face, result.warnings)
        images = store.derived_images(run.run_id)
        assert [store.vault.read_verified(image.sha256) for image in images] == [b"one", b"two"]
        assert [(image.role, image.target_age, image.variant) for image in images] == [
            (ImageRole.DERIVED, 30.0, 0), (ImageRole.DERIVED, 31.0, 1)
        ]  # fmt: skip
        assert store.derived_image(images[0].derived_image_id) == images[0]
        assert not any(image.path.exists() for image in result.images)
        assert actions(store)[-3:] == ["run_completed", "image_derived", "image_derived"]
        assert store.checkpoints()[-1].size == store.events()[-1].sequence
        assert verify_casebook(folder).is_intact

    def test_two_equal_images_share_one_file(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        store.complete_run(run.run_id, result=result_in(b"same", b"same"))
        first, second = store.derived_images(run.run_id)
        assert first.sha256 == second.sha256

    def test_a_run_without_an_age_or_variant_is_kept(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        result = result_in(b"mean")
        image = result.images[0]
        mean = replace(image, role="mean", target_age=None, variant=None)
        store.complete_run(run.run_id, result=replace(result, images=(mean,)))
        kept = store.derived_images(run.run_id)[0]
        assert (kept.role, kept.target_age, kept.variant) == (ImageRole.MEAN, None, None)

    def test_a_missing_output_file_leaves_the_run_running(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        result = result_in(b"one", b"two")
        result.images[1].path.unlink()
        with pytest.raises(InvalidInput, match="There is no file"):
            store.complete_run(run.run_id, result=result)
        assert store.run(run.run_id).status == RunStatus.RUNNING
        assert store.derived_images(run.run_id) == []

    def test_a_failure_that_names_a_file_without_a_name_in_utf8_is_recorded(self, store, run):
        done = store.fail_run(
            run.run_id, error="E", message="caf\udce9.jpg is damaged.", advice="Use another.", detail="\ud800"
        )
        assert done.failure == "caf\\xe9.jpg is damaged. Use another."
        assert store.events()[-1].details["detail"] == "\\ud800"
        assert verify_casebook(store.folder).is_intact

    def test_a_file_that_the_worker_did_not_write_is_not_taken_over(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        (image,) = result_in(b"one").images
        result = result_in(images=(replace(image, sha256=sha256_of_bytes(b"one")),))
        image.path.write_bytes(b"another")
        with pytest.raises(EvidenceAltered, match="changed by another program before it was taken over"):
            store.complete_run(run.run_id, result=result)
        assert store.run(run.run_id).status == RunStatus.RUNNING
        assert not store.vault.has(sha256_of_bytes(b"another"))

    def test_an_error_while_writing_leaves_the_run_running_and_the_files(
        self, store, run, result_in, monkeypatch
    ):
        store.start_run(run.run_id, environment={})
        result = result_in(b"one")

        def fail(*arguments):
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(store, "_sign", fail)
        with pytest.raises(StoreUnavailable):
            store.complete_run(run.run_id, result=result)
        monkeypatch.undo()
        assert store.run(run.run_id).status == RunStatus.RUNNING
        assert result.images[0].path.exists()
        assert store.complete_run(run.run_id, result=result).status == RunStatus.COMPLETED
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_a_failed_run_keeps_sentence_and_traceback(self, store, run):
        failed = store.fail_run(
            run.run_id,
            error="FaceNotFound",
            message="No face.",
            advice="Use another photo.",
            detail="Traceback",
        )
        assert (failed.status, failed.failure) == (RunStatus.FAILED, "No face. Use another photo.")
        assert store.events()[-1].details["detail"] == "Traceback"
        assert store.events()[-1].details["error"] == "FaceNotFound"

    def test_a_cancelled_run_keeps_its_reason(self, store, run):
        assert store.cancel_run(run.run_id, reason="Wrong photo").failure == "Wrong photo"

    @pytest.mark.parametrize("end", ["fail", "cancel", "interrupt"])
    def test_nothing_leaves_a_final_state(self, store, run, result_in, end):
        ends = {
            "fail": lambda: store.fail_run(run.run_id, error="E", message="m", advice="a"),
            "cancel": lambda: store.cancel_run(run.run_id),
            "interrupt": lambda: store.interrupt_run(run.run_id),
        }
        ended = ends[end]()
        assert ended.status.is_terminal
        assert ended.ended_at is not None
        for other in (
            *ends.values(),
            lambda: store.start_run(run.run_id, environment={}),
            lambda: store.complete_run(run.run_id, result=result_in(b"one")),
        ):
            with pytest.raises(InvalidInput, match=ended.status.value):
                other()
        assert store.run(run.run_id) == ended

    def test_unknown_runs_and_images_are_not_found(self, store):
        with pytest.raises(RecordNotFound):
            store.run("R-0009")
        with pytest.raises(RecordNotFound):
            store.derived_image("D-000009")
        assert store.derived_images("R-0009") == []

    def test_a_run_is_on_an_exhibit_of_its_case_with_its_digest(self, store, case, exhibit, spec):
        other = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        with pytest.raises(InvalidInput, match="belongs to the case"):
            store.queue_run(case_id=other.case_id, spec=spec(exhibit))
        with pytest.raises(InvalidInput, match="another SHA-256"):
            store.queue_run(case_id=case.case_id, spec=spec(exhibit, exhibit_sha256="f" * 64))
        with pytest.raises(RecordNotFound):
            store.queue_run(case_id=case.case_id, spec=spec(exhibit, exhibit_id="E-0009"))

    def test_an_altered_vault_file_is_named_when_its_bytes_come_again(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        store.complete_run(run.run_id, result=result_in(b"one"))
        path = store.vault.path(store.derived_images(run.run_id)[0].sha256)
        path.chmod(0o644)
        path.write_bytes(b"forged")
        with pytest.raises(EvidenceAltered):
            store.vault.read_verified(path.name)
