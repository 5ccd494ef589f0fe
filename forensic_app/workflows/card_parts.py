"""What the model cards of all kinds of packs have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forensic_app.evaluation.measures.words import Measure, markdown_table


def whole_card(
    *,
    name: str,
    facts: Mapping[str, Any],
    method: str,
    data: Sequence[str],
    training: Sequence[str],
    measured: Sequence[str],
    cannot: Sequence[str],
) -> str:
    """Return a card as Markdown.

    Args:
        name: Name of the pack.
        facts: ``version``, ``licence``, ``data``, ``data_licence``, ``training_command``, ``machine``, and ``note``
            if there is a remark on the measurement.
        method: One sentence on what the pack is and does.
        data: Sentences on the data, beside its name and its licence.
        training: Sentences on the training, beside the command and before the time.
        measured: Paragraphs of the measurement; empty ones are left out.
        cannot: Sentences on what it cannot do.
    """
    parts = [
        f"# Model pack `{name}`, version {facts['version']}",
        f"{method} **Licence: {facts['licence']}**; see `LICENCE.txt`.",
        "## Data",
        bullets([f"Data: {facts['data']}.", f"Licence of the data: {facts['data_licence']}.", *data]),
        "## Training",
        bullets([f"Command: `{facts['training_command']}`", *training]),
        "## Measured",
        *(part for part in (*measured, facts.get("note")) if part),
        "## What it cannot do",
        bullets(cannot),
    ]
    return "\n\n".join(parts) + "\n"


def bullets(lines: Sequence[str]) -> str:
    """Return ``lines`` as a Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def measured_table(measures: Mapping[str, Measure], evaluation: Mapping[str, Any]) -> str:
    """Return the Markdown table of all ``measures`` with their intervals."""
    rows = [(each.title, each.of(evaluation), each.interval(evaluation)) for each in measures.values()]
    return markdown_table(("measure", "value", "95 % interval"), rows)


def time_line(facts: Mapping[str, Any], *, of: str = "") -> str:
    """Return the sentence on the training's time; 0.0 hours stand for no record.

    Args:
        facts: ``hours`` and ``machine``.
        of: What the hours are summed over.
    """
    if not facts["hours"]:
        return f"Time: not recorded, or under three minutes, on {facts['machine']}."
    summed = f"{of} summed; " if of else ""
    return (
        f"Time: about {facts['hours']} hours on {facts['machine']} ({summed}stops and images that were shown but "
        "thrown away left out)."
    )


def measured_weights(evaluation: Mapping[str, Any] | None) -> str:
    """Return which weights were measured, for a reader to compare with the pack's; empty without a measurement."""
    if evaluation is None:
        return ""
    of = evaluation.get("weights_sha256")
    if of is None:
        return "The measurement does not name the weights that it was made with."
    return f"The numbers are of the weights `{of}`; compare `weights_sha256` in `pack.json`."
