"""Commands that train."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.output import AsJson, print_json, say
from forensic_app.cli.output import note as print_note
from forensic_app.cli.training_options import TrainingOptions, print_made, with_training_options

if TYPE_CHECKING:
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.packs.pack import Pack

app = typer.Typer(help="Train models from labelled faces, or from sketches.", no_args_is_help=True)

_STAGES = "faces,projection,decoder,diffusion,export,fit"


@app.command("base")
@with_training_options
def base(
    data: Annotated[
        list[Path],
        typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces; may be given again."),
    ],
    from_pack: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Pack to begin from: its name, or path of its folder; its kept faces stay kept.",
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File names to keep from training, one a line; drawn by seed if not given."
        ),
    ] = None,
    stages: Annotated[str, typer.Option(help="Stages to run, separated by commas.")] = _STAGES,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print sizes and memory of the configuration.")
    ] = False,
    as_json: AsJson = False,
    *,
    training: TrainingOptions,
) -> None:
    """Train the base model and export it as a pack; every stage goes on from its last checkpoint."""
    from forensic_app.workflows.base_training import train_base
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.trained_packs import EVALUATION_LICENCE

    start = None if from_pack is None else find_pack(from_pack, None)
    config = _config(start, training.config)
    if dry_run:
        _print_sizes(config, as_json=as_json)
        return
    made = train_base(
        data=data,
        config=config,
        stages=[stage.strip() for stage in stages.split(",") if stage.strip()],
        facts=training.facts(licence_file=EVALUATION_LICENCE),
        start=start,
        kept=keep,
        **training.arguments(),
    )
    print_made(made, as_json=as_json)


@app.command("carry")
def carry(
    work: Annotated[Path, typer.Option(metavar="FOLDER", help="Work folder of a `train base`.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder to make; it holds pictures of the data.")
    ],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON file with settings to train with there, a larger batch say."),
    ] = None,
    quality: Annotated[int, typer.Option(min=1, max=100, help="WebP quality of the crops.")] = 71,
) -> None:
    """Pack a base model's training up in one folder, to train on another machine and fetch the weights."""
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.workflows.carried_training import carry_training

    made = carry_training(work, out, changes=BaseTrainingConfig.read(config), quality=quality)
    say(f"{made.faces:,} faces, {made.size_bytes / 1e6:.1f} MB are in {out}.")
    say("There: python FOLDER/train.py --out PARTS --minutes N, where the program's package can be imported.")


@app.command("fetch")
def fetch(
    work: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Work folder that the training was carried from.")
    ],
    parts: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with the parts that were written there.")
    ],
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The settings that `train carry` was given.")
    ] = None,
) -> None:
    """Make weights that were trained on another machine those of a base model's training."""
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.workflows.carried_training import fetch_training

    images = fetch_training(work, parts, changes=BaseTrainingConfig.read(config))
    say(f"The training in {work} has the weights of {images:,} images; its former ones are kept beside them.")


@app.command("refine")
def refine(
    pack: Annotated[str, typer.Option(metavar="NAME", help="Base pack: its name, or path of its folder.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the pack to make; its name is the pack's.")
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces; may be given again."),
    ] = None,
    stages: Annotated[
        str, typer.Option(help="Stages to run, separated by commas: critic, fit, card.")
    ] = "fit,card",
    children: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="COUNT",
            help="Children to fit on besides; drawn from those kept for measuring if there are fewer.",
        ),
    ] = 0,
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For what the critic learns from; holds latents of the data. PACK.work if not given.",
        ),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Result of `evaluate pack --json` of this pack, for the card."),
    ] = None,
    version: Annotated[str | None, typer.Option(help="Version of the pack; its own if not given.")] = None,
    note: Annotated[
        str | None, typer.Option(help="Remark on the measurement; the pack's own if not given.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Give a finished base pack a critic, fit its edits anew, or renew its card.

    It needs the data, and no work folder of the pack's training.
    """
    from forensic_app.workflows.pack_refining import refine_pack
    from forensic_app.workflows.packs import find_pack

    made = refine_pack(
        find_pack(pack, None),
        data=data or [],
        out=out,
        stages=[stage.strip() for stage in stages.split(",") if stage.strip()],
        command=" ".join(["forensic-app", *sys.argv[1:]]),
        children=children,
        work=work,
        evaluation=evaluation,
        version=version,
        note=note,
        threads=threads,
        on_progress=lambda share, words: print_note(f"{share:4.0%}  {words}"),
    )
    print_made(made, as_json=as_json)


@app.command("sketch")
@with_training_options
def sketch(
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="FOLDER",
            help="Folder with photos and sketches, files of equal names; may be given again, one for each style.",
        ),
    ],
    from_pack: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Sketch pack to begin from, where shapes allow: its name, or path of its folder.",
        ),
    ] = None,
    as_json: AsJson = False,
    *,
    training: TrainingOptions,
) -> None:
    """Train a sketch model on pairs of photographs and sketches; it goes on from its last checkpoint.

    A finished training exports again with --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.sketch.config import SketchTrainingConfig
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.sketch_training import SKETCH_LICENCE, train_sketch_pack

    made = train_sketch_pack(
        data=data,
        config=SketchTrainingConfig.load(training.config),
        facts=training.facts(licence_file=SKETCH_LICENCE),
        start=None if from_pack is None else find_pack(from_pack, None),
        **training.arguments(),
    )
    print_made(made, as_json=as_json)


@app.command("autoencoder")
@with_training_options
def autoencoder(
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


@app.command("matcher")
@with_training_options
def matcher(
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="FOLDER",
            help="Folder of people (one folder each, or names like 012A08), of labelled faces, or of such folders "
            "called fgnet, lag, lfw, utkface and aaf; may be given again.",
        ),
    ],
    pack: Annotated[
        str, typer.Option(metavar="NAME", help="Pack that makes derived faces to learn from; none for none.")
    ] = "base",
    measured: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Further results of `evaluate matching --json` for the card; may be given again.",
            rich_help_panel="For the model card",
        ),
    ] = None,
    as_json: AsJson = False,
    *,
    training: TrainingOptions,
) -> None:
    """Train a comparison network that learned ageing, from the bundled one; it goes on from its last checkpoint.

    One person in eight is kept from the training, and chooses the checkpoint. A finished training exports again with
    --resume, for example with the --evaluation of its pack.
    """
    from forensic_app.engines.matcher_training.config import MatcherTrainingConfig
    from forensic_app.workflows.matcher_training import train_matcher_pack
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.trained_packs import EVALUATION_LICENCE

    made = train_matcher_pack(
        data=data,
        config=MatcherTrainingConfig.load(training.config),
        facts=training.facts(licence_file=EVALUATION_LICENCE),
        measured=measured or (),
        derive_with=None if pack == "none" else find_pack(pack, None),
        **training.arguments(),
    )
    print_made(made, as_json=as_json)


def _config(start: Pack | None, path: Path | None) -> BaseTrainingConfig:
    from forensic_app.engines.base_training.config import BaseTrainingConfig

    if start is None:
        return BaseTrainingConfig.load(path)
    from forensic_app.engines.base_training.warm_start import starting_config

    return starting_config(start, BaseTrainingConfig.read(path))


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
