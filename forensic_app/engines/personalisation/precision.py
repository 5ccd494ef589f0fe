"""The precision that a training computes in: bfloat16 where the processor multiplies it, else as loaded.

Rules:
    * The pack's own networks are never changed: a processor trains on a copy of the U-Net in bfloat16, frozen.
      What is trained is kept in float32 and given to the network rounded, so that small updates add up.
    * The copy computes attention as plain matrix products: the fused kernel's backward pass is slow on
      processors at these sizes.
    * One machine always chooses alike, so that a replay gives the same bytes. The choice is recorded.
"""

from __future__ import annotations

import copy
import dataclasses

import torch
from torch import nn

from forensic_app.engines.aging.components import Components
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.training.hardware import cpu_multiplies_bfloat16


def for_training(components: Components) -> Components:
    """Return the networks to train on: with a U-Net in bfloat16 on processors that multiply it.

    Args:
        components: The pack's networks, without an adapter.
    """
    device = components.device
    if training_dtype(device) == device.dtype:
        return components
    from diffusers.models.attention_processor import AttnProcessor

    unet = copy.deepcopy(components.unet)
    nn.Module.to(unet, torch.bfloat16)
    unet.set_attn_processor(AttnProcessor())
    return dataclasses.replace(
        components, unet=unet, device=dataclasses.replace(device, dtype=torch.bfloat16)
    )


def training_dtype(device: ComputeDevice) -> torch.dtype:
    """Return the number type of the U-Net that :func:`for_training` gives on ``device``."""
    is_better = device.device.type == "cpu" and cpu_multiplies_bfloat16()
    return torch.bfloat16 if is_better else device.dtype


def dtype_name(device: ComputeDevice) -> str:
    """Return the number type of :func:`training_dtype` for the record, such as ``bfloat16``."""
    return str(training_dtype(device)).removeprefix("torch.")


def factor_dtype(components: Components) -> torch.dtype:
    """Return the number type of an adapter's factors in these networks while they train."""
    is_reduced = components.device.device.type == "cpu" and components.device.dtype == torch.bfloat16
    return torch.bfloat16 if is_reduced else torch.float32
