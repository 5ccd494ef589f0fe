"""The styles of a pack as a window shows them before one is chosen: drawn in part, recorded nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import EvidenceAltered, FaceNotFound, InvalidInput, PackAltered
from forensic_app.workflows import style_preview
from forensic_app.workflows.style_preview import PreviewSource, StyleJob, draw_style, is_drawn, named_styles


@pytest.fixture
def job(styled_pack: Pack, photo_path: Path) -> StyleJob:
    source = PreviewSource(photo_path, sha256_of_file(photo_path), "exhibit E-0001")
    return StyleJob(source, 0, styled_pack.path, styled_pack.sha256, "cuhk")


def test_a_face_is_looked_for_once_and_drawn_in_each_style(
    job: StyleJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    style_preview._kept.clear()
    first = draw_style(job)
    with monkeypatch.context() as patched:
        patched.setattr(style_preview, "_cut", lambda *_: pytest.fail("the face was looked for again"))
        second = draw_style(replace(job, style="ar"))
    assert (first.style, second.style, first.side_px) == ("cuhk", "ar", 64)
    assert len(first.pixels) == len(second.pixels) == 64 * 64
    assert first.pixels != second.pixels
    assert draw_style(job) == first


def test_what_a_run_refuses_has_no_preview(job: StyleJob) -> None:
    style_preview._kept.clear()
    with pytest.raises(InvalidInput, match="does not know the style fs2k-1"):
        draw_style(replace(job, style="fs2k-1"))
    with pytest.raises(PackAltered):
        draw_style(replace(job, pack_sha256="0" * 64))
    with pytest.raises(FaceNotFound):
        draw_style(replace(job, face_index=3))
    with pytest.raises(EvidenceAltered, match="exhibit E-0001"):
        draw_style(replace(job, source=replace(job.source, sha256="0" * 64)))


def test_only_a_part_of_a_derived_image_is_drawn(job: StyleJob, photo_path: Path) -> None:
    from PIL import Image

    with Image.open(photo_path) as opened:
        width, height = opened.size
    style_preview._kept.clear()
    whole = np.frombuffer(draw_style(job).pixels, dtype=np.uint8).astype(int)
    style_preview._kept.clear()
    window = (2, 2, width, height)
    part = draw_style(replace(job, source=replace(job.source, picture_window=window))).pixels
    assert np.abs(np.frombuffer(part, dtype=np.uint8).astype(int) - whole).mean() < 20
    style_preview._kept.clear()
    with pytest.raises(FaceNotFound):
        draw_style(replace(job, source=replace(job.source, picture_window=(0, 0, 12, 12))))


def test_a_pack_of_one_style_leaves_nothing_to_choose(sketch_pack: Pack, styled_pack: Pack) -> None:
    assert named_styles(sketch_pack) == []
    assert named_styles(replace(sketch_pack, card={"styles": ["cuhk"]})) == []
    styles = named_styles(styled_pack)
    assert styles == ["cuhk", "ar"]
    assert is_drawn("pack", "cuhk", styles)
    assert not is_drawn("pack", "ar", styles)
    assert is_drawn("ar", "ar", styles)
