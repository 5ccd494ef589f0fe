"""The parts of an ageing pack, each made of bytes that have their digests.

Rules:
    * No library gets a path into a pack. Configurations are checked by their schema, weights are tensors in memory, and
      a tokenizer that needs files gets copies of checked ones in a folder of its own.
    * What a library raises over it leaves through the door that the caller opened (``packs/door.py``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from forensic_app.engines.aging.text_encoder import read_text_encoder, read_tokenizer
from forensic_app.engines.light_diffusers import DDIMScheduler
from forensic_app.engines.packs.component_configs import checked_config, checked_schedule, checked_text_config
from forensic_app.engines.packs.manifest import json_object
from forensic_app.engines.packs.networks import filled
from forensic_app.engines.packs.tokenizer_configs import (
    CONFIG_NAME,
    CONTENT_NAME,
    MOST_BYTES,
    TOKENIZER_FILES,
    check_tokenizer_content,
    checked_tokenizer_files,
)
from forensic_app.engines.packs.verification import PackReader
from forensic_app.tensors import read_tensors

_CONFIG: Final = "config.json"
_WEIGHTS: Final = "diffusion_pytorch_model.safetensors"
_TEXT_WEIGHTS: Final = "model.safetensors"
_SCHEDULE: Final = "scheduler_config.json"
_OLD_TEXT_PREFIX: Final = "text_model."


def load_network(reader: PackReader, name: str, dtype: torch.dtype) -> Any:
    """Return a network of a pack on the CPU, in evaluation mode.

    Args:
        reader: Reads the pack.
        name: The component.
        dtype: Number type of its weights.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file is not there, or its configuration is not allowed.
        ValueError: The weights are none, not finite, or do not fit the configuration.
    """
    where = f"{name}/{_CONFIG} of the pack {reader.pack.name}"
    config = reader.read_json(f"{name}/{_CONFIG}")
    if reader.pack.components[name][0] == "transformers":
        return _text_encoder(config, read_tensors(reader.read(f"{name}/{_TEXT_WEIGHTS}")), dtype, where=where)
    class_name = reader.pack.components[name][1]
    settings = checked_config(config, class_name, where=where)
    network_class = _class_of(class_name)
    return filled(
        lambda: network_class.from_config(settings),
        read_tensors(reader.read(f"{name}/{_WEIGHTS}")),
        dtype=dtype,
        may_hold_more=True,
        rename=_with_names_of_today,
    )


def load_tokenizer(reader: PackReader) -> Any:
    """Return the tokenizer of a pack.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file breaks the schema, or is not there.
    """
    files = {
        name: reader.read(f"tokenizer/{name}", most_bytes=MOST_BYTES)
        for name in reader.files_of("tokenizer")
        if name in TOKENIZER_FILES
    }
    where = f"the tokenizer of the pack {reader.pack.name}"
    class_name = reader.pack.components["tokenizer"][1]
    checked = checked_tokenizer_files(files, where=where)
    if class_name == "PreTrainedTokenizerFast" and files.keys() == {CONFIG_NAME, CONTENT_NAME}:
        config, content = (
            json_object(files[name], where=where, most_bytes=MOST_BYTES)
            for name in (CONFIG_NAME, CONTENT_NAME)
        )
        check_tokenizer_content(content, where=where)
        tokenizer = read_tokenizer(config, content)
        if tokenizer is not None:
            return tokenizer
    import transformers

    with tempfile.TemporaryDirectory(prefix="forensic-app-tokenizer-") as folder:  # of mode 0700
        for name, data in checked.items():
            (Path(folder) / name).write_bytes(data)
        return getattr(transformers, class_name).from_pretrained(folder, local_files_only=True)


def load_schedule(reader: PackReader) -> Any:
    """Return the noise schedule of a pack as a ``DDIMScheduler``.

    Raises:
        PackAltered: Its file does not have its digest.
        PackRefused: It is not there, or is not allowed.
    """
    content = reader.read_json(f"scheduler/{_SCHEDULE}")
    settings = checked_schedule(content, where=f"scheduler/{_SCHEDULE} of the pack {reader.pack.name}")
    return DDIMScheduler(**{**settings, "clip_sample": False, "thresholding": False})


def _text_encoder(
    config: Mapping[str, Any], weights: dict[str, Tensor], dtype: torch.dtype, *, where: str
) -> Any:
    settings = checked_text_config(config, where=where)
    encoder = read_text_encoder(config, weights, dtype=dtype)
    if encoder is not None:
        return encoder
    from transformers import CLIPTextConfig, CLIPTextModel

    return filled(
        lambda: CLIPTextModel(CLIPTextConfig(**settings)),
        weights,
        dtype=dtype,
        may_hold_more=True,
        rename=_with_new_names,
    )


def _with_names_of_today(network: Any, weights: dict[str, Tensor]) -> None:
    """Rename the weights of attention blocks that an early version of diffusers saved."""
    network._fix_state_dict_keys_on_load(weights)


def _with_new_names(network: torch.nn.Module, weights: dict[str, Tensor]) -> None:
    """Give weights of CLIP's text model the names of the installed library, which once had a prefix more or less."""
    own = set(network.state_dict())
    for name in list(weights):
        shorter, longer = name.removeprefix(_OLD_TEXT_PREFIX), f"{_OLD_TEXT_PREFIX}{name}"
        new = shorter if shorter in own else longer if longer in own else name
        weights[new] = weights.pop(name)


def _class_of(class_name: str) -> Any:
    makers: Mapping[str, Callable[[], Any]] = {
        "PatchAutoencoder": _patch_autoencoder,
        "IdentityProjection": _identity_projection,
        "LatentCritic": _latent_critic,
    }
    if class_name in makers:
        return makers[class_name]()
    import diffusers

    return getattr(diffusers, class_name)


def _patch_autoencoder() -> Any:
    from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder

    return PatchAutoencoder


def _identity_projection() -> Any:
    from forensic_app.engines.aging.identity import IdentityProjection

    return IdentityProjection


def _latent_critic() -> Any:
    from forensic_app.engines.aging.critic import LatentCritic

    return LatentCritic
