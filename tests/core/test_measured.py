"""What a run recorded is read as it stands; what it lacks stays unknown."""

from __future__ import annotations

from typing import Any

import pytest

from forensic_app import learned
from forensic_app.measured import (
    AgeReading,
    IdentityGuard,
    LikenessPull,
    Measures,
    Spread,
    adapter_in_use,
    age_detail,
    band_height_px,
    device,
    face_frame,
    identity_guard,
    likeness_pull,
    match_threshold,
    measures_of,
    peak_memory_bytes,
    shown_difference,
    signed,
    spread_of,
    stage_seconds,
)

RECORDED: dict[str, Any] = {
    "face_found": True,
    "estimated_age": {"raw": 40, "calibrated": 37.5, "spread": 4.0, "estimator": "dlib"},
    "comparison_score": 0.5,
    "reference_scores": {"E-0003": 0.3, "E-0002": 0.4, "E-0004": None},
    "quality": {"head_size": {"value": 0.3, "score": 81}, "sharpness": {"value": 9.0, "score": None}},
}


def test_measures_are_read() -> None:
    assert measures_of(RECORDED) == Measures(
        age=AgeReading(raw=40.0, calibrated=37.5, spread=4.0),
        score_to_exhibit=0.5,
        scores_to_others=(("E-0002", 0.4), ("E-0003", 0.3)),
        quality=(("head_size", 81.0),),
        face_found=True,
    )


@pytest.mark.parametrize(
    ("estimate", "best"),
    [
        ({"raw": 40, "calibrated": 37.5}, 37.5),
        ({"raw": 40, "calibrated": None}, 40.0),
        ({"raw": 40}, 40.0),
        ({"calibrated": 0.0, "raw": 40}, 0.0),
        (41, 41.0),
        (None, None),
        ({}, None),
        ("41", None),
    ],
)
def test_the_best_age_is_the_calibrated_one_else_the_raw_one(estimate: Any, best: float | None) -> None:
    measures = measures_of({"estimated_age": estimate})
    assert measures.age.best == best
    assert measures.difference(30.0) == (None if best is None else best - 30.0)
    assert measures.difference(None) is None


def test_the_record_of_an_age_is_handed_on_as_it_is() -> None:
    assert age_detail(RECORDED) == RECORDED["estimated_age"]
    assert age_detail({"estimated_age": 41}) is None


def test_nothing_recorded_is_nothing_known() -> None:
    nothing = measures_of({})
    assert nothing == Measures()
    assert nothing.is_empty
    assert nothing.face_found is None
    assert measures_of({"face_found": True}).is_empty
    assert not measures_of({"face_found": False}).is_empty
    assert spread_of({}) == Spread(None, None)
    assert band_height_px({}) == 0
    assert match_threshold({}) is None
    assert identity_guard({}) is None
    assert likeness_pull({}) is None
    assert adapter_in_use({}).strengths == ()
    assert (device({}), stage_seconds({}), peak_memory_bytes({})) == ("", {}, None)
    frame = face_frame({})
    assert (frame.box, frame.matrix, frame.crop_size_px) == (None, None, None)


def test_the_threshold_is_found_at_any_depth() -> None:
    assert match_threshold({"match_threshold": 0.4}) == 0.4
    assert match_threshold({"device": "cpu", "analyser": {"name": "x", "match_threshold": 1}}) == 1.0


def test_what_a_guard_did_not_record_stays_unknown() -> None:
    guard = {"analyser": "dlib", "floor": 0.4, "pictures": [{"share": 0.6}, {"share": 1.0}]}
    assert identity_guard({"identity_guard": guard}) == IdentityGuard("dlib", 0.4, held_back=1, count=2)
    partly = {"analyser": "dlib", "pictures": [{"share": 0.6}, {"score": 0.5}]}
    assert identity_guard({"identity_guard": partly}) == IdentityGuard("dlib", None, held_back=None, count=2)
    assert identity_guard({"identity_guard": {}}) == IdentityGuard("", None, held_back=None, count=0)


def test_what_a_pull_did_not_record_stays_unknown() -> None:
    recorded = {"analyser": "dlib", "photographs": 0}
    assert likeness_pull({"likeness_pull": recorded}) == LikenessPull("dlib", 0)
    assert likeness_pull({"likeness_pull": {"strength": 1.0}}) == LikenessPull("", None)


def test_the_rest_of_a_record_is_read() -> None:
    environment = {
        "device": "cpu",
        "seconds": {"encode": 1, "total": 2.5},
        "peak_memory_bytes": 900,
        "adapter": {"strength_by_age": {"45": 1.0, "8": 0.6}, "gating": {"floor": 0.5}},
    }
    assert (device(environment), peak_memory_bytes(environment)) == ("cpu", 900)
    assert stage_seconds(environment) == {"encode": 1.0, "total": 2.5}
    in_use = adapter_in_use(environment)
    assert (in_use.strengths, in_use.gating) == ((("8", "0.6"), ("45", "1.0")), (("floor", "0.5"),))
    assert spread_of({"largest_spread": 11.5, "full_scale": 32}) == Spread(11.5, 32.0)
    frame = face_frame({"box": [1, 2, 3, 4], "matrix": [[1, 0, 0], [0, 1, 0]], "crop_size_px": 128})
    assert (frame.box, frame.crop_size_px) == ((1.0, 2.0, 3.0, 4.0), 128)


def test_the_facts_of_an_adapter_are_read() -> None:
    facts: dict[str, Any] = {
        "photos": [
            {"photo_id": "E-0001", "sha256": "a", "use": "trained", "age": 34.0, "age_origin": "record"},
            {"photo_id": "E-0002", "sha256": "b", "use": "no face"},
        ],
        "settings": {"steps": 60, "weights": {"prior": 1.0, "cosine": 0}},
        "curves": {"prior": [[60, 0.2]], "loss": [[60, 0.9]]},
        "memory": {"needed_bytes": 1_234_567},
        "precision": "bfloat16",
    }
    first, second = learned.training_photos(facts)
    assert (first.age, first.is_trained) == (34.0, True)
    assert (second.age, second.agreement, second.is_trained) == (None, None, False)
    assert [(term.name, term.weight) for term in learned.loss_terms(facts)] == [
        ("prior", 1.0), ("cosine", 0.0), ("loss", None),
    ]  # fmt: skip
    assert learned.training(facts) == (
        ("steps", "60"), ("precision", "bfloat16"), ("needed_bytes", "1,234,567"),
    )  # fmt: skip
    (bare,) = learned.training_photos({"photos": [{"age": 8}]})
    assert (bare.photo_id, bare.sha256, bare.use, bare.age) == ("", "", "", 8)
    assert learned.training_photos({}) == learned.loss_terms({}) == learned.training({}) == ()
    assert (learned.needed_bytes({}), learned.seconds_per_step({})) == (None, None)


def test_a_difference_is_that_of_the_numbers_shown() -> None:
    assert f"{54.6:.0f} {34.4:.0f}" == "55 34"
    assert signed(shown_difference(54.6, 34.4)) == "+21"
    assert signed(shown_difference(34.4, 54.6)) == "\N{MINUS SIGN}21"
    assert signed(-0.2) == "+0"
    assert signed(shown_difference(54.65, 62.0, 1), 1).startswith("\N{MINUS SIGN}7.")
    for value, other in ((54.64, 62.0), (10.05, 3.14), (77.77, 0.049)):
        told = signed(shown_difference(value, other, 1), 1).replace("\N{MINUS SIGN}", "-")
        assert float(told) == pytest.approx(float(f"{value:.1f}") - float(f"{other:.1f}"), abs=1e-9)
