"""Cases, subjects and exhibits through the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.cli.conftest import Cli


def new_case(cli: Cli, number: str = "MP-1", title: str = "Lost at sea") -> None:
    assert cli("case", "new", "--number", number, "--title", title).code == 0


def test_first_case_makes_the_casebook(cli: Cli, casebook: Path) -> None:
    answer = cli(
        "case", "new", "--number", "MP-1", "--title", "Lost at sea", "--kind", "missing-person", "--json"
    )
    assert answer.code == 0
    assert answer.json["case_number"] == "MP-1"
    assert answer.json["kind"] == "missing-person"
    assert (casebook / "casebook.db").is_file()


def test_reading_does_not_make_a_casebook(cli: Cli, casebook: Path) -> None:
    answer = cli("case", "list", "--json")
    assert answer.code == 1
    assert answer.json["error"] == "StoreUnavailable"
    assert not casebook.exists()


def test_subject_and_exhibit_have_ids(cli: Cli, photograph: Path) -> None:
    new_case(cli)
    subject = cli(
        "subject",
        "add",
        "--case",
        "MP-1",
        "--name",
        "Zoë Müller",
        "--alias",
        "Z",
        "--birth-date",
        "1980-03",
        "--json",
    )
    assert subject.json["subject_id"] == "S-0001"
    assert subject.json["aliases"] == ["Z"]
    exhibit = cli(
        "exhibit", "add", photograph, "--case", "MP-1", "--subject", "S-0001", "--age-at-photo", 34,
        "--source", "her brother", "--json",
    )  # fmt: skip
    assert exhibit.code == 0
    assert exhibit.json["exhibit_id"] == "E-0001"
    assert exhibit.json["age_at_photo"] == 34
    data = photograph.read_bytes()
    assert exhibit.json["sha256"] == hashlib.sha256(data).hexdigest()
    assert Path(exhibit.json["path"]).read_bytes() == data
    shown = cli("exhibit", "show", "E-0001", "--json").json
    assert shown["source"] == "her brother"
    assert cli("exhibit", "list", "--case", "MP-1", "--json").json["exhibits"][0]["sha256"] == shown["sha256"]
    assert cli("subject", "show", "S-0001", "--json").json["name"] == "Zoë Müller"


def test_characters_that_a_report_cannot_print_are_told_on_standard_error(cli: Cli, tmp_path: Path) -> None:
    note = "Note: a report prints these characters as code points: U+1F9FF, U+202E. "
    plain = cli("case", "new", "--number", "MP-1", "--title", "Наталя نتاليا नताल्या ናታሊያ")
    assert plain.code == 0
    assert plain.err == ""
    second = cli("case", "new", "--number", "MP-2", "--title", "\U0001f9ff", "--agency", "a\u202eb", "--json")
    assert second.code == 0
    assert second.json["title"] == "\U0001f9ff"
    assert note in second.err
    subject = ("subject", "add", "--case", "MP-1", "--name", "علی‌رضا")
    assert cli(*subject).err == ""
    added = cli(*subject, "--alias", "\U0001f9ff", "--marks", "a\u202eb")
    assert added.code == 0
    assert note in added.err
    assert note in cli("report", "new", "--case", "MP-1", "--out", tmp_path / "report.pdf").err


def test_case_show_in_words_and_json(cli: Cli, photograph: Path) -> None:
    new_case(cli)
    cli("subject", "add", "--case", "MP-1", "--name", "Ada")
    cli("exhibit", "add", photograph, "--case", "MP-1", "--subject", "S-0001")
    answer = cli("case", "show", "MP-1")
    assert "Lost at sea" in answer.out
    assert hashlib.sha256(photograph.read_bytes()).hexdigest() in answer.out
    found = cli("case", "show", "MP-1", "--json").json
    assert [each["name"] for each in found["subjects"]] == ["Ada"]
    assert [each["exhibit_id"] for each in found["exhibits"]] == ["E-0001"]
    assert found["runs"] == found["reports"] == []


def test_search_finds_without_accents(cli: Cli) -> None:
    new_case(cli)
    cli("subject", "add", "--case", "MP-1", "--name", "Renée Núñez")
    hits = cli("case", "search", "nunez", "--json").json["hits"]
    assert [hit["subject"]["name"] for hit in hits] == ["Renée Núñez"]
    assert cli("case", "search", "nobody", "--json").json == {"hits": []}


def test_list_counts_and_filters(cli: Cli) -> None:
    for number in ("A", "B", "C"):
        new_case(cli, number)
    assert cli("case", "close", "B", "--reason", "found alive").code == 0
    listed = cli("case", "list", "--status", "open", "--json").json
    assert listed["total"] == 3
    assert [each["case_number"] for each in listed["cases"]] == ["C", "A"]
    assert cli("case", "reopen", "B", "--reason", "a mistake", "--json").json["status"] == "open"


def test_number_in_use_is_refused(cli: Cli) -> None:
    new_case(cli)
    answer = cli("case", "new", "--number", "MP-1", "--title", "Another", "--json")
    assert answer.code == 1
    assert answer.json["error"] == "DuplicateRecord"
    assert "MP-1" in answer.err


def test_examiner_is_in_the_custody_log(plain_cli: Cli, casebook: Path) -> None:
    arguments = ("--casebook", casebook, "--examiner", "Kim", "case", "new", "--number", "1", "--title", "T")
    assert plain_cli(*arguments).code == 0
    from forensic_app.store.case_store import CaseStore

    with CaseStore.open(casebook, examiner="x", read_only=True) as store:
        assert {event.examiner for event in store.events()} == {"Kim"}
