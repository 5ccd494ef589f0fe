"""The tiny pack of the engines' tests, for the tests that load a real one."""

from __future__ import annotations

import os

from tests.engines.conftest import built_pack, make_request, photo_path

__all__ = ["built_pack", "make_request", "photo_path"]

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
