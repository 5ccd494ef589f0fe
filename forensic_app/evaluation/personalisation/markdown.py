"""The tables of a personalisation's evaluation as Markdown, so that a document's numbers are generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput

_COLUMNS = (
    ("input_id", "input-ID", 3),
    ("reference_id", "reference-ID", 3),
    ("kept_at_fmr1", "kept at FMR 1 %", 2),
    ("age_mae", "AgeMAE, years", 1),
    ("age_spearman", "Spearman", 2),
)
_SECOND_COLUMNS = (
    ("second_reference_id", "second recogniser, largest", 3),
    ("second_reference_mean", "second recogniser, mean", 3),
)


def write_markdown(result: Mapping[str, Any], path: Path) -> None:
    """Write :func:`markdown_of` to ``path``.

    Raises:
        InvalidInput: The file cannot be written.
    """
    try:
        path.write_text(markdown_of(result), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            f"{path} could not be written: {error.strerror or error}.", "Choose another file."
        ) from error


def markdown_of(result: Mapping[str, Any]) -> str:
    """Return the tables of arms and contrasts, of all people and of those on whom nothing was chosen.

    Args:
        result: What :func:`forensic_app.evaluation.personalisation.evaluation.evaluate_personalisation` returns.
    """
    maker = result["maker"]
    names = ", ".join(person["name"] for person in result["people"])
    parts = [
        f"{result['n_people']} people ({names}), {result['photos_trained']} photographs of each trained on, "
        f"{result['inputs_per_person']} aged to {len(result['target_ages'])} ages; model pack "
        f"{maker['pack']} {maker['pack_version']} (`{str(maker['pack_sha256'])[:16]}…`); threshold "
        f"{result['threshold']:.3f} at an FMR of 1 %; 95 % intervals over people in brackets.",
        *_tables(result["arms"], result["contrasts"]),
    ]
    second = result.get("second_recogniser")
    if second:
        parts.append(
            f"The second recogniser ({second['name']}), which had no part in making the pictures, gives two real "
            f"photographs of one of these people {second['mated_mean']:.3f} on average and of two people "
            f"{second['non_mated_mean']:.3f}; the area under its ROC curve is {second['area_under_roc']:.3f}."
        )
    unseen = result.get("unseen_by_choice")
    if unseen:
        parts += [
            f"The same for {', '.join(unseen['people'])} alone, on whom no setting was chosen "
            f"(settings were chosen on {', '.join(result['chosen_on'])}):",
            *_tables(unseen["arms"], unseen["contrasts"]),
        ]
    return "\n\n".join(parts) + "\n"


def _tables(arms: Mapping[str, Mapping[str, Any]], contrasts: Sequence[Mapping[str, Any]]) -> list[str]:
    has_second = any(_SECOND_COLUMNS[0][0] in each for each in arms.values())
    columns = (*_COLUMNS, *(_SECOND_COLUMNS if has_second else ()))
    rows = [
        [name, *(_cell(each, key, places) for key, _, places in columns), _seconds(each)]
        for name, each in arms.items()
    ]
    tables = [_table(["arm", *(words for _, words, _ in columns), "s/step"], rows)]
    if contrasts:
        rows = [
            [f"{each['arm']} − {each['against']}", *(_cell(each, key, places) for key, _, places in columns)]
            for each in contrasts
        ]
        tables.append(_table(["difference", *(words for _, words, _ in columns)], rows))
    return tables


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(summary: Mapping[str, Any], key: str, places: int) -> str:
    low, high = summary["intervals"][key]
    return f"{summary[key]:.{places}f} [{low:.{places}f}, {high:.{places}f}]"


def _seconds(summary: Mapping[str, Any]) -> str:
    seconds = summary["seconds_per_step"]
    return "" if seconds is None else f"{seconds:.2f}"
