"""What a configuration would take: parameters, pack size and training memory, without a training step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from forensic_app.engines.base_training.conditioning import build_text_encoder, build_tokenizer
from forensic_app.engines.base_training.conditions import TIMESTEPS
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.decoder_training import build_autoencoder
from forensic_app.engines.base_training.diffusion_training import build_unet

MEBIBYTE = 1 << 20
BYTES_KEPT_PER_PARAMETER = 5 * 4
"""float32 weight, gradient, two AdamW moments and the moving average."""


def sizes(config: BaseTrainingConfig) -> dict[str, Any]:
    """Return parameters, pack size and training memory; nothing is allocated but shapes (torch's meta device).

    Activations are the sum of the outputs of all leaf modules in one training forward pass, which is what
    backpropagation keeps, within a factor of about two.
    """
    with torch.device("meta"):
        autoencoder = build_autoencoder(config)
        unet = build_unet(config)
        text = build_text_encoder(config, len(build_tokenizer()))
        latents = torch.empty(1, config.latent_channels, config.latent_side, config.latent_side)
        states = torch.empty(1, 12 + config.identity_tokens, config.text_width)
        decoder_values = _activation_values(autoencoder, lambda: autoencoder.decode(latents))
        unet_values = _activation_values(
            unet, lambda: unet(latents, torch.empty(1).fill_(TIMESTEPS - 1), encoder_hidden_states=states)
        )
    parameters = {
        "autoencoder": _count(autoencoder),
        "unet": _count(unet),
        "text_encoder": _count(text),
        "identity_projection": 130 * config.identity_tokens * config.text_width,
    }
    trained = parameters["unet"] + parameters["text_encoder"] + parameters["identity_projection"]
    return {
        "resolution": config.resolution,
        "latent_shape": [config.latent_channels, config.latent_side, config.latent_side],
        "parameters": parameters,
        "pack_mb": round(2 * sum(parameters.values()) / MEBIBYTE, 1),
        "training_memory_mb": {
            "decoder": _memory(parameters["autoencoder"], decoder_values * config.decoder_batch),
            "diffusion": _memory(trained, unet_values * config.diffusion_batch),
        },
        "images": {"decoder": config.decoder_images, "diffusion": config.diffusion_images},
    }


def _count(module: nn.Module) -> int:
    return sum(value.numel() for value in module.parameters())


def _memory(parameters: int, activation_values: int) -> float:
    return round((BYTES_KEPT_PER_PARAMETER * parameters + 4 * activation_values) / MEBIBYTE, 0)


def _activation_values(module: nn.Module, forward: Any) -> int:
    total = 0

    def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
        nonlocal total
        total += output.numel() if isinstance(output, Tensor) else 0

    leaves = [part for part in module.modules() if not list(part.children())]
    hooks = [part.register_forward_hook(note) for part in leaves]
    forward()
    for hook in hooks:
        hook.remove()
    return total
