"""The record of a run in print: digests, warnings, parameters, environment, face, weights.

Rules:
    * Every value is printed: here, or in the run that is named in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from forensic_app.measured import Rows
from forensic_app.reports import wording
from forensic_app.reports.layout import (
    LANDSCAPE_WIDTH,
    digest_table,
    facts_table,
    headed,
    pairs_table,
    text,
)
from forensic_app.reports.repeats import Part, RecordParts
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.texts import Texts

_LABEL_WIDTH = 44 * mm
_SHORT_LABEL_WIDTH = 30 * mm
_MOST_IN_A_LINE = 4
"""Differing values of a group that are printed in one line; more get a table."""


def record_blocks(
    run: RunSection, parts: RecordParts, texts: Texts, *, first_rows: Rows = ()
) -> list[Flowable]:
    """Return the record of a run for landscape pages.

    Args:
        run: The run.
        parts: What of it is printed here.
        texts: Texts of the report's language.
        first_rows: Rows to set before it, such as a line of qualities.
    """
    tabled = [key for key, part in _named(parts) if part.as_in and len(part.rows) > _MOST_IN_A_LINE]
    repeated = _repeated(parts, texts, without=tabled)
    rows = (*first_rows, *_digests(parts, texts), *repeated)
    blocks: list[Flowable] = [
        text(texts("runs.records_heading", run=run.run_id), "h2"),
        *_note("runs.record_note", texts),
        facts_table(rows, width=LANDSCAPE_WIDTH, label_width=_LABEL_WIDTH),
    ]
    if run.record.warnings:
        blocks.append(text(texts("runs.warnings"), "h3"))
        blocks += [text(f"• {wording.recorded(line, texts)}", "body") for line in run.record.warnings]
    for key, part in _named(parts):
        if not part.as_in or key in tabled:
            tables = pairs_table(part.rows, width=LANDSCAPE_WIDTH) if part.rows else [_empty(texts)]
            if part.as_in:
                tables = [*tables, text(texts("runs.otherwise_as_in", run=part.as_in), "small")]
            blocks += headed(texts(f"runs.{key}"), *tables, is_sub=True)
    if not parts.weights.as_in:
        blocks += headed(texts("runs.weights"), _weights(parts.weights.rows, texts), is_sub=True)
    if parts.references.rows and not parts.references.as_in:
        references = facts_table(parts.references.rows, width=LANDSCAPE_WIDTH)
        blocks += headed(texts("runs.references"), references, is_sub=True)
    return blocks


def short_record(run: RunSection, parts: RecordParts, texts: Texts, *, first_rows: Rows = ()) -> Table:
    """Return a record of which other runs print all but a few values (:func:`is_short`) as one table."""
    warnings = "\n".join(f"• {wording.recorded(line, texts)}" for line in run.record.warnings)
    rows = (
        *first_rows,
        *(((texts("runs.short_warnings"), warnings),) if warnings else ()),
        *_digests(parts, texts),
        *_repeated(parts, texts),
    )
    return facts_table(rows, width=LANDSCAPE_WIDTH, label_width=_SHORT_LABEL_WIDTH)


def is_short(parts: RecordParts) -> bool:
    """Return whether every group of a record is printed with another run's."""
    groups = (parts.digests, parts.weights, parts.references, *(part for _, part in _named(parts)))
    return all(part.as_in or not part.rows for part in groups)


def _named(parts: RecordParts) -> tuple[tuple[str, Part], ...]:
    return (("parameters", parts.parameters), ("environment", parts.environment), ("face", parts.face))


def _digests(parts: RecordParts, texts: Texts) -> Rows:
    if not parts.digests.as_in:
        return tuple((texts(f"runs.{name}"), value) for name, value in parts.digests.rows)
    if _weights_too(parts):
        words = texts("runs.all_digests_as_in", run=parts.digests.as_in)
        return ((texts("runs.all_digests"), words),)
    return ((texts("runs.digests"), _reference(parts.digests, texts)),)


def _weights_too(parts: RecordParts) -> bool:
    """Return whether one reference stands for the digests of input, pack and weights."""
    return bool(parts.digests.as_in) and parts.weights == parts.digests


def _repeated(parts: RecordParts, texts: Texts, *, without: Sequence[str] = ()) -> Rows:
    """Return a row for each group that another run prints, but those in ``without``: what differs, and that run."""
    groups = [*_named(parts), ("references", parts.references)]
    if not _weights_too(parts):
        groups.insert(3, ("weights", parts.weights))
    labels = {"parameters": "runs.short_parameters"}
    return tuple(
        (texts(labels.get(key, f"runs.{key}")), _reference(part, texts))
        for key, part in groups
        if part.as_in and key not in without
    )


def _reference(part: Part, texts: Texts) -> str:
    key = "runs.otherwise_as_in" if part.rows else "runs.as_in"
    words = " · ".join(f"{name}: {value}" for name, value in part.rows)
    return f"{words}{'. ' if words else ''}{texts(key, run=part.as_in)}"


def _weights(rows: Rows, texts: Texts) -> Table | Flowable:
    return digest_table(rows, width=LANDSCAPE_WIDTH) if rows else _empty(texts)


def _note(key: str, texts: Texts) -> list[Flowable]:
    """Return a note that only some languages need."""
    words = texts(key)
    return [text(words, "small")] if words else []


def _empty(texts: Texts) -> Flowable:
    return text(texts("runs.empty"), "small")
