from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.aging.components import Components, load_components, release_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.importing import import_pack
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.personalisation.adapters import (
    MOST_BYTES,
    Adapter,
    adapter_bytes,
    attached,
    read_adapter,
)
from forensic_app.engines.personalisation.draws import Draws, PersonalPhoto, outside_ages
from forensic_app.engines.personalisation.regularization import (
    RegularizationSet,
    from_folder,
    generate,
    kept_set,
    plan_of,
)
from forensic_app.engines.personalisation.schema import LossWeights, TrainingSettings
from forensic_app.engines.personalisation.training import OnStep, train
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.errors import AdapterRefused, EvidenceAltered, InvalidInput, RunCancelled

RECORD = {"subject_id": "S-0001", "pack_sha256": "a" * 64, "rank": 2, "photographed_ages": [30.0]}
EVERY = 3


def quiet(done: int, total: int) -> None:
    del done, total


def trained_bytes(
    components: Components,
    photos: list[PersonalPhoto],
    others: RegularizationSet,
    embedder: FaceEmbedder,
    settings: TrainingSettings,
    checkpoint: Path | None = None,
    on_step: OnStep = quiet,
) -> bytes:
    result = train(
        components,
        photos,
        others,
        settings,
        embedder=embedder,
        checkpoint=checkpoint,
        checkpoint_every=EVERY,
        on_step=on_step,
    )
    return adapter_bytes(Adapter(result.tensors, RECORD))


def predicted(components: Components) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    config = components.unet.config
    latents = torch.randn(1, config.in_channels, 16, 16, generator=generator)
    return components.predict(latents, 300, components.encode_conditions(["photo of person as 30-year-old"]))


def test_a_training_learns_the_photographs_and_gives_the_networks_back(
    components: Components, photos: list[PersonalPhoto], others: RegularizationSet, embedder: FaceEmbedder
) -> None:
    before = predicted(components)
    settings = TrainingSettings(
        steps=24, rank=4, learning_rate=1e-2, weights=LossWeights(1, 0, 0, 0, 0, 0), batch_size=4
    )
    result = train(components, photos, others, settings, embedder=embedder, on_step=quiet)
    values = [value for _, value in result.curves["reconstruction"]]
    assert np.mean(values[-8:]) < 0.97 * np.mean(values[:8])
    assert torch.equal(predicted(components), before)
    assert not any(parameter.requires_grad for parameter in components.unet.parameters())


def test_a_training_that_was_interrupted_ends_with_the_same_bytes(
    components: Components,
    photos: list[PersonalPhoto],
    others: RegularizationSet,
    embedder: FaceEmbedder,
    tmp_path: Path,
) -> None:
    settings = TrainingSettings(steps=2 * EVERY, rank=2, batch_size=1, prior_batch_size=1)
    whole = trained_bytes(components, photos, others, embedder, settings)
    path = tmp_path / "kept" / "training.ckpt"

    def interrupt(done: int, total: int) -> None:
        if done == EVERY + 2:
            raise RunCancelled("Stopped.", "Go on.")

    with pytest.raises(RunCancelled):
        trained_bytes(components, photos, others, embedder, settings, path, interrupt)
    seen: list[int] = []
    resumed = trained_bytes(
        components, photos, others, embedder, settings, path, lambda done, total: seen.append(done)
    )
    assert seen[0] == EVERY
    assert sha256_of_bytes(resumed) == sha256_of_bytes(whole)
    other = dataclasses.replace(settings, seed=1)
    assert trained_bytes(components, photos, others, embedder, other, path) != whole


def test_the_subjects_captions_hold_whole_years_and_the_recipe_as_published_none(
    photos: list[PersonalPhoto], others: RegularizationSet, components: Components
) -> None:
    def captions(style: str) -> tuple[str, ...]:
        settings = TrainingSettings(caption_style=style)  # type: ignore[arg-type]
        latents = torch.zeros(3, 4, 16, 16)
        draws = Draws(photos, latents, others, settings, tokenizer=components.tokenizer, sex="female")
        return draws.draw(0).captions

    years = captions("years")
    assert years[0] in {f"photo of sks person as {age}-year-old" for age in (28, 30, 32)}
    assert years[2].startswith("photo of person as ")
    assert years[4].startswith("photo of sks person as ")
    assert captions("words")[:2] == ("photo of sks person",) * 2
    assert len(captions("words")) == 4


def test_ages_to_extrapolate_to_lie_far_from_every_photograph() -> None:
    ages = outside_ages([20.0, 40.0])
    assert 14 in ages
    assert not {15, 25, 36, 45} & set(ages)
    assert {30, 3, 85} <= set(ages)


def test_an_adapter_is_read_only_with_its_digest_and_its_base_pack(
    components: Components, tmp_path: Path
) -> None:
    with attached(components, rank=2, alpha=2) as adapter:
        tensors = adapter.tensors()
    data = adapter_bytes(Adapter(tensors, RECORD))
    assert len(data) < MOST_BYTES
    path = tmp_path / "adapter"
    path.write_bytes(data)
    digest = sha256_of_bytes(data)
    read = read_adapter(path, expected_sha256=digest, pack_sha256="a" * 64)
    assert read.record["subject_id"] == "S-0001"
    assert all(torch.equal(read.tensors[name], tensor) for name, tensor in tensors.items())
    with pytest.raises(AdapterRefused, match="base pack"):
        read_adapter(path, expected_sha256=digest, pack_sha256="b" * 64)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(EvidenceAltered, match="SHA-256"):
        read_adapter(path, expected_sha256=digest, pack_sha256="a" * 64)
    with pytest.raises(EvidenceAltered, match="missing"):
        read_adapter(tmp_path / "gone", expected_sha256=digest, pack_sha256="a" * 64)


def test_an_adapter_of_more_than_20_mb_is_refused() -> None:
    with pytest.raises(AdapterRefused, match="lower rank"):
        adapter_bytes(Adapter({"unet.x": torch.zeros(MOST_BYTES // 4)}, RECORD))


def test_a_file_that_is_no_adapter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(AdapterRefused, match="is not an adapter"):
        read_adapter(path, expected_sha256=sha256_of_bytes(path.read_bytes()), pack_sha256="a" * 64)


def test_a_generated_set_is_balanced_repeatable_and_made_once(
    components: Components, embedder: FaceEmbedder, tmp_path: Path
) -> None:
    path = tmp_path / "cache" / "regularization.safetensors"
    first = kept_set(path, components, embedder, images=12, on_step=quiet)
    assert first.sexes.count("female") == 6
    assert first.captions[0] == f"photo of woman as {first.ages[0]}-year-old"
    again = generate(components, embedder, images=12, on_step=quiet)
    assert again.sha256 == first.sha256

    def fail(done: int, total: int) -> None:
        raise AssertionError("made again")

    assert kept_set(path, components, embedder, images=12, on_step=fail).sha256 == first.sha256


def test_ages_of_a_generated_set_fill_six_groups() -> None:
    ages, sexes = plan_of(600)
    groups = [(3, 12), (13, 19), (20, 34), (35, 54), (55, 69), (70, 85)]
    for low, high in groups:
        for sex in ("female", "male"):
            found = [
                age for age, other in zip(ages, sexes, strict=True) if low <= age <= high and sex == other
            ]
            assert len(found) == 50
            assert min(found) == low
            assert max(found) == high


def test_an_operators_folder_needs_faces_and_captions_with_ages(
    components: Components, embedder: FaceEmbedder, tmp_path: Path
) -> None:
    folder, small = tmp_path / "set", tmp_path / "small.png"
    Image.fromarray(astronaut()[:220, 110:330]).save(small)
    folder.mkdir()
    for number in range(12):
        shutil.copy(small, folder / f"{number}.png")
        (folder / f"{number}.txt").write_text(f"photo of woman as {20 + number}-year-old\n")
    made = from_folder(folder, components, embedder, on_step=quiet)
    assert (len(made), made.origin, made.sexes[0]) == (12, "folder", "female")
    assert set(made.ages) == set(range(20, 32))
    (folder / "3.txt").write_text("photo of woman")
    with pytest.raises(InvalidInput, match="names no age"):
        from_folder(folder, components, embedder, on_step=quiet)
    (folder / "3.txt").unlink()
    with pytest.raises(InvalidInput, match="no readable caption"):
        from_folder(folder, components, embedder, on_step=quiet)


def test_a_pack_in_the_layout_of_stable_diffusion_can_be_personalised(
    stable_diffusion_folder: Path,
    photos: list[PersonalPhoto],
    others: RegularizationSet,
    embedder: FaceEmbedder,
    tmp_path: Path,
) -> None:
    pack = import_pack(stable_diffusion_folder, name="sd", packs_dir=tmp_path)
    release_components()
    components = load_components(read_pack(pack.path), choose_device("cpu", threads=1))
    assert str(components.scheduler.config.prediction_type) == "epsilon"
    crop = photos[0].crop
    side = pack.resolution // len(crop)
    bigger = [
        dataclasses.replace(photo, crop=photo.crop.repeat(side, 0).repeat(side, 1)) if side > 1 else photo
        for photo in photos
    ]
    settings = TrainingSettings(steps=2, rank=2, batch_size=1, prior_batch_size=1, identity_every=1)
    result = train(components, bigger, others, settings, embedder=embedder, on_step=quiet)
    assert set(result.curves) >= {"reconstruction", "prior", "biometric", "cosine", "contrastive"}
    assert len(adapter_bytes(Adapter(result.tensors, RECORD))) < MOST_BYTES
    release_components()
