"""A run names the bundled matcher beside the bundled analyser where its licence was accepted, and not otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensic_app.engines import registry
from forensic_app.engines.packs.pack import Pack
from forensic_app.records import Exhibit
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import run_planning
from forensic_app.workflows.packs import accept_licence, find_pack
from forensic_app.workflows.report_packs import named_packs, packs_used
from forensic_app.workflows.run_planning import plan_run, queue_run, request_for

from . import fake_engines


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    described = fake_engines.descriptor("Completing")
    monkeypatch.setitem(registry._DESCRIPTORS, described.name, described)


def planned(store: CaseStore, exhibit: Exhibit, pack: Pack, **more: Any) -> Any:
    name = fake_engines.descriptor("Completing").name
    given = {"engine": name, "exhibit": exhibit.exhibit_id, "parameters": {}, "pack": pack.name}
    return plan_run(store, **given, **more)


def test_the_matcher_scores_beside_where_its_licence_was_accepted(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack, engine: None, tmp_path: Path, monkeypatch: Any
) -> None:
    before = planned(store, exhibit, accepted_pack)
    assert (before.second_pack_name, before.second_pack_sha256) == ("", "")
    old = queue_run(store, before)
    assert not {name for name in store.events()[-1].details["spec"] if name.startswith("second")}
    matcher = find_pack("matcher", store.packs_dir)
    accept_licence(store, matcher)
    spec = planned(store, exhibit, accepted_pack)
    assert (spec.second_pack_name, spec.second_pack_sha256) == ("matcher", matcher.sha256)
    assert not planned(store, exhibit, accepted_pack, analyser="matcher").second_pack_sha256
    run = queue_run(store, spec)
    assert store.run(run.run_id).spec == spec
    assert store.run(old.run_id).spec == before
    inputs = {"device": "cpu", "threads": 1, "analyser_path": "", "subject": {}}
    request = request_for(store, run, output_dir=tmp_path, inputs=inputs)
    assert request.second_pack_path == matcher.path
    assert request_for(store, old, output_dir=tmp_path, inputs=inputs).second_pack_path is None
    assert named_packs(run) == [(accepted_pack.name, accepted_pack.sha256), ("matcher", matcher.sha256)]
    assert set(packs_used(store, [run])) == {accepted_pack.sha256, matcher.sha256}
    monkeypatch.setattr(run_planning, "list_packs", lambda *_: [accepted_pack])
    assert request_for(store, run, output_dir=tmp_path, inputs=inputs).second_pack_path is None
