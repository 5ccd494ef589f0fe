from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import (
    EvidenceAltered,
    FaceNotFound,
    InvalidInput,
    PackAltered,
    PackMissing,
    RecordNotFound,
)
from forensic_app.messages import Completed
from forensic_app.records import Exhibit, Run
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import replay
from forensic_app.workflows.execution import execute_queued, open_run_queue
from forensic_app.workflows.replay import ReplayOutcome, ReplayResult, replay_run

from . import fake_engines
from .conftest import QueueFake


@pytest.fixture
def completed(store: CaseStore, queue_fake: QueueFake) -> Run:
    queue_fake(seed=100)
    with open_run_queue(store) as queue:
        return execute_queued(store, queue=queue)[0]


def test_the_same_machine_gives_identical_files_and_the_run_is_untouched(
    store: CaseStore, completed: Run, folder: Path
) -> None:
    images = store.derived_images("R-0001")
    outcome = replay_run(store, "R-0001")
    assert outcome.outcome is ReplayResult.IDENTICAL
    assert [each.replayed_sha256 for each in outcome.images] == [image.sha256 for image in images]
    assert [each.max_difference for each in outcome.images] == [0, 0]
    assert [each.psnr_db for each in outcome.images] == [None, None]
    assert outcome.environment_differences == ()
    assert "2 of 255" in outcome.tolerance
    assert store.run("R-0001") == completed
    assert store.derived_images("R-0001") == images
    event = store.events("2026-001")[-1]
    assert (event.action, event.object_id) == ("run_replayed", "R-0001")
    assert event.details["outcome"] == "identical"
    assert event.details["images"][0]["recorded_sha256"] == images[0].sha256
    assert list((folder / "work").iterdir()) == []


def test_one_sample_that_differs_by_two_is_within_tolerance(
    store: CaseStore, completed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engines.SPOT_VARIABLE, "2")
    outcome = replay_run(store, "R-0001")
    assert outcome.outcome is ReplayResult.WITHIN_TOLERANCE
    first = outcome.images[0]
    assert first.max_difference == 2
    assert first.mean_difference == pytest.approx(2 / (6 * 8 * 3))
    assert first.psnr_db == pytest.approx(63.69, abs=0.01)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (fake_engines.SPOT_VARIABLE, "3"),
        (fake_engines.SHIFT_VARIABLE, "1"),
        (fake_engines.FEWER_VARIABLE, "1"),
    ],
)
def test_more_than_the_tolerance_is_different(
    store: CaseStore, completed: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    outcome = replay_run(store, "R-0001")
    assert outcome.outcome is ReplayResult.DIFFERENT
    assert store.events("2026-001")[-1].details["outcome"] == "different"


def test_the_recorded_facts_are_used_and_a_changed_environment_is_named(
    store: CaseStore, completed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.change_subject("S-0001", reason="A slip", sex="male")
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    outcome = replay_run(store, "R-0001")
    assert outcome.environment_differences == (
        "variables.MKL_NUM_THREADS: not recorded when recorded, 3 now.",
    )


def test_altered_evidence_pack_or_image_stops_the_replay_on_record(
    store: CaseStore, completed: Run, exhibit: Exhibit, accepted_pack: Pack
) -> None:
    for sha256 in (exhibit.sha256, store.derived_images("R-0001")[0].sha256):
        path = store.vault.path(sha256)
        content = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(content + b"?")
        with pytest.raises(EvidenceAltered, match=sha256):
            replay_run(store, "R-0001")
        path.write_bytes(content)
    manifest = accepted_pack.path / "pack.json"
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(PackAltered, match="fake-pack"):
        replay_run(store, "R-0001")
    accepted_pack.path.rename(accepted_pack.path.with_name(".gone"))
    with pytest.raises(PackMissing):
        replay_run(store, "R-0001")
    failures = [event for event in store.events("2026-001") if event.action == "run_replay_failed"]
    assert [event.details["error"] for event in failures] == [
        "EvidenceAltered",
        "EvidenceAltered",
        "PackAltered",
        "PackMissing",
    ]


def test_a_picture_that_is_exchanged_before_it_is_compared_stops_the_replay_on_record(
    store: CaseStore, completed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = replay._compared

    def exchange(
        store: CaseStore, run: Run, environment: dict[str, Any], message: Completed
    ) -> ReplayOutcome:
        made = message.result.images[0].path
        made.with_name("other.png").write_bytes(made.read_bytes() + b"x")
        made.with_name("other.png").replace(made)
        return compared(store, run, environment, message)

    monkeypatch.setattr(replay, "_compared", exchange)
    with pytest.raises(EvidenceAltered, match="SHA-256 is now"):
        replay_run(store, "R-0001")
    assert store.events()[-1].action == "run_replay_failed"


def test_only_a_completed_run_can_be_replayed(store: CaseStore, queue_fake: QueueFake) -> None:
    queue_fake()
    with pytest.raises(InvalidInput, match="queued"):
        replay_run(store, "R-0001")
    with pytest.raises(RecordNotFound):
        replay_run(store, "R-0099")


def test_what_the_engine_meets_now_keeps_its_name_and_is_recorded(
    store: CaseStore, completed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engines.NO_FACE_VARIABLE, "1")
    with pytest.raises(FaceNotFound, match="could not be repeated: There is no face"):
        replay_run(store, "R-0001")
    event = store.events("2026-001")[-1]
    assert (event.action, event.details["error"]) == ("run_replay_failed", "FaceNotFound")
