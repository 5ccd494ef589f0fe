from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from forensic_app.engines import device_names
from forensic_app.errors import InvalidInput


@pytest.mark.parametrize("name", device_names.DEVICES)
def test_the_devices_that_are_there_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_names, "is_cuda_usable", lambda: True)
    assert device_names.checked_device(name) == name


@pytest.mark.parametrize("name", device_names.PRECISIONS)
def test_the_precisions_are_accepted(name: str) -> None:
    assert device_names.checked_precision(name) == name


@pytest.mark.parametrize("check", [device_names.checked_device, device_names.checked_precision])
@pytest.mark.parametrize("name", ["", "gpu", "fp16", "bf61", "Auto", "cuda:1"])
def test_other_words_are_refused(check, name: str) -> None:
    with pytest.raises(InvalidInput, match="There is no"):
        check(name)


def test_another_process_asks_torch_where_it_is_not_loaded() -> None:
    """The answer is torch's own, and torch stays out of the process that asks."""
    words = (
        "import sys; from forensic_app.engines.device_names import is_cuda_usable; "
        "print(is_cuda_usable(), 'torch' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [str(torch.cuda.is_available()), "False"]
    device_names.is_cuda_usable.cache_clear()
    assert device_names.is_cuda_usable() == torch.cuda.is_available()
