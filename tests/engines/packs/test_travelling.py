"""A pack that goes to another machine arrives whole, or not at all."""

from __future__ import annotations

import dataclasses
import pickle
import shutil
from pathlib import Path

import pytest

from forensic_app.engines.packs.pack import Pack, bundled_packs_dir, read_pack
from forensic_app.engines.packs.travelling import TravellingPack, travelling
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.errors import PackAltered


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    shutil.copytree(bundled_packs_dir() / "deage", tmp_path / "deage")
    return read_pack(tmp_path / "deage")


def test_a_pack_is_the_same_where_it_arrives(pack: Pack) -> None:
    with travelling(pack).opened() as here:
        assert here.path == pack.path
    sent = pickle.dumps(travelling(pack).with_files())
    shutil.rmtree(pack.path)
    arrived: TravellingPack = pickle.loads(sent)
    with arrived.opened() as there:
        assert (there.sha256, there.name, there.path != pack.path) == (pack.sha256, pack.name, True)
        verify_pack(there)
    assert not there.path.exists()


def test_another_pack_is_refused_where_it_is_sent_and_where_it_arrives(pack: Pack) -> None:
    sent = travelling(pack).with_files()
    other = [(name, data + b"\n" if name.endswith(".md") else data) for name, data in sent.files]
    changed = dataclasses.replace(sent, files=tuple(other))
    with pytest.raises(PackAltered), changed.opened() as there:
        verify_pack(there)
    another = dataclasses.replace(travelling(pack), sha256="0" * 64)
    with pytest.raises(PackAltered, match="not the one that the work began with"):
        another.with_files()
    with pytest.raises(PackAltered, match="not the one that the work began with"), another.opened():
        pass
