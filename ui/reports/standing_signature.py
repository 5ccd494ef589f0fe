"""What signs all that leaves this workstation, where it is set up so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensic_app.identity.certificates import Credentials


def signing_credentials() -> Credentials | None:
    """Return the laboratory's certificate with its key, ``None`` where none is set up; not on the window's thread."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import standing_credentials

    return standing_credentials(load_settings().home)
