from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from forensic_app.engines.training.checkpoints import MovingAverage, require_checkpoint, save_checkpoint
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


def test_a_checkpoint_is_written_through_no_link_and_leaves_nothing_half(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    path = tmp_path / "work" / "stage.ckpt"
    path.parent.mkdir()
    path.with_suffix(".part").symlink_to(outside)
    (path.parent / ".stage.ckpt.0123.part").write_bytes(b"of a killed process")
    save_checkpoint(path, {"step": 1})
    path.unlink()
    path.symlink_to(outside)
    save_checkpoint(path, {"step": 2})
    assert outside.read_bytes() == b"kept"
    assert not path.is_symlink()
    assert require_checkpoint(path) == {"step": 2}
    assert sorted(each.name for each in path.parent.iterdir()) == ["stage.ckpt", "stage.part"]


def test_a_stage_that_has_not_begun_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="decoder stage has not begun"):
        require_checkpoint(tmp_path / "decoder.ckpt")
