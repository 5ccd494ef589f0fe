"""The precision that a training computes in: bfloat16 where the processor multiplies it, else as loaded.

Rules:
    * The pack's own networks are never changed: a processor trains on a copy of the U-Net in bfloat16, frozen.
      What is trained stays in float32, so that small updates are not rounded away.
    * The copy computes attention as plain matrix products: the fused kernel's backward pass is slow on
      processors at these sizes.
    * One machine always chooses alike, so that a replay gives the same bytes. The choice is recorded.
"""

from __future__ import annotations

import copy
import dataclasses
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from forensic_app.engines.aging.components import Components
from forensic_app.engines.base_training.hardware import cpu_multiplies_bfloat16
from forensic_app.engines.device import ComputeDevice


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


def is_reduced(components: Components) -> bool:
    """Return whether these are the networks of a processor in bfloat16, which need :func:`computing`."""
    return components.device.device.type == "cpu" and components.device.dtype == torch.bfloat16


def computing(components: Components) -> AbstractContextManager[None]:
    """Return the context of a forward pass, in which float32 factors meet a U-Net in bfloat16."""
    if not is_reduced(components):
        return nullcontext()
    context: AbstractContextManager[None] = torch.autocast("cpu", torch.bfloat16)
    return context
