"""Options that every training command has, what they mean to a workflow, and the words around a training."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.output import note as print_note
from forensic_app.cli.output import print_json, say
from forensic_app.cli.shared_options import with_options

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.schedule import StageProgress
    from forensic_app.workflows.trained_packs import PackFacts

_CARD = "For the model card"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """The shared options: each field is an option of the same name, in this order."""

    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the pack to make; its name is the pack's.")
    ]
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For caches, checkpoints and samples; holds pictures of the data. PACK.work if not given.",
        ),
    ] = None
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file with the sizes and schedules to change.")
    ] = None
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto"
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto"
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training in the work folder.")] = (
        False
    )
    data_name: Annotated[str, typer.Option(help="Name of the data.", rich_help_panel=_CARD)] = "not stated"
    data_licence: Annotated[
        str, typer.Option(help="Licence or legal basis of the data.", rich_help_panel=_CARD)
    ] = "not stated"
    licence: Annotated[str, typer.Option(help="Identifier of the pack's licence.", rich_help_panel=_CARD)] = (
        "LicenseRef-evaluation-only"
    )
    licence_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Licence text that examiners will accept.", rich_help_panel=_CARD),
    ] = None
    evaluation: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Result of `evaluate ... --json` of this pack, which the card prints.",
            rich_help_panel=_CARD,
        ),
    ] = None
    version: Annotated[str, typer.Option(help="Version of the weights.", rich_help_panel=_CARD)] = "1.0"
    note: Annotated[str, typer.Option(help="Remark on the measurement.", rich_help_panel=_CARD)] = ""

    def facts(self, *, licence_file: Path) -> PackFacts:
        """Return what the operator states about the pack.

        Args:
            licence_file: Licence text where none was named.
        """
        from forensic_app.workflows.trained_packs import PackFacts

        return PackFacts(
            data=self.data_name,
            data_licence=self.data_licence,
            licence=self.licence,
            licence_file=self.licence_file or licence_file,
            version=self.version,
            evaluation=self.evaluation,
            note=self.note,
        )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that every training workflow takes, the command line for the card among them."""
        return {
            "out": self.out,
            "work": self.work or self.out.with_name(f"{self.out.name}.work"),
            "command": " ".join(["forensic-app", *sys.argv[1:]]),
            "device": self.device,
            "precision": self.precision,
            "threads": self.threads,
            "resume": self.resume,
            "report": report_progress,
        }


def with_training_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return ``function`` with the shared options; it takes them in its argument ``training``."""
    return with_options(TrainingOptions, "training")(function)


def report_progress(progress: StageProgress) -> None:
    """Print one line of a training's progress."""
    loss = "" if progress.loss is None else f", loss {progress.loss:.4f}"
    print_note(
        f"{progress.stage}: {progress.done:,} of {progress.total:,} images{loss}, "
        f"{progress.images_per_second:.1f} images/s, {progress.seconds_left / 60:.0f} min left"
    )


def print_made(made: Pack | None, *, as_json: bool) -> None:
    """Say which pack a training made, if any."""
    if as_json:
        print_json(
            {
                "pack": made.name if made else None,
                "pack_sha256": made.sha256 if made else None,
                "weights_sha256": made.weights_sha256 if made else None,
            }
        )
    elif made is not None:
        say(f"The pack {made.name} is in {made.path}; SHA-256 {made.sha256}.")
    else:
        say("Done; the work folder holds the checkpoints.")
