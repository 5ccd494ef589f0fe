"""The command that does the whole main job on a public photograph."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, note, print_facts, print_json, say
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_output import REMINDER
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.messages import Progress, WorkerMessage

if TYPE_CHECKING:
    from forensic_app.workflows.demo import DemoResult


def command(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to; ./demo/<date and time> by default.")
    ] = None,
    pack: Annotated[str, typer.Option(help="Model pack.")] = registry.default(Output.AGES).default_pack,
    steps: Annotated[
        int | None, typer.Option(min=2, help="Steps; the method's default when left out.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Ages, such as 8,16,27; six ages by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a public photograph at six ages, sketch it and every age, issue a report, verify the casebook."""
    from forensic_app.engines.pictures.ages import parse_target_ages
    from forensic_app.workflows.demo import TARGET_AGES, run_demo

    folder = out or Path("demo") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    ages = tuple(parse_target_ages(to)) if to else TARGET_AGES
    with progress_bar() as advance:

        def listen(message: WorkerMessage) -> None:
            if isinstance(message, Progress):
                advance(message.fraction, message.stage)

        result = run_demo(
            folder,
            pack=pack,
            target_ages=ages,
            steps=steps,
            examiner=invocation(ctx).examiner,
            on_stage=note,
            on_message=listen,
        )
    if as_json:
        print_json(
            {
                "casebook": result.casebook,
                "photograph": result.photograph,
                "images": result.images,
                "report": result.report_path,
                "report_sha256": result.report.sha256,
                "run_id": result.run.run_id,
                "is_intact": result.verification.is_intact,
                "findings": result.verification.findings,
            }
        )
    else:
        _print_result(folder, result)
    if not result.verification.is_intact:
        raise typer.Exit(1)


def _print_result(folder: Path, result: DemoResult) -> None:
    for path in result.images:
        say(str(path))
    print_facts(
        [
            ("Photograph", result.photograph),
            ("Casebook", result.casebook),
            ("Report", result.report_path),
            ("Run", result.run.run_id),
        ]
    )
    for finding in result.verification.findings:
        say(f"Wrong: {finding}")
    checked = result.verification
    say(
        f"The casebook {'verifies' if checked.is_intact else 'does not verify'}: {checked.files} files, "
        f"{checked.events} custody events, {checked.checkpoints} signed checkpoints."
    )
    say(REMINDER)
    say(f"Look further: forensic-app --casebook {folder / 'casebook'} case show DEMO-1")
