from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from forensic_app.engines.training.checkpoints import MovingAverage, require_checkpoint
from forensic_app.errors import InvalidInput


def test_a_module_gets_its_own_weights_back_whatever_happens() -> None:
    module = nn.Linear(2, 1)
    average = MovingAverage(module, 0.5)
    with torch.no_grad():
        module.weight.fill_(3.0)
    shown: list[bool] = []

    def look_and_fail() -> None:
        with average.in_place_of(module):
            shown.append(torch.equal(module.weight, torch.full((1, 2), 3.0)))
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        look_and_fail()
    assert shown == [False]
    assert torch.equal(module.weight, torch.full((1, 2), 3.0))


def test_a_stage_that_has_not_begun_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="decoder stage has not begun"):
        require_checkpoint(tmp_path / "decoder.ckpt")
