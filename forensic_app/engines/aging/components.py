"""Load a pack's networks, keep the last pack in memory, and call them.

Rules:
    * A pack is verified against its manifest before any of its files is opened, at every run.
    * Files are read locally, as safetensors; the network is never asked for anything.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor

from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE
from forensic_app.engines.aging.text_encoder import read_text_encoder, read_tokenizer
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.light_diffusers import DDIMScheduler
from forensic_app.engines.packs.layout import DEFAULT_KIND, check_safetensors
from forensic_app.engines.packs.pack import Pack, require_kind
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.errors import PackAltered, PackRefused

_SCHEDULER_ORIGIN = frozenset({"_class_name", "_diffusers_version"})
_SCHEDULER_SETTINGS = frozenset(inspect.signature(DDIMScheduler).parameters)


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
        """Return pictures of ``latents``, shape ``(n, side, side, 3)`` uint8 RGB."""
        sample = self.decode_unrounded(latents).clamp(-1.0, 1.0)
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
    verify_pack(pack, expected_sha256=expected_sha256, on_chunk=on_chunk)
    key = (pack.sha256, str(device.device), device.dtype)
    if key not in _kept:
        _kept.clear()
        _kept[key] = _load(pack, device)
    kept = _kept[key]
    return kept if kept.device == device else _on_threads(kept, device)


def release_components() -> None:
    """Forget the networks that are kept in memory."""
    _kept.clear()


def _on_threads(components: Components, device: ComputeDevice) -> Components:
    fields = {name: getattr(components, name) for name in Components.__dataclass_fields__}
    return Components(**{**fields, "device": device})


def _load(pack: Pack, device: ComputeDevice) -> Components:
    for path in pack.files:
        if path.endswith(".safetensors"):
            check_safetensors(pack.path / path)
    dtypes = dict.fromkeys(("vae", "identity_projection", "critic"), torch.float32)
    try:
        networks = {
            name: _network(pack, name, dtypes.get(name, device.dtype)).to(device.device).eval()
            for name in ("vae", "unet", "text_encoder", "identity_projection", "critic")
            if name in pack.components
        }
        tokenizer = _tokenizer(pack)
        scheduler = _scheduler(pack)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise PackRefused(
            f"The model pack {pack.name} cannot be loaded: {error}", "Import the pack again."
        ) from error
    for network in networks.values():
        network.requires_grad_(False)
    return Components(pack=pack, device=device, tokenizer=tokenizer, scheduler=scheduler, **networks)


def _network(pack: Pack, name: str, dtype: torch.dtype) -> Any:
    folder = pack.path / name
    if not any(folder.glob("*.safetensors")):
        raise PackAltered(f"{folder} holds no safetensors file.", "Restore the pack from its source.")
    if pack.components[name] == ("transformers", "CLIPTextModel"):
        encoder = read_text_encoder(folder, dtype=dtype)
        if encoder is not None:
            return encoder
    network_class = _class_of(pack, name)
    if pack.components[name][0] == "transformers":
        return network_class.from_pretrained(folder, dtype=dtype, local_files_only=True, use_safetensors=True)
    with torch.random.fork_rng(devices=[]):
        network, found = network_class.from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            low_cpu_mem_usage=False,  # would import accelerate
            output_loading_info=True,
        )
    if found["missing_keys"]:
        raise ValueError(f"{folder.name} lacks the weights {', '.join(sorted(found['missing_keys'])[:3])}")
    return network


def _tokenizer(pack: Pack) -> Any:
    folder = pack.path / "tokenizer"
    if pack.components["tokenizer"] == ("transformers", "PreTrainedTokenizerFast"):
        tokenizer = read_tokenizer(folder)
        if tokenizer is not None:
            return tokenizer
    return _class_of(pack, "tokenizer").from_pretrained(folder, local_files_only=True)


def _class_of(pack: Pack, name: str) -> Any:
    library, class_name = pack.components[name]
    if class_name == "PatchAutoencoder":
        from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder

        return PatchAutoencoder
    if class_name == "IdentityProjection":
        from forensic_app.engines.aging.identity import IdentityProjection

        return IdentityProjection
    if class_name == "LatentCritic":
        from forensic_app.engines.aging.critic import LatentCritic

        return LatentCritic
    if library == "transformers":
        import transformers

        return getattr(transformers, class_name)
    import diffusers

    return getattr(diffusers, class_name)


def _scheduler(pack: Pack) -> Any:
    folder = pack.path / "scheduler"
    config = dict(DDIMScheduler.load_config(folder, local_files_only=True))
    config |= {"clip_sample": False, "thresholding": False}
    settings = {name: value for name, value in config.items() if name not in _SCHEDULER_ORIGIN}
    if config.get("_class_name") == "DDIMScheduler" and settings.keys() <= _SCHEDULER_SETTINGS:
        return DDIMScheduler(**settings)
    return DDIMScheduler.from_config(config)  # imports every scheduler to compare their settings
