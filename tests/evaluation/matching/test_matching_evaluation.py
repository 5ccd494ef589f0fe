"""The evaluation of matching with people whose ageing is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.matching.evaluation import MatchingPlan, evaluate_matching
from forensic_app.evaluation.matching.photographs import AgedSide, Protocol, read_photo_set
from tests.evaluation.evaluation_fakes import PHOTO_PX, FakeAnalyser, FakeMaker, FakeSecondRecogniser

PEOPLE = 40
DRIFT = 1.5
"""How far a year moves a person's green."""


class OtherMatcher(FakeAnalyser):
    """Knows people by their blue alone, which no age touches."""

    name = "other"

    def embed(self, image: Any, face: Any) -> Any:
        return super().embed(image, face) * np.array([0.0, 1.0, 1.0], np.float32)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of people at 5, 8, 25 and 45 years, whose green grows with age."""
    folder = tmp_path_factory.mktemp("people")
    generator = np.random.default_rng(5)
    for person in range(PEOPLE):
        green, blue = generator.uniform(10, 180), generator.uniform(10, 240)
        for age in (5, 8, 25, 45):
            photo = np.zeros((PHOTO_PX, PHOTO_PX, 3), np.uint8)
            photo[..., 0] = 2 * age
            photo[..., 1] = np.clip(green + DRIFT * age, 0, 255)
            photo[..., 2] = blue + generator.uniform(-3, 3)
            Image.fromarray(photo).save(folder / f"{person:03}A{age:02}.png")
    Image.new("RGB", (PHOTO_PX, PHOTO_PX)).save(folder / "000A06.png")
    return folder


def _evaluated(people: Path, **options: Any) -> dict[str, Any]:
    plan = MatchingPlan(
        read_photo_set(people, Protocol.FGNET), seed=3, aged=options.pop("aged", AgedSide.REFERENCE)
    )
    options.setdefault("maker", FakeMaker(drift=DRIFT))
    return evaluate_matching(plan, FakeAnalyser(), **options)


@pytest.fixture(scope="module")
def result(people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return a whole result with its figures."""
    out = tmp_path_factory.mktemp("out")
    found = _evaluated(people, matcher=OtherMatcher(), second=FakeSecondRecogniser(), out_dir=out)
    assert json.loads((out / "matching.json").read_text()) == json.loads(json.dumps(found))
    for name in ("det.png", "ranks.png", "score_by_gap.png"):
        with Image.open(out / name) as figure:
            assert figure.size[0] > 300
    return found


def test_a_maker_that_ages_as_people_do_finds_them(result: dict[str, Any]) -> None:
    arms = result["arms"]
    assert list(arms)[:5] == ["untouched", "aged", "fused", "fused_best", "matcher"]
    assert arms["aged"]["fnmr_at_fmr1"] < arms["untouched"]["fnmr_at_fmr1"] - 0.3
    assert arms["aged"]["rank1"] > arms["untouched"]["rank1"]
    assert arms["aged"]["difference"]["fnmr_at_fmr1"] == pytest.approx(
        arms["aged"]["fnmr_at_fmr1"] - arms["untouched"]["fnmr_at_fmr1"]
    )
    low, high = arms["aged"]["difference"]["intervals"]["fnmr_at_fmr1"]
    assert low < arms["aged"]["difference"]["fnmr_at_fmr1"] < high < 0


def test_thresholds_come_from_real_photographs_alone(result: dict[str, Any]) -> None:
    arms = result["arms"]
    for name in ("aged", "fused", "fused_best"):
        assert arms[name]["threshold_fmr1"] == arms["untouched"]["threshold_fmr1"]
        assert arms[name]["realised_fmr1"] is not None
    assert arms["untouched"]["realised_fmr1"] == pytest.approx(0.01, abs=0.002)
    assert arms["fused_best"]["realised_fmr1"] > arms["untouched"]["realised_fmr1"]
    assert arms["untouched"]["fnmr_at_own_fmr1"] == arms["untouched"]["fnmr_at_fmr1"]
    assert arms["matcher"]["threshold_fmr1"] != arms["untouched"]["threshold_fmr1"]


def test_every_arm_makes_the_same_comparisons(result: dict[str, Any]) -> None:
    for arm in result["arms"].values():
        assert arm["n_mated"] == PEOPLE * 4 + 2
        assert arm["n_non_mated"] == PEOPLE * (PEOPLE - 1) * 4 + 2 * (PEOPLE - 1)
        assert arm["n_subjects"] == PEOPLE


def test_a_face_that_is_not_found_is_a_miss_in_every_arm(result: dict[str, Any]) -> None:
    assert result["n_faces_not_found"] == 1
    assert result["faces_not_found"] == ["000/000A06.png: no face found"]
    for arm in result["arms"].values():
        assert arm["n_not_compared"] == 2
        assert arm["fnmr_at_fmr1"] >= 2 / arm["n_mated"]


def test_a_matcher_is_held_against_both(result: dict[str, Any]) -> None:
    fused = result["arms"]["matcher_fused"]
    assert "difference" in fused
    assert "difference_to_own" in fused
    assert "difference_to_own" not in result["arms"]["matcher"]
    assert "second_fused" in result["arms"]


def test_rates_by_gap_add_up(result: dict[str, Any]) -> None:
    arm = result["arms"]["untouched"]
    counted = sum(each["n_mated"] for each in arm["by_gap"].values())
    assert counted == arm["n_mated"]
    mean = sum(each["fnmr_at_fmr1"] * each["n_mated"] for each in arm["by_gap"].values()) / counted
    assert mean == pytest.approx(arm["fnmr_at_fmr1"])
    assert set(arm["by_gap"]) == {"15-20", "20-30", "30-40", "40-"}


def test_derived_faces_lie_on_the_curve_of_real_ageing(result: dict[str, Any]) -> None:
    curve = result["real_ageing"]
    assert [point["median"] for point in curve["real"]] == sorted(
        (point["median"] for point in curve["real"]), reverse=True
    )
    known = [point for point in curve["derived"] if point["share_above"] is not None]
    assert known
    assert max(point["share_below"] for point in known) < 0.5


def test_faces_that_never_change_lie_above_the_curve(people: Path) -> None:
    still = _evaluated(people, maker=FakeMaker(drift=0.0, follows=False))
    known = [point for point in still["real_ageing"]["derived"] if point["share_above"] is not None]
    assert min(point["share_above"] for point in known) == 1.0
    assert still["arms"]["aged"]["fnmr_at_fmr1"] == pytest.approx(still["arms"]["untouched"]["fnmr_at_fmr1"])


def test_probes_can_be_changed_instead(people: Path) -> None:
    maker = FakeMaker(drift=-DRIFT)
    found = _evaluated(people, maker=maker, aged=AgedSide.PROBE)
    assert {call["source_age"] for call in maker.calls} == {25.0, 45.0}
    assert found["arms"]["aged"]["fnmr_at_fmr1"] < found["arms"]["untouched"]["fnmr_at_fmr1"] - 0.2


def test_without_a_pack_photographs_are_compared_as_they_are(people: Path) -> None:
    found = _evaluated(people, maker=None)
    assert list(found["arms"]) == ["untouched"]
    assert found["derived_faces"] is None


def test_the_same_seed_gives_the_same_numbers(people: Path, result: dict[str, Any]) -> None:
    again = _evaluated(people, matcher=OtherMatcher(), second=FakeSecondRecogniser())
    assert json.dumps(again) == json.dumps(result)


def test_too_few_people_for_a_threshold_are_refused(tmp_path: Path, people: Path) -> None:
    for path in people.glob("00[12]A*.png"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(InvalidInput, match="cannot be set on 8 non-mated") as refusal:
        evaluate_matching(MatchingPlan(read_photo_set(tmp_path, Protocol.FGNET)), FakeAnalyser(), maker=None)
    assert "100" in refusal.value.advice


def test_people_without_any_face_are_refused(tmp_path: Path) -> None:
    for name in ("001A08.png", "001A30.png", "002A08.png", "002A30.png"):
        Image.new("RGB", (PHOTO_PX, PHOTO_PX)).save(tmp_path / name)
    with pytest.raises(InvalidInput, match="No face was found"):
        evaluate_matching(MatchingPlan(read_photo_set(tmp_path, Protocol.FGNET)), FakeAnalyser(), maker=None)


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path, people: Path) -> None:
    (tmp_path / "there").write_text("")
    with pytest.raises(InvalidInput, match="not an empty folder"):
        _evaluated(people, out_dir=tmp_path)


def test_ages_are_estimated_where_names_hold_none(tmp_path: Path, people: Path) -> None:
    for path in people.glob("*.png"):
        if path.name == "000A06.png":
            continue
        part = "young" if int(path.stem[4:]) < 20 else "old"
        (tmp_path / path.stem[:3]).mkdir(exist_ok=True)
        (tmp_path / path.stem[:3] / f"{part}_{path.stem}.png").write_bytes(path.read_bytes())
    plan = MatchingPlan(read_photo_set(tmp_path, Protocol.FOLDERS))
    found = evaluate_matching(plan, FakeAnalyser(), maker=FakeMaker(drift=DRIFT))
    assert found["ages"] == "estimated"
    assert any("estimates" in sentence for sentence in found["notes"])
    assert found["arms"]["untouched"]["by_gap"] == {}
    assert found["arms"]["aged"]["fnmr_at_fmr1"] < found["arms"]["untouched"]["fnmr_at_fmr1"]
