"""Refusals that several parts of the case store share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensic_app.errors import InvalidInput, RecordNotFound


def not_found(object_type: str, named: str) -> RecordNotFound:
    """Return the error for a record that there is not."""
    return RecordNotFound(
        f"There is no {object_type} {named} in this casebook.", "Check the number, or search for it."
    )


def refuse_removed(object_id: str, tombstone_reason: str | None) -> None:
    """Refuse to change a record that has a tombstone.

    Raises:
        InvalidInput: It has one.
    """
    if tombstone_reason is not None:
        raise InvalidInput(
            f"{object_id} was withdrawn: {tombstone_reason}.", "Record it again if it is needed."
        )


def refuse_unknown(changes: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    """Refuse changes of other fields than those allowed.

    Raises:
        InvalidInput: There is such a change.
    """
    for name in changes:
        if name not in allowed:
            raise InvalidInput(f"The field {name!r} cannot be changed.", f"Use one of: {', '.join(allowed)}.")
