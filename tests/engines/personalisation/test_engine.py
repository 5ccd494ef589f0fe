from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.prompts import caption
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.personalisation.adapters import Adapter, attached
from forensic_app.engines.personalisation.draws import PersonalPhoto
from forensic_app.engines.personalisation.engine import PersonalisationEngine
from forensic_app.engines.personalisation.gating import UNGATED, Gating, gating_of
from forensic_app.engines.personalisation.memory import plan_memory
from forensic_app.engines.personalisation.network import personalised
from forensic_app.engines.personalisation.photographs import Source, review_photographs
from forensic_app.engines.personalisation.schema import TrainingSettings
from forensic_app.engines.registry import load_engine
from forensic_app.errors import AdapterRefused, EngineError, EvidenceAltered, InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.messages import EngineResult, RunRequest

FALLING = Gating(strength=1.0, floor=0.5)
MakeRequest = Callable[..., RunRequest]
QUICK = {"steps": 4, "rank": 2, "batch_size": 1, "prior_batch_size": 1, "regularization_images": 12}


def quiet(fraction: float, stage: str) -> None:
    del fraction, stage


@pytest.fixture(scope="session")
def face_photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three photographs of one person."""
    folder = tmp_path_factory.mktemp("photos")
    face = astronaut()[:220, 110:330]
    pictures = [face, np.clip(face.astype(int) + 12, 0, 255), face[4:, 4:]]
    paths = []
    for number, picture in enumerate(pictures):
        path = folder / f"{number}.png"
        Image.fromarray(picture.astype(np.uint8)).save(path)
        paths.append(path)
    return paths


MakePersonal = Callable[..., RunRequest]


@pytest.fixture
def make_personal(make_request: MakeRequest, face_photos: list[Path], tmp_path: Path) -> MakePersonal:
    def make(
        photos: list[Path] | None = None, ages: tuple[float | None, ...] = (30, None, 32), **given: Any
    ) -> RunRequest:
        chosen = photos or face_photos
        facts = [
            {"exhibit_id": f"E-000{number}", "sha256": sha256_of_file(path), "age": ages[number % len(ages)]}
            for number, path in enumerate(chosen)
        ]
        return make_request(
            engine="personalisation",
            exhibit_path=chosen[0],
            exhibit_sha256=facts[0]["sha256"],
            reference_paths={f"E-000{number}": path for number, path in enumerate(chosen) if number},
            subject={"subject_id": "S-0001", "sex": "female", "photos": facts},
            cache_dir=tmp_path / "cache",
            parameters={**QUICK, **given},
        )

    return make


def learned(request: RunRequest) -> EngineResult:
    return PersonalisationEngine().run(request, quiet)


def test_a_run_makes_an_adapter_bound_to_subject_pack_and_photographs(make_personal: MakePersonal) -> None:
    result = learned(make_personal())
    assert result.adapter is not None
    facts = result.adapter.facts
    assert [photo["age_origin"] for photo in facts["photos"]] == ["record", "estimate", "record"]
    assert facts["captions"][0].startswith("photo of sks person as ")
    assert set(facts["curves"]) >= {"loss", "reconstruction", "prior", "extrapolation", "biometric"}
    assert facts["regularization"]["images"] == 12
    assert facts["memory"]["needed_bytes"] > 0
    assert any("3 photographs were used" in warning for warning in result.warnings)
    assert any("not recorded for 1 of 3" in warning for warning in result.warnings)


def test_a_replay_makes_the_same_bytes_and_leaves_no_checkpoint(
    make_personal: MakePersonal, tmp_path: Path
) -> None:
    first, second = learned(make_personal()), learned(make_personal())
    assert first.adapter is not None
    assert second.adapter is not None
    assert first.adapter.path.read_bytes() == second.adapter.path.read_bytes()
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".safetensors"]


def test_fewer_than_three_usable_photographs_are_refused(
    make_personal: MakePersonal, face_photos: list[Path], tmp_path: Path
) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "grey").save(blank)
    with pytest.raises(InvalidInput, match="Only 2 photographs"):
        learned(make_personal([*face_photos[:2], blank]))


def test_a_photograph_that_was_altered_is_refused(
    make_personal: MakePersonal, face_photos: list[Path]
) -> None:
    request = make_personal()
    facts = [{**photo, "sha256": "0" * 64} for photo in request.subject["photos"][1:]]
    request.subject["photos"][1:] = facts  # type: ignore[index]
    with pytest.raises(EvidenceAltered):
        learned(request)


class OddOneOut(DlibAnalyser):
    """Gives the last photograph another person's embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def embed(self, image: Any, face: Any) -> Any:
        self.seen += 1
        embedding = super().embed(image, face)
        return -embedding if self.seen == 4 else embedding


@pytest.mark.parametrize("leaves_out", [False, True])
def test_a_face_that_disagrees_is_named_and_left_out_only_when_asked(
    leaves_out: bool, face_photos: list[Path]
) -> None:
    paths = [*face_photos, face_photos[0]]
    sources = [Source(f"E-{number}", path, sha256_of_file(path), 30.0) for number, path in enumerate(paths)]
    review = review_photographs(sources, OddOneOut(), crop_px=64, leaves_out_disagreeing=leaves_out)
    assert len(review.photos) == (3 if leaves_out else 4)
    assert any("E-3 disagrees" in warning for warning in review.warnings)
    assert review.records[3]["use"] == ("left out" if leaves_out else "trained")
    assert review.records[3]["agreement"] < review.records[0]["agreement"]


@pytest.fixture
def components(built_pack: Path) -> Components:
    return load_components(read_pack(built_pack), choose_device("cpu", threads=1))


def random_adapter(components: Components) -> Adapter:
    with attached(components, rank=2, alpha=2) as placed:
        generator = torch.Generator().manual_seed(4)
        tensors = {
            name: torch.randn(each.shape, generator=generator) for name, each in placed.tensors().items()
        }
    record = {"rank": 2, "photographed_ages": [30.0, 40.0], "gating": FALLING.as_record()}
    return Adapter(tensors, record)


def test_gated_rows_are_predicted_as_alone_and_strength_zero_is_the_base_model(
    components: Components,
) -> None:
    generator = torch.Generator().manual_seed(2)
    latents = torch.randn(2, 4, 16, 16, generator=generator)
    captions = [caption(age, sex="female") for age in (35, 75)]
    base = components.predict(latents, 300, components.encode_conditions(captions))
    with personalised(components, random_adapter(components)) as network:
        conditions = network.encode_conditions([35, 75], sex="female")
        both = network.predict(latents, 300, conditions)
        alone = [network.predict(latents[row : row + 1], 300, conditions[row : row + 1]) for row in (0, 1)]
        off = network.predict(latents, 950, conditions)
        near, far = network.strengths([35, 75])
    assert torch.allclose(both, torch.cat(alone), rtol=1e-3, atol=1e-3)
    assert not torch.allclose(both, base, atol=1e-2)
    assert torch.allclose(
        off, components.predict(latents, 950, components.encode_conditions(captions)), atol=1e-6
    )
    assert near > far
    assert torch.equal(components.predict(latents, 300, components.encode_conditions(captions)), base)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_identity_tokens_weigh_as_much_as_without_an_adapter(
    components: Components, photos: list[PersonalPhoto], weight: float
) -> None:
    """At strength 0 a personalised run is its control arm, the single-image mode."""
    embedding = photos[0].embedding
    latents = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(2))
    alone = components.encode_conditions([caption(35, sex="female")], embedding, identity_weight=weight)
    with personalised(components, random_adapter(components)) as network:
        conditions = network.encode_conditions(
            [35], sex="female", embedding=embedding, identity_weight=weight
        )
        off = network.predict(latents, 950, conditions)
    assert torch.allclose(conditions[:, : alone.shape[1]], alone, atol=1e-6)
    assert torch.allclose(off, components.predict(latents, 950, alone), atol=1e-6)


def test_strength_falls_with_the_distance_in_years_and_with_noise() -> None:
    gating = Gating(strength=1.0, floor=0.4, scale_years=10.0, noise_limit=0.8, noise_ramp=0.2)
    strengths = [gating.at_age(age, [30.0]) for age in (30, 40, 60, 100)]
    assert strengths[0] == 1.0
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[-1] == pytest.approx(0.4, abs=1e-2)
    assert [gating.at_noise(share) for share in (0.9, 0.8, 0.7, 0.1)] == pytest.approx([0.0, 0.0, 0.5, 1.0])
    assert gating_of("floor=0.3, noise_limit=0.6") == Gating(floor=0.3, noise_limit=0.6)
    assert gating_of("") == Gating()
    for wrong in ("floor", "height=1", "floor=low"):
        with pytest.raises(InvalidInput, match="no setting"):
            gating_of(wrong)
    assert UNGATED.at_age(90, [10.0]) * UNGATED.at_noise(1.0) == 1.0


@pytest.mark.slow
def test_the_ageing_engine_uses_an_adapter_and_records_it(
    make_request: MakeRequest, make_personal: MakePersonal
) -> None:
    result = learned(make_personal(learning_rate=0.05))
    assert result.adapter is not None
    sha256 = sha256_of_file(result.adapter.path)
    plain = load_engine("aging").run(make_request(), quiet)
    personal = load_engine("aging").run(make_request(adapter=sha256, adapter_path=result.adapter.path), quiet)
    record = personal.environment["adapter"]
    assert record["sha256"] == sha256
    assert set(record["strength_by_age"]) == {"8", "62"}
    assert personal.environment["captions"][1] == "photo of sks person as 8-year-old"
    assert "adapter" not in plain.environment
    assert "likeness_pull" not in plain.environment
    assert personal.environment["likeness_pull"] == {"analyser": "dlib", "strength": 0.075, "photographs": 3}
    pixels = [run.images[0].metrics["pixels_sha256"] for run in (plain, personal)]
    assert pixels[0] != pixels[1]
    unpulled = make_request(adapter=sha256, adapter_path=result.adapter.path, likeness_pull=0.0)
    alone = load_engine("aging").run(unpulled, quiet)
    assert "likeness_pull" not in alone.environment
    assert alone.images[0].metrics["pixels_sha256"] not in pixels
    again = load_engine("aging").run(make_request(), quiet)
    assert again.images[0].metrics["pixels_sha256"] == pixels[0]


def test_an_adapter_that_was_altered_or_not_handed_over_is_refused(
    make_request: MakeRequest, make_personal: MakePersonal
) -> None:
    result = learned(make_personal())
    assert result.adapter is not None
    path = result.adapter.path
    sha256 = sha256_of_file(path)
    with pytest.raises(AdapterRefused, match="not handed"):
        load_engine("aging").run(make_request(adapter=sha256), quiet)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(EvidenceAltered):
        load_engine("aging").run(make_request(adapter=sha256, adapter_path=path), quiet)


def test_a_training_that_cannot_fit_is_refused_with_advice(
    components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = "forensic_app.engines.personalisation.memory.free_bytes"
    with attached(components, rank=2, alpha=2):
        whole = plan_memory(components, TrainingSettings(), parameters=1000)
        assert not whole.is_checkpointed
        assert whole.row_bytes > 10_000
        monkeypatch.setattr(memory, lambda device: whole.needed_bytes - 1)
        smaller = plan_memory(components, TrainingSettings(), parameters=1000)
        assert smaller.is_checkpointed
        assert smaller.row_bytes < whole.row_bytes
        monkeypatch.setattr(memory, lambda device: 1000)
        with pytest.raises(EngineError, match="batch sizes"):
            plan_memory(components, TrainingSettings(), parameters=1000)
