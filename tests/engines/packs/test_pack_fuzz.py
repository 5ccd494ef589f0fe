"""Whatever bytes a pack holds: they are read, or refused with words, and nothing else is raised."""

from __future__ import annotations

import contextlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensic_app.checked_json import parse_json
from forensic_app.engines.aging.components import load_components, release_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.component_configs import (
    _CONFIGS,
    checked_config,
    checked_schedule,
    checked_text_config,
)
from forensic_app.engines.packs.manifest import parse_index, parse_manifest
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.packs.tokenizer_configs import TOKENIZER_FILES, checked_tokenizer_files
from forensic_app.errors import PackMissing, PackRefused
from forensic_app.tensor_files import read_header
from forensic_app.tensors import read_tensors
from tests.engines.packs.hostile import UNET, reseal, safetensors_bytes

ROOT = Path(__file__).resolve().parents[3] / "resources" / "packs"
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["pack.json", "../x", "files", "type", "Regex", "\ud800", "\x1b[2J"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([1 << 62, 10**30, -1, 0, 1e308])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXTS, each, max_size=4),
    max_leaves=12,
)
MANIFEST = json.loads((ROOT / "base" / "pack.json").read_text())
SEARCH = settings(max_examples=300, deadline=2000)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@SEARCH
@given(st.binary(max_size=200) | VALUES.map(encoded))
def test_any_json_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        json.dumps(parse_json(data), allow_nan=False).encode("utf-8")


@SEARCH
@given(st.sampled_from([*sorted(MANIFEST), "licence_file", "surprise"]), VALUES)
def test_any_value_in_a_manifest_is_read_or_refused(name: str, value: Any) -> None:
    with contextlib.suppress(PackRefused):
        manifest = parse_manifest(encoded({**MANIFEST, name: value}), folder_name="x")
        assert 16 <= manifest.resolution <= 2048
        assert all(len(digest) == 64 for digest in manifest.files.values())


@SEARCH
@given(st.dictionaries(st.sampled_from(["unet", "vae", "_class_name", "x"]), VALUES, max_size=3) | VALUES)
def test_any_index_is_read_or_refused(value: Any) -> None:
    with contextlib.suppress(PackRefused):
        assert all(len(named) == 2 for named in parse_index(encoded(value), where="it").values())


@SEARCH
@given(st.data())
def test_any_configuration_is_read_or_refused(data: st.DataObject) -> None:
    class_name = data.draw(st.sampled_from(sorted(_CONFIGS)))
    names = st.sampled_from([*_CONFIGS[class_name], "_class_name", "auto_map"]) | TEXTS
    content = data.draw(st.dictionaries(names, VALUES, max_size=4))
    for check in (
        lambda: checked_config(content, class_name, where="it"),
        lambda: checked_schedule(content, where="it"),
        lambda: checked_text_config(content, where="it"),
    ):
        with contextlib.suppress(PackRefused):
            assert "auto_map" not in check()


@SEARCH
@given(
    st.dictionaries(
        st.sampled_from(TOKENIZER_FILES), st.binary(max_size=60) | VALUES.map(encoded), max_size=4
    )
)
def test_any_tokenizer_is_read_or_refused(files: dict[str, bytes]) -> None:
    with contextlib.suppress(PackRefused):
        assert checked_tokenizer_files(files, where="it").keys() == files.keys()


ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "U8", "BOOL", "F8_E4M3"]) | VALUES,
        "shape": st.lists(st.integers(-1, 5), max_size=3) | VALUES,
        "data_offsets": st.lists(st.integers(-1, 64), min_size=2, max_size=2) | VALUES,
    }
)


@SEARCH
@given(st.dictionaries(TEXTS, ENTRIES | VALUES, max_size=3), st.binary(max_size=64), st.integers(-3, 3))
def test_what_we_read_of_a_header_the_library_reads_too(
    header: dict[str, Any], body: bytes, more: int
) -> None:
    from safetensors import deserialize

    text = encoded(header)
    data = struct.pack("<Q", max(len(text) + more, 0)) + text + body
    try:
        names = {each.name for each in read_header(data).tensors}
    except ValueError:
        return
    assert {name for name, _ in deserialize(data)} == names
    with contextlib.suppress(ValueError):
        assert read_tensors(bytearray(data)).keys() == names


@SEARCH
@given(st.binary(max_size=300))
def test_any_bytes_are_tensors_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_tensors(bytearray(data))


@pytest.fixture(scope="module")
def kept_pack(built_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    folder = tmp_path_factory.mktemp("fuzz") / "tiny"
    shutil.copytree(built_pack, folder)
    return folder


PARTS = {
    "unet/config.json": None,
    "vae/config.json": None,
    "text_encoder/config.json": None,
    "identity_projection/config.json": None,
    "scheduler/scheduler_config.json": None,
    "tokenizer/tokenizer_config.json": None,
    "tokenizer/tokenizer.json": None,
    "model_index.json": None,
}
LIKELY = (
    st.integers(-1, 40)
    | st.sampled_from([None, True, False, 0.5, "relu", "linear", [16, 32], [1, 2], [16], {}, "epsilon", 77])
    | VALUES
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_pack_with_any_value_in_it_loads_or_is_refused(kept_pack: Path, data: st.DataObject) -> None:
    path = kept_pack / data.draw(st.sampled_from(sorted(PARTS)))
    before = path.read_bytes()
    content = json.loads(before)
    name = data.draw(st.sampled_from(sorted(content)))
    content[name] = data.draw(LIKELY)
    try:
        path.write_bytes(encoded(content))
        reseal(kept_pack)
        with contextlib.suppress(PackRefused, PackMissing):
            load_components(read_pack(kept_pack), choose_device("cpu", threads=1))
    finally:
        path.write_bytes(before)
        release_components()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_pack_with_any_header_loads_or_is_refused(kept_pack: Path, data: st.DataObject) -> None:
    path = kept_pack / UNET
    before = path.read_bytes()
    length = int.from_bytes(before[:8], "little")
    header = json.loads(before[8 : 8 + length])
    name = data.draw(st.sampled_from(sorted(header)))
    header[name] = data.draw(ENTRIES | VALUES)
    try:
        path.write_bytes(safetensors_bytes(encoded(header), before[8 + length :]))
        reseal(kept_pack)
        with contextlib.suppress(PackRefused):
            load_components(read_pack(kept_pack), choose_device("cpu", threads=1))
    finally:
        path.write_bytes(before)
        release_components()
