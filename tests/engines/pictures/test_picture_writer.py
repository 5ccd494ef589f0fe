from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.records import ImageRole


@pytest.mark.parametrize("width_px", [40, 41, 300])
def test_the_record_of_a_picture_holds_its_band_and_its_margins(
    built_pack: Path, tmp_path: Path, width_px: int
) -> None:
    picture = np.full((50, width_px, 3), 200, np.uint8)
    writer = PictureWriter(tmp_path, "R-0001", read_pack(built_pack), "aging", "1")
    made = writer.write(
        picture, words="sketch", stem="sketch", role=ImageRole.DERIVED, age=None, variant=1, facts={}
    )
    left, right = made.metrics["margins_px"]
    assert left + width_px + right == made.width_px
    assert 50 + made.metrics["band_height_px"] == made.height_px
    file = np.asarray(Image.open(made.path))
    assert np.array_equal(file[:50, left : made.width_px - right], picture)
    assert (left > 0) == (width_px < 100)
