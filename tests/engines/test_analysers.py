"""Analysers by name, the bundled matcher among them."""

from __future__ import annotations

import pytest
import skimage.data

from forensic_app.engines.analysers import ANALYSER_NAMES, load_analyser
from forensic_app.engines.pictures.measurement import estimator_names
from forensic_app.errors import InvalidInput, PackMissing


def test_the_bundled_matcher_is_an_analyser_like_the_others() -> None:
    assert ANALYSER_NAMES == ("dlib", "insightface", "matcher")
    matcher, bundled = load_analyser("matcher"), load_analyser("dlib")
    photo = skimage.data.astronaut()
    face = matcher.detect(photo)[0]
    assert face.box == bundled.detect(photo)[0].box
    assert matcher.estimate_age(photo, face) == bundled.estimate_age(photo, face)
    template = matcher.embed(photo, face)
    assert matcher.comparison_score(template, template) > matcher.match_threshold
    assert 0.9 < matcher.match_threshold < 1.6
    assert estimator_names("matcher") == estimator_names("dlib")


def test_others_are_found_where_they_were() -> None:
    with pytest.raises(PackMissing):
        load_analyser("insightface")
    with pytest.raises(InvalidInput, match="dlib, insightface, matcher"):
        load_analyser("other")
