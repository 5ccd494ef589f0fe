"""Events of named actions are found beside those that hold a text."""

from __future__ import annotations

from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore


def test_actions_are_wanted_beside_a_text_and_never_alone(store: CaseStore) -> None:
    before = store.count_events(actions=["case_created"])
    store.create_case(number="1", title="Angelegt", kind=CaseKind.COLD_CASE)
    store.create_case(number="2", title="Two", kind=CaseKind.COLD_CASE)
    assert store.count_events(actions=["case_created"]) == before + 2 == store.count_events()
    assert store.count_events(text="no such word") == 0
    assert store.count_events(text="no such word", actions=["case_created"]) == 2
    found = store.event_page("1", text="no such word", actions=["case_created"])
    assert [each.action for each in found] == ["case_created"]
