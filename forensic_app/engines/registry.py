"""Every engine by its name; needs no torch until one is loaded."""

from __future__ import annotations

import importlib
from typing import Any, cast

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.autoencoder.schema import DESCRIPTOR as AUTOENCODER
from forensic_app.engines.descriptor import EngineDescriptor, Output
from forensic_app.engines.engine import Engine
from forensic_app.engines.personalisation.schema import DESCRIPTOR as PERSONALISATION
from forensic_app.engines.sketch.schema import DESCRIPTOR as SKETCH
from forensic_app.errors import InvalidInput
from forensic_app.parameters import Parameter, Schema

_DESCRIPTORS = {each.name: each for each in (AGING, AUTOENCODER, PERSONALISATION, SKETCH)}
"""Of several engines that make the same, the first is the one that is used where none is named."""

_OPEN_ADAPTER = "forensic_app.engines.personalisation.network:opened"
"""What puts an adapter on a pack's networks. It is handed to the engines that take adapters: they do not know it."""

_loaded: dict[str, Engine] = {}


def names(makes: Output | None = None) -> tuple[str, ...]:
    """Return the names of all engines, or of those that make one thing, in alphabetical order."""
    return tuple(sorted(each.name for each in _DESCRIPTORS.values() if makes is None or each.makes is makes))


def descriptor(name: str) -> EngineDescriptor:
    """Return what is known of the engine ``name``.

    Raises:
        InvalidInput: There is no such engine.
    """
    found = find(name)
    if found is None:
        raise InvalidInput(f"There is no engine named {name!r}.", f"Use one of: {', '.join(names())}.")
    return found


def find(name: str) -> EngineDescriptor | None:
    """Return what is known of the engine ``name``, ``None`` for one that this version does not have.

    Records outlive engines: whoever shows a record asks here.
    """
    return _DESCRIPTORS.get(name)


def default(makes: Output) -> EngineDescriptor:
    """Return the engine that makes this where none is named."""
    return next(each for each in _DESCRIPTORS.values() if each.makes is makes)


def parameters(makes: Output) -> Schema:
    """Return the parameters of all engines that make this, each name once, as the first of them describes it."""
    found: dict[str, Parameter] = {}
    for each in _DESCRIPTORS.values():
        for parameter in each.schema if each.makes is makes else ():
            found.setdefault(parameter.name, parameter)
    return tuple(found.values())


def load_engine(name: str) -> Engine:
    """Return the engine ``name``, importing what it needs; the same object for each call in a process.

    Raises:
        InvalidInput: There is no such engine.
    """
    described = descriptor(name)
    if name not in _loaded:
        given = [_imported(_OPEN_ADAPTER)] if described.takes_adapters else []
        _loaded[name] = cast(Engine, _imported(described.loader)(*given))
    return _loaded[name]


def _imported(loader: str) -> Any:
    module, _, name = loader.partition(":")
    return getattr(importlib.import_module(module), name)
