"""What a run was executed with: program, libraries, operating system, processor, memory, GPU, threads.

Rules:
    * Nothing heavy is imported: versions come from the installed packages' metadata.
    * JSON types only, and the same keys on every machine; what is unknown is ``None`` or an empty list.
    * Nothing here names the machine, its owner or the network.
"""

from __future__ import annotations

import locale
import os
import platform
import subprocess
import sys
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from forensic_app import __version__

RECORDED_PACKAGES = (
    "torch",
    "diffusers",
    "transformers",
    "tokenizers",
    "safetensors",
    "peft",
    "accelerate",
    "numpy",
    "scipy",
    "pillow",
    "pillow-heif",
    "scikit-image",
    "onnxruntime",
    "dlib-bin",
    "insightface",
)
RECORDED_VARIABLES = (
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "CUBLAS_WORKSPACE_CONFIG",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
)
_GPU_FIELDS = ("name", "driver_version", "memory.total", "compute_cap")
_GPU_TIMEOUT_S = 5.0


def record_environment() -> dict[str, Any]:
    """Return the environment record of this process, JSON types only.

    Costs a few milliseconds, plus one call of ``nvidia-smi`` per process where that program exists.
    """
    return {
        "program": __version__,
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "build": " ".join(platform.python_build()),
        },
        "packages": dict(_package_versions()),
        "system": _system(),
        "processor": dict(_processor()),
        "memory_bytes": int(psutil.virtual_memory().total),
        "gpus": [dict(gpu) for gpu in _gpus()],
        "locale": _locale(),
        "timezone": _timezone(),
        "variables": {name: os.environ.get(name) for name in RECORDED_VARIABLES},
    }


def environment_differences(recorded: Any, current: Any, *, prefix: str = "") -> list[str]:
    """Return one sentence for each leaf in which two environment records differ.

    Args:
        recorded: Record of the earlier run.
        current: Record of the later run.
        prefix: Dotted path of both values, used in recursion.
    """
    if isinstance(recorded, dict) and isinstance(current, dict):
        found: list[str] = []
        for key in sorted(set(recorded) | set(current)):
            path = f"{prefix}.{key}" if prefix else str(key)
            found += environment_differences(recorded.get(key), current.get(key), prefix=path)
        return found
    if recorded == current:
        return []
    return [f"{prefix}: {_words(recorded)} when recorded, {_words(current)} now."]


def _words(value: Any) -> str:
    return "not recorded" if value is None else str(value)


@cache
def _package_versions() -> tuple[tuple[str, str | None], ...]:
    return tuple((name, _version(name)) for name in RECORDED_PACKAGES)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _system() -> dict[str, Any]:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return {
        "os": release.get("PRETTY_NAME") or platform.platform(terse=True),
        "kernel": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }


@cache
def _processor() -> tuple[tuple[str, Any], ...]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        ("model", _processor_model()),
        ("logical_cores", os.cpu_count()),
        ("physical_cores", psutil.cpu_count(logical=False)),
        ("usable_cores", usable),
    )


def _processor_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or None
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "Hardware"):
            return value.strip()
    return platform.processor() or None


@cache
def _gpus() -> tuple[tuple[tuple[str, str], ...], ...]:
    command = ["nvidia-smi", f"--query-gpu={','.join(_GPU_FIELDS)}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_GPU_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return _gpus_of_loaded_torch()
    return tuple(parse_gpu_line(line) for line in answer.stdout.splitlines() if line.strip())


def parse_gpu_line(line: str) -> tuple[tuple[str, str], ...]:
    """Return name, driver, memory and compute capability of one line of ``nvidia-smi``."""
    values = [value.strip() for value in line.split(",")]
    return tuple(zip(("name", "driver", "memory_mib", "compute_capability"), values, strict=False))


def _gpus_of_loaded_torch() -> tuple[tuple[tuple[str, str], ...], ...]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return ()
    return tuple(
        (("name", str(torch.cuda.get_device_name(index))), ("cuda", str(torch.version.cuda)))
        for index in range(torch.cuda.device_count())
    )


def _locale() -> str | None:
    language, encoding = locale.getlocale()
    return f"{language or 'C'}.{encoding}" if encoding else language


def _timezone() -> str:
    now = datetime.now().astimezone()
    return f"{now.tzname()} (UTC{now:%z})"
