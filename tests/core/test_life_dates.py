"""Dates as people write them, ages that follow from them, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensic_app.life_dates import (
    ContradictionKind,
    age_range,
    contradictions,
    days_of,
    known_age,
    parse_date,
    parse_years,
    whole_years,
)
from forensic_app.records import Exhibit, Subject

TODAY = date(2026, 11, 28)
PERSON = Subject("S-0001", "C-0001", "Ana", birth_date="1971-03-12", last_seen="2009-05")
PHOTO = Exhibit(
    "E-0001", "A/1", "C-0001", "S-0001", "a" * 64, 1, "image/jpeg", 10, 10, "a.jpg", "", "",
    datetime(2026, 1, 1, tzinfo=UTC), "1981", 10.0, {}, (),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""), ("  ", ""), ("1971", "1971"), ("1971-03", "1971-03"), ("1971-3-2", "1971-03-02"),
        ("12.03.1971", "1971-03-12"), ("12. 3. 1971", "1971-03-12"), ("3.1971", "1971-03"),
        ("1971/03/12", "1971-03-12"),
        ("1971.03.12", "1971-03-12"), ("١٩٧١-٠٣-١٢", "1971-03-12"), ("१९७१", "1971"), ("１９７１－０３", "1971-03"),
        ("۱۲.۰۳.۱۹۷۱", "1971-03-12"),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(text, read):
    assert parse_date(text) == read


@pytest.mark.parametrize(
    "text", ["12/03/1971", "1971-13", "30.02.1971", "71", "12.03.71", "March 1971", "1971-03/12", "19711"]
)
def test_what_is_no_date_or_not_clear_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_date(text)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_both_ways(day):
    assert parse_date(f"{day.day}.{day.month}.{day.year}") == parse_date(day.isoformat()) == day.isoformat()
    assert days_of(day.isoformat()) == (day, day)


def test_ages_are_read_with_a_comma_and_in_other_digits():
    assert [parse_years(text) for text in ("34", "8,5", " 8.5 ", "٣٤", "٨٫٥", "")] == [
        34,
        8.5,
        8.5,
        34,
        8.5,
        None,
    ]
    with pytest.raises(ValueError, match="old"):
        parse_years("old")


def test_partial_dates_are_all_days_that_they_may_mean():
    assert days_of("1972-02") == (date(1972, 2, 1), date(1972, 2, 29))
    assert days_of("1972") == (date(1972, 1, 1), date(1972, 12, 31))
    assert days_of("") is None
    low, high = age_range("1971-03-12", "1981")
    assert 9.8 < low < 9.9
    assert 10.8 < high < 10.9


def test_an_age_is_known_where_dates_leave_little_open():
    assert known_age("1971-03-12", "1981-03-12") == 10.0
    assert known_age("1971-03-12", "1981") == 10.3
    assert known_age("1971", "1981") == 10.0
    assert known_age("", "1981") is None
    assert known_age("1981", "1971") is None
    assert known_age("1981-03", "1981-01") is None


@pytest.mark.parametrize(
    ("person", "photo", "kind", "words"),
    [
        ({"birth_date": "2031"}, {"photo_date": "", "age_at_photo": None}, ContradictionKind.BORN_LATER, "Born 2031"),
        ({"last_seen": "2027-01"}, {}, ContradictionKind.SEEN_LATER, "Last seen 2027-01, which is in the future"),
        ({"last_seen": "1970"}, {"photo_date": ""}, ContradictionKind.SEEN_BEFORE_BIRTH, "before the birth 1971-03-12"),
        ({}, {"photo_date": "1969"}, ContradictionKind.TAKEN_BEFORE_BIRTH, "A/1: photographed 1969, before the birth"),
        ({}, {"photo_date": "2012", "age_at_photo": 41}, ContradictionKind.TAKEN_AFTER_SEEN, "after the person was"),
        ({}, {"age_at_photo": 60}, ContradictionKind.AGE_AGAINST_DATES, "60 years old by what is stated, 9.8–10.8"),
        ({}, {"photo_date": "", "age_at_photo": 60}, ContradictionKind.OLDER_THAN_TODAY, "60 years old"),
        ({"last_seen": ""}, {"photo_date": "2027", "age_at_photo": None}, ContradictionKind.TAKEN_LATER, "future"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(person, photo, kind, words):
    found = contradictions(replace(PERSON, **person), [replace(PHOTO, **photo)], today=TODAY)
    assert kind in [each.kind for each in found]
    assert words in next(each.words for each in found if each.kind is kind)


def test_what_may_be_is_not_said():
    assert (
        contradictions(
            PERSON, [PHOTO, replace(PHOTO, age_at_photo=9), replace(PHOTO, age_at_photo=None)], today=TODAY
        )
        == []
    )
    assert contradictions(None, [PHOTO], today=TODAY) == []
    assert contradictions(replace(PERSON, birth_date="2026", last_seen=""), [], today=TODAY) == []
    assert (
        contradictions(replace(PERSON, birth_date=""), [replace(PHOTO, age_at_photo=60)], today=TODAY) == []
    )


def test_ages_that_do_not_fit_each_other_are_said_without_a_birth():
    later = replace(PHOTO, exhibit_number="A/2", photo_date="1986", age_at_photo=8)
    person = replace(PERSON, birth_date="")
    (found,) = contradictions(person, [PHOTO, later], today=TODAY)
    assert found.words == "A/1 and A/2: 10 and 8 years do not fit the dates 1981 and 1986."
    fitting = replace(later, age_at_photo=14)
    assert contradictions(person, [PHOTO, fitting], today=TODAY) == []
    assert [each.kind for each in contradictions(PERSON, [PHOTO, later], today=TODAY)] == [
        ContradictionKind.AGE_AGAINST_DATES
    ]


def test_full_years_are_a_number_or_a_range():
    assert [whole_years(ages) for ages in ((54.1, 54.9), (54.1, 55.1), (-1, 0.2))] == ["54", "54–55", "0"]
