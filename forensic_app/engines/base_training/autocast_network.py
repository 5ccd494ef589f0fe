"""A pack's networks in a training's precision, for edits that a training learns from."""

from __future__ import annotations

from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.edit_network import PackNetwork
from forensic_app.engines.training.hardware import TrainingDevice


class AutocastNetwork(PackNetwork):
    """A pack's networks, predicting in the training's precision."""

    def __init__(self, components: Components, device: TrainingDevice) -> None:
        super().__init__(components)
        self._device = device

    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        """Return the pack's prediction, computed in the training's precision."""
        with self._device.autocast():
            return super().predict(latents, timestep, conditions)
