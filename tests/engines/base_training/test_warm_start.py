from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from forensic_app.engines.base_training import stages
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.warm_start import begin_from_pack, read_start, starting_config
from forensic_app.engines.packs.pack import Pack, bundled_packs_dir, read_pack
from forensic_app.engines.training import face_cache
from forensic_app.engines.training.checkpoints import load_checkpoint
from forensic_app.engines.training.face_cache import COPY_DISTANCE, keeping, load_cache
from forensic_app.engines.training.schedule import StageProgress
from forensic_app.errors import InvalidInput
from forensic_app.workflows.base_training import train_base
from forensic_app.workflows.trained_packs import PackFacts


def _quiet(_progress: StageProgress) -> None:
    return None


@pytest.fixture(scope="module")
def first(
    face_folder: Path, tiny_config: BaseTrainingConfig, tmp_path_factory: pytest.TempPathFactory
) -> Pack:
    folder = tmp_path_factory.mktemp("first")
    pack = train_base(
        data=[face_folder], out=folder / "tiny", work=folder / "work", config=tiny_config, facts=PackFacts(),
        stages=stages.STAGES[:-1], command="test", device="cpu", precision="fp32", report=_quiet,
    )  # fmt: skip
    assert pack is not None
    return pack


def _go_on(pack: Pack, data: Path, work: Path, *, images: int, run: list[str], **rest: object) -> Pack | None:
    config = starting_config(pack, {"diffusion_images": images})
    return train_base(
        data=[data], out=work.parent / "second", work=work, config=config, facts=PackFacts(), stages=run,
        command="test", start=pack, device="cpu", precision="fp32", report=_quiet, **rest,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def _copies_may_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """The faces of these tests are one face."""
    monkeypatch.setattr(face_cache, "COPY_DISTANCE", 0.0)


@pytest.mark.slow
@pytest.mark.usefixtures("_copies_may_train")
def test_a_training_begins_with_the_weights_of_a_pack(first: Pack, face_folder: Path, tmp_path: Path) -> None:
    kept = set((first.path / "validation.txt").read_text().split())
    kept |= set((first.path / "fitting.txt").read_text().split())
    more = sorted(path.name for path in face_folder.iterdir() if path.name not in kept)[0]
    (tmp_path / "more.txt").write_text(more, encoding="utf-8")
    work = tmp_path / "work"
    made = _go_on(first, face_folder, work, images=0, run=["export"], kept=tmp_path / "more.txt")
    assert made is not None
    for path in sorted(first.path.rglob("*.safetensors")):
        before, after = load_file(path), load_file(made.path / path.relative_to(first.path))
        is_text = path.parent.name == "text_encoder"
        for name, value in before.items():
            assert torch.allclose(value, after[name], atol=1e-4 if is_text else 0.0), name
    assert made.card["images_shown"] == first.card["images_shown"]
    assert made.card["began_from"] == f"tiny 1.0, weights {first.weights_sha256}"
    assert "Began from the pack tiny 1.0" in (made.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    start = read_start(work)
    assert start is not None
    assert set((work / stages.KEPT_NAME).read_text(encoding="utf-8").split()) == kept | {more}
    assert set((made.path / "fitting.txt").read_text().split()) == set(start.fitting)
    assert more in (made.path / "validation.txt").read_text().split()


@pytest.mark.slow
@pytest.mark.usefixtures("_copies_may_train")
def test_images_count_on_from_those_of_the_pack(first: Pack, face_folder: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    _go_on(first, face_folder, work, images=8, run=["diffusion"])
    before = first.card["images_shown"]["diffusion"]
    assert stages.images_trained(work)["diffusion"] == 8
    shown = stages.images_shown(stages.images_trained(work), read_start(work))
    assert shown["diffusion"] == before + 8
    lines = [json.loads(line) for line in (work / "metrics.jsonl").read_text().splitlines()]
    assert next(line["done"] for line in lines if "validation_loss" in line) == 0
    state = load_checkpoint(work / "diffusion.ckpt")
    assert state is not None
    with pytest.raises(InvalidInput, match="already holds"):
        _go_on(first, face_folder, work, images=16, run=["diffusion"])
    _go_on(first, face_folder, work, images=16, run=["diffusion"], resume=True)
    assert stages.images_trained(work)["diffusion"] == 16


def test_copies_of_kept_faces_are_not_trained_on(first: Pack) -> None:
    cache = load_cache(first.path.parent / "work")
    embeddings = np.zeros_like(cache.embeddings)
    embeddings[:, 0] = np.arange(len(embeddings))
    embeddings[3] = embeddings[7] + 0.5 * COPY_DISTANCE / np.sqrt(embeddings.shape[1])

    made = keeping(dataclasses.replace(cache, embeddings=embeddings), {cache.names[7]})
    assert made.is_copy is not None
    assert np.flatnonzero(made.is_copy).tolist() == [3]
    assert not set(made.training_indices.tolist()) & {3, 7}
    with pytest.raises(InvalidInput, match="kept from training"):
        keeping(cache, {"nobody.jpg"})
    with pytest.raises(InvalidInput, match="nothing is left"):
        keeping(dataclasses.replace(cache, embeddings=np.zeros_like(embeddings)), {cache.names[7]})


def test_the_bundled_pack_can_be_gone_on_with(tmp_path: Path) -> None:
    pack = read_pack(bundled_packs_dir() / "base")
    config = starting_config(pack, {"diffusion_images": 1})
    assert config.unet_widths == (128, 256, 256)
    from forensic_app.engines.base_training.warm_start import Start

    start = Start("base", pack.weights_sha256, dict(pack.card["images_shown"]), 1.0, ())
    begin_from_pack(
        pack, tmp_path, config, groups=("asian", "black", "indian", "others", "white"), start=start
    )
    state = load_checkpoint(tmp_path / "diffusion.ckpt")
    assert state is not None
    assert state["step"] == 0
    assert all(torch.isfinite(value).all() for value in state["model"].values())


def test_a_pack_that_does_not_say_how_it_was_trained_is_refused(first: Pack) -> None:

    with pytest.raises(InvalidInput, match="does not say how"):
        starting_config(dataclasses.replace(first, card={}), {})
