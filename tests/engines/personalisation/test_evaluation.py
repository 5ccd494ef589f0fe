from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.engines.personalisation.gating import UNGATED, Gating
from forensic_app.engines.personalisation.schema import TrainingSettings
from forensic_app.errors import InvalidInput, RunCancelled
from forensic_app.evaluation.personalisation import evaluation as personalisation
from forensic_app.evaluation.personalisation.arms import arms_of
from forensic_app.evaluation.personalisation.evaluation import RESULT_NAME, evaluate_personalisation
from forensic_app.evaluation.personalisation.markdown import markdown_of
from forensic_app.evaluation.personalisation.statistics import MEASURES, SECOND_MEASURES

ARMS = (
    "do_nothing", "single_image", "single_image_pulled", "literal_recipe", "literal_recipe_edited", "prior",
    "all_terms", "full",
)  # fmt: skip
SETTINGS = TrainingSettings(steps=2, rank=2, batch_size=1, prior_batch_size=1, identity_every=1)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders of photographs; both show the one person that every installation has."""
    folder = tmp_path_factory.mktemp("people")
    for name, gain in (("first", 1.0), ("second", 0.8)):
        (folder / name).mkdir()
        for number in range(5):
            crop = astronaut()[number : 220 + number, 110:330] * gain
            Image.fromarray(crop.astype(np.uint8)).save(folder / name / f"{number}.png")
    return folder


class Second:
    """A second recogniser that sees how bright a face is."""

    name, version, sha256 = "stub", "1", {"a": "b"}

    def __init__(self, folder: Path) -> None:
        assert folder.name == "models"

    def embed(self, crops: list[np.ndarray], landmarks: list[np.ndarray]) -> np.ndarray:
        assert len(crops) == len(landmarks)
        light = np.array([crop.mean() / 255 for crop in crops])
        return np.stack([light, np.sqrt(1 - light**2)], axis=1).astype(np.float32)


def evaluated(people: Path, pack: Path, out_dir: Path | None, **given: object) -> dict[str, object]:
    return evaluate_personalisation(
        data_dir=people,
        pack_path=pack,
        photos=3,
        out_dir=out_dir,
        settings=SETTINGS,
        inputs=1,
        regularization_images=12,
        only_arms=ARMS,
        device="cpu",
        threads=1,
        target_ages=(8.0, 62.0),
        **given,  # type: ignore[arg-type]
    )


@pytest.mark.slow
def test_an_evaluation_measures_every_arm_and_goes_on_where_it_stopped(
    people: Path, built_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def stop(fraction: float, stage: str) -> None:
        if stage.startswith("full recipe: second"):
            raise RunCancelled("Stopped.", "Go on.")

    with pytest.raises(RunCancelled):
        evaluated(people, built_pack, out, on_progress=stop)
    made = {path.name: path.stat().st_mtime_ns for path in (out / "work").rglob("*.npz")}
    assert len(made) == 2 * len(ARMS) - 1
    result = evaluated(people, built_pack, out)
    for name, moment in made.items():
        assert (out / "work" / "series" / name).stat().st_mtime_ns == moment
    arms = result["arms"]
    assert isinstance(arms, dict)
    assert tuple(arms) == ARMS
    assert result["n_people"] == 2
    for summary in arms.values():
        for name in MEASURES:
            low, high = summary["intervals"][name]
            assert low <= summary[name] <= high
    assert arms["do_nothing"]["input_id"] > 0.8
    assert arms["do_nothing"]["age_spearman"] == 0.0
    assert arms["do_nothing"]["seconds_per_step"] is None
    assert arms["full"]["seconds_per_step"] > 0
    assert arms["full"]["settings"]["weights"]["biometric"] == 0.1
    contrasts = result["contrasts"]
    assert isinstance(contrasts, list)
    gain = next(each for each in contrasts if (each["arm"], each["against"]) == ("all_terms", "prior"))
    gained = arms["all_terms"]["reference_id"] - arms["prior"]["reference_id"]
    assert gain["reference_id"] == pytest.approx(gained)
    assert arms["full"]["reference_id"] != arms["all_terms"]["reference_id"]
    assert arms["single_image_pulled"]["reference_id"] != arms["single_image"]["reference_id"]
    written = {path.name for path in out.iterdir()}
    assert {
        RESULT_NAME,
        "table.png",
        "measures_by_arm.png",
        "identity_against_age.png",
        "sheet_full.png",
    } <= written
    again = evaluated(people, built_pack, out, only_people=["second", "first"], chosen_on=["first"])
    other = evaluated(people, built_pack, out, chosen_on=["second"])
    parts = [each["unseen_by_choice"] for each in (again, other)]
    assert [part["people"] for part in parts if isinstance(part, dict)] == [["second"], ["first"]]
    for measure in ("input_id", "reference_id", "age_mae"):
        values = [part["arms"]["full"][measure] for part in parts if isinstance(part, dict)]
        assert np.mean(values) == pytest.approx(arms["full"][measure])
        assert values[0] != values[1]
    assert {**again, "unseen_by_choice": None, "chosen_on": []} == result
    check_tables(again)
    monkeypatch.setattr(personalisation, "SecondRecogniser", Second)
    check_second(evaluated(people, built_pack, out, second_recogniser=tmp_path / "models"), result)


def check_second(result: dict[str, object], without: dict[str, object]) -> None:
    arms, plain = result["arms"], without["arms"]
    assert isinstance(arms, dict)
    assert isinstance(plain, dict)
    for name, summary in arms.items():
        assert summary["reference_id"] == plain[name]["reference_id"]
        assert SECOND_MEASURES[0] not in plain[name]
        for measure in SECOND_MEASURES:
            low, high = summary["intervals"][measure]
            assert low <= summary[measure] <= high
        assert summary["second_reference_mean"] <= summary["second_reference_id"] <= 1.0
    assert arms["do_nothing"]["second_reference_id"] > 0.999
    record = result["second_recogniser"]
    assert isinstance(record, dict)
    assert record["area_under_roc"] > 0.9
    assert record["mated_mean"] > record["non_mated_mean"]
    words = markdown_of(result)
    assert "second recogniser, mean" in words
    assert "area under its ROC curve" in words


def check_tables(result: dict[str, object]) -> None:
    words = markdown_of(result)
    assert words.count("| full |") == 2
    assert words.count("| full − single_image |") == 2
    assert "on whom no setting was chosen (settings were chosen on first)" in words
    assert "The same for" not in markdown_of({**result, "unseen_by_choice": None})
    rows = [line for line in words.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {7, 8}


def test_people_of_a_choice_must_exist_and_leave_others(people: Path, built_pack: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no folder 'third'"):
        evaluated(people, built_pack, None, only_people=["third"])
    with pytest.raises(InvalidInput, match="no person 'second'"):
        evaluated(people, built_pack, None, only_people=["first"], chosen_on=["second"])
    with pytest.raises(InvalidInput, match="No person is left"):
        evaluated(people, built_pack, None, chosen_on=["first", "second"])


def test_arms_differ_in_what_their_name_says() -> None:
    arms = {arm.name: arm for arm in arms_of(TrainingSettings(), Gating())}
    weights = {name: arm.settings.weights for name, arm in arms.items() if arm.settings is not None}
    assert (weights["reconstruction"].prior, weights["prior"].prior) == (0.0, 1.0)
    for term in ("biometric", "contrastive", "cosine"):
        assert getattr(weights[term], term) == 0.1
        assert not getattr(weights["prior"], term)
        assert not weights[term].extrapolation
    assert weights["full"].extrapolation == 1.0
    literal = arms["literal_recipe"].settings
    assert literal is not None
    pulled = {name for name, arm in arms.items() if arm.pull}
    assert pulled == {"single_image_pulled", "full"}
    assert arms["all_terms"].settings == arms["full"].settings
    assert (literal.caption_style, literal.min_snr_gamma) == ("words", 0.0)
    assert arms["literal_recipe"].gating == UNGATED
    assert arms["literal_recipe_edited"].settings == literal


def test_people_with_too_few_photographs_and_unknown_arms_are_refused(
    people: Path, built_pack: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="5 usable photographs"):
        evaluate_personalisation(data_dir=people, pack_path=built_pack, photos=4, device="cpu", threads=1)
    with pytest.raises(InvalidInput, match="no folders"):
        evaluate_personalisation(data_dir=tmp_path, pack_path=built_pack, device="cpu", threads=1)
    with pytest.raises(InvalidInput, match="no arm 'best'"):
        evaluate_personalisation(data_dir=people, pack_path=built_pack, only_arms=["best"], device="cpu")
