"""Options of every command that hands something out, and the laboratory's certificate behind one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from forensic_app.identity.certificates import Credentials

Purpose = Annotated[str, typer.Option(help="What it is handed out for; in the custody event.")]
Recipient = Annotated[str, typer.Option(help="Who receives it; in the custody event.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File whose first line opens the laboratory's certificate, for content credentials (C2PA); "
        "FORENSIC_APP_PASSPHRASE_FILE names one for all that leaves.",
    ),
]


def unlocked(passphrase_file: Path | None) -> Credentials | None:
    """Return the laboratory's certificate with its key, ``None`` where no passphrase is given, nor a standing one."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import (
        read_passphrase,
        standing_credentials,
        unlock_identity,
    )

    if passphrase_file is None:
        return standing_credentials(load_settings().home)
    return unlock_identity(load_settings().home, read_passphrase(passphrase_file))
