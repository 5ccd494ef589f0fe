"""What is left after each stage: misses count, the threshold is the photographs' own, every number has its n."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_fakes import PHOTO_PX, FakeAnalyser
from PIL import Image

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.sketch.stage_pictures import Made, Stage
from forensic_app.evaluation.sketch.stages import evaluate_stages
from forensic_app.faces.analyser import RgbImage

PEOPLE = 20


def colour(person: int) -> tuple[int, int, int]:
    """Return the colours of somebody, as the fake analyser reads them."""
    generator = np.random.default_rng(person)
    return (60, *map(int, generator.integers(10, 245, 2)))  # type: ignore[return-value]


def picture(person: int, *, moved: int = 0) -> RgbImage:
    """Return a picture of somebody; one that is moved far is like somebody else."""
    red, green, blue = colour(person)
    return np.full((PHOTO_PX, PHOTO_PX, 3), (red, min(green + moved, 255), blue), np.uint8)


class FakeStageMaker:
    """Draws everybody as they are, but the first two: one without a face, one that is refused at another age."""

    description: Mapping[str, Any] = {"ageing": {}, "sketch": {}}

    def make(self, photograph: Path) -> Made:
        person = int(photograph.stem)
        whole = dict.fromkeys(Stage, picture(person))
        if person == 0:
            whole[Stage.SKETCH] = np.zeros((PHOTO_PX, PHOTO_PX, 3), np.uint8)
        if person == 1:
            why = "The person is too young."
            return Made({Stage.SKETCH: picture(person)}, {Stage.DERIVED: why, Stage.SKETCH_OF_DERIVED: why})
        if person == 2:
            whole[Stage.SKETCH_OF_DERIVED] = picture(3)
        return Made(whole, {})


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A folder of twenty photographs."""
    folder = tmp_path / "people"
    folder.mkdir()
    for person in range(PEOPLE):
        Image.fromarray(picture(person)).save(folder / f"{person:02d}.png")
    return folder


def measured(folder: Path, **given: Any) -> dict[str, Any]:
    """Measure with the fakes."""
    return evaluate_stages(FakeStageMaker(), [FakeAnalyser()], folder, **given)  # type: ignore[arg-type, list-item]


def test_what_is_not_found_or_not_made_is_a_miss(people: Path) -> None:
    result = measured(people)
    found = result["matchers"]["fake"]
    assert (result["n"], result["n_gallery"], found["n_non_mated"]) == (20, 20, 190)
    assert found["fmr_realised"] <= 0.01
    drawn, derived, last = (found["stages"][stage.value] for stage in Stage)
    assert (drawn["n"], drawn["n_faces"], drawn["rank1"], drawn["kept"]) == (20, 19, 19 / 20, 19 / 20)
    assert drawn["score"] == pytest.approx(1.0)
    assert (derived["n_faces"], derived["rank1"]) == (19, 19 / 20)
    assert (last["n_faces"], last["rank1"], last["kept"]) == (19, 18 / 20, 18 / 20)
    assert last["score"] < 1.0
    assert (drawn["n_non_mated"], drawn["fmr"]) == (19 * 19, pytest.approx(2 / 361))
    of_another = result["per_photograph"][2]["matchers"]["fake"]
    assert of_another["sketch_of_derived"]["false_matches"] > of_another["sketch"]["false_matches"]
    for numbers in (drawn, derived, last):
        for key, (low, high) in numbers["intervals"].items():
            assert low <= numbers[key] <= high
    assert {(each["name"], each["stage"]) for each in result["not_made"]} == {
        ("01.png", "derived"),
        ("01.png", "sketch_of_derived"),
    }
    assert any("no evidence of identity" in each for each in result["notes"])
    assert any("made of" in each for each in result["notes"])


def test_a_limit_leaves_the_gallery_whole(people: Path) -> None:
    result = measured(people, limit=4)
    assert (result["n"], result["n_gallery"]) == (4, 20)
    assert result["matchers"]["fake"]["threshold"] == measured(people)["matchers"]["fake"]["threshold"]
    assert [each["name"] for each in result["per_photograph"]] == ["00.png", "06.png", "13.png", "19.png"]


def test_other_photographs_of_the_same_people_are_searched_in_beside_the_untouched_one(
    people: Path, tmp_path: Path
) -> None:
    others = tmp_path / "others"
    others.mkdir()
    for person in range(PEOPLE):
        Image.fromarray(picture(person, moved=1)).save(others / f"{person:02d}.jpg", quality=100)
    result = measured(people, gallery_dir=others)
    stages = result["matchers"]["fake"]["stages"]
    assert list(stages) == ["photograph", *(stage.value for stage in Stage)]
    assert stages["photograph"]["rank1"] == 1.0
    assert 0.9 < stages["photograph"]["score"] < 1.0
    assert result["gallery_is_same_photographs"] is False
    (others / "07.jpg").unlink()
    with pytest.raises(InvalidInput, match=r"1 photographs have none .* 07"):
        measured(people, gallery_dir=others)


def test_too_few_people_set_no_threshold(people: Path) -> None:
    for person in range(14, PEOPLE):
        (people / f"{person:02d}.png").unlink()
    with pytest.raises(InvalidInput, match="needs 15 people"):
        measured(people)
