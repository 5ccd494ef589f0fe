"""Faces have one numbering, from 1, wherever a person reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.cli.output import print_json
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.images import load_working_copy
from forensic_app.measured import with_face_numbers
from tests.cli.conftest import Cli


@pytest.fixture(scope="module")
def two_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph with a large face on the right and a smaller one on the left."""
    face = Image.fromarray(astronaut()[0:260, 100:360])
    sheet = Image.new("RGB", (520, 280), (90, 90, 90))
    sheet.paste(face.resize((170, 170)), (20, 60))
    sheet.paste(face, (240, 10))
    path = tmp_path_factory.mktemp("faces") / "two.png"
    sheet.save(path)
    return path


def test_a_run_warns_with_the_number_that_the_screen_shows_and_where_it_is(two_faces: Path) -> None:
    found = find_face(load_working_copy(two_faces), kept_analyser("dlib"), face_index=1)
    words = next(each for each in found.warnings if "2 faces" in each)
    assert "face 2 was used (1 is the largest" in words
    left = round(float(found.face.box[0]))
    assert f"from {left}, " in words
    assert left < 200


def test_faces_are_listed_and_drawn_with_their_numbers(cli: Cli, two_faces: Path, tmp_path: Path) -> None:
    cli("case", "new", "--number", "1", "--title", "T")
    cli("exhibit", "add", two_faces, "--case", "1")
    listed = cli("exhibit", "faces", "E-0001", "--json").json
    assert [each["face_number"] for each in listed["faces"]] == [1, 2]
    assert [each["face_index"] for each in listed["faces"]] == [0, 1]
    assert listed["faces"][0]["box"][0] > 200
    assert listed["drawn"] is None
    out = tmp_path / "faces.png"
    answer = cli("exhibit", "faces", "E-0001", "--out", out)
    assert answer.code == 0
    assert "It is recorded." in answer.out
    before, drawn = load_working_copy(two_faces), load_working_copy(out)
    assert drawn.shape == before.shape
    changed = np.argwhere((drawn != before).any(axis=2))
    for each in listed["faces"]:
        left, top, right, bottom = each["box"]
        assert (abs(changed - [top, left]).max(axis=1) < 4).any()
        assert (abs(changed - [bottom, right]).max(axis=1) < 4).any()
    again = cli("exhibit", "faces", "E-0001", "--out", out)
    assert again.code == 1
    assert "exists already" in again.err
    assert cli("exhibit", "faces", "E-0001", "--out", tmp_path / "faces.gif").code == 1
    assert cli("verify").code == 0


def test_a_photograph_without_a_face_says_so(cli: Cli, tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "gray").save(blank)
    cli("case", "new", "--number", "1", "--title", "T")
    cli("exhibit", "add", blank, "--case", "1")
    assert "No face was found in E-0001" in cli("exhibit", "faces", "E-0001").out


def test_json_for_people_holds_the_number_beside_the_index(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"spec": {"face_index": 1}, "photos": [{"face_index": None}, {"face_index": 0}]})
    assert capsys.readouterr().out.count("face_number") == 2
    assert with_face_numbers({"face_index": 1}) == {"face_index": 1, "face_number": 2}
