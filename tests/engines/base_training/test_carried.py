from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from forensic_app.engines.base_training import carried, stages
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.training.checkpoints import load_checkpoint
from forensic_app.engines.training.face_cache import load_cache
from forensic_app.engines.training.hardware import pick_device
from forensic_app.engines.training.schedule import StageProgress
from forensic_app.engines.training.work import prepare_work
from forensic_app.errors import InvalidInput
from forensic_app.workflows.carried_training import carry_training, fetch_training


def _quiet(_progress: StageProgress) -> None:
    return None


@pytest.fixture(scope="module")
def work(
    face_folder: Path, tiny_config: BaseTrainingConfig, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    work = tmp_path_factory.mktemp("carried") / "work"
    plan = stages.TrainingPlan((face_folder,), work, tiny_config, pick_device("cpu", precision="fp32"))
    prepare_work(work, tiny_config, stages.sizes_changed, resume=False)
    for stage in ("faces", "projection", "diffusion"):
        stages.run_stage(plan, stage, _quiet)
    return work


@pytest.mark.slow
def test_a_carried_training_brings_its_weights_back(
    work: Path, tiny_config: BaseTrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"diffusion_batch": 8, "diffusion_images": 32}
    made = carry_training(work, tmp_path / "carried", changes=changes, quality=90)
    there, here = load_cache(tmp_path / "carried"), load_cache(work)
    assert made.faces == len(here.names)
    assert there.names == here.names
    assert float(np.abs(there.crops.astype(int) - here.crops.astype(int)).mean()) < 6
    assert np.allclose(there.embeddings, here.embeddings, atol=1e-3)

    monkeypatch.setattr(carried, "PART_BYTES", 50_000)
    told: list[str] = []
    carried.train_here(tmp_path / "carried", tmp_path / "parts", minutes=None, device="cpu", say=told.append)
    assert len(list((tmp_path / "parts").iterdir())) > 2
    assert "32 images" in told[-1]
    former = load_checkpoint(work / "diffusion.ckpt")
    assert fetch_training(work, tmp_path / "parts", changes=changes) == 32
    trained = load_checkpoint(tmp_path / "carried" / "diffusion.ckpt")
    fetched = load_checkpoint(work / "diffusion.ckpt")
    kept = load_checkpoint(work / "diffusion.former.ckpt")
    assert former is not None
    assert trained is not None
    assert fetched is not None
    assert kept is not None
    assert fetched["step"] == 4
    assert kept["step"] == former["step"]
    for name, value in trained["average"]["values"].items():
        assert torch.allclose(fetched["average"]["values"][name], value, atol=2e-3)
    assert json.loads((work / "config.json").read_text())["diffusion_batch"] == 8

    later = stages.TrainingPlan(
        (), work, dataclasses.replace(tiny_config, diffusion_batch=8, diffusion_images=40), pick_device("cpu")
    )
    stages.run_stage(later, "diffusion", _quiet)
    gone_on = load_checkpoint(work / "diffusion.ckpt")
    assert gone_on is not None
    assert gone_on["step"] == 5


@pytest.mark.slow
def test_the_carried_script_says_how_it_is_called(work: Path, tmp_path: Path) -> None:
    carry_training(work, tmp_path / "carried", changes={}, quality=50)
    script = tmp_path / "carried" / "train.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--minutes" in done.stdout


@pytest.mark.slow
def test_what_cannot_be_carried_or_fetched_is_said(work: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no training"):
        carry_training(tmp_path / "nothing", tmp_path / "carried", changes={}, quality=50)
    with pytest.raises(InvalidInput, match="text_width"):
        carry_training(work, tmp_path / "carried", changes={"text_width": 128}, quality=50)
    (tmp_path / "there").mkdir()
    with pytest.raises(InvalidInput, match="already"):
        carry_training(work, tmp_path / "there", changes={}, quality=50)
    (tmp_path / "there" / "diffusion.00.part").write_bytes(b"half")
    before = (work / "diffusion.ckpt").read_bytes()
    with pytest.raises(InvalidInput, match="whole weights"):
        fetch_training(work, tmp_path / "there", changes={})
    assert (work / "diffusion.ckpt").read_bytes() == before
