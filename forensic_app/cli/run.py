"""Commands on runs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, json_value, print_json, print_table, say
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_output import decision_words, print_run, run_object
from forensic_app.messages import Progress, WorkerMessage
from forensic_app.records import RunStatus

if TYPE_CHECKING:
    from forensic_app.workflows.replay import ReplayOutcome

app = typer.Typer(
    help="List, show, replay and cancel runs; accept or reject their images.", no_args_is_help=True
)


class Verdict(StrEnum):
    """What an examiner may decide about a derived image."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id, such as R-0001.")]


@app.command("list")
def list_runs(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Option(help="Only this case, by number or id.")] = None,
    status: Annotated[RunStatus | None, typer.Option(help="Only this state.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, oldest first, whatever became of them."""
    with invocation(ctx).reader() as store:
        case_id = store.case(case).case_id if case is not None else None
        runs = store.runs(case_id, status=status)
    if as_json:
        print_json({"runs": runs})
        return
    print_table(
        ("Run", "Exhibit", "Engine", "Pack", "Status", "Queued", "Ended", "Because"),
        [
            (
                each.run_id,
                each.spec.exhibit_id,
                each.spec.engine,
                each.spec.pack_name,
                each.status,
                each.queued_at,
                each.ended_at,
                each.failure,
            )
            for each in runs
        ],
    )


@app.command("show")
def show(ctx: typer.Context, run: RunId, as_json: AsJson = False) -> None:
    """Show a run with its images, measures, parameters and environment (all of it with --json)."""
    with invocation(ctx).reader() as store:
        answer = run_object(store, store.run(run))
    if as_json:
        print_json(answer)
    else:
        print_run(answer)


@app.command("decide")
def decide(
    ctx: typer.Context,
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="Ids of derived images, such as D-000001.")
    ],
    verdict: Annotated[
        Verdict,
        typer.Argument(
            help="accept: it may be shown as a result; reject; or withdraw the decision, so that it is undecided again."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Accept or reject derived images, or withdraw a decision; the newest counts, earlier ones stay in the custody log.

    Several images are decided for one reason, each with an event of its own; all of them or none. Reports show no
    rejected image as a result, and with report new --only-accepted only accepted ones.
    """
    with invocation(ctx).writer() as store:
        made: list[Any]
        if verdict is Verdict.WITHDRAW:
            made = list(store.withdraw_decisions(images, reason=reason))
        else:
            made = list(store.decide_all(images, is_accepted=verdict is Verdict.ACCEPT, reason=reason))
        answers = [
            {**json_value(each), "run_id": store.derived_image(each.derived_image_id).run_id} for each in made
        ]
    if as_json:
        print_json(answers[0] if len(images) == 1 else {"decisions": answers})
        return
    for answer in answers:
        words = (
            f"Withdrawn by {answer['examiner']} ({answer['reason']})"
            if verdict is Verdict.WITHDRAW
            else decision_words(answer)
        )
        say(f"{words}: {answer['derived_image_id']} of the run {answer['run_id']}.")


@app.command("replay")
def replay(ctx: typer.Context, run: RunId, as_json: AsJson = False) -> None:
    """Repeat a run from its record and compare the images; exit code 1 when they are different."""
    from forensic_app.workflows.replay import ReplayResult, replay_run

    with invocation(ctx).writer() as store, progress_bar() as advance:

        def listen(message: WorkerMessage) -> None:
            if isinstance(message, Progress):
                advance(message.fraction, message.stage)

        outcome = replay_run(store, run, on_message=listen)
    if as_json:
        images = [{**json_value(each), "result": each.result.value} for each in outcome.images]
        print_json({**json_value(outcome), "images": images})
    else:
        _print_outcome(outcome)
    if outcome.outcome is ReplayResult.DIFFERENT:
        raise typer.Exit(1)


@app.command("cancel")
def cancel(
    ctx: typer.Context,
    run: RunId,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long to wait for it to stop.")
    ] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Cancel a queued or running run, also in another process; exit code 1 if it did not stop."""
    from forensic_app.workflows.cancelling import request_cancel

    given = invocation(ctx)
    status = request_cancel(given.existing_casebook(), run, examiner=given.examiner_name(), wait_s=wait)
    if as_json:
        print_json({"run_id": run, "status": status})
    elif status is RunStatus.CANCELLED:
        say(f"The run {run} is cancelled.")
    else:
        say(f"The run {run} is {status}; the process that executes it has been asked to stop it.")
    if status is not RunStatus.CANCELLED:
        raise typer.Exit(1)


def _print_outcome(outcome: ReplayOutcome) -> None:
    say(f"The replay of {outcome.run_id} is {outcome.outcome.replace('_', ' ')}.")
    print_table(
        ("Image", "Result", "Largest difference", "Mean difference"),
        [
            (each.derived_image_id, each.result, each.max_difference, each.mean_difference)
            for each in outcome.images
        ],
    )
    for sentence in outcome.environment_differences:
        say(f"Different: {sentence}")
    say(f"Within tolerance means: {outcome.tolerance}")
