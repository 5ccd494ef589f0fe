"""The pictures of an evaluation by stages are those that runs make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.sketch.stage_pictures import Stage, StageMaker
from forensic_app.settings import resources_dir


@pytest.mark.slow
def test_the_pictures_are_those_of_runs_without_their_bands(sketch_pack: Pack, tmp_path: Path) -> None:
    photograph, blank = tmp_path / "photo.png", tmp_path / "blank.png"
    Image.fromarray(astronaut()[:260, 100:360]).save(photograph)
    Image.new("RGB", (90, 90), "white").save(blank)
    maker = StageMaker(
        resources_dir() / "packs" / "deage",
        sketch_pack.path,
        target_age=62.0,
        style=None,
        seed=3,
        device="cpu",
        threads=1,
    )
    made = maker.make(photograph)
    sheet, photographed = (1024, 768, 3), (260, 260, 3)
    shapes = {stage: each.shape for stage, each in made.pictures.items()}
    assert shapes == {Stage.SKETCH: sheet, Stage.DERIVED: photographed, Stage.SKETCH_OF_DERIVED: sheet}
    assert not made.refused
    drawn, derived, last = (made.pictures[stage] for stage in Stage)
    assert np.array_equal(drawn[..., 0], drawn[..., 1])
    assert not np.array_equal(derived[..., 0], derived[..., 1])
    assert not np.array_equal(drawn, last)
    none = maker.make(blank)
    assert not none.pictures
    assert set(none.refused) == set(Stage)
    assert maker.description["ageing"]["parameters"]["target_ages"] == [62.0]
    assert maker.description["sketch"]["pack_sha256"] == sketch_pack.sha256


def test_what_the_packs_do_not_know_is_refused_before_a_picture_is_made(
    built_pack: Path, sketch_pack: Pack, styled_pack: Pack
) -> None:
    given: dict[str, Any] = {"seed": 0, "device": "cpu", "threads": 1}
    with pytest.raises(InvalidInput, match="does not know the style ar"):
        StageMaker(built_pack, sketch_pack.path, target_age=12, style="ar", **given)
    assert StageMaker(built_pack, styled_pack.path, target_age=12, style="ar", **given)
    with pytest.raises(InvalidInput, match="target_ages"):
        StageMaker(built_pack, sketch_pack.path, target_age=900, style=None, **given)
    with pytest.raises(InvalidInput, match="shows no ages"):
        StageMaker(sketch_pack.path, sketch_pack.path, target_age=12, style=None, **given)
