from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sketch_samples import TINY

from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.sketch import training
from forensic_app.engines.sketch.augmentation import draw_views, plain_views, step_generator
from forensic_app.engines.sketch.pairs import PairSet, find_pairs, load_training_pairs, person_mask
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.errors import InvalidInput

CPU = TrainingDevice(torch.device("cpu"), uses_bfloat16=False)


@pytest.fixture(scope="module")
def pairs(pair_folder: Path) -> PairSet:
    return load_training_pairs(
        pair_folder, kept_analyser("dlib"), side_px=TINY.resolution, on_progress=lambda _done, _total: None
    )


def ignore(_progress: object) -> None:
    pass


class KilledError(Exception):
    pass


def test_a_killed_training_ends_with_the_weights_of_an_uninterrupted_one(
    pairs: PairSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY_IMAGES", TINY.batch)
    lines: list[dict[str, object]] = []

    def killing(values: dict[str, object]) -> None:
        if values["done"] == 6:
            raise KilledError
        lines.append(values)

    whole = training.train_sketch(pairs, TINY, tmp_path / "whole", device=CPU, report=ignore, log=ignore)
    with pytest.raises(KilledError):
        training.train_sketch(pairs, TINY, tmp_path / "stopped", device=CPU, report=ignore, log=killing)
    resumed = training.train_sketch(
        pairs, TINY, tmp_path / "stopped", device=CPU, report=ignore, log=lines.append
    )
    assert [line["done"] for line in lines] == [2, 4, 8]
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=0, atol=0, msg=name)
    assert (tmp_path / "whole" / "samples" / "sketch_000008.png").is_file()


def test_training_lowers_the_difference(pairs: PairSet, tmp_path: Path) -> None:
    config = replace(TINY, coarse_images=60, images=4, validation_pairs=1)
    seen: list[dict[str, object]] = []
    for images in (4, 60):
        training.train_sketch(
            pairs, replace(config, coarse_images=images), tmp_path / str(images),
            device=CPU, report=ignore, log=seen.append,
        )  # fmt: skip
    assert float(str(seen[-1]["validation_l1"])) < float(str(seen[0]["validation_l1"]))


def test_the_adversarial_term_reaches_the_generator(pairs: PairSet) -> None:
    session = training._new_session(replace(TINY, l1_weight=0.0), CPU)
    before = {name: value.detach().clone() for name, value in session.generator.named_parameters()}
    views = draw_views(
        pairs, torch.tensor([0, 1]), side_px=64, background_share=0.5, generator=step_generator(1, 0)
    )
    training._step(session, views, replace(TINY, l1_weight=0.0), CPU, is_coarse=False)
    changed = [
        name for name, value in session.generator.named_parameters() if not torch.equal(value, before[name])
    ]
    assert "down.0.conv.weight" in changed


def test_views_move_both_sides_together_and_repeat_by_step(pairs: PairSet) -> None:
    picks = torch.tensor([0, 1, 2])
    first, again, other = (
        draw_views(pairs, picks, side_px=64, background_share=0.0, generator=step_generator(5, step))
        for step in (7, 7, 8)
    )
    assert torch.equal(first.photos, again.photos)
    assert not torch.equal(first.photos, other.photos)
    luma = (first.photos * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1)
    for seen, drawn, known in zip(luma, first.sketches[:, 0], first.known[:, 0], strict=True):
        inside = known > 0
        together = torch.corrcoef(torch.stack([seen[inside], drawn[inside]]))[0, 1]
        assert together > 0.8


def test_plain_views_are_the_frame_itself(pairs: PairSet, pair_folder: Path) -> None:
    from forensic_app.engines.sketch.frame import cut_portrait

    photo = np.asarray(Image.open(pair_folder / "photos" / "p0.png"))
    portrait = cut_portrait(photo, kept_analyser("dlib").detect(photo)[0], 64)
    view = plain_views(pairs, torch.tensor([0]), side_px=64)
    pixels = ((view.photos[0] + 1) * 127.5).permute(1, 2, 0).numpy()
    known = view.known[0, 0].numpy() > 0
    assert np.abs(pixels - portrait.picture)[known].mean() < 1.0


def test_pairs_without_a_face_are_named_and_too_few_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        find_pairs(tmp_path)
    for part in ("photos", "sketches"):
        (tmp_path / part).mkdir()
    with pytest.raises(InvalidInput, match="no pair"):
        find_pairs(tmp_path)
    for part in ("photos", "sketches"):
        Image.new("RGB", (80, 80), "grey").save(tmp_path / part / "blank.png")
    with pytest.raises(InvalidInput, match="only 0 pairs"):
        load_training_pairs(
            tmp_path, kept_analyser("dlib"), side_px=64, on_progress=lambda _done, _total: None
        )


def test_only_a_plain_background_is_told_from_the_person() -> None:
    photo = np.full((100, 80, 3), (60, 120, 200), dtype=np.uint8)
    photo[40:, 20:60] = (200, 160, 140)
    mask = person_mask(photo)
    assert mask[70, 40] == pytest.approx(1.0)
    assert mask[5, 5] == pytest.approx(0.0, abs=1e-6)
    noise = np.random.default_rng(0).integers(0, 256, (12, 10, 3)).astype(np.uint8)
    motley = np.asarray(Image.fromarray(noise).resize((80, 100)))
    assert (person_mask(motley) == 1).all()


def test_a_folder_of_another_training_is_refused(tmp_path: Path) -> None:
    from forensic_app.engines.training.work import prepare_work

    prepare_work(tmp_path / "w", TINY, training.sizes_changed, resume=False)
    assert json.loads((tmp_path / "w" / "config.json").read_text())["width"] == TINY.width
    with pytest.raises(InvalidInput, match="already holds"):
        prepare_work(tmp_path / "w", TINY, training.sizes_changed, resume=False)
    with pytest.raises(InvalidInput, match="width"):
        prepare_work(tmp_path / "w", replace(TINY, width=8), training.sizes_changed, resume=True)
    prepare_work(tmp_path / "w", replace(TINY, images=8), training.sizes_changed, resume=True)
