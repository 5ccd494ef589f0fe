"""The command that trains an autoencoder pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.output import AsJson
from forensic_app.cli.training_options import TrainingOptions, print_made, with_training_options


@with_training_options
def command(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces.")],
    teacher: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Pack of the ageing engine to learn from: its name, or path of its folder; its kept faces stay kept.",
        ),
    ],
    faces: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Work folder of a base training whose face cache is to serve."),
    ] = None,
    as_json: AsJson = False,
    *,
    training: TrainingOptions,
) -> None:
    """Train an autoencoder that shows a face at other ages; it goes on from its last checkpoint.

    A finished training exports again with --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
    from forensic_app.workflows.autoencoder_training import train_autoencoder_pack
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.trained_packs import EVALUATION_LICENCE

    made = train_autoencoder_pack(
        data=data,
        config=AutoencoderTrainingConfig.load(training.config),
        facts=training.facts(licence_file=EVALUATION_LICENCE),
        teacher=find_pack(teacher, None),
        faces=faces,
        **training.arguments(),
    )
    print_made(made, as_json=as_json)
