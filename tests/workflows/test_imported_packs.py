"""A pack that was imported belongs to the casebook's owner alone, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from forensic_app.private import open_to_others
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import packs
from tests.fake_packs import write_pack


def test_an_imported_pack_is_private(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(_source: Path, *, name: str, packs_dir: Path, **_: Any) -> Any:
        made = write_pack(packs_dir / name)
        made.path.chmod(0o755)
        return made

    monkeypatch.setattr(packs.importing, "import_pack", copied)
    before = os.umask(0o022)
    try:
        made = packs.import_pack(store, tmp_path, name="mine")
    finally:
        os.umask(before)
    assert made.path.is_dir()
    assert list(open_to_others(store.folder)) == []
