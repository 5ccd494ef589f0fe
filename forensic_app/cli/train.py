"""Commands that train."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli import train_deage, train_sketch
from forensic_app.cli.output import AsJson, note, print_json, say

if TYPE_CHECKING:
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.base_training.schedule import StageProgress

app = typer.Typer(help="Train models from labelled faces, or from sketches.", no_args_is_help=True)

_STAGES = "faces,projection,decoder,diffusion,export,fit"


@app.callback()
def root() -> None:
    """Keep ``base`` a command of its own."""


app.command("sketch")(train_sketch.command)
app.command("deage")(train_deage.command)


@app.command("base")
def base(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the pack to make; its name is the pack's.")
    ],
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For caches, checkpoints and samples; holds pictures of the data. PACK.work if not given.",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file with the sizes and schedules to change.")
    ] = None,
    stages: Annotated[str, typer.Option(help="Stages to run, separated by commas.")] = _STAGES,
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
    note: Annotated[str, typer.Option(help="Remark on the measurement, for the model card.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print sizes and memory of the configuration.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train the base model and export it as a pack; every stage goes on from its last checkpoint."""
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.workflows.base_training import EVALUATION_LICENCE, PackFacts, train_base

    if dry_run:
        _print_sizes(BaseTrainingConfig.load(config), as_json=as_json)
        return

    made = train_base(
        data=data,
        out=out,
        work=work or out.with_name(f"{out.name}.work"),
        config=BaseTrainingConfig.load(config),
        stages=[stage.strip() for stage in stages.split(",") if stage.strip()],
        facts=PackFacts(
            data=data_name,
            data_licence=data_licence,
            licence=licence,
            licence_file=licence_file or EVALUATION_LICENCE,
            version=version,
            evaluation=evaluation,
            note=note,
        ),
        command=" ".join(["forensic-app", *sys.argv[1:]]),
        device=device,
        precision=precision,
        threads=threads,
        resume=resume,
        report=_report,
    )
    if as_json:
        print_json({"pack": made.name if made else None, "pack_sha256": made.sha256 if made else None})
    elif made is not None:
        say(f"The pack {made.name} is in {made.path}; SHA-256 {made.sha256}.")
    else:
        say("Done; the work folder holds the checkpoints.")


def _report(progress: StageProgress) -> None:
    loss = "" if progress.loss is None else f", loss {progress.loss:.4f}"
    minutes = progress.seconds_left / 60
    note(
        f"{progress.stage}: {progress.done:,} of {progress.total:,} images{loss}, "
        f"{progress.images_per_second:.1f} images/s, {minutes:.0f} min left"
    )


def _print_sizes(config: BaseTrainingConfig, *, as_json: bool) -> None:
    from forensic_app.workflows.base_training import plan_sizes

    sizes = plan_sizes(config)
    if as_json:
        print_json(sizes)
        return
    say(f"Resolution {sizes['resolution']} px, latents {' x '.join(map(str, sizes['latent_shape']))}")
    for part, count in sizes["parameters"].items():
        say(f"{part}: {count / 1e6:.2f} million parameters")
    say(f"Pack in half precision: {sizes['pack_mb']:.0f} MB")
    for stage, memory in sizes["training_memory_mb"].items():
        say(f"Memory of the {stage} stage: about {memory:,.0f} MB; {sizes['images'][stage]:,} images")
