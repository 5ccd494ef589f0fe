"""A record with its amendments and its withdrawal: as one JSON object, and as lines of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from forensic_app.cli.output import cell, json_value, say

if TYPE_CHECKING:
    from forensic_app.store.amendments import Amendment, Withdrawal


def with_amendments(
    record: Any, amendments: Iterable[Amendment], withdrawal: Withdrawal | None = None
) -> dict[str, Any]:
    """Return a record for ``--json``, with ``amendments``, oldest first, and its ``withdrawal`` or ``null``."""
    told = {"amendments": json_value(list(amendments)), "withdrawal": json_value(withdrawal)}
    return {**json_value(record), **told}


def withdrawal_words(made: Withdrawal | None) -> str:
    """Return by whom, when and why a record was withdrawn, as one line; empty where it was not."""
    if made is None:
        return ""
    return f"{cell(made.withdrawn_at)} by {made.examiner}: {made.reason} (event {made.sequence})"


def print_amendments(amendments: Iterable[Amendment]) -> None:
    """Print when, by whom and why a record was amended, and each field before and after."""
    for each in amendments:
        why = f": {each.reason}" if each.reason else ""
        say(f"Amended {cell(each.amended_at)} by {each.examiner}{why} (event {each.sequence})")
        for name, before, after in _differences(each.before, each.after):
            say(f"  {name.replace('_', ' ')}: {_words(before)} -> {_words(after)}")


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, former and new value of what differs, the parts of a description one by one."""
    for name in sorted({*before, *after}):
        was, is_now = before.get(name), after.get(name)
        if isinstance(was, Mapping) and isinstance(is_now, Mapping):
            yield from _differences(was, is_now)
        elif was != is_now:
            yield name, was, is_now


def _words(value: Any) -> str:
    return cell(value) or "not stated"
