"""Low-rank updates of the U-Net's attention and the rare token's embedding, in memory and in a file.

Rules:
    * A pack's networks come out of :func:`attached` as they went in, bit for bit.
    * An adapter file is safetensors of at most 20 MB with one metadata entry, canonical JSON, so that equal
      adapters are equal files.
    * A file is used only with the digest that the record names and the base pack that it was trained on. It is read
      once: what is used are the bytes that were hashed, within the limits of weights of a pack, every number finite.

References:
    Hu et al. 2022, LoRA; the PEFT library's ``LoraConfig``.
    Gal et al. 2023, Textual Inversion (a token's embedding as what is learned).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import save
from torch import Tensor, nn

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import canonical_json
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.prompts import RARE_TOKEN
from forensic_app.engines.packs.files import read_file
from forensic_app.errors import AdapterRefused, EvidenceAltered, PackRefused
from forensic_app.tensor_files import read_header
from forensic_app.tensors import read_tensors

FORMAT: Final = "forensic-app adapter 1"
MOST_BYTES: Final = 20_000_000
TARGET_MODULES: Final = ("to_q", "to_k", "to_v", "to_out.0")
_NAME = "subject"
_METADATA_KEY = "record"
_TOKEN_KEY = "rare_token.weight"
PHOTOGRAPHS_KEY: Final = "photographs.embeddings"
_UNET_PREFIX = "unet."
_ADVICE = "Choose another adapter, or personalise the subject again with this pack."


@dataclass(frozen=True, slots=True)
class Adapter:
    """What was learned about one subject.

    Attributes:
        tensors: Low-rank factors by name, the rare token's embedding, and the photographs' face embeddings; float32
            on the CPU.
        record: What the adapter is bound to and how it was made: ``subject_id``, ``pack_name``,
            ``pack_sha256``, ``rank``, ``alpha``, ``photographed_ages``, ``caption``, ``gating`` and the
            training's settings.
        sha256: Digest of the file it came from, empty when it comes from none.
    """

    tensors: Mapping[str, Tensor]
    record: Mapping[str, Any]
    sha256: str = ""

    @property
    def photographs(self) -> Tensor | None:
        """Face embedding of each photograph of the training, ``(p, 128)``; ``None`` from engines before 1.2."""
        return self.tensors.get(PHOTOGRAPHS_KEY)

    @property
    def trained(self) -> dict[str, Tensor]:
        """What the training changed, as :meth:`AttachedAdapter.load` takes it."""
        return {name: tensor for name, tensor in self.tensors.items() if name != PHOTOGRAPHS_KEY}


class AttachedAdapter:
    """Trainable parts of an adapter on a pack's networks; made by :func:`attached`.

    Attributes:
        parameters: The low-rank factors as the network computes with them.
        masters: The same in float32, which a training changes; the same objects where these are float32.
        token: The rare token's embedding, ``(pieces, width)``.
    """

    def __init__(self, components: Components, token: nn.Parameter, piece_ids: Sequence[int]) -> None:
        self.token = token
        self._components = components
        self._piece_ids = tuple(piece_ids)
        self._layers = [module for module in components.unet.modules() if _is_low_rank(module)]
        self._scaling = [float(layer.scaling[_NAME]) for layer in self._layers]
        self.parameters = [
            parameter for name, parameter in components.unet.named_parameters() if "lora_" in name
        ]
        self.masters = [
            each if each.dtype == torch.float32 else nn.Parameter(each.detach().float())
            for each in self.parameters
        ]

    def set_strength(self, strength: float | Tensor) -> None:
        """Scale the low-rank updates by one factor, or by one for each row of the next batches, ``(n,)``."""
        factor = strength[:, None, None] if isinstance(strength, Tensor) else strength
        for layer, scaling in zip(self._layers, self._scaling, strict=True):
            layer.scaling[_NAME] = scaling * factor

    def hand_over_gradients(self) -> None:
        """Move the gradients of the network's factors to the masters."""
        for parameter, master in zip(self.parameters, self.masters, strict=True):
            if master is not parameter:
                master.grad = None if parameter.grad is None else parameter.grad.float()
                parameter.grad = None

    @torch.no_grad()
    def take_over_masters(self) -> None:
        """Give the network the masters' present values."""
        for parameter, master in zip(self.parameters, self.masters, strict=True):
            if master is not parameter:
                parameter.copy_(master)

    def encode(self, token_ids: Tensor) -> Tensor:
        """Return hidden states of captions with the learned token, ``(n, tokens, width)`` float32."""
        encoder = self._components.text_encoder

        def put_in(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
            return _with_token(output, inputs[0], self._piece_ids, self.token)

        handle = encoder.get_input_embeddings().register_forward_hook(put_in)
        try:
            hidden: Tensor = encoder(token_ids)[0].float()
        finally:
            handle.remove()
        return hidden

    def tensors(self) -> dict[str, Tensor]:
        """Return copies of what is trained, float32 on the CPU, by name."""
        return {name: value.detach().float().cpu().clone() for name, value in self._named_masters().items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over the values of ``tensors``, from :meth:`tensors`.

        Raises:
            AdapterRefused: They are not of this pack's shape.
        """
        own = self._named_masters()
        if own.keys() != tensors.keys() or any(own[name].shape != tensors[name].shape for name in own):
            raise AdapterRefused("The adapter does not fit the layers of the base pack.", _ADVICE)
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(tensors[name].to(parameter))
        self.take_over_masters()

    def _named_masters(self) -> dict[str, nn.Parameter]:
        names = (name for name, _ in self._components.unet.named_parameters() if "lora_" in name)
        factors = {
            _UNET_PREFIX + name.replace(f".{_NAME}.", "."): master
            for name, master in zip(names, self.masters, strict=True)
        }
        return {**factors, _TOKEN_KEY: self.token}


@contextmanager
def attached(
    components: Components,
    *,
    rank: int,
    alpha: float,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> Iterator[AttachedAdapter]:
    """Put a new adapter, which changes nothing yet, on a pack's U-Net for a while.

    Args:
        components: The pack's networks; not to be used by anyone else meanwhile.
        rank: Rank of each update.
        alpha: Updates are scaled by ``alpha / rank``.
        seed: Seed of the first factors.
        dtype: Number type of the factors as the network computes with them.
    """
    from forensic_app.engines.light_diffusers import whole_diffusers

    whole_diffusers()
    from diffusers.utils import recurse_remove_peft_layers
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules=list(TARGET_MODULES),
        init_lora_weights=True,
        lora_dropout=0.0,
    )
    unet = components.unet
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, unet, adapter_name=_NAME)
    try:
        for name, parameter in unet.named_parameters():
            is_factor = "lora_" in name
            parameter.requires_grad_(is_factor)
            if is_factor:
                parameter.data = parameter.data.to(dtype)
        pieces = rare_token_pieces(components.tokenizer)
        table = components.text_encoder.get_input_embeddings().weight
        token = nn.Parameter(table[torch.tensor(pieces)].detach().float().clone())
        yield AttachedAdapter(components, token, pieces)
    finally:
        recurse_remove_peft_layers(unet)
        unet.requires_grad_(False)
        if hasattr(unet, "peft_config"):
            del unet.peft_config


def rare_token_pieces(tokenizer: Any) -> list[int]:
    """Return the token ids of the rare word in a caption."""
    return [int(each) for each in tokenizer(RARE_TOKEN, add_special_tokens=False)["input_ids"]]


def adapter_bytes(adapter: Adapter) -> bytes:
    """Return an adapter as a safetensors file; equal adapters give equal bytes.

    Raises:
        AdapterRefused: It is larger than 20 MB.
    """
    metadata = {_METADATA_KEY: canonical_json({"format": FORMAT, **adapter.record}).decode()}
    data: bytes = save(
        {name: tensor.contiguous() for name, tensor in adapter.tensors.items()}, metadata=metadata
    )
    if len(data) > MOST_BYTES:
        raise AdapterRefused(
            f"The adapter would take {len(data):,} bytes, more than the {MOST_BYTES:,} allowed.",
            "Train it with a lower rank.",
        )
    return data


def read_adapter(path: Path, *, expected_sha256: str, pack_sha256: str) -> Adapter:
    """Return the adapter in ``path``, checked against the record that names it.

    Args:
        path: A safetensors file.
        expected_sha256: Its recorded digest.
        pack_sha256: Digest of the base pack that it will be used with.

    Raises:
        EvidenceAltered: The file is missing or does not have its digest.
        AdapterRefused: It is no adapter, or was trained on another base pack.
    """
    try:
        data, digest = read_file(path, most_bytes=MOST_BYTES)
    except PackRefused as error:
        raise AdapterRefused(error.message, _ADVICE) from error
    except OSError as error:
        raise EvidenceAltered(
            f"The adapter {expected_sha256[:16]}... is missing or unreadable.", "Verify the casebook."
        ) from error
    if digest != expected_sha256:
        raise EvidenceAltered(
            f"The adapter file has the SHA-256 {digest}, not {expected_sha256}.",
            "Do not use it; restore it from a backup, then verify the casebook.",
        )
    try:
        record = parse_json_object(read_header(data).metadata[_METADATA_KEY].encode())
        tensors = {name: tensor.clone() for name, tensor in read_tensors(data).items()}
    except (KeyError, ValueError) as error:
        raise AdapterRefused(f"{path.name} is not an adapter of this program.", _ADVICE) from error
    if record.get("format") != FORMAT:
        raise AdapterRefused(f"The adapter is of the format {record.get('format')!r}.", _ADVICE)
    if record.get("pack_sha256") != pack_sha256:
        raise AdapterRefused(
            f"The adapter belongs to the base pack {str(record.get('pack_sha256'))[:16]}..., not to "
            f"{pack_sha256[:16]}....",
            _ADVICE,
        )
    return Adapter(tensors, record, digest)


def _is_low_rank(module: nn.Module) -> bool:
    return hasattr(module, "lora_A") and hasattr(module, "scaling")


def _with_token(embedded: Tensor, token_ids: Tensor, pieces: Sequence[int], token: Tensor) -> Tensor:
    """Return ``embedded`` with the rows of ``token`` wherever ``token_ids`` spell the whole rare word."""
    length = len(pieces)
    starts = token_ids.shape[1] - length + 1
    word = torch.tensor(pieces, device=token_ids.device)
    is_start = torch.stack(
        [(token_ids[:, first : first + length] == word).all(dim=1) for first in range(starts)], dim=1
    )
    result = embedded
    for place in range(length):
        is_here = torch.zeros_like(token_ids, dtype=torch.bool)
        is_here[:, place : place + starts] = is_start
        result = torch.where(is_here[..., None], token[place].to(embedded.dtype), result)
    return result
