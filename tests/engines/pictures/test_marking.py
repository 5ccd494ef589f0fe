from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forensic_app.engines.pictures import marking
from forensic_app.records import DerivedImage, ImageRole

CAPTION = "target age 45 · variant 1 · run R-0001"


def _picture(width_px: int, height_px: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


@pytest.mark.parametrize(("width_px", "height_px"), [(1600, 1200), (512, 512), (192, 300), (40, 40), (1, 1)])
def test_band_covers_no_pixel_and_fits_its_text(width_px, height_px):
    picture = _picture(width_px, height_px)
    marked = np.asarray(marking.mark(picture, caption=CAPTION))
    left = (marked.shape[1] - width_px) // 2
    assert np.array_equal(marked[:height_px, left : left + width_px], picture)
    band = marked[height_px:]
    assert band.max() == 255
    assert band.shape[0] >= 3 * marking.SMALLEST_TEXT_PX
    edges = (band[:2], band[-2:], band[:, :2], band[:, -2:])
    assert all(edge.max() < 60 for edge in edges)


def test_band_text_changes_the_band_only():
    picture = _picture(300, 200)
    first, second = (
        np.asarray(marking.mark(picture, caption=f"target age {age} · variant 1")) for age in (45, 62)
    )
    assert first.shape == second.shape
    assert np.array_equal(first[:200], second[:200])
    assert not np.array_equal(first, second)


def _record(width_px: int, height_px: int, **metrics: object) -> DerivedImage:
    return DerivedImage(
        "D-000001", "R-0001", ImageRole.DERIVED, 45, 1, "0" * 64, 1, width_px, height_px, metrics
    )


@pytest.mark.parametrize(("width_px", "height_px"), [(512, 512), (101, 90), (40, 40), (41, 40)])
def test_the_recorded_margins_tell_where_the_picture_stands(width_px, height_px):
    picture = _picture(width_px, height_px)
    marked = np.asarray(marking.mark(picture, caption=CAPTION))
    margins = marking.margins_px(width_px, marked.shape[1])
    band_px = marked.shape[0] - height_px
    record = _record(marked.shape[1], marked.shape[0], band_height_px=band_px, margins_px=list(margins))
    left, top, right, bottom = marking.picture_window(record, sizes=[(1, height_px)])
    assert np.array_equal(marked[top:bottom, left:right], picture)


def test_without_recorded_margins_a_narrow_picture_has_the_width_that_goes_with_its_height():
    old = _record(121, 190, band_height_px=30)
    sizes = [(600, 400), (100, 160)]
    assert marking.picture_window(old, sizes=sizes) == (10, 0, 110, 160)
    assert marking.picture_window(old, sizes=[(100, 150), (0, 0)]) == (0, 0, 121, 160)
    wide = _record(512, 350, band_height_px=30)
    assert marking.picture_window(wide, sizes=[(256, 320)]) == (0, 0, 512, 320)


def test_file_is_repeatable_and_carries_the_metadata(tmp_path):
    picture = _picture(300, 200)
    for name in ("a.png", "b.png"):
        size = marking.write_png(
            picture, tmp_path / name, caption=CAPTION, system="Forensic App <x> & y", version="1"
        )
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == size
        text = image.text
    assert text["Title"] == marking.BAND_TEXT
    assert text["Description"] == CAPTION
    xmp = text["XML:com.adobe.xmp"]
    assert "digitalsourcetype/trainedAlgorithmicMedia" in xmp
    assert "<Iptc4xmpExt:AISystemUsed>Forensic App &lt;x&gt; &amp; y</Iptc4xmpExt:AISystemUsed>" in xmp
    with pytest.raises(FileExistsError):
        marking.write_png(picture, tmp_path / "a.png", caption=CAPTION, system="", version="")
