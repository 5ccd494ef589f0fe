"""Commands that measure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli import evaluate_sketch
from forensic_app.cli.evaluate_options import (
    DEFAULT_MATCHER,
    DEFAULT_PACKS,
    NONE,
    PackName,
    SecondRecogniserFolder,
    Threads,
    pack_folder,
)
from forensic_app.cli.output import AsJson, note, print_facts, print_json, print_table, say
from forensic_app.cli.progress import progress_bar
from forensic_app.engines.aging.schema import ADAPTER_PULL
from forensic_app.engines.descriptor import Output
from forensic_app.evaluation.matching.photographs import AgedSide, Protocol
from forensic_app.evaluation.measures.words import LOOK, MATCHING, PACK, PERSONAL, SECONDS_PER_STEP

app = typer.Typer(help="Measure model packs.", no_args_is_help=True)
EngineSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="An engine parameter other than its default; repeatable."
    ),
]

_PACK_HEADLINES = (
    *("estimator_mae", "age_mae", "control_age_mae", "identity_kept_gap20", "identity_kept_all"),
    *("realism_auc", "realism_auc_eyes", "realism_auc_mouth", "sex_kept", "sex_read_right"),
    *("psnr_db", "ssim", "seconds_per_series", "peak_memory_mb"),
)


@app.callback()
def root() -> None:
    """Keep the commands apart."""


@app.command("pack")
def pack(
    ctx: typer.Context,
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces.")],
    name: PackName = DEFAULT_PACKS[Output.AGES],
    limit: Annotated[int, typer.Option(min=1, help="Most people to evaluate.")] = 300,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For figures; they show faces of the data.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of samples, engine and bootstraps.")] = 0,
    second_estimator: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Model folder of @vladmandic/face-api: a second reading of ages; none is bundled.",
        ),
    ] = None,
    second_recogniser: SecondRecogniserFolder = None,
    settings: EngineSettings = None,
    as_json: AsJson = False,
) -> None:
    """Measure age error, identity, image quality and speed of a pack on labelled faces."""
    from forensic_app.evaluation.judges.second_identity import judge_sentence
    from forensic_app.evaluation.judges.second_reading import second_sentences
    from forensic_app.evaluation.pack.evaluation import evaluate_pack
    from forensic_app.evaluation.pack.realism import realism_sentence
    from forensic_app.evaluation.pack.special_sources import special_sentences

    with progress_bar() as advance:
        result = evaluate_pack(
            pack_path=pack_folder(ctx, name),
            data_dir=data,
            limit=limit,
            out_dir=out,
            seed=seed,
            second_estimator=second_estimator,
            second_recogniser=second_recogniser,
            settings=settings or (),
            on_progress=advance,
        )
    if as_json:
        print_json(result)
        return
    print_facts((PACK[key].title, PACK[key].of(result)) for key in _PACK_HEADLINES)
    told_apart = realism_sentence(result)
    for line in (*([told_apart] if told_apart else []), *special_sentences(result)):
        say(line)
    if "second_estimator" in result:
        for line in second_sentences(result["second_estimator"]):
            say(line)
    if "second_recogniser" in result:
        say(judge_sentence(result["second_recogniser"]))
    if out is not None:
        note(f"Figures are in {out}.")
    say("Add --json for every number with its interval.")


@app.command("look")
def look(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Any folder of photographs; names and ages do not matter.")
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The sheet, a new PNG file; it shows the people of the folder."),
    ],
    name: PackName = DEFAULT_PACKS[Output.AGES],
    limit: Annotated[
        int, typer.Option(min=1, max=200, help="Most photographs, spread evenly over the folder.")
    ] = 48,
    ages: Annotated[
        str, typer.Option(help="Target ages in years or names of age groups, separated by commas.")
    ] = "",
    real: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Labelled real faces to hold pictures against; what the program knows of them by default.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the engine and of the draw of real faces.")] = 0,
    settings: EngineSettings = None,
    as_json: AsJson = False,
) -> None:
    """Make a contact sheet of a folder's photographs at several ages, with a figure under each picture."""
    from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES, parse_target_ages
    from forensic_app.evaluation.look.look import evaluate_look

    target_ages = parse_target_ages(ages) if ages else list(DEFAULT_TARGET_AGES)
    with progress_bar() as advance:
        result = evaluate_look(
            pack_path=pack_folder(ctx, name),
            data_dir=data,
            sheet=out,
            limit=limit,
            target_ages=target_ages,
            real=real,
            seed=seed,
            settings=settings or (),
            on_progress=advance,
        )
    if as_json:
        print_json(result)
        return
    print_table(
        ("target age", *(each.title for each in LOOK.values())),
        [(age, *(each.of(part) for each in LOOK.values())) for age, part in result["by_target"].items()],
    )
    if "absent" in result["real_faces"]:
        note(f"No figure of likeness to real faces: {result['real_faces']['absent']}")
    for line in result["unusable"]:
        note(f"Left out: {line}")
    for sentence in result["notes"]:
        note(f"Note: {sentence}")
    say(f"The sheet of {result['n_photographs']} of {result['n_files']} photographs is {out}.")


app.command("sketch")(evaluate_sketch.command)


@app.command("personalisation")
def personalisation(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with one folder of photographs for each person.")
    ],
    name: PackName = DEFAULT_PACKS[Output.ADAPTER],
    photos: Annotated[int, typer.Option(min=3, max=20, help="Photographs to train on.")] = 10,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For tables, plots, contact sheets that show the people, and to go on after an interruption.",
        ),
    ] = None,
    inputs: Annotated[int, typer.Option(min=1, help="Photographs of each person that are aged.")] = 3,
    arms: Annotated[str, typer.Option(help="Only these arms, separated by commas.")] = "",
    people: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Only these people, separated by commas; processes that share OUT may each do some.",
        ),
    ] = "",
    chosen_on: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="People on whom settings were chosen; the others are reported by themselves as well.",
        ),
    ] = "",
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps; the engine's by default.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=1e-7, max=1.0, help="Peak learning rate; the engine's by default.")
    ] = None,
    gate: Annotated[
        str,
        typer.Option(
            help="Other strengths of the adapter, such as floor=0.3,noise_limit=0.6; trains nothing anew."
        ),
    ] = "",
    likeness_pull: Annotated[
        float,
        typer.Option(min=0.0, max=0.5, help="How far the pulled arms are drawn towards photographs."),
    ] = ADAPTER_PULL,
    second_recogniser: SecondRecogniserFolder = None,
    regularization_images: Annotated[int, typer.Option(min=12, help="Size of the regularization set.")] = 360,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the tables as Markdown.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the deal, the training and the bootstraps.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    threads: Threads = 0,
    as_json: AsJson = False,
) -> None:
    """Measure what each part of personalisation brings, on people with photographs to spare."""
    import dataclasses

    from forensic_app.engines.personalisation.gating import gating_of
    from forensic_app.engines.personalisation.schema import TrainingSettings
    from forensic_app.evaluation.personalisation.evaluation import evaluate_personalisation

    changes = {"steps": steps, "learning_rate": learning_rate}
    given = {name: value for name, value in changes.items() if value is not None}
    settings = dataclasses.replace(TrainingSettings(seed=seed), **given)  # type: ignore[arg-type]
    with progress_bar() as advance:
        result = evaluate_personalisation(
            data_dir=data,
            pack_path=pack_folder(ctx, name),
            photos=photos,
            out_dir=out,
            settings=settings,
            gating=gating_of(gate),
            inputs=inputs,
            regularization_images=regularization_images,
            only_arms=_names(arms),
            only_people=_names(people),
            likeness_pull=likeness_pull,
            second_recogniser=second_recogniser,
            chosen_on=_names(chosen_on),
            seed=seed,
            device=device,
            threads=threads,
            on_progress=advance,
        )
    if markdown is not None:
        from forensic_app.evaluation.personalisation.markdown import write_markdown

        write_markdown(result, markdown)
    if as_json:
        print_json(result)
        return
    print_table(
        ("arm", *(each.title for each in PERSONAL.values()), SECONDS_PER_STEP.title),
        [
            (arm["words"], *(each.cell(arm) for each in PERSONAL.values()), SECONDS_PER_STEP.of(arm))
            for arm in result["arms"].values()
        ],
    )
    for sentence in result["notes"]:
        note(f"Note: {sentence}")


@app.command("matching")
def matching(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of photographs of people at several ages.")
    ],
    protocol: Annotated[
        Protocol,
        typer.Option(
            help="fgnet: names give person and age (012A08.jpg); folders: one folder for each person."
        ),
    ],
    reference_ages: Annotated[
        str, typer.Option(metavar="RANGE", help="Ages of the references, such as -12 or 6-12; for fgnet.")
    ] = "",
    probe_ages: Annotated[
        str, typer.Option(metavar="RANGE", help="Ages of the probes, such as 20-; for fgnet.")
    ] = "",
    name: Annotated[
        str, typer.Option("--pack", metavar="NAME", help="Pack that changes ages; none leaves such arms out.")
    ] = DEFAULT_PACKS[Output.AGES],
    matcher: Annotated[
        str, typer.Option(metavar="NAME", help="A second comparison network; none leaves its arms out.")
    ] = DEFAULT_MATCHER,
    aged: Annotated[
        AgedSide, typer.Option(help="Which photograph of a pair is changed to the other's age.")
    ] = AgedSide.REFERENCE,
    limit_people: Annotated[int | None, typer.Option(min=2, help="Most people, in order of names.")] = None,
    people: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only these people, one a line, such as validation.txt of a matcher pack."
        ),
    ] = None,
    second_recogniser: SecondRecogniserFolder = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For the numbers and figures; they show no face.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the engine and of the bootstraps.")] = 0,
    settings: EngineSettings = None,
    as_json: AsJson = False,
) -> None:
    """Measure whether derived faces and the matcher help to find a person across decades."""
    from forensic_app.workflows.matching import evaluate_matching_of_folder

    with progress_bar() as advance:
        result = evaluate_matching_of_folder(
            data,
            protocol=protocol,
            reference_ages=reference_ages,
            probe_ages=probe_ages,
            pack_path=None if name == NONE else pack_folder(ctx, name),
            matcher=None if matcher == NONE else matcher,
            aged=aged,
            limit_people=limit_people,
            people=people,
            second_recogniser=second_recogniser,
            out_dir=out,
            seed=seed,
            settings=settings or (),
            on_progress=advance,
        )
    if as_json:
        print_json(result)
        return
    print_table(
        ("arm", *(each.title for each in MATCHING.values())),
        [(name, *(each.cell(arm) for each in MATCHING.values())) for name, arm in result["arms"].items()],
    )
    for sentence in result["notes"]:
        note(f"Note: {sentence}")
    say(
        f"{result['n_people']} people, {result['n_mated']} mated and {result['n_non_mated']} non-mated comparisons; "
        f"no face was found in {result['n_faces_not_found']} of {result['n_photos']} photographs."
    )
    if out is not None:
        note(f"Figures are in {out}.")
    say("Add --json for every number with its interval.")


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
