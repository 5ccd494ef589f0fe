"""Several files, folders and lists at once; dates and ages as people write them; contradictions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_records import new_case


class TestSeveralFiles:
    def test_several_and_a_folder_are_received_one_by_one(self, cli: Cli, tmp_path: Path) -> None:
        from PIL import Image

        new_case(cli)
        folder = tmp_path / "from the aunt"
        (folder / "inside").mkdir(parents=True)
        for name, colour in (("b.png", "red"), ("a.png", "blue"), (".hidden.png", "lime")):
            Image.new("RGB", (20, 20), colour).save(folder / name)
        (folder / "notes.txt").write_text("no picture")
        single = tmp_path / "c.png"
        Image.new("RGB", (20, 20), "black").save(single)
        answer = cli("exhibit", "add", folder, single, "--case", "MP-1", "--source", "aunt", "--json")
        assert answer.code == 1
        assert [each["original_name"] for each in answer.json["exhibits"]] == ["a.png", "b.png", "c.png"]
        assert {each["source"] for each in answer.json["exhibits"]} == {"aunt"}
        (refused,) = answer.json["refused"]
        assert refused["file"].endswith("notes.txt")
        assert refused["error"] == "UnreadableImage"
        assert "1 folders" in answer.err
        again = cli("exhibit", "add", folder / "a.png", single, "--case", "MP-1")
        assert again.code == 1
        assert "0 received, 2 refused" in again.out
        assert "is exhibit E-0001" in again.err

    def test_a_list_states_what_is_known_of_each(self, cli: Cli, tmp_path: Path) -> None:
        from PIL import Image

        new_case(cli)
        cli("subject", "add", "--case", "MP-1", "--name", "Ana")
        for name, colour in (("a.png", "red"), ("b.png", "blue")):
            Image.new("RGB", (20, 20), colour).save(tmp_path / name)
        table = tmp_path / "list.csv"
        table.write_text(
            "\ufefffile;age;Date;source;number;subject\na.png;8,5;12.3.1981;aunt;A/1;S-0001\nb.png;;;;;\ngone.png;;;;;\n",
            encoding="utf-8",
        )
        answer = cli("exhibit", "add", "--list", table, "--case", "MP-1", "--source", "family", "--json")
        assert answer.code == 1
        one, two = answer.json["exhibits"]
        assert (one["age_at_photo"], one["photo_date"], one["source"]) == (8.5, "1981-03-12", "aunt")
        assert (one["exhibit_number"], one["subject_id"]) == ("A/1", "S-0001")
        assert (two["age_at_photo"], two["source"], two["subject_id"]) == (None, "family", None)
        assert answer.json["refused"][0]["file"].endswith("gone.png")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("name,age\na.png,8\n", "The first line of the list"),
            ("file,age\n,8\n", "Line 2 of the list"),
            ("file,age\na.png,old\n", "'old' is no age"),
            ("file,page\na.png,2,3\n", "has more columns"),
            ("", "empty"),
        ],
    )
    def test_a_list_that_is_none_is_refused_whole(
        self, cli: Cli, tmp_path: Path, text: str, words: str
    ) -> None:
        new_case(cli)
        table = tmp_path / "list.csv"
        table.write_text(text)
        assert words in cli("exhibit", "add", "--list", table, "--case", "MP-1").err
        assert cli("exhibit", "list", "--case", "MP-1", "--json").json["exhibits"] == []
        assert "No photograph was named" in cli("exhibit", "add", "--case", "MP-1").err

    def test_one_number_is_not_that_of_several_and_an_empty_folder_is_told(
        self, cli: Cli, tmp_path: Path
    ) -> None:
        new_case(cli)
        assert "one by one" in cli("exhibit", "add", "a", "b", "--case", "MP-1", "--number", "X").err
        (tmp_path / "empty").mkdir()
        assert "holds no file" in cli("exhibit", "add", tmp_path / "empty", "--case", "MP-1").err


class TestDatesAndAges:
    def test_the_age_follows_from_the_dates_and_is_remarked(self, cli: Cli, photograph: Path) -> None:
        new_case(cli)
        cli("subject", "add", "--case", "MP-1", "--name", "Ana", "--birth-date", "١٢.٠٣.١٩٧١")
        assert cli("subject", "show", "S-0001", "--json").json["birth_date"] == "1971-03-12"
        made = cli(
            "exhibit",
            "add",
            photograph,
            "--case",
            "MP-1",
            "--subject",
            "S-0001",
            "--photo-date",
            "6.1981",
            "--json",
        ).json
        assert (made["photo_date"], made["age_at_photo"]) == ("1981-06", 10.3)
        assert made["notes"][-1].startswith(
            "age in the photograph computed: born 1971-03-12, photographed 1981-06"
        )
        assert made["contradictions"] == []

    def test_contradictions_are_said_and_refuse_nothing(self, cli: Cli, photograph: Path) -> None:
        new_case(cli)
        answer = cli(
            "subject", "add", "--case", "MP-1", "--name", "Ana", "--birth-date", "1971", "--last-seen", "1969"
        )
        assert answer.code == 0
        assert "Contradiction: Last seen 1969, before the birth 1971." in answer.err
        made = cli(
            "exhibit", "add", photograph, "--case", "MP-1", "--subject", "S-0001", "--photo-date", "1981",
            "--age-at-photo", "60,5", "--json",
        )  # fmt: skip
        assert made.code == 0
        assert made.json["age_at_photo"] == 60.5
        assert "E-0001: 60.5 years old by what is stated, 9.0–11.0 by the dates" in made.err
        told = cli("subject", "show", "S-0001", "--json").json["contradictions"]
        assert len(told) == 3
        mended = cli(
            "subject", "edit", "S-0001", "--reason", "Typed wrong", "--last-seen", "12.05.2009", "--json"
        )
        assert len(mended.json["contradictions"]) == 1
        mended = cli("exhibit", "edit", "E-0001", "--reason", "Typed wrong", "--age-at-photo", "10", "--json")
        assert mended.json["contradictions"] == []
