"""A casebook with one record of every kind, and the workstation that made it."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
from verify_samples import KEY, START, fill

from forensic_app.store.case_store import CaseStore
from forensic_app.store.known_heads import KnownHeads


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campaign")
    moments = iter(START + timedelta(seconds=number) for number in range(1000))
    heads = KnownHeads(folder / "home")
    with CaseStore.create(
        folder / "casebook", examiner="A. Doe", key=KEY, clock=lambda: next(moments), heads=heads
    ) as store:
        fill(store, folder)
    return folder


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def casebook(sample, tmp_path):
    return shutil.copytree(sample / "casebook", tmp_path / "casebook")


@pytest.fixture
def heads(sample, tmp_path):
    shutil.copytree(sample / "home", tmp_path / "home")
    return KnownHeads(tmp_path / "home")


@pytest.fixture
def newest(casebook):
    with CaseStore.open(casebook, examiner="", read_only=True) as reader:
        return reader.checkpoint().note
