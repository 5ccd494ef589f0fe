"""The plan for many faces is the multiplication that it says, and its page shows what it prints."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scale_plan() -> Any:
    """Return the benchmark's module."""
    spec = importlib.util.spec_from_file_location("scale_plan", Path(__file__).with_name("scale_plan.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scale_plan"] = module
    spec.loader.exec_module(module)
    return module


def test_the_plan_multiplies_what_was_measured(scale_plan: Any) -> None:
    given = scale_plan.Measured(faces=2e6, face_ms=180, writer_ms=2, cores=100, shard=1e6, search_ms=10)
    found = scale_plan.plan(given)
    assert found["shards (casebooks)"] == 2
    assert found["core hours: looking at faces"] == pytest.approx(100)
    assert found["core hours: writing"] == pytest.approx(4000 / 3600)
    assert found["workers that one writer keeps busy"] == 90
    assert found["core seconds of one search of all shards"] == pytest.approx(0.02)


def test_the_page_shows_what_the_plan_prints(scale_plan: Any, capsys: pytest.CaptureFixture[str]) -> None:
    scale_plan.main([])
    printed = capsys.readouterr().out
    assert printed.strip() in (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
