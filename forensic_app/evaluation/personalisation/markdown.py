"""The tables of a personalisation's evaluation as Markdown, so that a document's numbers are generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.words import (
    PERSONAL,
    PERSONAL_SECOND,
    SECONDS_PER_STEP,
    markdown_table,
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
    has_second = any(key in each for each in arms.values() for key in PERSONAL_SECOND)
    columns = [*PERSONAL.values(), *(PERSONAL_SECOND.values() if has_second else ())]
    titles = [each.title for each in columns]
    rows = [
        [name, *(column.cell(each) for column in columns), SECONDS_PER_STEP.of(each)]
        for name, each in arms.items()
    ]
    tables = [markdown_table(["arm", *titles, SECONDS_PER_STEP.title], rows)]
    if contrasts:
        rows = [
            [f"{each['arm']} − {each['against']}", *(column.cell(each) for column in columns)]
            for each in contrasts
        ]
        tables.append(markdown_table(["difference", *titles], rows))
    return tables
