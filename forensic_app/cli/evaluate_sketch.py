"""The command that measures sketches: against an artist's, or as the last stage of "another age, then a sketch"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from forensic_app.engines.descriptor import Output
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.words import SKETCH, STAGES

if TYPE_CHECKING:
    from forensic_app.faces.analyser import FaceAnalyser

_STAGE_WORDS = {
    "photograph": "untouched photograph",
    "sketch": "sketch of the photograph",
    "derived": "photograph at the other age",
    "sketch_of_derived": "sketch of that",
}


def command(
    ctx: typer.Context,
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="FOLDER",
            help="Folder with photos and sketches, files of equal names, or of a training; may be given again. With "
            "--stages: one folder of photographs, one of each person.",
        ),
    ],
    name: PackName = DEFAULT_PACKS[Output.SKETCH],
    style: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Style that is drawn; that of each folder if not given."),
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Inception network as ONNX, for FID and KID; none is bundled."),
    ] = None,
    second_recogniser: SecondRecogniserFolder = None,
    stages: Annotated[
        bool,
        typer.Option(
            "--stages",
            help="Measure in place of that how much of the likeness is left after a sketch, after a change of age, and "
            "after a sketch of that.",
        ),
    ] = False,
    to: Annotated[
        float | None, typer.Option(metavar="AGE", help="With --stages: age to show, years.")
    ] = None,
    ageing_pack: Annotated[
        str, typer.Option(metavar="NAME", help="With --stages: pack that changes ages.")
    ] = DEFAULT_PACKS[Output.AGES],
    matcher: Annotated[
        str,
        typer.Option(metavar="NAME", help="Comparison network that ranks beside the bundled one; or none."),
    ] = DEFAULT_MATCHER,
    gallery: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="With --stages: other photographs of the same people, under equal names, that are searched in; the "
            "same photographs if not given.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="With --stages: most photographs that pictures are made of."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstraps; with --stages of the engine too.")] = 0,
    threads: Threads = 0,
    as_json: AsJson = False,
) -> None:
    """Measure a sketch pack on pairs that it was not trained on, or what is left of a likeness after each stage."""
    if stages:
        if to is None or len(data) != 1:
            raise InvalidInput(
                "Stages are measured at one age, on one folder of photographs.",
                "Give --to AGE and --data once.",
            )
        _measure_stages(
            data[0],
            to,
            packs=(pack_folder(ctx, ageing_pack), pack_folder(ctx, name)),
            analysers=_analysers(ctx, matcher),
            style=style,
            gallery=gallery,
            limit=limit,
            seed=seed,
            threads=threads,
            as_json=as_json,
        )
        return
    from forensic_app.evaluation.sketch.styles import evaluate_styles, sets_table

    with progress_bar() as advance:
        result = evaluate_styles(
            pack_path=pack_folder(ctx, name),
            data_dirs=data,
            style=style,
            inception=inception,
            comparers=_comparers(ctx, matcher, second_recogniser),
            seed=seed,
            threads=threads,
            on_progress=advance,
        )
    if as_json:
        print_json(result)
        return
    sets = result["sets"]
    if len(sets) == 1:
        print_facts((each.title, each.of(result)) for each in SKETCH.values())
    else:
        print_table(*sets_table(sets))
    for sentence in result["notes"]:
        note(f"Note: {sentence}")
    say("Add --json for every number with its interval.")


def _matcher(ctx: typer.Context, name: str) -> FaceAnalyser | None:
    from forensic_app.engines.matcher.loading import load_matcher
    from forensic_app.engines.packs.pack import read_pack

    return None if name == NONE else load_matcher(read_pack(pack_folder(ctx, name)))


def _analysers(ctx: typer.Context, matcher: str) -> list[FaceAnalyser]:
    from forensic_app.faces.registry import load_analyser

    loaded = _matcher(ctx, matcher)
    return [load_analyser("dlib"), *([] if loaded is None else [loaded])]


def _comparers(ctx: typer.Context, matcher: str, second_recogniser: Path | None) -> dict[str, Any]:
    loaded = _matcher(ctx, matcher)
    comparers: dict[str, Any] = {} if loaded is None else {"matcher": loaded}
    if second_recogniser is not None:
        from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
        from forensic_app.evaluation.matching.second import CanonicalRecogniser

        comparers["second"] = CanonicalRecogniser(SecondRecogniser(second_recogniser))
    return comparers


def _measure_stages(
    data: Path,
    target_age: float,
    *,
    packs: tuple[Path, Path],
    analysers: list[FaceAnalyser],
    style: str | None,
    gallery: Path | None,
    limit: int | None,
    seed: int,
    threads: int,
    as_json: bool,
) -> None:
    from forensic_app.evaluation.sketch.stage_pictures import StageMaker
    from forensic_app.evaluation.sketch.stages import evaluate_stages

    maker = StageMaker(*packs, target_age=target_age, style=style, seed=seed, device="auto", threads=threads)
    with progress_bar() as advance:
        result = evaluate_stages(
            maker, analysers, data, gallery_dir=gallery, limit=limit, seed=seed, on_progress=advance
        )
    if as_json:
        print_json(result)
        return
    _print_stages(result, target_age)


def _print_stages(result: Mapping[str, Any], target_age: float) -> None:
    say(
        f"{result['n']} people shown at {target_age:g} years, searched for among photographs of "
        f"{result['n_gallery']}; 95 % intervals."
    )
    for name, found in result["matchers"].items():
        say(
            f"{name}, {found['version']}: threshold {found['threshold']:.4f}, FMR {found['fmr_realised']:.2%} on "
            f"{found['n_non_mated']:,} comparisons of different people."
        )
        print_table(
            ("picture", "faces found", *(each.title for each in STAGES.values())),
            [
                (
                    _STAGE_WORDS[stage],
                    f"{one['n_faces']} of {one['n']}",
                    *(each.cell(one) for each in STAGES.values()),
                )
                for stage, one in found["stages"].items()
            ],
        )
    for each in result["not_made"]:
        note(f"{each['name']}, {_STAGE_WORDS[each['stage']]}: {each['reason']}")
    for sentence in result["notes"]:
        note(f"Note: {sentence}")
    say("Add --json for every number.")
