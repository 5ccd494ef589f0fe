"""Load a pack's networks, keep the last pack in memory, and call them.

Rules:
    * A pack is verified against its manifest at every run, by the bytes on the disk; networks are made of the very
      bytes that were hashed (``packs/loading.py``).
    * The networks of a pack fit each other and its resolution; a pack whose do not is refused before a run begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging.loading import load_network, load_schedule, load_tokenizer
from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.door import refusing
from forensic_app.engines.packs.layout import DEFAULT_KIND
from forensic_app.engines.packs.pack import Pack, require_kind
from forensic_app.engines.packs.verification import PackReader
from forensic_app.errors import PackRefused
from forensic_app.tensors import is_finite

_NETWORKS = ("vae", "unet", "text_encoder", "identity_projection", "critic")


@dataclass(frozen=True, slots=True)
class Components:
    """Networks of one pack on one device, in evaluation mode, without gradients.

    Attributes:
        pack: The pack they came from.
        device: Where they are.
        vae: Autoencoder, float32.
        unet: Denoising network.
        text_encoder: CLIP text model.
        tokenizer: Its tokenizer.
        scheduler: A ``DDIMScheduler`` with the pack's noise schedule.
        identity_projection: Projection of face embeddings, where the pack has one.
        critic: Says how unlike a photograph a picture is, where the pack has one.
    """

    pack: Pack
    device: ComputeDevice
    vae: Any
    unet: Any
    text_encoder: Any
    tokenizer: Any
    scheduler: Any
    identity_projection: Any = None
    critic: Any = None

    @property
    def template(self) -> str:
        """Template of the pack's captions."""
        return self.pack.prompt_style or DEFAULT_TEMPLATE

    @torch.inference_mode()
    def encode(self, picture: NDArray[np.uint8]) -> Tensor:
        """Return the scaled latent, ``(1, c, h, w)``, of an RGB ``picture``, ``(side, side, 3)`` uint8."""
        values = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1.0).permute(2, 0, 1)[None]
        output = self.vae.encode(values.to(self.device.device))
        latent: Tensor = output.latent_dist.mode() if hasattr(output, "latent_dist") else output.latents
        return (latent - self._shift) * float(self.vae.config.scaling_factor)

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> NDArray[np.uint8]:
        """Return pictures of ``latents``, shape ``(n, side, side, 3)`` uint8 RGB.

        Raises:
            PackRefused: The networks made numbers that are not finite.
        """
        unrounded = self.decode_unrounded(latents)
        if not is_finite(unrounded):
            raise PackRefused(
                f"The networks of the model pack {self.pack.name} make numbers that are not finite.",
                "Use another pack, or another parameter where one was set to its limit.",
            )
        sample = unrounded.clamp(-1.0, 1.0)
        values = ((sample + 1.0) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1)
        return np.asarray(values.cpu().numpy())

    def decode_unrounded(self, latents: Tensor) -> Tensor:
        """Return pictures of ``latents``, ``(n, 3, side, side)`` float32 RGB about ``[-1, 1]``, with gradients."""
        unscaled = latents.float() / float(self.vae.config.scaling_factor) + self._shift
        pictures: Tensor = self.vae.decode(unscaled).sample
        return pictures

    def unlikeness(self, pictures: Sequence[NDArray[np.uint8]]) -> list[float] | None:
        """Return how unlike a photograph the critic finds each picture, ``None`` without a critic.

        Args:
            pictures: Canonical crops, ``(side, side, 3)`` uint8 RGB each, at least one.
        """
        if self.critic is None:
            return None
        latents = torch.cat([self.encode(picture) for picture in pictures])
        figures: list[float] = self.critic.unlikeness(latents)
        return figures

    @torch.inference_mode()
    def encode_conditions(
        self,
        captions: Sequence[str],
        embedding: NDArray[np.float32] | None = None,
        *,
        identity_weight: float = 1.0,
    ) -> Tensor:
        """Return the U-Net's conditions for ``captions``, shape ``(len(captions), tokens, d)`` float32.

        The tokens of a caption are padded to the tokenizer's length and encoded without an attention mask, as
        in Stable Diffusion. Identity tokens follow where the pack has a projection: those of ``embedding``,
        or the learned null tokens.

        Args:
            captions: At least one.
            embedding: The face's embedding, shape ``(embedding_dimension,)``, or ``None``.
            identity_weight: Where between the null tokens (0) and the embedding's tokens (1) the identity tokens
                lie.
        """
        tokens = self.tokenizer(
            list(captions),
            padding="max_length",
            truncation=True,
            max_length=self.tokenizer.model_max_length,
            return_tensors="pt",
        )
        text: Tensor = self.text_encoder(tokens["input_ids"].to(self.device.device))[0].float()
        if self.identity_projection is None:
            return text
        dimension = int(self.identity_projection.config.embedding_dimension)
        values = np.zeros(dimension, np.float32) if embedding is None else embedding
        rows = torch.from_numpy(values)[None].to(self.device.device)
        known = torch.zeros(1, dtype=torch.bool, device=self.device.device)
        null: Tensor = self.identity_projection(rows, ~known).float()
        weight = 0.0 if embedding is None else identity_weight
        identity = torch.lerp(null, self.identity_projection(rows, known).float(), weight)
        return torch.cat([text, identity.expand(len(captions), -1, -1)], dim=1)

    @torch.inference_mode()
    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        """Return the U-Net's prediction, float32, for ``latents`` at one ``timestep``."""
        dtype = self.device.dtype
        output = self.unet(latents.to(dtype), timestep, encoder_hidden_states=conditions.to(dtype))
        prediction: Tensor = output.sample.float()
        return prediction

    @property
    def _shift(self) -> float:
        return float(self.vae.config.get("shift_factor") or 0.0)


_kept: dict[tuple[str, str, torch.dtype], Components] = {}


def load_components(
    pack: Pack,
    device: ComputeDevice,
    *,
    expected_sha256: str | None = None,
    on_chunk: Callable[[], None] | None = None,
) -> Components:
    """Verify ``pack`` and return its networks on ``device``; the last ones stay in memory.

    Args:
        pack: The pack.
        device: Where to.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called while large files are hashed; may raise to stop.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be, or the pack serves another engine.
    """
    require_kind(pack, DEFAULT_KIND)
    reader = PackReader(pack, expected_sha256=expected_sha256, on_chunk=on_chunk)
    key = (pack.sha256, str(device.device), device.dtype)
    kept = _kept.get(key)
    if kept is None:
        _kept.clear()
        kept = _load(reader, device)
    reader.check_rest()
    _kept[key] = kept
    return kept if kept.device == device else _on_threads(kept, device)


def release_components() -> None:
    """Forget the networks that are kept in memory."""
    _kept.clear()


def _on_threads(components: Components, device: ComputeDevice) -> Components:
    fields = {name: getattr(components, name) for name in Components.__dataclass_fields__}
    return Components(**{**fields, "device": device})


def _load(reader: PackReader, device: ComputeDevice) -> Components:
    pack = reader.pack
    dtypes = dict.fromkeys(("vae", "identity_projection", "critic"), torch.float32)
    networks = {}
    for name in _NETWORKS:
        if name in pack.components:
            with refusing(f"The {name} of the model pack {pack.name} cannot be loaded"):
                networks[name] = load_network(reader, name, dtypes.get(name, device.dtype)).to(device.device)
                networks[name].requires_grad_(False)
    with refusing(f"The model pack {pack.name} cannot be loaded"):
        tokenizer = load_tokenizer(reader)
        scheduler = load_schedule(reader)
        components = Components(
            pack=pack, device=device, tokenizer=tokenizer, scheduler=scheduler, **networks
        )
        _check_fit(components)
    return components


def _check_fit(components: Components) -> None:
    """Refuse networks that do not fit each other, by one look at the sizes that meet.

    Raises:
        ValueError: Two sizes that meet differ.
    """
    unet, vae, text = components.unet.config, components.vae.config, components.text_encoder.config
    channels = int(unet.in_channels)
    pairs = [
        ("channels of the U-Net and of the latents", channels, int(vae.latent_channels)),
        ("channels that enter and leave the U-Net", channels, int(unet.out_channels)),
        ("sides of latents and of the U-Net", _latent_side(components), int(unet.sample_size)),
        ("widths of text and cross-attention", int(text.hidden_size), _text_width(unet)),
    ]
    if components.identity_projection is not None:
        width = int(components.identity_projection.config.cross_attention_dim)
        pairs.append(("widths of identity and cross-attention", width, _text_width(unet)))
    if components.critic is not None:
        pairs.append(
            ("channels of critic and latents", int(components.critic.config.latent_channels), channels)
        )
    for words, one, other in pairs:
        if one != other:
            raise ValueError(f"the {words} differ, {one} and {other}")
    longest = int(components.tokenizer.model_max_length)
    if longest > int(text.max_position_embeddings):
        raise ValueError(f"captions of {longest} tokens are longer than the text encoder's places")
    if max(components.tokenizer.get_vocab().values(), default=0) >= int(text.vocab_size):
        raise ValueError("the tokenizer knows words that the text encoder does not")


def _text_width(unet_config: Any) -> int:
    width = unet_config.cross_attention_dim
    return int(width) if isinstance(width, int) else -1


def _latent_side(components: Components) -> int:
    """Return the side of a picture's latent, -1 where the picture's side is no multiple of it."""
    side = components.pack.resolution
    config = components.vae.config
    widths = config.get("block_out_channels") or config.get("encoder_block_out_channels")
    factor = int(config.patch_size) if "patch_size" in config else 2 ** (len(widths) - 1)
    return side // factor if side % factor == 0 else -1
