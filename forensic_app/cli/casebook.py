"""Commands on the whole casebook: back it up, restore a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, note, print_json, say
from forensic_app.cli.progress import progress_bar
from forensic_app.errors import StoreLocked

if TYPE_CHECKING:
    from forensic_app.workflows.casebook_copies import CasebookCopy, CopyProgress

app = typer.Typer(help="The casebook as a whole: copies of it, and who may sign it.", no_args_is_help=True)

_STEPS = {
    "database": ("Copying the database", 0.0, 0.1),
    "files": ("Copying and checking the files", 0.1, 0.7),
    "check": ("Verifying the copy", 0.7, 1.0),
}
"""Words of each step, and where it begins and ends on the bar."""


@app.command("backup")
def backup(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist or is empty.")],
    as_json: AsJson = False,
) -> None:
    """Make a whole, verified copy of the casebook, best on another disk.

    It is recorded in the custody log before, so that the copy says so too. While another process works on the casebook
    the copy is made all the same, without an event.
    """
    from forensic_app.workflows.casebook_copies import back_up

    invoked = invocation(ctx)
    try:
        store = invoked.writer()
    except StoreLocked as locked:
        note(f"{locked.message} The copy is made beside it, and no event says so.")
        store = invoked.reader()
    with store, _bar() as show:
        made = back_up(store, folder, progress=show)
    _tell(made, f"The casebook {store.folder} was copied to {made.folder}", as_json=as_json)


@app.command("restore")
def restore(
    copy: Annotated[Path, typer.Argument(metavar="COPY", help="A copy that casebook backup made.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist or is empty.")],
    as_json: AsJson = False,
) -> None:
    """Make a casebook from a copy and verify it; the copy stays, and nothing is replaced.

    What was recorded after the copy was made is not in it; a workstation that saw that only reads the new casebook
    until an administrator accepts it.
    """
    from forensic_app.workflows import casebook_copies

    with _bar() as show:
        made = casebook_copies.restore(copy, folder, progress=show)
    _tell(made, f"The copy {copy} was restored to {made.folder}", as_json=as_json)


@contextmanager
def _bar() -> Iterator[Callable[[CopyProgress], None]]:
    with progress_bar() as advance:

        def show(progress: CopyProgress) -> None:
            words, begin, end = _STEPS[progress.step]
            done = progress.done / progress.total if progress.total else 0.0
            advance(begin + (end - begin) * done, words)

        yield show


def _tell(made: CasebookCopy, words: str, *, as_json: bool) -> None:
    for name in made.left_out:
        note(f"{name} is a link or no regular file and was not copied.")
    if made.remark:
        note(f"Note: {made.remark}")
    if as_json:
        print_json(made)
    else:
        say(
            f"{words} {'as it is' if made.remark else 'and verifies'}: {made.files} files, "
            f"{made.size_bytes:,} bytes, {made.events} custody events, "
            f"in {made.seconds:.1f} s."
        )
