"""Names of engines, their parameters and versions; needs no torch until an engine is loaded."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, cast

from forensic_app.engines.aging import schema as aging_schema
from forensic_app.engines.autoencoder import schema as autoencoder_schema
from forensic_app.engines.engine import Engine
from forensic_app.engines.personalisation import schema as personalisation_schema
from forensic_app.engines.sketch import schema as sketch_schema
from forensic_app.errors import InvalidInput
from forensic_app.parameters import Schema


@dataclass(frozen=True, slots=True)
class _Entry:
    schema: Schema
    version: str
    module: str
    class_name: str
    takes_adapters: bool = False
    accepts_derived_images: bool = False


_ENTRIES = {
    aging_schema.ENGINE_NAME: _Entry(
        aging_schema.SCHEMA,
        aging_schema.ENGINE_VERSION,
        "forensic_app.engines.aging.engine",
        "AgingEngine",
        takes_adapters=True,
    ),
    personalisation_schema.ENGINE_NAME: _Entry(
        personalisation_schema.SCHEMA,
        personalisation_schema.ENGINE_VERSION,
        "forensic_app.engines.personalisation.engine",
        "PersonalisationEngine",
    ),
    autoencoder_schema.ENGINE_NAME: _Entry(
        autoencoder_schema.SCHEMA,
        autoencoder_schema.ENGINE_VERSION,
        "forensic_app.engines.autoencoder.engine",
        "AutoencoderEngine",
    ),
    sketch_schema.ENGINE_NAME: _Entry(
        sketch_schema.SCHEMA,
        sketch_schema.ENGINE_VERSION,
        "forensic_app.engines.sketch.engine",
        "SketchEngine",
        accepts_derived_images=True,
    ),
}

_OPEN_ADAPTER = ("forensic_app.engines.personalisation.network", "opened")
"""What puts an adapter on a pack's networks. It is handed to the engines that take adapters: they do not know it."""

_loaded: dict[str, Engine] = {}


def names() -> tuple[str, ...]:
    """Return the names of all engines, in alphabetical order."""
    return tuple(sorted(_ENTRIES))


def engine_schema(name: str) -> Schema:
    """Return the parameters of the engine ``name``.

    Raises:
        InvalidInput: There is no such engine.
    """
    return _entry(name).schema


def engine_version(name: str) -> str:
    """Return the version of the algorithm of the engine ``name``.

    Raises:
        InvalidInput: There is no such engine.
    """
    return _entry(name).version


def accepts_derived_images(name: str) -> bool:
    """Return whether the engine ``name`` may work on a derived image in place of a photograph.

    Raises:
        InvalidInput: There is no such engine.
    """
    return _entry(name).accepts_derived_images


def load_engine(name: str) -> Engine:
    """Return the engine ``name``, importing torch and diffusers; the same object for each call in a process.

    Raises:
        InvalidInput: There is no such engine.
    """
    entry = _entry(name)
    if name not in _loaded:
        given = [_imported(*_OPEN_ADAPTER)] if entry.takes_adapters else []
        _loaded[name] = cast(Engine, _imported(entry.module, entry.class_name)(*given))
    return _loaded[name]


def _imported(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _entry(name: str) -> _Entry:
    try:
        return _ENTRIES[name]
    except KeyError:
        raise InvalidInput(
            f"There is no engine named {name!r}.", f"Use one of: {', '.join(names())}."
        ) from None
