from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.pack.evaluation import evaluate_pack
from forensic_app.evaluation.pack.wording import estimator_sentence
from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
from forensic_app.evaluation.series.protocols import RawAge
from forensic_app.faces.align import align
from forensic_app.faces.analyser import Embedding, RgbImage
from forensic_app.faces.dlib import DlibAnalyser

TARGETS = (8.0, 62.0)


@pytest.fixture(scope="module")
def person(photo_path: Path) -> tuple[RgbImage, Embedding]:
    photo = np.asarray(Image.open(photo_path))
    analyser = DlibAnalyser()
    face = analyser.detect(photo)[0]
    return align(photo, face, 64).crop, analyser.embed(photo, face)


def _maker(pack: Path, **parameters: Any) -> AgingSeriesMaker:
    given = {"num_inference_steps": 4, **parameters}
    return AgingSeriesMaker(pack, parameters=given, device="cpu", threads=1)


def _series(maker: AgingSeriesMaker, person: tuple[RgbImage, Embedding], **given: Any) -> Any:
    crop, embedding = person
    arguments = {"source_age": 33.0, "sex": "female", "target_ages": TARGETS, **given}
    return maker.make_series(crop, embedding=embedding, **arguments)


@pytest.mark.parametrize(
    "parameters",
    [
        {"identity_guard": False},
        {"identity_floor": 1.0},
        {"inversion": "edit-friendly", "scheduler": "ddpm", "strength": 0.6, "identity_guard": False},
    ],
)
def test_a_series_is_edited_as_a_run_edits_it(
    built_pack: Path,
    person: tuple[RgbImage, Embedding],
    make_request: Callable[..., Any],
    photo_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parameters: dict[str, Any],
) -> None:
    import torch

    from forensic_app.engines.aging import editing
    from forensic_app.engines.registry import load_engine

    photo = np.asarray(Image.open(photo_path))
    analyser = DlibAnalyser()
    raw_age = RawAge(analyser.name, analyser.estimate_age(photo, analyser.detect(photo)[0]).years)
    calls: list[list[tuple[Any, Any, Any]]] = [[]]
    real = editing.edit

    def watched(predict: Any, schedule: Any, rows: Any, source: Any, **rest: Any) -> Any:
        latents = real(predict, schedule, rows, source, **rest)
        calls[-1].append(([(row.start, row.push) for row in rows], source, latents))
        return latents

    monkeypatch.setattr(editing, "edit", watched)
    load_engine("aging").run(make_request(**parameters), lambda fraction, stage: None)
    calls.append([])
    _series(_maker(built_pack, **parameters), person, raw_age=raw_age)
    in_run, in_series = calls
    assert len(in_run) == len(in_series) == (2 if parameters.get("identity_floor") else 1)
    for (run_rows, run_source, run_latents), (rows, source, latents) in zip(in_run, in_series, strict=True):
        assert rows == run_rows
        # An embedding of a batch differs from that of one face in the last digit on some processors.
        torch.testing.assert_close(source, run_source, rtol=1e-4, atol=1e-5)
        assert torch.allclose(latents, run_latents, atol=1e-5)


def _start(pack: Path, raw: RawAge | None, **parameters: Any) -> float:
    return _maker(pack, **parameters).ages_in_captions(40.0, TARGETS, raw)[0]


def test_the_edit_starts_between_the_stated_and_the_apparent_age(built_pack: Path) -> None:
    raw = RawAge("dlib", 60.0)
    apparent = float(np.interp(60.0, [0, 30, 90], [2, 33, 80]))
    assert _start(built_pack, raw) == pytest.approx((40.0 + apparent) / 2)
    assert _start(built_pack, raw, apparent_age_weight=0.0) == 40.0
    assert _start(built_pack, raw, apparent_age_weight=1.0) == pytest.approx(apparent)
    assert _start(built_pack, RawAge("another", 60.0)) == 40.0
    assert _start(built_pack, None) == 40.0


def test_a_series_that_changes_nothing_is_the_crop(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    maker = _maker(built_pack, guidance_scale=0.0, detail_keep=1.0, color_match=False)
    series = _series(maker, person, target_ages=(33.0,))
    assert np.abs(series[0].astype(int) - person[0]).max() <= 1


def test_a_series_is_repeatable_and_depends_on_the_age(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    maker = _maker(built_pack)
    first, again = _series(maker, person), _series(maker, person)
    assert first.shape == (2, 64, 64, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])


def test_limited_noise_may_come_back_less_at_the_eyes(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    def made(**parameters: float) -> Any:
        return _series(_maker(built_pack, identity_guard=False, settle=0.0, **parameters), person)

    whole = made(noise_limit=0.9)
    assert np.array_equal(whole, made(noise_limit=0.9, noise_at_eyes=1.0))
    assert not np.array_equal(whole, made(noise_limit=0.9, noise_at_eyes=0.0))
    assert np.array_equal(made(), made(noise_at_eyes=0.0))


def test_reconstruction_is_the_autoencoder_alone(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    crops = np.stack([person[0], 255 - person[0]])
    both = _maker(built_pack).reconstruct(crops)
    assert both.shape == crops.shape
    assert not np.array_equal(both[0], both[1])
    assert np.array_equal(both[:1], _maker(built_pack).reconstruct(crops[:1]))


def test_the_maker_says_what_it_is_and_how_far_it_is(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    said: list[tuple[float, str]] = []
    maker = AgingSeriesMaker(
        built_pack,
        seed=3,
        parameters={"num_inference_steps": 4},
        device="cpu",
        threads=1,
        on_progress=lambda fraction, words: said.append((fraction, words)),
    )
    _series(maker, person)
    assert {words for _, words in said} == {"Inverting the photograph", "Changing the age"}
    described = json.loads(json.dumps(maker.description))
    assert described["pack"] == "tiny"
    assert len(described["pack_sha256"]) == 64
    assert described["parameters"]["seed"] == 3
    assert "target_ages" not in described["parameters"]


def test_wrong_parameters_and_embeddings_are_refused(
    built_pack: Path, person: tuple[RgbImage, Embedding]
) -> None:
    with pytest.raises(InvalidInput, match="no parameter"):
        _maker(built_pack, sharpness=1)
    with pytest.raises(ValueError, match="128 numbers"):
        _series(_maker(built_pack), (person[0], np.zeros(512, np.float32)))


@pytest.mark.slow
def test_a_pack_is_evaluated_on_photographs(built_pack: Path, photo_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    folder.mkdir()
    portrait = Image.open(photo_path).crop((130, 0, 330, 200))
    for number in range(15):
        variant = ImageEnhance.Brightness(portrait.rotate(number - 7)).enhance(0.8 + 0.03 * number)
        variant.save(folder / f"{30 + number % 3}_1_{number % 2}_{number:017}.jpg.chip.jpg", quality=92)
    said: list[str] = []
    result = evaluate_pack(
        pack_path=built_pack,
        data_dir=folder,
        limit=15,
        out_dir=tmp_path / "out",
        seed=1,
        on_progress=lambda fraction, words: said.append(words),
        target_ages=(27.0,),
    )
    assert result["n_faces"] == 15
    assert 0 <= result["n_template_landmarks"] <= 15
    assert result["estimator_mae_raw"] < 25
    assert result["published_threshold"] == pytest.approx(0.4)
    assert result["n_non_mated_above_published_threshold"] > 100
    assert result["maker"]["pack"] == "tiny"
    assert (tmp_path / "out" / "evaluation.json").is_file()
    assert estimator_sentence(result) in said
