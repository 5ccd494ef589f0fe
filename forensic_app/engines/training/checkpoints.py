"""Training state on disk: written whole or not at all, loaded without executing anything.

Rules:
    * A checkpoint is written beside its place, under a name that nobody can know before, and renamed, so a killed
      process leaves the last good one. What one left half written goes with the next.
    * Loading uses torch's ``weights_only`` reader, which builds tensors and plain containers only.
"""

from __future__ import annotations

import os
import pickle
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from forensic_app.errors import InvalidInput, StoreUnavailable
from forensic_app.private import open_private


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write ``state`` (tensors, numbers, strings, dictionaries, lists) to ``path`` atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    with open_private(temporary, "xb") as stream:
        torch.save(dict(state), stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """Return the state in ``path``, or ``None`` when there is none.

    Raises:
        StoreUnavailable: The file is damaged.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise StoreUnavailable(
            f"The training checkpoint {path.name} is damaged.", "Delete it and start this stage again."
        ) from error
    return state


def require_checkpoint(path: Path) -> dict[str, Any]:
    """Return the state in ``path``.

    Raises:
        InvalidInput: There is none: the stage that is named as the file has not begun.
        StoreUnavailable: The file is damaged.
    """
    state = load_checkpoint(path)
    if state is None:
        raise InvalidInput(f"The {path.stem} stage has not begun.", f"Run the stage {path.stem} first.")
    return state


class MovingAverage:
    """Exponential moving average of a module's parameters, the weights that are exported.

    Args:
        module: Module whose parameters are followed.
        decay: Share kept at each step; early steps use ``(1 + step) / (10 + step)`` where that is less.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.step = 0
        self.values = {name: value.detach().clone().float() for name, value in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Move the averages towards the module's present parameters."""
        self.step += 1
        decay = min(self.decay, (1 + self.step) / (10 + self.step))
        names = list(self.values)
        current = dict(module.named_parameters())
        torch._foreach_lerp_(
            [self.values[name] for name in names],
            [current[name].detach().float() for name in names],
            1 - decay,
        )

    @torch.no_grad()
    def copy_to(self, module: nn.Module) -> None:
        """Write the averages into ``module``."""
        _set_parameters(module, self.values)

    @contextmanager
    def in_place_of(self, module: nn.Module) -> Iterator[None]:
        """Have ``module`` hold the averages for a while; its own weights come back whatever happens."""
        own = {name: value.detach().clone() for name, value in module.named_parameters()}
        self.copy_to(module)
        try:
            yield
        finally:
            _set_parameters(module, own)

    def state_dict(self) -> dict[str, Any]:
        """Return what :meth:`load_state_dict` reads."""
        return {"step": self.step, "values": self.values}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over a saved average."""
        self.step = int(state["step"])
        values: Mapping[str, Tensor] = state["values"]
        with torch.no_grad():
            for name, value in self.values.items():
                value.copy_(values[name])


def copy_averages(state: Mapping[str, Any], module: nn.Module) -> None:
    """Write the averages that a checkpoint holds as ``average`` into ``module``."""
    _set_parameters(module, state["average"]["values"])


@torch.no_grad()
def _set_parameters(module: nn.Module, values: Mapping[str, Tensor]) -> None:
    for name, parameter in module.named_parameters():
        parameter.copy_(values[name])
