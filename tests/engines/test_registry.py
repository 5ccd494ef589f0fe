"""Every engine is described whole, and everything that speaks of engines has its words."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from forensic_app.engines import registry
from forensic_app.engines.descriptor import EngineDescriptor, Input, Output
from forensic_app.engines.packs.layout import REQUIRED_COMPONENTS
from forensic_app.engines.packs.pack import bundled_packs_dir, read_pack

REPORT_TEXTS = Path(__file__).resolve().parents[2] / "resources" / "report_texts"
EVERY = pytest.mark.parametrize("name", registry.names())


@EVERY
def test_an_engine_is_described_whole(name: str) -> None:
    described = registry.descriptor(name)
    assert described.name == name
    for field in dataclasses.fields(EngineDescriptor):
        if field.name not in ("takes_adapters", "pack_choices"):
            assert getattr(described, field.name), field.name
    assert described.title[0].isupper()
    assert not described.method.endswith(".")
    assert described.pack_kind in REQUIRED_COMPONENTS
    for library in described.libraries:
        assert importlib.metadata.version(library)


@EVERY
def test_an_engine_is_where_its_descriptor_says(name: str) -> None:
    module, _, class_name = registry.descriptor(name).loader.partition(":")
    loaded = registry.load_engine(name)
    assert type(loaded) is getattr(importlib.import_module(module), class_name)
    assert callable(loaded.run)
    assert registry.load_engine(name) is loaded


@EVERY
def test_the_default_pack_is_bundled_and_of_the_engines_kind(name: str) -> None:
    described = registry.descriptor(name)
    assert read_pack(bundled_packs_dir() / described.default_pack).kind == described.pack_kind


@pytest.mark.parametrize("path", sorted(REPORT_TEXTS.glob("*.toml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("table", ["engines", "engine_short", "engine_references"])
def test_reports_have_words_for_every_engine_and_for_no_other(path: Path, table: str) -> None:
    texts = tomllib.loads(path.read_text(encoding="utf-8"))
    assert sorted(texts[table]) == list(registry.names())
    assert all(texts[table].values())


def test_an_engine_that_works_on_one_picture_takes_photographs() -> None:
    for name in registry.names():
        described = registry.descriptor(name)
        assert described.is_learning != (Input.PHOTOGRAPH in described.accepts)
        assert described.is_learning == (described.makes is Output.ADAPTER)


def test_where_none_is_named_the_first_engine_is_used() -> None:
    assert [registry.default(makes).name for makes in Output] == ["aging", "sketch", "personalisation"]


def test_parameters_of_engines_that_make_the_same_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = registry.descriptor("aging")
    own = dataclasses.replace(first.schema[0], name="haste")
    second = dataclasses.replace(first, name="other", schema=(own, first.schema[0]))
    monkeypatch.setattr(registry, "_DESCRIPTORS", {"aging": first, "other": second})
    assert registry.parameters(Output.AGES) == (*first.schema, own)
    assert registry.parameters(Output.SKETCH) == ()
    assert registry.names(Output.AGES) == ("aging", "other")


def test_an_engine_of_an_old_record_is_not_found() -> None:
    assert registry.find("morphing") is None
