"""Relatives: shares are read or refused, and the second pass is drawn towards the stated blend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging import relatives, schema
from forensic_app.engines.aging.planning import SourceAge, plans_of
from forensic_app.engines.registry import load_engine
from forensic_app.errors import EvidenceAltered, FaceNotFound, InvalidInput
from forensic_app.parameters import resolve


def test_shares_are_read_and_written() -> None:
    found = relatives.named_shares(" E-0012 : 0.3 ,E-0015:.1")
    assert found == {"E-0012": 0.3, "E-0015": 0.1}
    assert relatives.shares_text(found) == "E-0012:0.3,E-0015:0.1"
    assert relatives.named_shares(relatives.shares_text(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "E-0012",
        "E-0012:",
        "E-0012:0",
        "E-0012:0.6",
        "a:0.3,b:0.3",
        "a:0.1,a:0.1",
        "a:-0.1",
        "a:0.1;b:0.1",
    ],
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        relatives.named_shares(text)


def test_the_blend_is_the_person_and_the_shares() -> None:
    own, other = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, 3.0]])
    assert relatives.blended(own, other, {"a": 0.25, "b": 0.25}).tolist() == [[0.5, 1.0]]


def test_relatives_ask_for_a_pull_in_the_second_pass_and_never_for_less() -> None:
    age = SourceAge.of(30.0, None, weight=0.0)

    def pull(**asked: object) -> float:
        return plans_of([60.0], age, resolve(schema.SCHEMA, asked), {})[0].settling_pull

    assert pull() == 0.0
    assert pull(relatives="a:0.3") == relatives.PULL
    assert pull(relatives="a:0.3", settle_pull=0.4) == 0.4


def relative(tmp_path: Path) -> Path:
    from skimage.data import astronaut

    path = tmp_path / "relative.png"
    Image.fromarray(astronaut()[:300, ::-1].copy()).save(path)
    return path


def run(request):  # type: ignore[no-untyped-def]
    return load_engine("aging").run(request, lambda *_: None)


def test_a_run_says_whom_it_was_drawn_towards(make_request, tmp_path):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    path = relative(tmp_path)
    sha256 = sha256_of_file(path)
    asked = make_request(target_ages=[62.0], settle=0.4, relatives=f"{sha256}:0.3")
    given = replace(asked, relative_paths={sha256: path}, relative_names={sha256: "E-0002"})
    result = run(given)
    assert result.environment["relatives"] == [{"sha256": sha256, "share": 0.3}]
    assert any("E-0002 (30%)" in each and "is not measured" in each for each in result.warnings)
    assert relatives.WITHOUT_EFFECT not in result.warnings
    plain = run(make_request(target_ages=[62.0], settle=0.4, settle_pull=relatives.PULL))
    pictures = [np.asarray(Image.open(each.images[0].path)) for each in (result, plain)]
    assert not np.array_equal(*pictures)
    still = run(
        replace(
            make_request(target_ages=[62.0], settle=0.0, relatives=f"{sha256}:0.3"),
            relative_paths={sha256: path},
        )
    )
    assert relatives.WITHOUT_EFFECT in still.warnings


def test_a_relative_that_cannot_be_read_fails_the_run(make_request, tmp_path):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    path = relative(tmp_path)
    sha256 = sha256_of_file(path)
    asked = make_request(target_ages=[62.0], relatives=f"{sha256}:0.3")
    with pytest.raises(InvalidInput, match="was not handed"):
        run(asked)
    other = tmp_path / "other.png"
    Image.new("RGB", (200, 200), (90, 90, 90)).save(other)
    with pytest.raises(EvidenceAltered):
        run(replace(asked, relative_paths={sha256: other}))
    blank = sha256_of_file(other)
    with pytest.raises(FaceNotFound, match="relative"):
        run(
            replace(make_request(target_ages=[62.0], relatives=f"{blank}:0.3"), relative_paths={blank: other})
        )
