"""A run, a series of the evaluation and the autoencoder's teacher edit the same photograph alike, bit for bit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging import engine as engine_module
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.edit_network import PackNetwork
from forensic_app.engines.aging.face_edit import EditedFace, Face, edit_face, edit_faces
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.aging.prompts import TRAITS_TEMPLATE
from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.autoencoder.teacher import Teacher
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import Pack, read_pack, write_manifest
from forensic_app.engines.personalisation.adapters import PHOTOGRAPHS_KEY, Adapter, adapter_bytes, attached
from forensic_app.engines.personalisation.gating import Gating
from forensic_app.engines.personalisation.network import opened
from forensic_app.engines.pictures.compositing import prepare_canvas
from forensic_app.engines.registry import load_engine
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
from forensic_app.evaluation.series.protocols import RawAge
from forensic_app.faces.align import AlignedFace, align, template
from forensic_app.faces.analyser import Embedding, RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.parameters import resolve

# Untrained packs draw colours that no screen has.
pytestmark = pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")

TARGETS = [8.0, 62.0]
EDITING = {"gap_years": [-40, 40], "guidance_share": [0.4, 1.9], "settle": [0.3, 0.5]}
STATED = 33.0


@pytest.fixture(scope="module")
def pack(built_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The tiny pack with a table of edit weights and second passes, so that a hundredth of a year shows."""
    return _with(built_pack, tmp_path_factory, editing=EDITING)


def _with(built: Path, folders: pytest.TempPathFactory, **card: Any) -> Pack:
    folder = folders.mktemp("parity") / "tiny"
    shutil.copytree(built, folder)
    (folder / "pack.json").unlink()
    given = {"name": "tiny", "version": "1", "resolution": 64, "licence": "LicenseRef-test", **card}
    return write_manifest(folder, given)


@pytest.fixture(scope="module")
def photo(photo_path: Path) -> RgbImage:
    return np.asarray(Image.open(photo_path))


@pytest.fixture(scope="module")
def person(photo: RgbImage) -> tuple[AlignedFace, Embedding, RawAge]:
    analyser = DlibAnalyser()
    face = analyser.detect(photo)[0]
    raw_age = RawAge(analyser.name, analyser.estimate_age(photo, face).years)
    return align(photo, face, 64), analyser.embed(photo, face), raw_age


@pytest.fixture(scope="module")
def adapter_path(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter of seeded numbers, with photographs to be drawn towards."""
    generator = torch.Generator().manual_seed(4)
    with attached(_components(pack), rank=2, alpha=2) as placed:
        tensors = {
            name: 0.3 * torch.randn(each.shape, generator=generator)
            for name, each in placed.tensors().items()
        }
    tensors[PHOTOGRAPHS_KEY] = 0.1 * torch.randn(3, 128, generator=generator)
    record = {
        "rank": 2,
        "pack_sha256": pack.sha256,
        "photographed_ages": [30.0, 40.0],
        "gating": Gating(floor=0.4).as_record(),
    }
    path = tmp_path_factory.mktemp("adapter") / "adapter.safetensors"
    path.write_bytes(adapter_bytes(Adapter(tensors, record)))
    return path


def _components(pack: Pack) -> Components:
    return load_components(pack, choose_device("cpu", threads=1))


def _series(
    pack: Pack, person: tuple[AlignedFace, Embedding, RawAge], adapter: Path | None, **parameters: Any
) -> Any:
    aligned, embedding, raw_age = person
    maker = AgingSeriesMaker(pack.path, parameters=parameters, device="cpu", threads=1)
    opening = nullcontext() if adapter is None else opened(maker.components, adapter, sha256_of_file(adapter))
    with opening as network:
        maker.network = network
        return maker.make_series(
            aligned.crop,
            source_age=STATED,
            sex="female",
            embedding=embedding,
            target_ages=TARGETS,
            raw_age=raw_age,
        )


@pytest.fixture
def edits(monkeypatch: pytest.MonkeyPatch) -> list[EditedFace]:
    """What runs have edited, in a list that grows."""
    made: list[EditedFace] = []

    def watched(*given: Any) -> EditedFace:
        made.append(edit_face(*given))
        return made[-1]

    monkeypatch.setattr(engine_module, "edit_face", watched)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("has_adapter", [False, True])
@pytest.mark.parametrize("pull", [0.0, 0.2])
@pytest.mark.parametrize("guard", [{"identity_guard": False}, {"identity_floor": 1.0}])
def test_a_run_and_a_series_give_the_same_crops(
    pack: Pack,
    photo: RgbImage,
    person: tuple[AlignedFace, Embedding, RawAge],
    adapter_path: Path,
    make_request: Callable[..., Any],
    edits: list[EditedFace],
    has_adapter: bool,
    pull: float,
    guard: dict[str, Any],
) -> None:
    parameters = {"num_inference_steps": 6, "likeness_pull": pull, **guard}
    adapter = adapter_path if has_adapter else None
    named = {} if adapter is None else {"adapter": sha256_of_file(adapter), "adapter_path": adapter}
    result = load_engine("aging").run(make_request(pack, **parameters, **named), lambda fraction, stage: None)
    (edited,) = edits
    assert ("adapter" in result.environment, "likeness_pull" in result.environment) == (has_adapter, pull > 0)
    assert ("identity_guard" in result.environment) == ("identity_floor" in guard)
    np.testing.assert_array_equal(edited.finished_crops(), _series(pack, person, adapter, **parameters))
    canvas = prepare_canvas(photo, person[0], edited.reconstruction)
    for image, picture, plan in zip(result.images, edited.decoded, edited.plans, strict=True):
        shown = canvas.finished(picture, detail=plan.detail, surround_detail=1.0, color_match=True)
        np.testing.assert_array_equal(np.asarray(Image.open(image.path))[: photo.shape[0]], shown)


def test_adapter_pull_and_guard_each_change_the_pictures(
    pack: Pack, person: tuple[AlignedFace, Embedding, RawAge], adapter_path: Path
) -> None:
    free = {"num_inference_steps": 6, "identity_guard": False, "likeness_pull": 0.0}
    plain = _series(pack, person, None, **free)
    others = [
        _series(pack, person, adapter_path, **free),
        _series(pack, person, None, **{**free, "likeness_pull": 0.2}),
        _series(pack, person, None, **{**free, "identity_guard": True, "identity_floor": 1.0}),
    ]
    assert all((other != plain).any(axis=(1, 2, 3)).all() for other in others)


def test_the_teacher_gives_the_crops_of_a_series_without_the_guard(
    pack: Pack, person: tuple[AlignedFace, Embedding, RawAge]
) -> None:
    aligned, embedding, raw_age = person
    cache = FaceCache(
        crops=aligned.crop[None],
        embeddings=embedding[None],
        landmarks=template("dlib5", 64)[None].astype(np.float32),
        ages=np.array([STATED], np.float32),
        sexes=("female",),
        groups=("",),
        raw_ages=np.array([raw_age.years], np.float32),
        sharpness=np.zeros(1, np.float32),
        colour_spread=np.zeros(1, np.float32),
        is_validation=np.zeros(1, np.bool_),
        names=("1.jpg",),
    )
    teacher = Teacher(pack, TrainingDevice(torch.device("cpu"), uses_bfloat16=False))
    taught = teacher.edit(cache, np.array([0]), np.array([TARGETS], np.float32))
    np.testing.assert_array_equal(taught[0], _series(pack, person, None, identity_guard=False))


def _face(crop: RgbImage, embedding: Embedding, stated: float = STATED) -> Face:
    return Face(crop, SourceAge.of(stated, None, weight=0.5), TARGETS, "female", embedding)


def test_faces_that_the_guard_looks_at_are_edited_one_by_one(
    pack: Pack, person: tuple[AlignedFace, Embedding, RawAge]
) -> None:
    aligned, embedding, _ = person
    faces = [_face(aligned.crop, embedding), _face(aligned.crop // 2, embedding, 50.0)]
    network = PackNetwork(_components(pack))
    parameters = resolve(SCHEMA, {"num_inference_steps": 4, "identity_floor": 1.0})
    for edited, face in zip(edit_faces(network, faces, parameters), faces, strict=True):
        alone = edit_face(network, face, parameters)
        assert edited.plans == alone.plans
        np.testing.assert_array_equal(edited.decoded, alone.decoded)


def test_captions_say_grey_of_a_grey_photograph_where_the_pack_has_a_word_for_it(
    built_pack: Path,
    tmp_path_factory: pytest.TempPathFactory,
    person: tuple[AlignedFace, Embedding, RawAge],
) -> None:
    aligned, embedding, _ = person
    grey = np.repeat(aligned.crop.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    parameters = resolve(SCHEMA, {"num_inference_steps": 2, "identity_guard": False})

    def source_caption(pack: Pack, crop: RgbImage) -> str:
        edited = edit_face(PackNetwork(_components(pack)), _face(crop, embedding), parameters)
        return str(edited.record["captions"][0])

    worded = _with(built_pack, tmp_path_factory, prompt_style=TRAITS_TEMPLATE)
    assert source_caption(worded, grey) == "sharp grey photo of woman as 33-year-old"
    assert source_caption(worded, aligned.crop) == "sharp colour photo of woman as 33-year-old"
    plain = read_pack(built_pack)
    assert (
        source_caption(plain, grey) == source_caption(plain, aligned.crop) == "photo of woman as 33-year-old"
    )
