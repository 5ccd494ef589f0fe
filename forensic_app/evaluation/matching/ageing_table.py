"""Put what ``evaluate matching`` measured on real photographs into the program's table; numbers alone.

Run by a maintainer whenever a recogniser changes, on results of sets that hold people whom it has not seen::

    forensic-app evaluate matching --data FGNET --protocol fgnet --reference-ages=-17 --probe-ages 18- \
        --pack none --matcher none --out fgnet
    forensic-app evaluate matching --data LAG --protocol folders --people resources/packs/matcher/validation.txt \
        --pack none --out lag
    python -m forensic_app.evaluation.matching.ageing_table fgnet/matching.json lag/matching.json lfw/matching.json \
        --out resources/measures/real_ageing.json

Rules:
    * Of several curves of one recogniser the first one given counts; thresholds are kept of every set.
    * A class of age gaps needs 20 comparisons of five people.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

LEAST_COMPARISONS: Final = 20
LEAST_PEOPLE: Final = 5
_DIGITS = 4
_ARMS: Final = {"bundled": "untouched", "matcher": "matcher"}
_NAMES: Final = {"fgnet": "FG-NET", "lag": "LAG", "lfw": "LFW"}
_AGES: Final = {"from the names": "as labelled"}
_FMRS: Final = {0.01: "threshold_fmr1", 0.001: "threshold_fmr01"}


def ageing_table(results: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of curves and thresholds.

    Args:
        results: What :func:`~forensic_app.evaluation.matching.evaluation.evaluate_matching` returned, in order.
    """
    table: dict[str, list[dict[str, Any]]] = {"curves": [], "thresholds": []}
    for result in results:
        for name, arm_name in _ARMS.items():
            recogniser = result["recognisers"].get(name)
            if recogniser is None:
                continue
            who = {
                "analyser": recogniser["name"],
                "version": recogniser["version"],
                "weights_sha256": recogniser["sha256"],
                "data": _NAMES.get(result["data"], result["data"]),
            }
            curve = (
                result["real_ageing"]["real"] if name == "bundled" else result["real_ageing_of_others"][name]
            )
            points = [_point(each) for each in curve]
            table["curves"].append(
                {
                    **who,
                    "ages": _AGES.get(result["ages"], result["ages"]),
                    "points": [
                        each
                        for each in points
                        if each["count"] >= LEAST_COMPARISONS and each["people"] >= LEAST_PEOPLE
                    ],
                }
            )
            arm = result["arms"][arm_name]
            for fmr, key in _FMRS.items():
                if arm.get(key) is not None:
                    table["thresholds"].append(
                        {
                            **who,
                            "fmr": fmr,
                            "value": round(arm[key], _DIGITS),
                            "non_mated_count": arm["n_non_mated"],
                        }
                    )
    return table


def _point(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "gap_from": given["gap_from"],
        "gap_to": given["gap_to"],
        **{name: round(given[name], _DIGITS) for name in ("low", "median", "high")},
        "count": given["n"],
        "people": given["n_subjects"],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table of the results that are named; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m forensic_app.evaluation.matching.ageing_table", description=__doc__
    )
    parser.add_argument("results", type=Path, nargs="+", help="matching.json files")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    table = ageing_table(json.loads(path.read_text(encoding="utf-8")) for path in given.results)
    given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
