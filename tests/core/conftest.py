"""A casebook for the verifier."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from verify_samples import KEY, START, fill

from forensic_app.store.case_store import CaseStore


@pytest.fixture(scope="session")
def intact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify")
    moments = iter(START + timedelta(seconds=number) for number in range(1000))
    with CaseStore.create(
        folder / "casebook", examiner="A. Doe", key=KEY, clock=lambda: next(moments)
    ) as store:
        fill(store, folder)
    return folder / "casebook"


@pytest.fixture
def casebook(intact, tmp_path):
    return shutil.copytree(intact, tmp_path / "casebook")
