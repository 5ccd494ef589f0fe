from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from forensic_app.engines import registry
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import AdapterRefused, InvalidInput, RecordNotFound
from forensic_app.records import Exhibit, Run, RunSpec, RunStatus
from forensic_app.runs.queue import RunQueue
from forensic_app.settings import load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.adapters import adapter_path, cache_folder, personal_facts
from forensic_app.workflows.control_arms import queue_with_control
from forensic_app.workflows.execution import execute_queued, open_run_queue, plan_run, queue_run
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.personalisation import plan_personalisation, review_photographs
from forensic_app.workflows.replay import ReplayResult, replay_run

from . import learning_engine


@pytest.fixture
def exhibits(store: CaseStore, tmp_path: Path) -> list[Exhibit]:
    received = []
    for number in range(4):
        path = tmp_path / f"{number}.png"
        Image.fromarray(data.astronaut()[number : 220 + number, 110:330]).save(path)
        age = None if number == 1 else 30 + number
        received.append(receive_exhibit(store, path, case="2026-001", subject_id="S-0001", age_at_photo=age))
    return received


def test_a_plan_names_every_photograph_and_what_is_known_of_its_age(
    store: CaseStore, exhibits: list[Exhibit], accepted_pack: Pack
) -> None:
    spec = plan_personalisation(store, subject="S-0001", pack=accepted_pack.name, parameters={"steps": 7})
    assert (spec.engine, spec.exhibit_id) == ("personalisation", exhibits[0].exhibit_id)
    assert spec.reference_sha256 == tuple(each.sha256 for each in exhibits[1:])
    assert (spec.parameters["steps"], spec.parameters["prior_weight"]) == (7, 1.0)
    facts = personal_facts(store, spec)
    assert facts["subject_id"] == "S-0001"
    assert [photo["age"] for photo in facts["photos"]] == [30, None, 32, 33]
    some = plan_personalisation(
        store,
        subject="S-0001",
        pack=accepted_pack.name,
        parameters={},
        exhibits=[exhibits[2].exhibit_number, exhibits[1].exhibit_id, exhibits[3].exhibit_id],
    )
    assert some.exhibit_id == exhibits[2].exhibit_id
    assert len(some.reference_sha256) == 2


def test_too_few_too_many_or_somebody_elses_photographs_are_refused(
    store: CaseStore, exhibits: list[Exhibit], accepted_pack: Pack, tmp_path: Path
) -> None:
    def plan(*named: str) -> None:
        plan_personalisation(store, subject="S-0001", pack=accepted_pack.name, parameters={}, exhibits=named)

    with pytest.raises(InvalidInput, match="2 photographs"):
        plan(exhibits[0].exhibit_id, exhibits[1].exhibit_id)
    other = tmp_path / "other.png"
    Image.new("RGB", (30, 30), "blue").save(other)
    stranger = receive_exhibit(store, other, case="2026-001")
    with pytest.raises(InvalidInput, match="not of the subject"):
        plan(*(each.exhibit_id for each in exhibits), stranger.exhibit_id)
    for number in range(17):
        path = tmp_path / f"more-{number}.png"
        Image.new("RGB", (30, 30), (number, 0, 0)).save(path)
        receive_exhibit(store, path, case="2026-001", subject_id="S-0001")
    with pytest.raises(InvalidInput, match="more than the 20"):
        plan()
    with pytest.raises(RecordNotFound):
        plan_personalisation(store, subject="S-0009", pack=accepted_pack.name, parameters={})


def test_the_examiner_is_told_about_the_photographs_before_the_run(
    store: CaseStore, exhibits: list[Exhibit], accepted_pack: Pack
) -> None:
    spec = plan_personalisation(store, subject="S-0001", pack=accepted_pack.name, parameters={})
    told = review_photographs(store, spec)
    assert any("4 photographs were used; fewer than 10" in sentence for sentence in told)
    assert any("not recorded for 1 of 4" in sentence for sentence in told)


@pytest.fixture
def queue(store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunQueue]:
    monkeypatch.setattr(registry, "load_engine", learning_engine.load_engine)
    with open_run_queue(store) as queue:
        yield queue


@pytest.fixture
def learned(
    store: CaseStore,
    queue: RunQueue,
    exhibits: list[Exhibit],
    accepted_pack: Pack,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """A completed run of the engine that writes an adapter."""
    spec = plan_personalisation(store, subject="S-0001", pack=accepted_pack.name, parameters={})
    spec = dataclasses.replace(spec, engine="Learning", parameters={"seed": 5})
    run = queue_run(store, spec)
    (ended,) = execute_queued(store, queue=queue, run_ids=[run.run_id])
    return ended


def test_an_adapter_is_kept_replayed_and_verified(
    store: CaseStore, learned: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (adapter,) = store.adapters(run_id=learned.run_id)
    assert adapter.facts["has_cache"]
    assert cache_folder(store.casebook_id).is_relative_to(load_settings().home)
    assert not cache_folder(store.casebook_id).is_relative_to(folder)
    assert adapter.subject_id == "S-0001"
    assert store.vault.read_verified(adapter.sha256) == b"5"
    outcome = replay_run(store, learned.run_id)
    assert outcome.outcome is ReplayResult.IDENTICAL
    assert [each.derived_image_id for each in outcome.images] == [adapter.adapter_id]
    monkeypatch.setenv(learning_engine.CHANGE_VARIABLE, "!")
    outcome = replay_run(store, learned.run_id)
    assert outcome.outcome is ReplayResult.DIFFERENT
    assert verify_casebook(folder).is_intact


def test_an_adapter_is_named_by_its_digest_and_only_for_its_subject_and_pack(
    store: CaseStore, learned: Run, exhibits: list[Exhibit], accepted_pack: Pack, tmp_path: Path
) -> None:
    (adapter,) = store.adapters(run_id=learned.run_id)

    def plan(exhibit: str, pack: str = accepted_pack.name, name: str = adapter.adapter_id) -> str:
        spec = plan_run(store, engine="aging", exhibit=exhibit, parameters={"adapter": name}, pack=pack)
        return str(spec.parameters["adapter"])

    assert plan(exhibits[1].exhibit_id) == adapter.sha256
    path = adapter_path(store, {"adapter": adapter.sha256})
    assert path == store.vault.path(adapter.sha256)
    with pytest.raises(RecordNotFound, match="A-0009"):
        plan(exhibits[1].exhibit_id, name="A-0009")
    other = tmp_path / "other.png"
    Image.new("RGB", (30, 30), "blue").save(other)
    stranger = receive_exhibit(store, other, case="2026-001")
    with pytest.raises(AdapterRefused, match="belongs to the subject S-0001"):
        plan(stranger.exhibit_id)


def test_an_adapter_of_another_pack_is_refused(
    store: CaseStore, learned: Run, exhibits: list[Exhibit], accepted_pack: Pack
) -> None:
    licence = accepted_pack.path / "LICENCE.txt"
    licence.write_text("Do some harm.")
    from forensic_app.digests import sha256_of_bytes
    from forensic_app.engines.packs.pack import write_manifest

    changed = write_manifest(accepted_pack.path, {"name": "fake-pack", "version": "2", "licence": "test"})
    store.accept_licence(
        pack_name=changed.name,
        pack_sha256=changed.sha256,
        licence_sha256=sha256_of_bytes(changed.licence_text.encode()),
    )
    with pytest.raises(AdapterRefused, match="trained on the model pack"):
        plan_run(
            store,
            engine="aging",
            exhibit=exhibits[0].exhibit_id,
            parameters={"adapter": "A-0001"},
            pack="fake-pack",
        )


def test_the_engine_is_known_by_name() -> None:
    assert "personalisation" in registry.names()
    assert registry.descriptor("personalisation").version


def test_a_case_with_a_personalisation_can_be_reported(
    store: CaseStore, learned: Run, tmp_path: Path
) -> None:
    from forensic_app.workflows.reporting import issue_report

    report = issue_report(store, case="2026-001", out=tmp_path / "report.pdf")
    assert report.size_bytes > 10_000


def test_a_run_with_an_adapter_is_queued_with_its_control_arm_once(
    store: CaseStore, learned: Run, exhibits: list[Exhibit], accepted_pack: Pack
) -> None:
    def plan(**parameters: object) -> RunSpec:
        return plan_run(
            store,
            engine="aging",
            exhibit=exhibits[1].exhibit_id,
            parameters={"seed": 4, **parameters},
            pack=accepted_pack.name,
        )

    run, control = queue_with_control(store, plan(adapter="A-0001"))
    assert run.spec.parameters["adapter"]
    assert control is not None
    assert control.spec == plan()
    assert control.run_id > run.run_id
    again, none = queue_with_control(store, plan(adapter="A-0001"))
    assert (none, again.spec) == (None, run.spec)
    assert queue_with_control(store, plan())[1] is None
    store.cancel_run(control.run_id, reason="Not wanted.")
    for each in store.runs(status=RunStatus.QUEUED):
        store.cancel_run(each.run_id, reason="Not wanted.")
    assert queue_with_control(store, plan(adapter="A-0001"))[1] is not None
