"""Parameters and version of the sketch engine; needs no torch."""

from __future__ import annotations

from typing import Final

from forensic_app.engines.descriptor import EngineDescriptor, Input, Output
from forensic_app.parameters import Parameter, Schema

ENGINE_NAME: Final = "sketch"
ENGINE_VERSION: Final = "1.0"
COMPONENT: Final = "generator"

SCHEMA: Schema = (
    Parameter(
        "seed",
        "integer",
        0,
        "Kept in the record; this method draws nothing at random, the same photograph gives the same sketch.",
        0,
        2**31 - 1,
    ),
    Parameter(
        "layout",
        "choice",
        "photograph",
        "The sketch in its place on a sheet of the photograph's size, or the portrait alone.",
        choices=("photograph", "portrait"),
    ),
)

DESCRIPTOR: Final = EngineDescriptor(
    name=ENGINE_NAME,
    version=ENGINE_VERSION,
    title="Sketch",
    method="a conditional adversarial network",
    schema=SCHEMA,
    makes=Output.SKETCH,
    accepts=frozenset({Input.PHOTOGRAPH, Input.DERIVED_IMAGE}),
    pack_kind="sketch",
    default_pack="sketch",
    loader="forensic_app.engines.sketch.engine:SketchEngine",
    libraries=("torch", "safetensors", "numpy", "pillow", "scipy"),
)
