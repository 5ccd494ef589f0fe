"""Custody events page by page, filtered in the database."""

from __future__ import annotations

import pytest

from forensic_app.errors import RecordNotFound
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore


@pytest.fixture
def logged(store: CaseStore) -> CaseStore:
    for number in ("2026-001", "2026-002"):
        store.create_case(number=number, title="Title", kind=CaseKind.COLD_CASE)
    for count in range(25):
        store.record_event(
            "report_exported",
            object_type="report",
            object_id=f"P-{count:04d}",
            case_id="2026-001",
            details={"name": f"Copy 100% of {count}.pdf", "to": {"medium": ["USB stick", "Paper"]}},
        )
    return store


def numbers(store: CaseStore, text: str, **scope: object) -> list[int]:
    return [event.sequence for event in store.event_page(text=text, **scope)]  # type: ignore[arg-type]


def test_pages_lie_end_to_end_and_hold_every_event_once(logged: CaseStore) -> None:
    every = [event.sequence for event in logged.events()][::-1]
    seen: list[int] = []
    while page := logged.event_page(before=seen[-1] if seen else None, limit=7):
        seen += [event.sequence for event in page]
        assert len(page) <= 7
    assert seen == every
    assert logged.count_events() == len(every)


def test_pages_of_a_case_and_what_is_newer(logged: CaseStore) -> None:
    of_case = [event.sequence for event in logged.events("2026-001")][::-1]
    assert [event.sequence for event in logged.event_page("2026-001")] == of_case
    assert logged.count_events("2026-001") == 26
    assert [event.sequence for event in logged.event_page("2026-001", after=of_case[3])] == of_case[:3]
    assert logged.event_page("2026-001")[0] == logged.events("2026-001")[-1]
    with pytest.raises(RecordNotFound):
        logged.event_page("2026-003")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 27), ("report exported", 25), ("REPORT_EXPORTED", 25), ("exported P-0007", 1), ("usb paper", 25),
        ("case created", 2), ("2026-002", 1), ("100%", 25), ("%", 25), ("10\\%", 0), ("name", 0),
        ("record_sha256", 0), ("utc", 0), ("nobody", 0), ("A. Doe", 27),
    ],
)  # fmt: skip
def test_a_filter_finds_events_by_what_they_hold(logged: CaseStore, text: str, count: int) -> None:
    cases = {each.case_id for each in logged.cases()}
    found = [event for event in logged.event_page(text=text) if event.case_id in cases]
    assert len(found) == count, [event.sequence for event in found]


def test_a_number_finds_that_event_and_not_digests(logged: CaseStore) -> None:
    newest = logged.events()[-1]
    assert newest.sequence in numbers(logged, str(newest.sequence))
    for event in logged.event_page(text=str(newest.sequence)):
        shown = f"{event.sequence} {event.occurred_at} {event.action} {event.object_id} {event.details}"
        assert str(newest.sequence) in shown


def test_part_of_a_digest_finds_its_event(logged: CaseStore) -> None:
    event = logged.events()[5]
    assert numbers(logged, event.sha256) == [event.sequence]
    assert event.sequence in numbers(logged, event.sha256[8:20])
    case = next(each for each in logged.events() if each.action == "case_created")
    assert numbers(logged, case.details["record_sha256"][:20]) == [case.sequence]


def test_the_count_is_that_of_the_filter(logged: CaseStore) -> None:
    assert logged.count_events("2026-001", text="exported") == 25
    assert logged.count_events("2026-002", text="exported") == 0
