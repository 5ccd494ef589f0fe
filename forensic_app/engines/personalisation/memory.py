"""What a training will need in memory, measured on one row before it starts.

Rules:
    * What a backward pass keeps is counted, not guessed: the tensors that autograd saves for one row.
    * Where it does not fit, activations are computed again instead of kept (gradient checkpointing); where
      that does not fit either, the training is refused before it starts.

References:
    Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psutil
import torch
from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.personalisation.schema import TrainingSettings
from forensic_app.errors import EngineError

_OVERHEAD = 1.3
_BYTES_PER_PARAMETER = 16
"""Value, gradient and two moments of a trained number, float32."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Bytes that a training needs.

    Attributes:
        weights_bytes: The pack's networks.
        trained_bytes: The adapter with its gradients and moments.
        row_bytes: What one row keeps for the backward pass.
        rows: Rows of a step.
        needed_bytes: All of it, with 30 % for what is not counted.
        free_bytes: Free beyond what is loaded already.
        is_checkpointed: Whether activations are computed again instead of kept.
    """

    weights_bytes: int
    trained_bytes: int
    row_bytes: int
    rows: int
    needed_bytes: int
    free_bytes: int
    is_checkpointed: bool

    def as_record(self) -> dict[str, Any]:
        """Return the plan as JSON types."""
        return asdict(self)

    def sentence(self) -> str:
        """Return the plan in words."""
        how = ", activations computed again" if self.is_checkpointed else ""
        return (
            f"The training needs about {self.needed_bytes / 1e9:.2f} GB beside the model's "
            f"{self.weights_bytes / 1e9:.2f} GB ({self.rows} rows in a step{how}); "
            f"{self.free_bytes / 1e9:.1f} GB are free."
        )


def plan_memory(components: Components, settings: TrainingSettings, *, parameters: int) -> MemoryPlan:
    """Measure one row and return the plan; the adapter is attached already.

    Args:
        components: The pack's networks with an adapter attached.
        settings: Rows of a step.
        parameters: Number of trained numbers.

    Raises:
        EngineError: The training does not fit in memory.
    """
    free = free_bytes(components.device.device)
    plan = _measured(components, settings, parameters=parameters, free=free, is_checkpointed=False)
    if plan.needed_bytes > free:
        with checkpointed(components, is_wanted=True):
            plan = _measured(components, settings, parameters=parameters, free=free, is_checkpointed=True)
    if plan.needed_bytes > free:
        raise EngineError(
            plan.sentence(),
            "Lower the batch sizes or the rank, close other programs, or use a machine with more memory.",
        )
    return plan


@contextmanager
def checkpointed(components: Components, *, is_wanted: bool) -> Iterator[None]:
    """Have the U-Net compute activations again instead of keeping them, for a while."""
    if not is_wanted:
        yield
        return
    unet = components.unet
    unet.enable_gradient_checkpointing()
    unet.train()
    try:
        yield
    finally:
        unet.disable_gradient_checkpointing()
        unet.eval()


def free_bytes(device: torch.device) -> int:
    """Return the memory that is free for tensors on ``device``, in bytes."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def _measured(
    components: Components, settings: TrainingSettings, *, parameters: int, free: int, is_checkpointed: bool
) -> MemoryPlan:
    rows = settings.batch_size + settings.prior_batch_size + int(settings.uses_extrapolation)
    networks = (components.unet, components.vae, components.text_encoder)
    weights = sum(each.numel() * each.element_size() for network in networks for each in network.parameters())
    row = _kept_by_one_row(components)
    trained = parameters * _BYTES_PER_PARAMETER
    needed = int((trained + row * rows) * _OVERHEAD)
    return MemoryPlan(weights, trained, row, rows, needed, free, is_checkpointed)


def _kept_by_one_row(components: Components) -> int:
    """Return the bytes that autograd saves in one forward pass of one row, weights left out."""
    config, device = components.unet.config, components.device
    side, width = int(config.sample_size), int(config.cross_attention_dim)
    shape = (1, int(config.in_channels), side, side)
    weights = {each.untyped_storage().data_ptr() for each in components.unet.parameters()}
    sizes: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    latents = torch.zeros(shape, dtype=device.dtype, device=device.device)
    length = int(components.tokenizer.model_max_length)
    conditions = torch.zeros((1, min(length, 77), width), dtype=device.dtype, device=device.device)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = components.unet(latents, 500, encoder_hidden_states=conditions.requires_grad_()).sample
    del output
    return sum(sizes.values())
