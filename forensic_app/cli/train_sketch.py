"""The command that trains a sketch pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.output import AsJson
from forensic_app.cli.training_options import TrainingOptions, print_made, with_training_options


@with_training_options
def command(
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with photos and sketches, files of equal names.")
    ],
    as_json: AsJson = False,
    *,
    training: TrainingOptions,
) -> None:
    """Train a sketch model on pairs of photographs and sketches; it goes on from its last checkpoint.

    A finished training exports again with --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.sketch.config import SketchTrainingConfig
    from forensic_app.workflows.sketch_training import SKETCH_LICENCE, train_sketch_pack

    made = train_sketch_pack(
        data=data,
        config=SketchTrainingConfig.load(training.config),
        facts=training.facts(licence_file=SKETCH_LICENCE),
        **training.arguments(),
    )
    print_made(made, as_json=as_json)
