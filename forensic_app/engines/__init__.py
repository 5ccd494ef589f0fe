"""Engines: the only importers of torch, diffusers and transformers, on the worker's side.

Importing this package sets the variables that those libraries read once, before any of them is loaded:
nothing is ever fetched from a network, idle threads sleep, and CUDA's matrix products are repeatable.
"""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
