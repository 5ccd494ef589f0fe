"""Parameters and version of the sketch engine; needs no torch."""

from __future__ import annotations

from typing import Final

from forensic_app.engines.descriptor import EngineDescriptor, Input, Output, PackChoice
from forensic_app.parameters import Parameter, Schema

ENGINE_NAME: Final = "sketch"
ENGINE_VERSION: Final = "1.2"
COMPONENT: Final = "generator"
STYLES: Final = ("cuhk", "ar", "fs2k-1", "fs2k-2", "fs2k-3")
"""Styles that a pack may know, called after the collections of sketches that they were learned from."""
PACKS_OWN: Final = "pack"
"""The first style that a pack names; the only one of a pack that names none, as were all before version 1.1."""

SHEET, PHOTOGRAPH, PORTRAIT = "sheet", "photograph", "portrait"
"""Layouts: a sheet of its own (since version 1.2), the photograph's sheet, and the portrait frame cut out of that."""

KEEP, LEAVE_OUT, DRAW = "keep", "leave-out", "draw"
"""What an examiner may have done with hair, beard and glasses; before version 1.2 all were kept."""

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
        SHEET,
        "A portrait on a sheet of its own, the sketch in its place on a sheet of the photograph's size, or that place "
        "alone.",
        choices=(SHEET, PHOTOGRAPH, PORTRAIT),
        before=PHOTOGRAPH,
    ),
    Parameter(
        "style",
        "choice",
        PACKS_OWN,
        "Whose manner of drawing: the pack's first, shaded pencil (cuhk, ar), loose lines (fs2k-1), strong dark lines "
        "(fs2k-2) or fine lines (fs2k-3); a pack draws only in those that it was trained in.",
        choices=(PACKS_OWN, *STYLES),
        before=PACKS_OWN,
    ),
    Parameter(
        "head_hair",
        "choice",
        KEEP,
        "The hair on the head: as the photograph shows it, or left out by choice; on a sheet of its own only.",
        choices=(KEEP, LEAVE_OUT),
        before=KEEP,
    ),
    Parameter(
        "beard",
        "choice",
        KEEP,
        "The beard: as the photograph shows it, left out by choice, or one drawn that is not in the photograph; on a "
        "sheet of its own only.",
        choices=(KEEP, LEAVE_OUT, DRAW),
        before=KEEP,
    ),
    Parameter(
        "glasses",
        "choice",
        KEEP,
        "Glasses: as the photograph shows them, or a pair drawn that is not in the photograph; on a sheet of its own "
        "only.",
        choices=(KEEP, DRAW),
        before=KEEP,
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
    pack_choices=(PackChoice("style", "styles", PACKS_OWN),),
)
