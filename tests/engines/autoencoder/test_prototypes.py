from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from autoencoder_samples import SIDE_PX, TINY, small_cache

from forensic_app.engines.autoencoder import training
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.autoencoder.prototypes import AgeTable, fit_table
from forensic_app.engines.training.hardware import TrainingDevice

CPU = TrainingDevice(torch.device("cpu"), uses_bfloat16=False)


def fitted() -> AgeTable:
    table = AgeTable(SIDE_PX // 2, gain=1.0)
    fit_table(table, small_cache(60), age_balance=0.35)
    return table


def shown(table: AgeTable, ages: list[float], own_age: float) -> tuple[torch.Tensor, torch.Tensor]:
    cache = small_cache(60)
    images = torch.from_numpy(cache.crops[20:21]).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    code = [part.expand(len(ages), *part.shape[1:]) for part in table.encode(images)]
    return images, table.decode(code, torch.tensor(ages), torch.full((len(ages),), own_age))


def test_older_faces_are_brighter_as_in_the_samples_and_the_border_stays() -> None:
    images, pictures = shown(fitted(), [10.0, 30.0, 70.0], 30.0)
    young, own, old = (pictures - images).mean((1, 2, 3)).tolist()
    assert young < 0 < old
    assert own == 0.0
    assert torch.equal(pictures[2, :, 0], images[0, :, 0])


def test_ages_between_and_beyond_the_tables_are_interpolated_and_held() -> None:
    images, pictures = shown(fitted(), [45.0, 49.5, 54.0, 100.0, 110.0], 30.0)
    change = pictures - images
    torch.testing.assert_close(change[1], (change[0] + change[2]) / 2, atol=1e-5, rtol=0)
    assert torch.equal(change[3], change[4])


def test_fitting_twice_gives_the_same_table() -> None:
    assert torch.equal(fitted().table, fitted().table)


def test_a_validation_face_does_not_change_the_table() -> None:
    cache = small_cache(60)
    odd = cache.crops.copy()
    odd[cache.is_validation] = 255 - odd[cache.is_validation]
    table = AgeTable(SIDE_PX // 2, gain=1.0)
    fit_table(table, replace(cache, crops=odd), age_balance=0.35)
    assert torch.equal(table.table, fitted().table)


def test_the_training_writes_samples_and_the_weights_are_all_in_the_state(tmp_path: Path) -> None:
    config = replace(TINY, variant="prototypes", gain=1.5)
    lines: list[dict[str, object]] = []
    made = training.train_autoencoder(
        small_cache(), config, tmp_path, device=CPU, report=lambda _line: None, log=lines.append
    )
    assert lines[0]["validation_l1"] == 0.0
    assert list((tmp_path / "samples").iterdir())
    again = DeageAutoencoder(**made.config)
    again.load_state_dict(made.state_dict())
    images = torch.from_numpy(np.array(small_cache().crops[:1])).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    ages = torch.tensor([60.0])
    assert torch.equal(made(images, ages, ages / 2), again(images, ages, ages / 2))
