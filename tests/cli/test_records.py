"""Cases, subjects and exhibits through the command line."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path

import pytest

from forensic_app.records import SubjectDescription
from forensic_app.verify import verify_casebook
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


DESCRIPTION = {
    "family_name": "Müller", "forename": "Zoë", "ethnicity": "as recorded", "height": "170 cm", "weight": "60 kg",
    "hair": "brown", "eyes": "green", "marks": "scar", "clothing": "red coat", "circumstances": "left school",
    "dna_available": "toothbrush", "fingerprints_available": "no", "police_report": "HH-7",
}  # fmt: skip


def described(values: dict[str, str]) -> list[str]:
    """Return a description as options."""
    return [part for name, text in values.items() for part in (f"--{name.replace('_', '-')}", text)]


def test_a_subject_is_added_with_every_field_of_its_description(cli: Cli) -> None:
    assert set(DESCRIPTION) == {each.name for each in fields(SubjectDescription)}
    cli("case", "new", "--number", "MP-1", "--title", "T")
    added = cli("subject", "add", "--case", "MP-1", "--name", "Zoë", *described(DESCRIPTION), "--json")
    assert added.json["description"] == DESCRIPTION
    shown = cli("subject", "show", "S-0001")
    assert all(text in shown.out for text in DESCRIPTION.values())
    assert cli("subject", "show", "S-0001", "--json").json["amendments"] == []


def test_a_subject_is_amended_with_a_reason_and_its_history_is_shown(cli: Cli, casebook: Path) -> None:
    cli("case", "new", "--number", "MP-1", "--title", "T")
    cli("subject", "add", "--case", "MP-1", "--name", "Zoe", "--alias", "Z", *described(DESCRIPTION))
    edited = cli(
        "subject", "edit", "S-0001", "--reason", "Passport", "--name", "Zoë", "--birth-date", "1971-03",
        "--hair", "grey", "--marks", "", "--alias", "", "--json",
    )  # fmt: skip
    assert edited.code == 0, edited.err
    assert (edited.json["name"], edited.json["birth_date"], edited.json["aliases"]) == ("Zoë", "1971-03", [])
    assert edited.json["description"] == {**DESCRIPTION, "hair": "grey", "marks": ""}
    (amendment,) = edited.json["amendments"]
    assert (amendment["reason"], amendment["examiner"]) == ("Passport", "Jo Examiner")
    assert (amendment["before"]["name"], amendment["after"]["name"]) == ("Zoe", "Zoë")
    assert cli("subject", "show", "S-0001", "--json").json == {**edited.json, "relatives": []}
    shown = cli("subject", "show", "S-0001").out
    assert "by Jo Examiner: Passport (event" in shown
    for line in ("name: Zoe -> Zoë", "birth date: not stated -> 1971-03", "hair: brown -> grey",
                 "marks: scar -> not stated", "aliases: Z -> not stated"):  # fmt: skip
        assert line in shown
    assert "clothing:" not in shown
    assert verify_casebook(casebook).is_intact


def test_an_exhibit_is_amended_with_a_reason_and_its_history_is_shown(
    cli: Cli, casebook: Path, photograph: Path
) -> None:
    cli("case", "new", "--number", "MP-1", "--title", "T")
    cli("subject", "add", "--case", "MP-1", "--name", "Ana")
    received = cli(
        "exhibit", "add", photograph, "--case", "MP-1", "--age-at-photo", 34, "--remark", "scan", "--json"
    ).json
    edited = cli(
        "exhibit", "edit", "E-0001", "--reason", "The brother remembers", "--subject", "S-0001",
        "--age-at-photo", 31.5, "--photo-date", "2002", "--source", "brother", "--received-how", "post",
        "--number", "A/1", "--remark", "torn corner", "--json",
    )  # fmt: skip
    assert edited.code == 0, edited.err
    found = edited.json
    assert (found["subject_id"], found["age_at_photo"], found["photo_date"]) == ("S-0001", 31.5, "2002")
    assert (found["source"], found["received_how"], found["exhibit_number"]) == ("brother", "post", "A/1")
    assert found["notes"] == [*received["notes"], "torn corner"]
    assert all(found[name] == received[name] for name in ("sha256", "received_at", "exif", "path"))
    assert found["amendments"][0]["before"]["age_at_photo"] == 34
    cleared = cli(
        "exhibit", "edit", "A/1", "--reason", "A guess", "--age-at-photo", "", "--subject", "", "--json"
    )
    assert (cleared.json["age_at_photo"], cleared.json["subject_id"]) == (None, None)
    assert [each["reason"] for each in cleared.json["amendments"]] == ["The brother remembers", "A guess"]
    assert cli("exhibit", "show", "A/1", "--json").json == cleared.json
    shown = cli("exhibit", "show", "E-0001").out
    assert "age at photo: 34 -> 31.5" in shown
    assert "age at photo: 31.5 -> not stated" in shown
    assert verify_casebook(casebook).is_intact


@pytest.mark.parametrize("noun", ["subject", "exhibit"])
def test_what_cannot_be_amended_is_said(cli: Cli, photograph: Path, noun: str) -> None:
    cli("case", "new", "--number", "MP-1", "--title", "T")
    cli("subject", "add", "--case", "MP-1", "--name", "Ana")
    cli("exhibit", "add", photograph, "--case", "MP-1", "--source", "brother")
    name, value = {"subject": ("S-0001", ("--name", "Ana")), "exhibit": ("E-0001", ("--source", "brother"))}[
        noun
    ]
    assert cli(noun, "edit", name, *value).code == 2, "a reason is needed"
    nothing = cli(noun, "edit", name, "--reason", "Why")
    assert (nothing.code, "Nothing to amend was given." in nothing.err) == (1, True)
    empty = cli(noun, "edit", name, "--reason", " ", value[0], "other")
    assert (empty.code, "reason is empty" in empty.err) == (1, True)
    same = cli(noun, "edit", name, "--reason", "Why", *value)
    assert (same.code, "says that already" in same.out) == (0, True)
    assert cli(noun, "show", name, "--json").json["amendments"] == []


def test_an_age_that_is_no_number_is_refused(cli: Cli, photograph: Path) -> None:
    cli("case", "new", "--number", "MP-1", "--title", "T")
    answer = cli("exhibit", "add", photograph, "--case", "MP-1", "--age-at-photo", "old")
    assert (answer.code, "'old' is no number" in answer.err) == (1, True)
    assert cli("exhibit", "list", "--case", "MP-1", "--json").json == {"exhibits": [], "withdrawn": 0}


def test_a_page_is_chosen_and_exhibits_are_found(cli: Cli, photograph: Path, tmp_path: Path) -> None:
    from PIL import Image

    new_case(cli)
    scan = tmp_path / "passport.pdf"
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    pages[0].save(scan, save_all=True, append_images=pages[1:])
    refused = cli("exhibit", "add", scan, "--case", "MP-1")
    assert refused.code == 1
    assert "has 2 pages" in refused.err
    assert "from 1 to 2" in refused.err
    made = cli("exhibit", "add", scan, "--case", "MP-1", "--page", 2, "--json").json
    assert (made["page"], made["media_type"]) == (2, "application/pdf")
    shown = cli("exhibit", "show", "E-0001")
    assert "Page" in shown.out
    found = cli("exhibit", "find", made["page_sha256"], "--json").json["exhibits"]
    assert [(each["exhibit_id"], each["case_number"]) for each in found] == [("E-0001", "MP-1")]
    assert "E-0001" in cli("exhibit", "find", "PASSPORT").out
    nothing = cli("exhibit", "find", "f" * 64)
    assert nothing.code == 0
    assert "No exhibit of this casebook" in nothing.out


def test_an_altered_file_is_told_by_its_exhibit(cli: Cli, casebook: Path, photograph: Path) -> None:
    new_case(cli)
    made = cli("exhibit", "add", photograph, "--case", "MP-1", "--number", "A/1", "--json").json
    path = Path(made["path"])
    path.chmod(0o600)
    path.write_bytes(b"other")
    answer = cli("exhibit", "show", "A/1")
    assert answer.code == 1
    assert answer.err.startswith("About exhibit A/1 (E-0001): The file ")


def test_exhibits_and_subjects_are_withdrawn(cli: Cli, casebook: Path, photograph: Path) -> None:
    new_case(cli)
    cli("subject", "add", "--case", "MP-1", "--name", "Ana")
    cli("exhibit", "add", photograph, "--case", "MP-1", "--subject", "S-0001")
    refused = cli("subject", "withdraw", "S-0001", "--reason", "Twice")
    assert "E-0001" in refused.err
    assert "exhibit edit --subject" in refused.err
    answer = cli("exhibit", "withdraw", "E-0001", "--reason", "Another person")
    assert answer.code == 0
    assert "stays in the vault" in answer.out
    shown = cli("exhibit", "show", "E-0001").out
    assert "by Jo Examiner: Another person (event " in shown
    told = cli("exhibit", "show", "E-0001", "--json").json["withdrawal"]
    assert (told["examiner"], told["reason"]) == ("Jo Examiner", "Another person")
    assert "1 withdrawn" in cli("exhibit", "list", "--case", "MP-1").out
    assert cli("exhibit", "list", "--case", "MP-1", "--json").json == {"exhibits": [], "withdrawn": 1}
    assert cli("age", "E-0001", "--to", "30", "--accept-licence").err.startswith(
        "The exhibit E-0001 was withdrawn"
    )
    assert cli("exhibit", "edit", "E-0001", "--reason", "x", "--source", "y").code == 1
    assert (
        cli("subject", "withdraw", "S-0001", "--reason", "Twice", "--json").json["withdrawal"]["reason"]
        == "Twice"
    )
    assert "Withdrawn" in cli("subject", "show", "S-0001").out
    assert verify_casebook(casebook).findings == ()
