"""Colours that are yellower than any light come back without a warning, and as before."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab
from skimage.data import astronaut

from forensic_app.engines.pictures.compositing import match_colors
from forensic_app.engines.pictures.lab import rgb_of_lab


def _expected(lab):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*negative Z values")
        return np.clip(lab2rgb(lab), 0.0, 1.0)


def test_any_colour_comes_back_as_from_the_conversion_that_warns():
    axes = np.linspace(0.0, 100.0, 21), np.linspace(-128.0, 127.0, 18), np.linspace(-128.0, 160.0, 25)
    lab = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    with pytest.warns(UserWarning, match="negative Z values"):
        lab2rgb(lab)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = rgb_of_lab(lab)
    assert np.array_equal(np.rint(made * 255.0), np.rint(_expected(lab) * 255.0))


def test_photographs_colours_are_what_they_were():
    lab = rgb2lab(astronaut()[:128, 160:288])
    assert np.array_equal(rgb_of_lab(lab), np.clip(lab2rgb(lab), 0.0, 1.0))


def test_colours_are_matched_to_a_yellow_picture_without_a_warning():
    crop = astronaut()[60:188, 160:288]
    yellow = np.clip(crop * np.array([1.2, 1.1, 0.0]), 0, 255).astype(np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        match_colors(crop, yellow)
