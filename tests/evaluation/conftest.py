"""The tiny pack of the engines' tests, for the tests that load a real one."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_PATH = Path(__file__).resolve().parents[1] / "engines" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("engine_fixtures", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

built_pack = _MODULE.built_pack
photo_path = _MODULE.photo_path
make_request = _MODULE.make_request
