"""A clock that was moved is noticed: against the event before, and against the machine's own time."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from forensic_app.store import clock_watch
from forensic_app.store.clock_watch import ClockJump, ClockMark, ClockWatch, clock_findings

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SEEN = ClockMark(NOON, 1000.0, "boot-1")


def mark(moment, seconds, boot="boot-1"):
    return ClockMark(moment, seconds, boot)


def test_a_clock_that_goes_right_has_no_findings():
    assert clock_findings(None, mark(NOON, 1.0), None) == ()
    assert clock_findings(NOON, mark(NOON, 1000.0), SEEN) == ()
    assert clock_findings(NOON, mark(NOON + timedelta(hours=5), 1000.0 + 5 * 3600), SEEN) == ()


def test_an_event_earlier_than_its_predecessor_is_a_jump():
    found = NOON - timedelta(microseconds=1)
    assert clock_findings(NOON, mark(found, 1.0), None) == (ClockJump(NOON, found, "previous event"),)


@pytest.mark.parametrize("days", [-11_000, -2, 2, 11_000])
def test_a_jump_of_days_against_the_machine(days):
    found = NOON + days * DAY
    (jump,) = clock_findings(None, mark(found, 1060.0), SEEN)
    assert jump == ClockJump(NOON + timedelta(seconds=60), found, "machine")


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_up_to_a_day_is_a_correction(hours):
    assert clock_findings(None, mark(NOON + timedelta(hours=hours), 1000.0), SEEN) == ()


@pytest.mark.parametrize("boot", ["boot-2", ""])
def test_another_start_of_the_machine_is_not_compared_with(boot):
    assert clock_findings(None, mark(NOON + 9 * DAY, 5.0, boot), SEEN) == ()
    assert clock_findings(None, mark(NOON + 9 * DAY, 5.0, ""), mark(NOON, 1.0, "")) == ()


def test_both_may_be_found_at_once():
    found = clock_findings(NOON, mark(NOON - 3 * DAY, 1000.0), SEEN)
    assert [each.against for each in found] == ["previous event", "machine"]


def test_a_remembered_time_that_cannot_be_counted_from_is_ignored():
    assert clock_findings(None, mark(NOON, 1e300), SEEN) == ()


def test_what_the_event_says():
    jump = ClockJump(NOON, NOON - DAY, "previous event")
    assert jump.details == {
        "from": "2026-11-24T12:00:00.000000Z", "to": "2026-11-23T12:00:00.000000Z", "against": "previous event",
    }  # fmt: skip


class TestWatching:
    @pytest.fixture(autouse=True)
    def machine(self, monkeypatch):
        self.seconds = 1000.0
        monkeypatch.setattr(clock_watch, "machine_seconds", lambda: self.seconds)
        monkeypatch.setattr(clock_watch, "boot_id", lambda: "boot-1")

    def test_a_jump_is_told_once(self, tmp_path):
        watch = ClockWatch(tmp_path)
        assert watch.look(NOON, None) == ()
        assert [each.against for each in watch.look(NOON + 9 * DAY, NOON)] == ["machine"]
        assert watch.look(NOON + 9 * DAY, NOON + 9 * DAY) == ()

    def test_a_jump_between_two_openings_is_seen(self, tmp_path):
        ClockWatch(tmp_path / "home").look(NOON, None)
        self.seconds += 10
        (jump,) = ClockWatch(tmp_path / "home").look(NOON - 9 * DAY, None)
        assert jump.expected == NOON + timedelta(seconds=10)
        path = tmp_path / "home" / clock_watch.CLOCK_FILE
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_bytes())["wall"] == "2026-11-15T12:00:00.000000Z"
        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_it_is_kept_once_a_minute(self, tmp_path):
        watch, path = ClockWatch(tmp_path), tmp_path / clock_watch.CLOCK_FILE
        watch.look(NOON, None)
        path.unlink()
        self.seconds += 59
        watch.look(NOON + timedelta(seconds=59), None)
        assert not path.exists()
        self.seconds += 1
        watch.look(NOON + timedelta(seconds=60), None)
        assert path.exists()

    def test_another_clock_than_the_real_one_leaves_no_file(self, tmp_path):
        watch = ClockWatch(None)
        watch.look(NOON, None)
        assert [each.against for each in watch.look(NOON + 9 * DAY, None)] == ["machine"]

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{}", '{"wall": "2026-11-24T12:00:00", "machine_s": 1, "boot_id": ""}', "[" * 900, "\xff"],
    )
    def test_a_file_that_is_none_of_ours_is_ignored(self, tmp_path, text):
        (tmp_path / clock_watch.CLOCK_FILE).write_text(text, encoding="latin-1")
        assert ClockWatch(tmp_path).look(NOON, None) == ()

    def test_a_home_that_cannot_be_written_hinders_nobody(self, tmp_path):
        (tmp_path / "home").write_text("a file")
        assert ClockWatch(tmp_path / "home").look(NOON, None) == ()


def test_the_machine_tells_both(tmp_path, monkeypatch):
    assert clock_watch.machine_seconds() > 0
    assert isinstance(clock_watch.boot_id(), str)
    monkeypatch.setattr(clock_watch, "_BOOT_ID", tmp_path / "none")
    assert clock_watch.boot_id() == ""
