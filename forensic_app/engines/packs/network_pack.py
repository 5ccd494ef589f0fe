"""Packs that hold one plain torch network: write them, check them, load them, keep the last one in memory.

Rules:
    * Weights are float16 safetensors beside a ``config.json`` with the network's sizes; they compute in
      float32.
    * A pack is verified against its manifest before any of its files is opened, at every run.
    * A pack is built beside its place and renamed, so that a stopped export leaves no half pack.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.layout import MODEL_INDEX_NAME, check_safetensors, read_json
from forensic_app.engines.packs.pack import Pack, read_pack, require_kind, write_manifest
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.errors import PackRefused, StoreUnavailable

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
    verify_pack(pack, expected_sha256=expected_sha256, on_chunk=on_chunk)
    key = (pack.sha256, str(device.device))
    kept = _kept.get(pack.kind)
    if kept is None or kept[0] != key:
        _kept[pack.kind] = (key, _read(pack, factory, component).to(device.device))
    return cast(Network, _kept[pack.kind][1])


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


def _read(pack: Pack, factory: Callable[..., Network], component: str) -> Network:
    folder = pack.path / component
    weights = folder / WEIGHTS_NAME
    if not weights.is_file():
        raise PackRefused(
            f"The pack {pack.name} has no {component}/{WEIGHTS_NAME}.", "Import the pack again."
        )
    check_safetensors(weights)
    try:
        network = factory(**read_json(folder / CONFIG_NAME))
        network.load_state_dict({name: value.float() for name, value in load_file(weights).items()})
    except (SafetensorError, RuntimeError, TypeError, ValueError) as error:
        raise PackRefused(
            f"The weights of the pack {pack.name} do not fit their configuration.",
            "Restore the pack from its source.",
        ) from error
    network.requires_grad_(False)
    return network.eval()


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(dict(values), indent=2) + "\n", encoding="utf-8")
