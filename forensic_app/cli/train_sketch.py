"""The command that trains a sketch pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.output import AsJson, note, print_json, say

if TYPE_CHECKING:
    from forensic_app.engines.base_training.schedule import StageProgress


def command(
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with photos and sketches, files of equal names.")
    ],
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
        typer.Option(metavar="FILE", help="Result of `evaluate sketch --json`, for the model card."),
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the weights, for the model card.")] = "1.0",
    as_json: AsJson = False,
) -> None:
    """Train a sketch model on pairs of photographs and sketches; it goes on from its last checkpoint.

    A finished training exports again with --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.sketch.config import SketchTrainingConfig
    from forensic_app.workflows.base_training import PackFacts
    from forensic_app.workflows.sketch_training import SKETCH_LICENCE, train_sketch_pack

    made = train_sketch_pack(
        data=data,
        out=out,
        work=work or out.with_name(f"{out.name}.work"),
        config=SketchTrainingConfig.load(config),
        facts=PackFacts(
            data=data_name,
            data_licence=data_licence,
            licence=licence,
            licence_file=licence_file or SKETCH_LICENCE,
            version=version,
            evaluation=evaluation,
        ),
        command=" ".join(["forensic-app", *sys.argv[1:]]),
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


def report_progress(progress: StageProgress) -> None:
    """Print one line of a training's progress."""
    loss = "" if progress.loss is None else f", loss {progress.loss:.4f}"
    note(
        f"{progress.stage}: {progress.done:,} of {progress.total:,} images{loss}, "
        f"{progress.images_per_second:.1f} images/s, {progress.seconds_left / 60:.0f} min left"
    )
