from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forensic_app.engines.aging.components import load_components
from forensic_app.engines.base_training import (
    critic_training,
    decoder_training,
    diffusion_training,
    export,
    stages,
)
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import Pack, list_packs, read_pack
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.engines.training import schedule
from forensic_app.engines.training.checkpoints import load_checkpoint, save_checkpoint
from forensic_app.engines.training.face_cache import load_cache
from forensic_app.engines.training.hardware import pick_device
from forensic_app.engines.training.schedule import StageProgress, warmup_stable_decay
from forensic_app.engines.training.work import prepare_work
from forensic_app.errors import InvalidInput, StoreUnavailable
from forensic_app.evaluation.pack.inputs import read_held_out
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.records import Sex
from forensic_app.workflows import edit_fitting, pack_refining, training_faces
from forensic_app.workflows.base_training import plan_sizes, train_base
from forensic_app.workflows.trained_packs import PackFacts


class Killed(BaseException):
    """Stands for a kill in the middle of a stage."""


def _quiet(_progress: StageProgress) -> None:
    return None


@pytest.fixture(scope="module")
def prepared(face_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


def _plan(folder: Path, work: Path, config: BaseTrainingConfig) -> stages.TrainingPlan:
    return stages.TrainingPlan((folder,), work, config, pick_device("cpu", precision="fp32"))


def _prepare(plan: stages.TrainingPlan, *, resume: bool) -> None:
    prepare_work(plan.work, plan.config, stages.sizes_changed, resume=resume)


def _weights(path: Path, key: str) -> dict[str, torch.Tensor]:
    state = load_checkpoint(path)
    assert state is not None
    return state[key]["values"] if key == "average" else state[key]


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["decoder", "diffusion"])
def test_a_killed_stage_resumes_to_the_same_weights(
    stage: str,
    prepared: Path,
    face_folder: Path,
    tiny_config: BaseTrainingConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder_training, "CHECKPOINT_EVERY_IMAGES", 16)
    monkeypatch.setattr(diffusion_training, "CHECKPOINT_EVERY_IMAGES", 16)
    monkeypatch.setattr(schedule, "SHORTEST_S", 0.0)
    plan = _plan(face_folder, prepared, tiny_config)
    _prepare(plan, resume=True)
    for first in ("faces", "projection"):
        stages.run_stage(plan, first, _quiet)
    whole, broken = _copied(plan, tmp_path / "whole"), _copied(plan, tmp_path / "broken")
    stages.run_stage(whole, stage, _quiet)

    module = decoder_training if stage == "decoder" else diffusion_training
    real, seen = module._step, []

    def fatal(*arguments: object, **named: object) -> float:
        seen.append(1)
        if len(seen) == 5:
            raise Killed
        return real(*arguments, **named)

    monkeypatch.setattr(module, "_step", fatal)
    with pytest.raises(Killed):
        stages.run_stage(broken, stage, _quiet)
    monkeypatch.setattr(module, "_step", real)
    before = load_checkpoint(broken.work / f"{stage}.ckpt")
    assert before is not None
    assert 0 < before["step"] < 5
    stages.run_stage(broken, stage, _quiet)

    expected = _weights(whole.work / f"{stage}.ckpt", "average")
    resumed = _weights(broken.work / f"{stage}.ckpt", "average")
    assert all(torch.equal(expected[name], resumed[name]) for name in expected)


def _copied(plan: stages.TrainingPlan, work: Path) -> stages.TrainingPlan:
    work.mkdir()
    (work / "faces").symlink_to(plan.work / "faces")
    (work / decoder_training.PROJECTION_NAME).write_bytes(
        (plan.work / decoder_training.PROJECTION_NAME).read_bytes()
    )
    (work / stages.CONFIG_NAME).write_text(json.dumps(plan.config.to_json()), encoding="utf-8")
    return dataclasses.replace(plan, work=work)


@pytest.mark.slow
def test_train_base_leaves_a_pack_whose_digests_verify(
    face_folder: Path, tiny_config: BaseTrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = train_base(
        data=[face_folder], out=tmp_path / "packs" / "tiny", work=tmp_path / "work", config=tiny_config,
        stages=stages.STAGES[:-1], facts=PackFacts(data="one photograph, 110 times"), command="test", device="cpu",
        report=_quiet,
    )  # fmt: skip
    assert pack is not None
    verify_pack(read_pack(pack.path))
    assert pack.resolution == 48
    names = set((pack.path / "validation.txt").read_text().split())
    assert len(names) == 8
    assert names <= {path.name for path in face_folder.iterdir()}
    card = (pack.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "one photograph, 110 times" in card
    assert "Not measured yet" in card
    assert {path.name for path in pack.path.rglob("*.png")} == {"samples.png"}
    assert (tmp_path / "work" / "metrics.jsonl").is_file()
    assert pack.card["weights_sha256"] == pack.weights_sha256
    assert pack.prompt_style == "sharp {colour} photo of {person} as {age}-year-old"
    assert f"`{pack.weights_sha256}`" in card
    _check_fitting(face_folder, tiny_config, pack, monkeypatch)


def _check_fitting(
    face_folder: Path, config: BaseTrainingConfig, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage ``fit`` writes the networks once and loses neither the former pack nor the former weights."""
    work = pack.path.parent.parent / "work"
    (work / "editing.json").write_text('{"former": true}', encoding="utf-8")
    written: list[Path] = []
    real = export.write_weights

    def counted(out: Path, parts: stages.TrainedParts) -> str:
        written.append(out)
        return real(out, parts)

    monkeypatch.setattr(export, "write_weights", counted)

    def fit(**changed: Any) -> Pack | None:
        return train_base(
            data=[face_folder], out=pack.path, work=work, config=config, stages=["fit"], device="cpu", resume=True,
            command="test", report=_quiet, facts=PackFacts(**changed),
        )  # fmt: skip

    def killed(folder: Path, faces: object, analyser: object, **_options: object) -> dict[str, Any]:
        assert "editing" not in read_pack(folder).card
        raise Killed

    monkeypatch.setattr(edit_fitting, "faces_threshold", lambda *_a, **_k: 0.4)
    monkeypatch.setattr(edit_fitting, "fit_editing", killed)
    with pytest.raises(Killed):
        fit()
    assert json.loads((work / "editing.json").read_text(encoding="utf-8")) == {"former": True}
    verify_pack(read_pack(pack.path), expected_sha256=pack.sha256)
    assert list_packs((pack.path.parent,)) == [pack]

    editing = {
        "gap_years": [0.0],
        "guidance_share": [1.0],
        "fitted_on": {"faces": 3, "weights_sha256": pack.weights_sha256},
    }
    monkeypatch.setattr(edit_fitting, "fit_editing", lambda *_a, **_k: editing)
    made = fit()
    assert made is not None
    assert written == [pack.path, pack.path]
    verify_pack(made)
    assert made.card["editing"] == editing
    assert json.loads((work / "editing.json").read_text(encoding="utf-8")) == editing
    assert made.weights_sha256 == pack.weights_sha256
    assert made.sha256 != pack.sha256
    assert "fitted on 3 faces with these weights" in (made.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert [path.name for path in pack.path.parent.iterdir()] == [pack.path.name]
    _check_refining(face_folder, made, monkeypatch)


def _check_refining(face_folder: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished pack gets a critic and is fitted anew without its work folder; its drawing networks stay."""
    seen: dict[str, Any] = {}

    def fitted(folder: Path, faces: Any, _analyser: object, **_options: object) -> dict[str, Any]:
        seen["names"] = {face.path.name for face in faces}
        return {
            "gap_years": [0.0],
            "fitted_on": {"faces": 9, "weights_sha256": read_pack(folder).weights_sha256},
        }

    monkeypatch.setattr(edit_fitting, "faces_threshold", lambda *_a, **_k: 0.4)
    monkeypatch.setattr(edit_fitting, "fit_editing", fitted)
    monkeypatch.setattr(critic_training, "STEPS", 3)
    out, before = pack.path.with_name("refined"), read_held_out(pack.path)

    def refine(**changed: Any) -> Pack:
        options = {"data": [face_folder], "out": out, "command": "again", "on_progress": lambda *_a: None}
        return pack_refining.refine_pack(pack, **{**options, **changed})

    young = {path.name for path in face_folder.iterdir() if 2 <= int(path.name.split("_")[0]) <= 13} & before
    made = refine(
        stages=["critic", "fit", "card"], children=len(young), critic_faces=40, work=out.with_name("lessons")
    )
    verify_pack(made)
    drawing = [name for name in pack.files if name.endswith(".safetensors")]
    assert {name: made.files[name] for name in drawing} == {name: pack.files[name] for name in drawing}
    assert made.components["critic"] == ("forensic_app", "LatentCritic")
    fitting, kept = read_held_out(made.path, name="fitting.txt"), read_held_out(made.path)
    assert young
    assert young <= fitting == seen["names"]
    assert fitting | kept == before | read_held_out(pack.path, name="fitting.txt")
    assert not fitting & kept
    assert made.card["refined_by"] == ["again"]
    assert made.weights_sha256 == pack.weights_sha256
    components = load_components(made, choose_device("cpu"))
    crops = [np.full((48, 48, 3), level, dtype=np.uint8) for level in (30, 200)]
    told = components.unlikeness(crops)
    assert told is not None
    assert len(set(told)) == 2
    assert components.critic.config.deviation > 0
    assert load_components(pack, choose_device("cpu")).unlikeness(crops) is None
    assert made.card["training_command"] == pack.card["training_command"]
    card = (made.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "fitted on 9 faces with these weights" in card
    assert "Refined: `again`" in card
    assert "Critic" in card
    renewed = refine(stages=["card"], note="A remark.", version="9")
    assert renewed.version == "9"
    assert "refined_by" not in renewed.card
    assert "A remark." in (renewed.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    with pytest.raises(InvalidInput, match="no stage"):
        refine(stages=["fits"])
    with pytest.raises(InvalidInput, match="hold only"):
        refine(stages=["fit"], children=1000)


def test_the_threshold_is_set_between_adult_training_faces_of_the_same_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = np.random.default_rng(0)
    adults = [LabelledFace(Path(f"one/{place}.jpg"), 30.0, Sex.FEMALE, "") for place in range(40)]
    children = [LabelledFace(Path(f"one/child{place}.jpg"), 5.0, Sex.FEMALE, "") for place in range(20)]
    others = [LabelledFace(Path(f"two/{place}.jpg"), 30.0, Sex.FEMALE, "") for place in range(20)]
    embeddings = {face.path: generator.normal(size=8) for face in adults}
    monkeypatch.setattr(training_faces, "read_photo", lambda face: face.path)

    class Analyser:
        def detect(self, photo: Path) -> list[Path]:
            return [photo]

        def embed(self, photo: Path, _face: object) -> Any:
            return embeddings.get(photo, np.zeros(8))

        def comparison_score(self, first: Any, second: Any) -> float:
            return -float(np.linalg.norm(first - second))

    analyser: Any = Analyser()
    kept = {"0.jpg", "1.jpg"}
    used = [embeddings[face.path] for face in adults[2:]]
    scores = [analyser.comparison_score(a, b) for place, a in enumerate(used) for b in used[place + 1 :]]
    threshold = training_faces.faces_threshold(
        [*adults, *children, *others], analyser, kept=kept, like=adults[:2]
    )
    assert np.mean(np.array(scores) >= threshold) <= 0.01
    assert threshold == pytest.approx(np.quantile(scores, 0.99), abs=0.3)


def test_validation_faces_are_never_drawn(
    face_folder: Path, tiny_config: BaseTrainingConfig, prepared: Path
) -> None:
    plan = _plan(face_folder, prepared, tiny_config)
    stages.run_stage(plan, "faces", _quiet)
    cache = load_cache(prepared)
    from forensic_app.engines.base_training.conditioning import build_tokenizer
    from forensic_app.engines.base_training.conditions import ConditionSampler
    from forensic_app.engines.base_training.crop_source import CropSource, Pictures

    crops = np.zeros_like(cache.crops)
    crops[cache.is_validation] = 255
    autoencoder = decoder_training.fit_encoder(cache, tiny_config)
    source = CropSource(Pictures(crops, torch.device("cpu")), autoencoder, tiny_config)
    sampler = ConditionSampler(cache, source, build_tokenizer(), tiny_config)
    batch = sampler.draw(500, torch.device("cpu"))
    black = source.plain(torch.from_numpy(cache.training_indices[:1]))
    white = source.plain(torch.from_numpy(cache.validation_indices[:1]))
    nearer = (batch.latents - black).flatten(1).norm(dim=1) < (batch.latents - white).flatten(1).norm(dim=1)
    assert bool(nearer.all())
    assert 0.3 < float(batch.embedding_dropped.float().mean()) < 0.5
    assert int(batch.timesteps.max()) < 950


def test_a_second_training_in_a_work_folder_is_refused_without_resume(
    face_folder: Path, tiny_config: BaseTrainingConfig, tmp_path: Path
) -> None:
    plan = _plan(face_folder, tmp_path, tiny_config)
    _prepare(plan, resume=False)
    with pytest.raises(InvalidInput, match="already holds"):
        _prepare(plan, resume=False)
    other = dataclasses.replace(plan, config=dataclasses.replace(tiny_config, fine_width=16))
    with pytest.raises(InvalidInput, match="fine_width"):
        _prepare(other, resume=True)
    longer = dataclasses.replace(plan, config=tiny_config.with_images(decoder=64, diffusion=96))
    _prepare(longer, resume=True)


def test_a_training_goes_on_only_with_the_faces_that_it_keeps_from_itself(
    prepared: Path, face_folder: Path, tiny_config: BaseTrainingConfig, tmp_path: Path
) -> None:
    plan = _plan(face_folder, prepared, tiny_config)
    _prepare(plan, resume=True)
    for first in ("faces", "projection"):
        stages.run_stage(plan, first, _quiet)
    plan = _copied(plan, tmp_path / "work")
    (plan.work / "faces").unlink()
    shutil.copytree(prepared / "faces", plan.work / "faces")
    stages.run_stage(plan, "projection", _quiet)
    marker = plan.work / "faces" / "cache.json"
    labels = json.loads(marker.read_text(encoding="utf-8"))
    kept = labels["is_validation"].index(True)
    trained = labels["is_validation"].index(False)
    labels["is_validation"][kept], labels["is_validation"][trained] = False, True
    marker.write_text(json.dumps(labels), encoding="utf-8")
    for stage in ("decoder", "diffusion"):
        with pytest.raises(InvalidInput, match="keep other faces"):
            stages.run_stage(plan, stage, _quiet)
    assert not (plan.work / "decoder.ckpt").is_file()


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "diffusion.ckpt"
    save_checkpoint(path, {"step": 1, "weights": torch.zeros(4)})
    assert load_checkpoint(path) is not None
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreUnavailable, match=r"diffusion\.ckpt"):
        load_checkpoint(path)


def test_a_larger_model_needs_only_a_configuration() -> None:
    small = plan_sizes(BaseTrainingConfig())
    large = plan_sizes(
        BaseTrainingConfig(
            resolution=384, unet_widths=(192, 384, 512, 512), unet_attention=(False, True, True, True)
        )
    )
    assert small["pack_mb"] <= 80
    assert large["latent_shape"] == [16, 32, 32]
    assert large["training_memory_mb"]["diffusion"] > small["training_memory_mb"]["diffusion"]


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="patch size"):
        BaseTrainingConfig(resolution=200)
    with pytest.raises(InvalidInput, match="unknown names"):
        BaseTrainingConfig.from_json({"resolutoin": 192})


def test_the_rate_warms_up_stays_and_falls() -> None:
    rates = [warmup_stable_decay(step, 100, warmup=10, decay_fraction=0.3) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[10:71] == [1.0] * 61
    assert rates[85] == pytest.approx(0.5)
    assert rates[100] == 0.0


def test_calibration_rises_and_belongs_to_the_bundled_estimator(
    face_folder: Path, tiny_config: BaseTrainingConfig, prepared: Path
) -> None:
    from forensic_app.workflows.training_faces import calibrate

    stages.run_stage(_plan(face_folder, prepared, tiny_config), "faces", _quiet)
    calibration = calibrate(load_cache(prepared))
    assert calibration.estimator == "dlib"
    assert (np.diff(calibration.calibrated) >= 0).all()


def test_a_short_stage_has_checkpoints_too() -> None:
    assert diffusion_training.checkpoint_interval(1_600, 8_000) == 200
    assert diffusion_training.checkpoint_interval(600_000, 8_000) == 8_000
    assert diffusion_training.checkpoint_interval(4, 8_000) == 1
