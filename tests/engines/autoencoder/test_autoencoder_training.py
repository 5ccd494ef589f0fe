from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from autoencoder_samples import CPU, SIDE_PX, TINY, KilledError, ignore, save_base_cache, small_cache

from forensic_app.engines.autoencoder import training
from forensic_app.engines.autoencoder.batches import Batch, values_of
from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.autoencoder.faces import borrowed_cache
from forensic_app.engines.autoencoder.judging import AgeJudge, judge_loss, other_ages
from forensic_app.engines.autoencoder.network import ChangeByAge, DeageAutoencoder
from forensic_app.engines.base_training.decoder_training import FaceFeatures
from forensic_app.engines.packs.pack import Pack, read_pack
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.errors import InvalidInput
from forensic_app.faces.align import mirrored_landmarks, template
from forensic_app.faces.dlib import DlibAnalyser

# Untrained packs draw colours that no screen has.
pytestmark = pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")

FILM = replace(TINY, teacher_faces=4, teacher_ages=2)
JUDGED = replace(FILM, adversarial_weight=0.5, adversarial_from=0.4)


def trained(
    config: AutoencoderTrainingConfig, work: Path, log: training.LogMetrics, pack: Pack
) -> DeageAutoencoder:
    return training.train_autoencoder(small_cache(), pack, config, work, device=CPU, report=ignore, log=log)


def test_a_killed_training_ends_with_the_weights_of_an_uninterrupted_one(
    built_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_EVERY_IMAGES", TINY.batch)
    pack = read_pack(built_pack)

    def killing(values: dict[str, object]) -> None:
        if values["done"] == 6:
            raise KilledError

    whole = trained(JUDGED, tmp_path / "a", ignore, pack)
    with pytest.raises(KilledError):
        trained(JUDGED, tmp_path / "b", killing, pack)
    seen: list[dict[str, object]] = []
    resumed = trained(JUDGED, tmp_path / "b", seen.append, pack)
    assert [line["done"] for line in seen] == [8]
    assert (tmp_path / "b" / "samples" / "autoencoder_000008.png").is_file()
    first = training.new_session(FILM, CPU).network.state_dict()
    assert any(not torch.equal(value, first[name]) for name, value in whole.state_dict().items())
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=0, atol=0, msg=name)


def test_the_judges_verdict_reaches_the_student_and_the_judge_learns(
    built_pack: Path, tmp_path: Path
) -> None:
    plain, judged = (
        trained(config, tmp_path / str(place), ignore, read_pack(built_pack))
        for place, config in enumerate((FILM, JUDGED))
    )
    pairs = zip(plain.state_dict().values(), judged.state_dict().values(), strict=True)
    assert any(not torch.equal(one, other) for one, other in pairs)


def test_a_judge_learns_to_refuse_a_students_picture_and_the_teachers_of_another_age() -> None:
    torch.manual_seed(3)
    judge = AgeJudge(width=16)
    critic = torch.optim.AdamW(judge.parameters(), lr=3e-3)
    ages, own = torch.tensor([20.0, 60.0]), torch.tensor([40.0, 40.0])
    source, smooth = torch.zeros(2, 3, SIDE_PX, SIDE_PX), torch.full((2, 3, SIDE_PX, SIDE_PX), 0.1)
    rough = torch.randn(smooth.shape, generator=torch.Generator().manual_seed(1)) * 0.3
    losses = []
    for _ in range(100):
        loss = judge_loss(judge, source, rough, smooth, ages, own)
        torch.autograd.backward(loss)
        critic.step()
        critic.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    with torch.no_grad():
        right, wrong, drawn = (
            judge(source, shown, told, own).mean(1)
            for shown, told in ((rough, ages), (rough, ages.flip(0)), (smooth, ages))
        )
    assert torch.all(right > wrong + 0.1)
    assert torch.all(right > drawn + 0.1)


def test_a_judge_looks_at_the_face_alone() -> None:
    judge = AgeJudge().eval()
    source = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    border = source.clone()
    border[..., 0] = border[..., -1] = border[..., 0, :] = 1.0
    age, own = torch.tensor([70.0]), torch.tensor([30.0])
    with torch.no_grad():
        assert torch.equal(judge(source, border, age, own), judge(source, source, age, own))
        assert not torch.equal(judge(source, source + 0.5, age, own), judge(source, source, age, own))


def test_an_age_that_a_picture_is_wrongly_held_out_as_is_far_away() -> None:
    ages = torch.tensor([8.0, 10.0, 45.0, 75.0, 62.0])
    wrong = other_ages(ages)
    assert torch.all((wrong - ages).abs() >= 20.0)
    assert torch.all(wrong >= 0.0)


def test_a_finished_student_is_exported_without_the_edits_but_not_for_another_teacher(
    built_pack: Path, tiny_pack: Path, tmp_path: Path
) -> None:
    made = trained(FILM, tmp_path / "w", ignore, read_pack(built_pack))
    for path in (tmp_path / "w" / "teacher").glob("edits_*"):
        path.unlink()
    again = trained(FILM, tmp_path / "w", ignore, read_pack(built_pack))
    for name, value in made.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
    manifest = json.loads((tiny_pack / "pack.json").read_text())
    (tiny_pack / "pack.json").write_text(json.dumps({**manifest, "version": "2"}))
    with pytest.raises(InvalidInput, match="teacher"):
        trained(FILM, tmp_path / "w", ignore, read_pack(tiny_pack))


def test_a_gain_is_put_on_after_the_training(built_pack: Path, tmp_path: Path) -> None:
    made = [
        trained(replace(FILM, gain=gain), tmp_path / str(gain), ignore, read_pack(built_pack))
        for gain in (FILM.gain, 3.0)
    ]
    assert [each.config["gain"] for each in made] == [1.4, 3.0]
    plain, strong = (DeageAutoencoder(FILM.widths, gain=each.gain) for each in made)
    for network, source in ((plain, made[0]), (strong, made[1])):
        network.load_state_dict(source.state_dict())
    for name, value in made[0].state_dict().items():
        assert torch.equal(value, made[1].state_dict()[name])
    images = face_batch().images
    old, own = torch.full((2,), 80.0), torch.full((2,), 30.0)
    with torch.no_grad():
        changes = [network(images, old, own) - images for network in (plain, strong)]
    assert float(changes[0].abs().max()) > 0
    torch.testing.assert_close(changes[1], 3.0 / 1.4 * changes[0], atol=1e-5, rtol=1e-4)


def test_how_far_the_student_is_from_edits_that_it_never_saw_is_logged(
    built_pack: Path, tmp_path: Path
) -> None:
    seen: list[dict[str, object]] = []
    trained(replace(FILM, teacher_faces=8, images=2), tmp_path, seen.append, read_pack(built_pack))
    assert 0 < float(str(seen[0]["taught_l1"])) < 2
    assert 0 < float(str(seen[0]["untaught_l1"])) < 2


def face_batch() -> Batch:
    cache = small_cache()
    picks = np.array([0, 5])
    images = values_of(cache.crops[picks])
    return Batch(
        images, torch.tensor([60.0, 60.0]), torch.tensor([20.0, 20.0]), images,
        cache.landmarks[picks].astype(np.float64),
    )  # fmt: skip


def test_the_identity_term_reaches_the_first_layer_and_is_none_while_the_face_is_still_the_same() -> None:
    batch = face_batch()
    network = training.new_session(TINY, CPU).network
    assert isinstance(network.body, ChangeByAge)
    torch.nn.init.normal_(network.body.last.weight, std=1.0)
    embedder = FaceEmbedder(torch.device("cpu"))
    made = network(batch.images, batch.ages, batch.own_ages)

    def term(pictures: torch.Tensor, floor: float) -> torch.Tensor:
        return training.identity_loss(embedder, pictures, batch.images, batch.landmarks, CPU, floor=floor)

    lacking = float(term(made.detach(), 0.99))
    term(made, 0.99).backward()  # type: ignore[no-untyped-call]
    assert network.body.first.weight.grad is not None
    assert network.body.first.weight.grad.norm() > 0
    assert float(term(batch.images, 0.99)) == 0.0
    assert lacking > float(term(made.detach(), 0.9)) >= float(term(made.detach(), -9.0)) == 0.0


def test_features_tell_a_soft_picture_from_a_sharp_one() -> None:
    batch = face_batch()
    features = FaceFeatures(DlibAnalyser().recognition_network)
    soft = torch.nn.functional.avg_pool2d(batch.images, 3, stride=1, padding=1)
    assert float(training.feature_loss(features, batch.images, batch.images, CPU)) == 0.0
    assert float(training.feature_loss(features, soft, batch.images, CPU)) > 0.01


def test_each_judge_changes_a_step() -> None:
    batch = face_batch()
    wanted = replace(batch, wanted=batch.images * 0.5)
    judges = training.Judges(
        FaceEmbedder(torch.device("cpu")), FaceFeatures(DlibAnalyser().recognition_network)
    )
    ends = []
    for weights in ({}, {"feature_weight": 0.0}, {"identity_weight": 50.0, "identity_floor": 1.0}):
        session = training.new_session(TINY, CPU)
        assert isinstance(session.network.body, ChangeByAge)
        torch.nn.init.normal_(session.network.body.last.weight, std=0.3)
        training.take_step(session, wanted, replace(TINY, **weights), judges, CPU)  # type: ignore[arg-type]
        ends.append(session.network.body.blocks[0].two.weight.detach().clone())  # type: ignore[union-attr]
    assert not torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_the_gain_multiplies_the_change() -> None:
    torch.manual_seed(1)
    images = torch.zeros(1, 3, 32, 32)
    images[:, :, 10:20] = 0.5
    plain, strong = (DeageAutoencoder((8, 8), gain=gain) for gain in (1.0, 2.0))
    torch.nn.init.normal_(plain.body.last.weight, std=0.1)  # type: ignore[arg-type, union-attr]
    strong.load_state_dict(plain.state_dict())
    age = torch.tensor([60.0])
    young = torch.tensor([20.0])
    with torch.no_grad():
        changes = [made(images, age, young) - images for made in (plain, strong)]
    assert float(changes[0].abs().max()) > 0
    torch.testing.assert_close(changes[1], 2 * changes[0])


def test_a_borrowed_cache_is_scaled_and_left_alone(tmp_path: Path) -> None:
    cache = small_cache()
    folder = save_base_cache(cache, tmp_path / "base", data=tmp_path / "data")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    lent = borrowed_cache(tmp_path / "base", tmp_path / "data", resolution=32)
    assert lent.crops.shape == (12, 32, 32, 3)
    np.testing.assert_allclose(lent.landmarks[0], template("dlib5", 32), atol=1e-4)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    for problem in (
        {"data": tmp_path / "other", "resolution": 32},
        {"data": tmp_path / "data", "resolution": 96},
    ):
        with pytest.raises(InvalidInput):
            borrowed_cache(tmp_path / "base", **problem)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no face cache"):
        borrowed_cache(tmp_path / "none", tmp_path / "data", resolution=32)


def test_a_face_cache_of_an_earlier_version_is_refused_in_words(tmp_path: Path) -> None:
    folder = save_base_cache(small_cache(), tmp_path / "base", data=tmp_path / "data")
    marker = folder / "cache.json"
    labels = json.loads(marker.read_text(encoding="utf-8"))
    labels["stamp"]["data"] = str(tmp_path / "data")
    del labels["sharpness"], labels["colour_spread"]
    marker.write_text(json.dumps(labels), encoding="utf-8")
    with pytest.raises(InvalidInput, match="earlier version"):
        borrowed_cache(tmp_path / "base", tmp_path / "data", resolution=32)


def test_mirrored_landmarks_keep_their_order() -> None:
    points = template("dlib5", SIDE_PX)
    np.testing.assert_allclose(mirrored_landmarks(points, SIDE_PX), points, atol=1e-9)
    shifted = points + np.array([3.0, 0.0])
    np.testing.assert_allclose(mirrored_landmarks(shifted, SIDE_PX), points - np.array([3.0, 0.0]))


def test_settings_that_may_not_change_are_named() -> None:
    assert training.sizes_changed(TINY, replace(TINY, patch_px=8, images=16)) == ["patch_px"]
