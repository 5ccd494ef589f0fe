from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_fakes import FakeAnalyser, FakeMaker, write_faces
from PIL import Image

from forensic_app.engines.pictures.marking import BAND_TEXT
from forensic_app.errors import InvalidInput, RunCancelled
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.measures.words import PACK
from forensic_app.evaluation.pack.evaluation import evaluate_series_maker
from forensic_app.evaluation.pack.figures import sheet_rows
from forensic_app.evaluation.pack.inputs import Plan, calibration_for, read_held_out
from forensic_app.evaluation.pack.special_sources import special_sentences
from forensic_app.evaluation.pack.wording import estimator_sentence
from forensic_app.faces.labelled_faces import read_labelled_faces

TARGETS = (8.0, 27.0, 45.0, 62.0)
KEYS = {
    *("estimator_mae", "psnr_db", "ssim", "age_mae", "age_mae_raw", "age_bias", "age_spearman", "kid"),
    *("identity_kept_gap20", "identity_kept_all", "control_identity_kept", "control_age_mae"),
    *("seconds_per_series", "peak_memory_mb", "by_target", "by_group", "intervals"),
    *(
        "realism_auc",
        "realism_auc_eyes",
        "realism_auc_mouth",
        "control_realism_auc",
        "sex_kept",
        "children",
        "grey",
    ),
    *("threshold", "fmr_realised", "n_faces", "seed", "machine", "versions", "pack_sha256"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faces")
    write_faces(path, ages=(8, 27, 45, 62), per_age=20, error_years=3.0)
    (path / "nameless.jpg").write_bytes(b"")
    return path


def _evaluate(folder: Path, maker: FakeMaker, **rest: Any) -> dict[str, Any]:
    plan = Plan(faces=read_labelled_faces(folder), limit=rest.pop("limit", 30), seed=7, target_ages=TARGETS)
    calibration = rest.pop("calibration", None)
    analyser = rest.pop("analyser", FakeAnalyser())
    return evaluate_series_maker(maker, analyser, plan, calibration=calibration, **rest)


@pytest.fixture(scope="module")
def faithful(folder: Path) -> dict[str, Any]:
    return _evaluate(folder, FakeMaker(bias_years=2.0))


def test_the_result_has_the_promised_keys_and_is_json(faithful: dict[str, Any]) -> None:
    assert KEYS - set(faithful) == set()
    json.dumps(faithful, allow_nan=False)
    assert list(faithful["by_target"]) == ["8", "27", "45", "62"]
    assert faithful["n_faces"] == 30
    assert faithful["refused_names"] == ["nameless.jpg"]


def test_numbers_are_those_of_the_fake(faithful: dict[str, Any]) -> None:
    assert faithful["estimator_mae"] == pytest.approx(3.0, abs=0.3)
    assert faithful["age_mae"] == pytest.approx(2.0, abs=0.05)
    assert faithful["age_bias"] == pytest.approx(2.0, abs=0.05)
    assert faithful["age_spearman"] == 1.0
    assert faithful["identity_kept_all"] == 1.0
    assert faithful["control_identity_kept"] == 1.0
    assert faithful["psnr_db"] == pytest.approx(20 * math.log10(255 / 5))
    assert faithful["by_target"]["45"]["age_bias"] == pytest.approx(2.0, abs=0.05)
    assert faithful["by_target"]["45"]["real_age_mae"] == pytest.approx(3.0, abs=0.3)
    assert faithful["by_target"]["45"]["real_age_bias"] == pytest.approx(3.0, abs=0.3)
    assert faithful["real_age_mae"] == pytest.approx(3.0, abs=0.3)
    assert faithful["n_non_mated"] == 30 * 29 // 2
    assert 0 < faithful["fmr_realised"] <= 0.01


def test_flat_pictures_cannot_be_told_apart_and_a_missing_pool_has_a_reason(
    faithful: dict[str, Any], tmp_path: Path
) -> None:
    assert faithful["realism_auc"] == pytest.approx(0.5, abs=0.05)
    assert faithful["by_target"]["8"]["n_references"] == 20
    write_faces(tmp_path, ages=(30,), per_age=17)
    alone = _evaluate(tmp_path, FakeMaker())
    assert alone["realism_auc"] is None
    assert "20 are needed" in alone["by_target"]["8"]["realism_absent"]


def test_pictures_that_are_visibly_altered_are_told_from_real_ones(folder: Path) -> None:
    class Striped(FakeMaker):
        def make_series(self, crop: Any, **rest: Any) -> Any:
            series = super().make_series(crop, **rest)
            series[:, 16:18, 8:16] = 255 - series[:, 16:18, 8:16]
            return series

    result = _evaluate(folder, Striped())
    assert result["realism_auc"] > 0.95
    assert result["realism_auc_mouth"] > 0.95
    assert result["realism_auc_eyes"] == pytest.approx(0.5, abs=0.1)


def test_children_and_grey_photographs_have_blocks_of_their_own(faithful: dict[str, Any]) -> None:
    children, grey = faithful["children"], faithful["grey"]
    assert children["n_faces"] == 7
    assert children["age_bias"] == pytest.approx(2.0, abs=0.1)
    assert list(children["by_target"]) == ["27", "45", "62"]
    assert (grey["n_faces"], grey["n_pictures"], grey["limit"]) == (3, 12, 3.0)
    assert grey["grey_kept"] == 1.0  # a flat picture has no colour beside what its lightness says
    lines = special_sentences(faithful)
    assert "7 children" in lines[0]
    assert special_sentences({}) == []


def test_groups_by_skin_tone_add_up(faithful: dict[str, Any]) -> None:
    parts = faithful["by_group"]["skin_tone"]
    assert sum(part["n_faces"] for part in parts.values()) == 30
    assert all(part["kid"] is None for part in parts.values())


def test_the_sex_is_read_where_a_network_is_given(folder: Path) -> None:
    class Always:
        def female_shares(self, images: Any, faces: Any) -> Any:
            return np.ones(len(images))

    result = _evaluate(folder, FakeMaker(), sex_reader=Always())
    assert result["sex_kept"] == 1.0
    assert result["by_target"]["45"]["sex_kept"] == 1.0
    assert 0.2 < result["sex_read_right"] < 0.8
    assert 0.2 < result["by_target"]["45"]["sex_read_right_real"] < 0.8


def test_everything_kept_of_n_people_has_the_rule_of_three_below(faithful: dict[str, Any]) -> None:
    assert faithful["intervals"]["identity_kept_all"] == [pytest.approx(1 - 3 / 30), 1.0]


def _walk(result: Mapping[str, Any]) -> list[tuple[float, list[float]]]:
    found = []
    for key, interval in result.get("intervals", {}).items():
        if interval is not None:
            found.append((result[key], interval))
    for value in result.values():
        if isinstance(value, Mapping):
            found += _walk(value)
    return found


def test_every_interval_holds_its_point(faithful: dict[str, Any]) -> None:
    pairs = _walk(faithful)
    assert len(pairs) > 60
    assert all(low <= point <= high for point, (low, high) in pairs)


def test_groups_have_n_and_add_up(faithful: dict[str, Any]) -> None:
    for kind in ("sex", "group"):
        parts = faithful["by_group"][kind]
        assert sum(part["n_faces"] for part in parts.values()) == 30
        assert all("identity_kept_gap20" in part and "kid" in part for part in parts.values())
        assert faithful["by_group"][f"{kind}_fnmr_max_over_geomean"]["value"] is None


def test_the_same_seed_gives_the_same_numbers(folder: Path, faithful: dict[str, Any]) -> None:
    again = _evaluate(folder, FakeMaker(bias_years=2.0))
    for result in (again, faithful):
        for key in ("seconds_per_series", "seconds_first_series", "peak_memory_mb"):
            assert result[key] >= 0
    left_out = ("seconds_per_series", "seconds_first_series", "peak_memory_mb")
    assert {k: v for k, v in again.items() if k not in left_out} == {
        k: v for k, v in faithful.items() if k not in left_out
    }


def test_doing_nothing_scores_as_its_own_control(folder: Path) -> None:
    result = _evaluate(folder, FakeMaker(follows=False))
    assert result["age_mae"] == pytest.approx(result["control_age_mae"], abs=0.6)
    assert result["age_spearman"] == 0.0
    assert result["identity_kept_all"] == 1.0
    target = result["by_target"]["62"]
    assert target["kid"] == pytest.approx(target["control_kid"], abs=1e-6)


def test_what_an_identity_guard_held_back_is_counted(folder: Path, faithful: dict[str, Any]) -> None:
    maker = FakeMaker()
    maker.guard_shares = np.array([1.0, 0.5, 1.0, 0.8])  # type: ignore[attr-defined]
    result = _evaluate(folder, maker)
    assert result["held_back_share"] == 0.5
    assert [part["held_back_share"] for part in result["by_target"].values()] == [0.0, 1.0, 0.0, 1.0]
    assert faithful["held_back_share"] is None


def test_identity_falls_with_the_gap_when_the_maker_drifts(folder: Path) -> None:
    result = _evaluate(folder, FakeMaker(drift=1.5))
    assert result["identity_kept_all"] < result["identity_kept_gap20"] < 1.0
    assert result["n_identity_gap20"] < result["n_identity_all"] == 120


def test_calibration_changes_calibrated_numbers_alone(folder: Path, faithful: dict[str, Any]) -> None:
    shift = AgeCalibration("fake", (3.0, 103.0), (0.0, 100.0), 3.0, 0.0, 50)
    result = _evaluate(folder, FakeMaker(bias_years=2.0), calibration=shift)
    assert result["estimator_mae"] < 0.5
    assert result["estimator_mae_raw"] == faithful["estimator_mae_raw"]
    assert result["age_bias"] == pytest.approx(-1.0, abs=0.05)
    assert result["age_mae_raw"] == faithful["age_mae_raw"]
    assert result["calibration"]["n"] == 50


def test_undetected_crops_fall_back_and_are_counted(folder: Path, faithful: dict[str, Any]) -> None:
    result = _evaluate(folder, FakeMaker(bias_years=2.0), analyser=FakeAnalyser(finds_in_crops=False))
    assert faithful["n_template_landmarks"] == 0
    assert result["n_template_landmarks"] == 120
    assert result["age_mae"] == faithful["age_mae"]


def test_the_estimators_error_is_said_first(faithful: dict[str, Any], folder: Path) -> None:
    words = estimator_sentence(faithful)
    assert words.startswith("The age estimator's own error on 30 real photographs: 3.")
    said: list[str] = []
    _evaluate(folder, FakeMaker(), on_progress=lambda fraction, words: said.append(words))
    estimator = next(place for place, words in enumerate(said) if "own error" in words)
    assert estimator < said.index("Making series 1 of 30")
    assert said[-1] == "Done"


def test_progress_rises_and_may_cancel(folder: Path) -> None:
    fractions: list[float] = []

    def watch(fraction: float, words: str) -> None:
        fractions.append(fraction)
        if words.startswith("Making series 3"):
            raise RunCancelled("Stopped.", "Start again.")

    with pytest.raises(RunCancelled):
        _evaluate(folder, FakeMaker(), on_progress=watch)
    assert fractions == sorted(fractions)


def test_files_are_written_only_when_asked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = _evaluate(folder, FakeMaker(), out_dir=out)
    assert sorted(path.name for path in out.iterdir()) == [
        "age_by_target.png",
        "contact_sheet.png",
        "evaluation.json",
        "identity_by_gap.png",
        "score_distributions.png",
    ]
    assert json.loads((out / "evaluation.json").read_text(encoding="utf-8")) == result
    with Image.open(out / "contact_sheet.png") as sheet:
        assert sheet.width == 5 * 128
        assert sheet.height > 18 + 24 * 146
        assert sheet.text["Title"] == BAND_TEXT
    with pytest.raises(InvalidInput, match="not an empty folder"):
        _evaluate(folder, FakeMaker(), out_dir=out)


def test_a_contact_sheet_shows_people_of_all_ages() -> None:
    rows = sheet_rows(300)
    assert (len(rows), rows[0], rows[-1]) == (24, 0, 299)
    assert sheet_rows(5) == [0, 1, 2, 3, 4]


def test_groups_with_errors_have_a_ratio(folder: Path) -> None:
    by_sex = _evaluate(folder, FakeMaker(drift=1.5))["by_group"]
    lost = [1 - part["identity_kept_all"] for part in by_sex["sex"].values()]
    assert by_sex["sex_fnmr_max_over_geomean"]["value"] == pytest.approx(max(lost) / math.prod(lost) ** 0.5)


def test_a_gap_without_comparisons_has_no_share(folder: Path) -> None:
    plan = Plan(faces=read_labelled_faces(folder), limit=20, seed=0, target_ages=(8.0,), youngest=40)
    result = evaluate_series_maker(FakeMaker(), FakeAnalyser(), plan, calibration=None)
    assert result["identity_kept_gap20"] is None
    assert result["intervals"]["identity_kept_gap20"] is None
    assert PACK["identity_kept_gap20"].of(result) == "not measured"


def test_inputs_are_the_held_out_faces_where_the_pack_names_them(folder: Path, tmp_path: Path) -> None:
    names = sorted(path.name for path in folder.glob("27_*")) + sorted(
        path.name for path in folder.glob("8_*")
    )
    (tmp_path / "validation.txt").write_text("\n".join(f"faces/{name}" for name in names) + "\n\n")
    held_out = read_held_out(tmp_path)
    assert held_out == set(names)
    plan = Plan(faces=read_labelled_faces(folder), limit=50, seed=0, target_ages=TARGETS, held_out=held_out)
    result = evaluate_series_maker(FakeMaker(), FakeAnalyser(), plan, calibration=None)
    assert (result["is_held_out"], result["n_held_out"], result["n_faces"]) == (True, 20, 20)
    assert read_held_out(folder) == frozenset()


def test_unusable_photographs_are_named(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(30,), per_age=17)
    (tmp_path / "31_0_0_1.jpg").write_bytes(b"no image")
    Image.new("RGB", (48, 48)).save(tmp_path / "32_0_0_1.jpg")
    result = _evaluate(tmp_path, FakeMaker())
    assert result["unusable"] == ["31_0_0_1.jpg: not an image", "32_0_0_1.jpg: no face found"]
    assert result["kid"] is None
    assert result["by_target"]["8"]["n_real"] == 0


def test_too_few_faces_are_refused(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(8, 30), per_age=14)
    with pytest.raises(InvalidInput, match="Only 14 usable faces of 14 to 70 years") as refused:
        _evaluate(tmp_path, FakeMaker())
    assert "at least 15" in refused.value.advice


def test_a_calibration_serves_only_its_own_estimator(tmp_path: Path) -> None:
    assert calibration_for(tmp_path, FakeAnalyser()) is None
    path = tmp_path / "calibration.json"
    for estimator, is_used in (("fake", True), ("fake-age", True), ("other", False)):
        calibration = AgeCalibration(estimator, (1.0,), (1.0,), 1.0, 1.0, 1)
        path.write_text(json.dumps(calibration.to_json()), encoding="utf-8")
        assert (calibration_for(tmp_path, FakeAnalyser()) is not None) is is_used
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidInput):
        calibration_for(tmp_path, FakeAnalyser())


def test_json_has_no_infinity_and_no_numpy() -> None:
    value = {"a": np.float64(1.5), 2: [np.inf, np.int64(3)], "b": np.array([True]), "c": float("nan")}
    assert json_value(value) == {"a": 1.5, "2": [None, 3], "b": [True], "c": None}


def test_an_exact_reconstruction_has_no_psnr(folder: Path) -> None:
    class Exact(FakeMaker):
        def reconstruct(self, crops: Any) -> Any:
            return crops

    result = _evaluate(folder, Exact(), limit=20)
    assert result["psnr_db"] is None
    assert result["ssim"] == pytest.approx(1.0)


def test_the_package_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, pkgutil, importlib, forensic_app.evaluation as package\n"
        "for module in pkgutil.iter_modules(package.__path__):\n"
        "    importlib.import_module(f'forensic_app.evaluation.{module.name}')\n"
        "assert not {'torch', 'diffusers', 'transformers', 'PySide6'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
