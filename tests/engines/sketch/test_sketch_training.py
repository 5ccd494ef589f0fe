from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sketch_samples import TINY

from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.sketch import pair_cache, training
from forensic_app.engines.sketch.augmentation import draw_views, plain_views, step_generator
from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.sketch.frame import frame_landmarks
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.pairs import PairSet, find_pairs, load_training_pairs, person_mask
from forensic_app.engines.sketch.styles import StyleFolder
from forensic_app.engines.training.checkpoints import save_checkpoint
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.errors import InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.networks import RecognitionNetwork

CPU = TrainingDevice(torch.device("cpu"), uses_bfloat16=False)


@pytest.fixture(scope="module")
def pairs(pair_folder: Path) -> PairSet:
    return load_training_pairs(
        [StyleFolder("", pair_folder)], kept_analyser("dlib"), side_px=TINY.resolution, on_progress=unheard
    )


@pytest.fixture(scope="module")
def recognition() -> RecognitionNetwork:
    return DlibAnalyser().recognition_network


def unheard(_done: int, _total: int) -> None:
    pass


def trained(pairs: PairSet, config: SketchTrainingConfig, work: Path, **given: Any) -> SketchGenerator:
    """Train on the CPU and return the network."""
    network, _ = training.train_sketch(
        pairs,
        config,
        work,
        recognition=DlibAnalyser().recognition_network,
        device=CPU,
        report=ignore,
        **given,
    )
    return network


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

    whole = trained(pairs, TINY, tmp_path / "whole", log=ignore)
    with pytest.raises(KilledError):
        trained(pairs, TINY, tmp_path / "stopped", log=killing)
    resumed = trained(pairs, TINY, tmp_path / "stopped", log=lines.append)
    assert [line["done"] for line in lines] == [2, 4, 8]
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=0, atol=0, msg=name)
    assert (tmp_path / "whole" / "samples" / "sketch_000008.png").is_file()


def test_training_lowers_the_difference(pairs: PairSet, tmp_path: Path) -> None:
    config = replace(TINY, coarse_images=60, images=4, validation_pairs=1)
    seen: list[dict[str, object]] = []
    for images in (4, 60):
        trained(pairs, replace(config, coarse_images=images), tmp_path / str(images), log=seen.append)
    assert float(str(seen[-1]["validation_l1"])) < float(str(seen[0]["validation_l1"]))


TERMS = ("l1_weight", "feature_weight", "line_weight", "adversarial_weight", "likeness_weight")


@pytest.mark.parametrize("term", TERMS)
def test_each_term_alone_reaches_the_generator(
    pairs: PairSet, recognition: RecognitionNetwork, term: str
) -> None:
    weights: Any = {name: 10.0 if name == term else 0.0 for name in TERMS}
    config = replace(TINY, likeness_floor=0.95, **weights)
    session = training._new_session(config, (), recognition, CPU)
    before = {name: value.detach().clone() for name, value in session.generator.named_parameters()}
    views = draw_views(
        pairs, torch.tensor([0, 1]), side_px=64, background_share=0.5, generator=step_generator(1, 0)
    )
    training._step(session, views, config, CPU, is_coarse=False)
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


def test_the_landmarks_move_with_the_views(pairs: PairSet) -> None:
    margin = (pairs.photos.shape[1] - 64) // 2
    spots = np.zeros_like(pairs.photos)
    for across, down in frame_landmarks(64):
        y, x = np.mgrid[0 : spots.shape[1], 0 : spots.shape[2]]
        spot = np.exp(-((x - across - margin) ** 2 + (y - down - margin) ** 2) / 2)
        spots = np.maximum(spots, (255 * spot).astype(np.uint8)[None, :, :, None])
    dotted = replace(pairs, photos=spots)
    views = draw_views(
        dotted, torch.arange(3), side_px=64, background_share=0.0, generator=step_generator(5, 3)
    )
    for photo, points in zip(views.photos.mean(1).numpy(), views.points, strict=True):
        level = np.median(photo)
        for across, down in points:
            if 3 < across < 60 and 3 < down < 60:
                around = photo[int(down) - 2 : int(down) + 4, int(across) - 2 : int(across) + 4]
                assert abs(float(around[1:5, 1:5].mean()) - level) > abs(float(np.mean(photo)) - level)
                assert np.ptp(around) > 0.5 * np.ptp(photo)
        assert points[0, 0] < points[3, 0]
    assert np.allclose(plain_views(pairs, torch.tensor([0]), side_px=64).points[0], frame_landmarks(64))


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
            [StyleFolder("", tmp_path)], kept_analyser("dlib"), side_px=64, on_progress=unheard
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


def test_kept_pairs_serve_only_for_the_very_same_files(pair_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(pair_folder, tmp_path / "pairs"))
    analyser = kept_analyser("dlib")

    def load(side_px: int = 64) -> PairSet:
        return pair_cache.kept_training_pairs(
            tmp_path, [StyleFolder("", folder)], analyser, side_px=side_px, on_progress=unheard
        )

    first = load()
    again = load()
    assert (again.names, again.has_test, again.photo_sha256) == (
        first.names,
        first.has_test,
        first.photo_sha256,
    )
    assert (again.photos == first.photos).all()
    assert load(32).photos.shape[1] < first.photos.shape[1]
    changed = folder / "sketches" / "p1.jpg"
    Image.new("L", (220, 270), 200).save(changed)
    assert load().sketches[1].std() < 10 < first.sketches[1].std()
    (tmp_path / pair_cache.CACHE_NAME).write_bytes(b"damaged")
    assert load().names == first.names


def test_a_training_of_other_styles_or_of_one_discriminator_is_not_gone_on_with(
    pairs: PairSet, tmp_path: Path
) -> None:
    styled = replace(pairs, style_names=("cuhk",))
    trained(styled, TINY, tmp_path, log=ignore)
    with pytest.raises(InvalidInput, match="other styles: cuhk"):
        trained(pairs, TINY, tmp_path, log=ignore)
    save_checkpoint(tmp_path / training.CHECKPOINT_NAME, {"step": 1, "judge": {}})
    with pytest.raises(InvalidInput, match="one discriminator"):
        trained(pairs, TINY, tmp_path, log=ignore)


def test_what_is_watched_is_said_of_each_style_and_checkpoints_come_by_the_clock_too(
    pairs: PairSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = replace(pairs, styles=np.array([0, 0, 0, 0, 1]), style_names=("cuhk", "ar"), has_test=(True, True))
    monkeypatch.setattr(training, "LONGEST_S", 0.0)
    lines: list[dict[str, object]] = []
    trained(two, TINY, tmp_path, log=lines.append)
    assert [line["done"] for line in lines] == [2, 4, 6, 8]
    assert {"l1", "validation_l1", "validation_l1_cuhk"} <= lines[0].keys()
    assert {"features", "lines", "fooling", "judging"} <= lines[-1].keys() - lines[0].keys()
    assert "validation_l1_ar" not in lines[-1]


def test_what_is_a_styles_own_moves_faster_and_only_with_its_pictures(
    pairs: PairSet, recognition: RecognitionNetwork
) -> None:
    config = replace(TINY, coarse_images=0)
    session = training._new_session(config, ("cuhk", "ar"), recognition, CPU)
    session.step = training.WARMUP_STEPS
    before = {name: value.detach().clone() for name, value in session.generator.named_parameters()}
    views = draw_views(
        pairs, torch.tensor([0, 1]), side_px=64, background_share=0.0, generator=step_generator(1, 0)
    )
    training._step(session, views, replace(config, images=1000), CPU, is_coarse=False)
    after = {name: value.detach() for name, value in session.generator.named_parameters()}
    gain = (after["last.norm.weight"] - before["last.norm.weight"]).abs()
    assert float(gain[0].max()) == pytest.approx(5 * config.learning_rate, rel=0.05)
    assert float(gain[1].max()) == 0.0
    shared = (after["last.conv.weight"] - before["last.conv.weight"]).abs()
    assert float(shared.max()) == pytest.approx(config.learning_rate, rel=0.05)
