"""The table of real ageing belongs to the recognisers that come with the program, and falls with the gap."""

from __future__ import annotations

import pytest

from forensic_app.engines.matcher.schema import DEFAULT_PACK
from forensic_app.engines.packs.pack import bundled_packs_dir, read_pack
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.real_ageing import ageing_curve, known_threshold


def test_the_bundled_recogniser_has_a_curve_that_falls() -> None:
    weights = DlibAnalyser().weights_sha256
    curve = ageing_curve("dlib", weights)
    assert curve is not None, "measure the recogniser anew: resources/measures/README.md"
    assert curve.data == "FG-NET"
    near, far = curve.at(2), curve.at(-32)
    assert near is not None
    assert far is not None
    assert near.low < near.median < near.high
    assert far.median < near.median - 0.1
    assert curve.at(99) is None
    assert all(each.people >= 5 and each.count >= 20 for each in curve.points)


def test_the_bundled_matcher_has_one_too() -> None:
    pack = read_pack(bundled_packs_dir() / DEFAULT_PACK)
    weights = {**DlibAnalyser().weights_sha256, f"pack {pack.name}": pack.weights_sha256}
    curve = ageing_curve("matcher", weights)
    assert curve is not None, "measure the pack anew: resources/measures/README.md"
    assert curve.data == "LAG"


def test_other_weights_have_none() -> None:
    assert ageing_curve("dlib", {"recognition": "0" * 64}) is None
    assert known_threshold("dlib", {}) is None


def test_the_strictest_threshold_counts() -> None:
    weights = DlibAnalyser().weights_sha256
    strict, lax = known_threshold("dlib", weights), known_threshold("dlib", weights, fmr=0.01)
    assert strict is not None
    assert lax is not None
    assert (strict.data, strict.non_mated_count) == ("LFW", 5982)
    assert strict.value == pytest.approx(0.521, abs=1e-3)
    assert lax.value < strict.value
