"""Several styles in one network: folders, splits, weights, what a run may ask for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from sketch_samples import STYLES, TINY, MakeSketchRequest, no_progress

from forensic_app.engines.packs.network_pack import write_network_pack
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.sketch import schema
from forensic_app.engines.sketch.engine import SketchEngine
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.styles import find_styles, shares, split_pairs
from forensic_app.engines.sketch.training import build_generator
from forensic_app.engines.sketch.warm_start import begin_from
from forensic_app.errors import InvalidInput
from forensic_app.parameters import resolve, resolve_recorded


def make_folders(root: Path, *names: str) -> None:
    for name in names:
        for part in ("photos", "sketches"):
            (root / name / part).mkdir(parents=True)


def test_folders_name_their_styles_and_test_parts_are_never_read(tmp_path: Path) -> None:
    make_folders(
        tmp_path,
        "cuhk/train",
        "cuhk/test",
        "ar/train",
        "fs2k/train/style1",
        "fs2k/train/style2",
        "fs2k/test/style1",
    )
    found = find_styles([tmp_path / name for name in ("cuhk", "ar", "fs2k")])
    assert [(each.style, each.has_test) for each in found] == [
        ("cuhk", True), ("ar", False), ("fs2k-1", True), ("fs2k-2", False),
    ]  # fmt: skip
    assert not any("test" in each.folder.relative_to(tmp_path).parts for each in found)
    assert find_styles([tmp_path / "cuhk" / "train"])[0].style == "cuhk"


def test_one_folder_of_an_own_style_has_no_name_and_several_need_known_ones(tmp_path: Path) -> None:
    make_folders(tmp_path, "ours", "cuhk")
    assert [each.style for each in find_styles([tmp_path / "ours"])] == [""]
    with pytest.raises(InvalidInput, match="'ours' is no style"):
        find_styles([tmp_path / "ours", tmp_path / "cuhk"])
    with pytest.raises(InvalidInput, match="twice"):
        find_styles([tmp_path / "cuhk", tmp_path / "cuhk"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="holds no pairs"):
        find_styles([tmp_path / "empty"])


def test_a_pair_serves_for_one_thing_and_only_styles_without_a_test_folder_hold_some_out() -> None:
    styles = np.repeat([0, 1], [20, 40])
    split = split_pairs(styles, (True, False), TINY)
    assert (split.trained.astype(int) + split.watched + split.held_out == 1).all()
    assert [int(split.watched[styles == place].sum()) for place in (0, 1)] == [1, 1]
    assert [int(split.held_out[styles == place].sum()) for place in (0, 1)] == [0, 1]
    again = split_pairs(styles, (True, False), TINY)
    assert (again.held_out == split.held_out).all()


def test_small_styles_are_shown_more_often_than_their_share_and_kept_pairs_never() -> None:
    styles = np.repeat([0, 1], [25, 100])
    split = split_pairs(styles, (True, True), TINY)
    chances = shares(styles, split.trained)
    assert chances.sum() == pytest.approx(1.0)
    assert not chances[split.watched].any()
    assert chances[styles == 0].sum() == pytest.approx(np.sqrt(24) / (np.sqrt(24) + np.sqrt(99)))


def test_each_picture_is_drawn_in_its_own_style() -> None:
    generator = build_generator(TINY, STYLES).eval()
    with torch.no_grad():
        generator.last.norm.weight[1] *= 2
        image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
        both = generator(image.expand(2, -1, -1, -1), torch.tensor([0, 1]))
        second = generator(image, torch.tensor([1]))
        first = generator(image)
    torch.testing.assert_close(both[:1], first, atol=1e-5, rtol=0)
    torch.testing.assert_close(both[1:], second, atol=1e-5, rtol=0)
    assert (first - second).abs().mean() > 1e-3


def test_a_warm_start_draws_what_the_other_network_draws_in_every_style() -> None:
    torch.manual_seed(2)
    other = SketchGenerator(4, 3, 8, head_channels=3).eval()
    with torch.no_grad():
        for value in other.parameters():
            value.add_(0.1 * torch.randn(value.shape))
        made = SketchGenerator(4, 3, 8, styles=STYLES, head_channels=6).eval()
        taken = begin_from(made, other.state_dict())
        image = torch.rand(1, 3, 64, 64) * 2 - 1
        wanted = other(image)
        for place in range(len(STYLES)):
            torch.testing.assert_close(made(image, torch.tensor([place])), wanted, atol=1e-5, rtol=0)
    assert taken > sum(value.numel() for value in other.parameters())


def test_a_warm_start_of_a_narrower_last_level_takes_what_fits() -> None:
    other, made = SketchGenerator(4, 3, 8), SketchGenerator(4, 3, 8, deepest_channels=6)
    begin_from(made, other.state_dict())
    torch.testing.assert_close(made.down[2].conv.weight, other.down[2].conv.weight[:6])  # type: ignore[union-attr,index]
    torch.testing.assert_close(made.up[0].conv.weight, other.up[0].conv.weight[:, :6])  # type: ignore[union-attr,index]


def test_a_run_draws_in_the_style_that_is_asked_for_and_records_it(
    make_sketch_request: MakeSketchRequest, styled_pack: Pack
) -> None:
    pack = {"pack_path": styled_pack.path, "pack_sha256": styled_pack.sha256}
    runs = {
        style: SketchEngine()
        .run(make_sketch_request(parameters={"style": style}, **pack), no_progress)
        .images[0]
        for style in ("pack", "cuhk", "ar")
    }
    digests = {style: image.metrics["pixels_sha256"] for style, image in runs.items()}
    assert digests["pack"] == digests["cuhk"] != digests["ar"]
    assert [runs[style].metrics["style"] for style in ("pack", "cuhk", "ar")] == ["cuhk", "cuhk", "ar"]
    with pytest.raises(InvalidInput, match="does not know the style fs2k-2") as refused:
        SketchEngine().run(make_sketch_request(parameters={"style": "fs2k-2"}, **pack), no_progress)
    assert "pack, cuhk, ar" in refused.value.advice


def test_a_pack_of_version_1_is_loaded_and_drawn_as_before(
    make_sketch_request: MakeSketchRequest, sketch_pack: Pack, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sketch_pack.path, tmp_path / "old"))
    config = json.loads((folder / "generator" / "config.json").read_text())
    old = SketchGenerator(4, 3, 8)
    assert set(config) - {"styles", "head_channels", "deepest_channels"} == {
        "width", "levels", "most_channels", "uses_edges",
    }  # fmt: skip
    made = write_network_pack(
        folder,
        old,
        component="generator",
        config={"width": 4, "levels": 3, "most_channels": 8, "uses_edges": True},
        card={"kind": "sketch", "version": "1", "licence": "LicenseRef-test", "resolution": 64},
        texts={"LICENCE.txt": "For tests.\n"},
    )
    pack = {"pack_path": made.path, "pack_sha256": made.sha256}
    recorded = {"seed": 0, "layout": "photograph"}
    image = SketchEngine().run(make_sketch_request(parameters=recorded, **pack), no_progress).images[0]
    assert "style" not in image.metrics
    with pytest.raises(InvalidInput, match="does not know the style cuhk"):
        SketchEngine().run(make_sketch_request(parameters={**recorded, "style": "cuhk"}, **pack), no_progress)


def test_a_recorded_run_without_a_style_is_repeated_in_the_packs_own() -> None:
    recorded = {"seed": 3, "layout": "portrait"}
    assert resolve_recorded(schema.SCHEMA, recorded)["style"] == schema.PACKS_OWN
    assert resolve(schema.SCHEMA, {})["style"] == schema.PACKS_OWN
