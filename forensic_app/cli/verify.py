"""The command that re-checks a casebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, print_json, say
from forensic_app.cli.progress import counting_bars
from forensic_app.errors import InvalidInput
from forensic_app.regular_files import read_regular_text

_STEPS = {
    "database": "The database",
    "events": "Custody events",
    "records": "Tables of records",
    "signatures": "Signatures",
    "files": "Files of the vault",
}


def command(
    ctx: typer.Context,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A checkpoint kept elsewhere, such as the one printed in a report."
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="HEX", help="The laboratory's public key: only its signatures count then."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Re-check every file, record, custody event and checkpoint; exit code 1 when anything is wrong.

    Changes nothing. It compares the casebook with what this workstation remembers of it; where it was never
    open, only --checkpoint and --key show that the whole folder was replaced. How far it is stands on standard
    error.
    """
    from forensic_app.verify import VerificationProgress
    from forensic_app.workflows.casebook import verify_here

    folder = invocation(ctx).casebook_folder()
    known = [_read(each) for each in checkpoint or ()]
    with counting_bars() as count:

        def show(progress: VerificationProgress) -> None:
            count(_STEPS[progress.step], progress.done, progress.total)

        result = verify_here(folder, known_checkpoints=known, trusted_keys=key or (), progress=show)
    if as_json:
        print_json(result)
    else:
        for finding in result.findings:
            say(f"Wrong: {finding}")
        for remark in result.notes:
            say(f"Note: {remark}")
        say(_verdict(folder, result.files, result.events, result.checkpoints, len(result.findings)))
    if not result.is_intact:
        raise typer.Exit(1)


def _verdict(folder: Path, files: int, events: int, checkpoints: int, findings: int) -> str:
    checked = f"{files} files, {events} custody events and {checkpoints} signed checkpoints were checked"
    if findings:
        return f"The casebook {folder} does not verify: {findings} findings. {checked}."
    return f"The casebook {folder} verifies: {checked}, and nothing was found wrong."


def _read(path: Path) -> str:
    try:
        return read_regular_text(path)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"The checkpoint file {path} cannot be read.", "Check the path.") from error
