"""Parameters and version of the autoencoder engine; needs no torch."""

from __future__ import annotations

from typing import Final

from forensic_app.engines.aging.schema import SCHEMA as AGING_SCHEMA
from forensic_app.engines.descriptor import EngineDescriptor, Input, Output
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES, MAXIMUM_TARGET_AGE, MINIMUM_TARGET_AGE
from forensic_app.engines.pictures.finishing_parameters import COLOR_MATCH, KEEP_TONE, PASTE_BACK
from forensic_app.parameters import Parameter, Schema

ENGINE_NAME: Final = "autoencoder"
ENGINE_VERSION: Final = "1.3"
COMPONENT: Final = "autoencoder"
VARIANT: Final = "film"
"""What packs and records call the network; packs of networks that are no longer drawn have other words."""

SCHEMA: Schema = (
    Parameter(
        "target_ages",
        "ages",
        list(DEFAULT_TARGET_AGES),
        "Ages to show, in years.",
        minimum=MINIMUM_TARGET_AGE,
        maximum=MAXIMUM_TARGET_AGE,
        unit="years",
    ),
    Parameter(
        "seed",
        "integer",
        0,
        "Kept in the record; this method draws nothing at random, the same photograph gives the same images.",
        0,
        2**31 - 1,
    ),
    Parameter(
        "source_age",
        "number",
        None,
        "Age of the person in the photograph; empty takes it from the exhibit's record, else an estimate.",
        minimum=2,
        maximum=MAXIMUM_TARGET_AGE,
        unit="years",
    ),
    Parameter(
        "detail_keep",
        "number",
        0.5,
        "Share of the photograph's fine detail that is put back; it falls as the age gap grows.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    *(parameter for parameter in AGING_SCHEMA if parameter.name in {"identity_guard", "identity_floor"}),
    KEEP_TONE,
    PASTE_BACK,
    COLOR_MATCH,
)

DESCRIPTOR: Final = EngineDescriptor(
    name=ENGINE_NAME,
    version=ENGINE_VERSION,
    title="Autoencoder",
    method="a shared encoder; fewer settings",
    schema=SCHEMA,
    makes=Output.AGES,
    accepts=frozenset({Input.PHOTOGRAPH}),
    pack_kind="autoencoder",
    default_pack="deage",
    loader="forensic_app.engines.autoencoder.engine:AutoencoderEngine",
    libraries=("torch", "safetensors", "numpy", "pillow", "scikit-image", "scipy"),
)
