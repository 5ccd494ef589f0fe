"""The command that trains an autoencoder pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.output import AsJson, print_json, say
from forensic_app.cli.train_sketch import report_progress


def command(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the pack to make; its name is the pack's.")
    ],
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For checkpoints and samples; holds pictures of the data. Beside the pack by default.",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file with the sizes and schedules to change.")
    ] = None,
    faces: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Work folder of a base training whose face cache is to serve."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training in the work folder.")
    ] = False,
    data_name: Annotated[str, typer.Option(help="Name of the data, for the model card.")] = "not stated",
    data_licence: Annotated[str, typer.Option(help="Licence or legal basis of the data.")] = "not stated",
    licence: Annotated[
        str, typer.Option(help="Identifier of the pack's licence.")
    ] = "LicenseRef-evaluation-only",
    licence_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Licence text that examiners will accept.")
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Result of `evaluate pack --json`, for the model card."),
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the weights, for the model card.")] = "1.0",
    as_json: AsJson = False,
) -> None:
    """Train an autoencoder that shows a face at other ages; it goes on from its last checkpoint.

    A finished training exports again with --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.deage.config import DeageTrainingConfig
    from forensic_app.workflows.base_training import EVALUATION_LICENCE, PackFacts
    from forensic_app.workflows.deage_training import train_deage_pack

    made = train_deage_pack(
        data=data,
        out=out,
        work=work or out.with_name(f"{out.name}.work"),
        config=DeageTrainingConfig.load(config),
        facts=PackFacts(
            data=data_name,
            data_licence=data_licence,
            licence=licence,
            licence_file=licence_file or EVALUATION_LICENCE,
            version=version,
            evaluation=evaluation,
        ),
        command=" ".join(["forensic-app", *sys.argv[1:]]),
        faces=faces,
        device=device,
        precision=precision,
        threads=threads,
        resume=resume,
        report=report_progress,
    )
    if as_json:
        print_json({"pack": made.name, "pack_sha256": made.sha256})
    else:
        say(f"The pack {made.name} is in {made.path}; SHA-256 {made.sha256}.")
