"""The ages that an investigation asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from forensic_app.records import Exhibit, Subject
from forensic_app.workflows.suggested_ages import SuggestedAge, SuggestedAges, suggested_ages

TODAY = date(2026, 11, 28)


def exhibit(age: float | None = None, photo_date: str = "") -> Exhibit:
    return Exhibit(
        "E-0001", "E-0001", "C-0001", "S-0001", "0" * 64, 1, "image/png", 10, 10, "a.png", "", "",
        datetime(2026, 1, 1, tzinfo=UTC), photo_date, age, {}, (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("born", "seen", "today", "last_seen"),
    [
        ("1975-11-28", "2009-11-27", SuggestedAge(51), SuggestedAge(33)),
        ("1975-11-29", "2009-11-29", SuggestedAge(50), SuggestedAge(34)),
        ("1975", "", SuggestedAge(51, is_about=True), None),
        ("1975-12", "2009", SuggestedAge(50, is_about=True), SuggestedAge(33, is_about=True)),
        ("2026-01-01", "in summer", None, None),
        ("1850", "1869-05", None, SuggestedAge(19, is_about=True)),
        ("", "2009", None, None),
    ],
)
def test_ages_today_and_when_last_seen(
    born: str, seen: str, today: SuggestedAge | None, last_seen: SuggestedAge | None
) -> None:
    found = suggested_ages(
        Subject("S-0001", "C-0001", "Ana", birth_date=born, last_seen=seen), exhibit(), on=TODAY
    )
    assert (found.today, found.last_seen) == (today, last_seen)


def test_every_five_years_from_the_photograph_to_today() -> None:
    person = Subject("S-0001", "C-0001", "Ana", birth_date="1990-01-01")
    assert suggested_ages(person, exhibit(12.0), on=TODAY).every_five_years == (15, 20, 25, 30, 35, 36)
    assert suggested_ages(person, exhibit(photo_date="2015-06"), on=TODAY).every_five_years == (30, 35, 36)
    assert suggested_ages(person, exhibit(), on=TODAY).every_five_years == ()
    assert suggested_ages(person, exhibit(40.0), on=TODAY).every_five_years == ()
    assert suggested_ages(None, exhibit(12.0), on=TODAY) == SuggestedAges()
