"""The table of real ageing keeps curves and thresholds of each recogniser, and no thin class of gaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forensic_app.evaluation.matching.ageing_table import ageing_table, main


def result(data: str, *, with_matcher: bool) -> dict[str, Any]:
    def point(gap: float, n: int, people: int) -> dict[str, Any]:
        return {
            "gap_from": gap, "gap_to": gap + 5, "low": 0.30004, "median": 0.5, "high": 0.7, "n": n,
            "n_subjects": people, "mean": 0.5, "interval": [0.4, 0.6],
        }  # fmt: skip

    def recogniser(name: str) -> dict[str, Any]:
        return {"name": name, "version": "1", "sha256": {"weights": name}}

    arm = {"threshold_fmr1": 0.4, "threshold_fmr01": None, "n_non_mated": 900}
    points = [point(0, 50, 9), point(5, 19, 9), point(10, 50, 4)]
    return {
        "data": data,
        "ages": "from the names",
        "recognisers": {
            "bundled": recogniser("dlib"),
            **({"matcher": recogniser("matcher")} if with_matcher else {}),
        },
        "real_ageing": {"real": points},
        "real_ageing_of_others": {"matcher": points} if with_matcher else {},
        "arms": {"untouched": arm, "matcher": arm},
    }


def test_curves_and_thresholds_of_each_recogniser_are_kept(tmp_path: Path) -> None:
    given = [result("fgnet", with_matcher=False), result("mine", with_matcher=True)]
    table = ageing_table(given)
    assert [(each["analyser"], each["data"], each["ages"]) for each in table["curves"]] == [
        ("dlib", "FG-NET", "as labelled"),
        ("dlib", "mine", "as labelled"),
        ("matcher", "mine", "as labelled"),
    ]
    assert table["curves"][0]["points"] == [
        {"gap_from": 0, "gap_to": 5, "low": 0.3, "median": 0.5, "high": 0.7, "count": 50, "people": 9}
    ]
    assert [(each["analyser"], each["fmr"], each["value"]) for each in table["thresholds"]] == [
        ("dlib", 0.01, 0.4), ("dlib", 0.01, 0.4), ("matcher", 0.01, 0.4),
    ]  # fmt: skip
    for number, each in enumerate(given):
        (tmp_path / f"{number}.json").write_text(json.dumps(each))
    assert (
        main([str(tmp_path / "0.json"), str(tmp_path / "1.json"), "--out", str(tmp_path / "out.json")]) == 0
    )
    assert json.loads((tmp_path / "out.json").read_text()) == table
