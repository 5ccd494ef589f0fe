from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata

import psutil
import pytest

from forensic_app import __version__
from forensic_app.digests import canonical_json
from forensic_app.runs import environment as module
from forensic_app.runs.environment import environment_differences, parse_gpu_line, record_environment


def test_the_record_is_complete_and_survives_json() -> None:
    record = record_environment()
    assert json.loads(canonical_json(record)) == record
    assert record["program"] == __version__
    for package in ("torch", "diffusers", "transformers", "numpy", "dlib-bin", "insightface"):
        assert record["packages"][package] == metadata.version(package)
    assert record["python"]["version"] == sys.version.split()[0]
    assert record["system"]["os"]
    assert record["system"]["kernel"].split()[0] in ("Linux", "Darwin", "Windows")
    assert record["processor"]["model"]
    assert record["processor"]["logical_cores"] >= record["processor"]["usable_cores"] >= 1
    assert record["memory_bytes"] == psutil.virtual_memory().total
    assert "UTC" in record["timezone"]
    assert set(record["variables"]) >= {"OMP_NUM_THREADS", "OMP_WAIT_POLICY", "CUDA_VISIBLE_DEVICES"}
    assert isinstance(record["gpus"], list)


def test_nothing_heavy_is_imported_for_it() -> None:
    code = (
        "import sys; from forensic_app.runs.environment import record_environment; record_environment();"
        "bad = {'torch', 'numpy', 'diffusers', 'transformers', 'dlib', 'insightface', 'sqlalchemy'};"
        "assert not bad & set(sys.modules), bad & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_absent_package_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECORDED_PACKAGES", ("no-such-distribution",))
    module._package_versions.cache_clear()
    try:
        assert record_environment()["packages"] == {"no-such-distribution": None}
    finally:
        module._package_versions.cache_clear()


def test_a_gpu_is_read_from_nvidia_smi(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "NVIDIA H100 80GB HBM3, 570.86.15, 81559, 9.0"

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[0] == "nvidia-smi"
        return subprocess.CompletedProcess(command, 0, stdout=line + "\n", stderr="")

    monkeypatch.setattr(module.subprocess, "run", answer)
    module._gpus.cache_clear()
    try:
        assert record_environment()["gpus"] == [
            {
                "name": "NVIDIA H100 80GB HBM3",
                "driver": "570.86.15",
                "memory_mib": "81559",
                "compute_capability": "9.0",
            }
        ]
    finally:
        module._gpus.cache_clear()
    assert dict(parse_gpu_line(line))["driver"] == "570.86.15"


def test_differences_name_each_leaf_and_both_values() -> None:
    recorded = {"packages": {"torch": "2.9", "numpy": "2.4"}, "gpus": [], "memory_bytes": 1}
    current = {"packages": {"torch": "2.13", "numpy": "2.4"}, "gpus": [], "locale": "C"}
    assert environment_differences(recorded, recorded) == []
    assert environment_differences(recorded, current) == [
        "locale: not recorded when recorded, C now.",
        "memory_bytes: 1 when recorded, not recorded now.",
        "packages.torch: 2.9 when recorded, 2.13 now.",
    ]
