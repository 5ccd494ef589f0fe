"""Packs that hold one plain torch network: write them, check them, load them, keep the last one in memory.

Rules:
    * Weights are float16 safetensors beside a ``config.json`` with the network's sizes; they compute in
      float32.
    * A pack is verified against its manifest at every run, by the bytes on the disk; the network is made of the very
      bytes that were hashed.
    * A pack is built beside its place and renamed, so that a stopped export leaves no half pack.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import torch
from safetensors.torch import save_file
from torch import nn

from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.component_configs import checked_config
from forensic_app.engines.packs.door import refusing
from forensic_app.engines.packs.layout import MODEL_INDEX_NAME
from forensic_app.engines.packs.networks import filled
from forensic_app.engines.packs.pack import Pack, read_pack, require_kind, write_manifest
from forensic_app.engines.packs.verification import PackReader
from forensic_app.errors import StoreUnavailable
from forensic_app.tensors import read_tensors

WEIGHTS_NAME: Final = "model.safetensors"
CONFIG_NAME: Final = "config.json"

Network = TypeVar("Network", bound=nn.Module)

_kept: dict[str, tuple[tuple[str, str], nn.Module]] = {}


def load_network(
    pack: Pack,
    factory: Callable[..., Network],
    *,
    component: str,
    device: ComputeDevice,
    expected_sha256: str | None = None,
    on_chunk: Callable[[], None] | None = None,
) -> Network:
    """Verify ``pack`` and return its network on ``device``, in eval mode; one of each kind stays in memory.

    Args:
        pack: The pack.
        factory: Called with the values of the component's ``config.json``.
        component: Folder of the network in the pack.
        device: Where to.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called while large files are hashed; may raise to stop.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be.
    """
    reader = PackReader(pack, expected_sha256=expected_sha256, on_chunk=on_chunk)
    key = (pack.sha256, str(device.device))
    kept = _kept.get(pack.kind)
    if kept is None or kept[0] != key:
        with refusing(f"The network of the pack {pack.name} cannot be loaded"):
            kept = (key, _read(reader, factory, component).to(device.device))
    reader.check_rest()
    _kept[pack.kind] = kept
    return cast(Network, kept[1])


def read_pack_of_kind(folder: Path, kind: str) -> Pack:
    """Return the pack in ``folder``.

    Raises:
        PackMissing: A part of it is not there.
        PackRefused: It is of another kind, or of one that is not loaded.
    """
    pack = read_pack(folder)
    require_kind(pack, kind)
    return pack


def write_network_pack(
    out: Path,
    network: nn.Module,
    *,
    component: str,
    config: Mapping[str, Any],
    card: Mapping[str, Any],
    texts: Mapping[str, str],
) -> Pack:
    """Write a pack of one network to ``out``, replacing a pack that is there.

    Args:
        out: Folder of the pack; its name is the pack's name.
        network: Its weights are written as float16.
        component: Folder of the network in the pack.
        config: The network's sizes, JSON types.
        card: Content of ``pack.json``: at least ``kind``, ``version``, ``licence``, ``resolution``.
        texts: Content of text files by name, ``LICENCE.txt`` and ``MODEL_CARD.md`` among them.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    temporary = out.with_name(f".{out.name}.part")
    try:
        if temporary.exists():
            shutil.rmtree(temporary)
        (temporary / component).mkdir(parents=True)
        weights = network.state_dict().items()
        tensors = {name: value.detach().cpu().half().contiguous() for name, value in weights}
        save_file(tensors, temporary / component / WEIGHTS_NAME)
        _write_json(temporary / component / CONFIG_NAME, config)
        class_name = type(network).__name__
        _write_json(
            temporary / MODEL_INDEX_NAME,
            {"_class_name": class_name, component: ["forensic_app", class_name]},
        )
        for name, text in texts.items():
            (temporary / name).write_text(text, encoding="utf-8")
        write_manifest(temporary, {"name": out.name, **card})
        replace_folder(temporary, out)
    except OSError as error:
        raise StoreUnavailable(
            f"The pack cannot be written to {out}: {error.strerror}.", "Free space or choose another folder."
        ) from error
    return read_pack(out)


def replace_folder(temporary: Path, out: Path) -> None:
    """Put ``temporary`` in the place of ``out``; what was there goes last."""
    old = out.with_name(f".{out.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if out.exists():
        out.rename(old)
    temporary.rename(out)
    if old.exists():
        shutil.rmtree(old)


def _read(reader: PackReader, factory: Callable[..., Network], component: str) -> Network:
    name = f"{component}/{CONFIG_NAME}"
    class_name = reader.pack.components[component][1]
    config = checked_config(
        reader.read_json(name), class_name, where=f"{name} of the pack {reader.pack.name}"
    )
    weights = read_tensors(reader.read(f"{component}/{WEIGHTS_NAME}"))
    network = filled(lambda: factory(**config), weights, dtype=torch.float32)
    network.requires_grad_(False)
    return network


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(dict(values), indent=2) + "\n", encoding="utf-8")
