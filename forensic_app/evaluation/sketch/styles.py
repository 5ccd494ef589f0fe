"""Evaluate a sketch pack on several sets of pairs, each in its own style: one result, a row for each set.

Rules:
    * A set is measured on its test folder; one without has its pairs measured that the pack was not trained on.
    * A set is drawn in the style that it is called after where the pack knows it, else in the pack's own; the result
      says in which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.words import SKETCH
from forensic_app.evaluation.series.protocols import OnProgress, say_nothing
from forensic_app.evaluation.sketch.evaluation import evaluate_sketch

_KEPT = ("per_pair", "protocols", "notes", "pack", "analyser", "features", "seed", "comparers")
"""What stands once in the result, or only for the first set."""


def evaluate_styles(
    *,
    pack_path: Path,
    data_dirs: Sequence[Path],
    style: str | None = None,
    on_progress: OnProgress | None = None,
    **given: Any,
) -> dict[str, Any]:
    """Return what was measured, JSON types only.

    Args:
        pack_path: Folder of a sketch pack.
        data_dirs: Folders as of a training.
        style: Style that every set is drawn in; each set's own where ``None``.
        on_progress: Told the fraction done and the stage; may raise to stop.
        **given: As of :func:`forensic_app.evaluation.sketch.evaluation.evaluate_sketch`.

    Returns:
        The result of the first set, and in ``sets`` the numbers of every set with its name in ``set``.

    Raises:
        InvalidInput: A set has too few pairs, or the pack does not know the style.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack is no sketch pack.
    """
    from forensic_app.engines.packs.network_pack import read_pack_of_kind
    from forensic_app.engines.sketch import schema
    from forensic_app.engines.sketch.styles import find_styles, measured_folder

    report = on_progress or say_nothing
    known = read_pack_of_kind(pack_path, schema.ENGINE_NAME).card.get("styles") or []
    folders = find_styles(data_dirs)
    results = []
    for place, each in enumerate(folders):

        def part(fraction: float, words: str, *, place: int = place) -> None:
            report((place + fraction) / len(folders), words)

        own = each.style if each.style in known else None
        try:
            result = evaluate_sketch(
                pack_path=pack_path,
                data_dir=measured_folder(each),
                style=own if style is None else style,
                on_progress=part,
                **given,
            )
        except InvalidInput as error:
            raise InvalidInput(f"{each.folder}: {error.message}", error.advice) from error
        results.append({"set": each.style or each.folder.name, **result})
    sets = [{name: value for name, value in result.items() if name not in _KEPT} for result in results]
    return {**results[0], "sets": sets}


def sets_table(sets: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table with a column for each set, every number with its 95 % interval.

    Args:
        sets: As :func:`evaluate_styles` returns them.
    """
    head = ["measure", *(str(each["set"]) for each in sets)]
    rows = [
        ["style that is drawn", *(each["style"] or "the pack's only one" for each in sets)],
        [
            "pairs measured; photographs in the gallery",
            *(f"{each['n_pairs']}; {each['n_gallery']}" for each in sets),
        ],
    ]
    return head, rows + [[each.title, *(each.cell(one) for one in sets)] for each in SKETCH.values()]
