"""An engine that learns nothing and writes an adapter, for the workflows."""

from __future__ import annotations

import os

from forensic_app.engines.engine import Engine, ReportProgress
from forensic_app.messages import EngineResult, OutputAdapter, RunRequest
from forensic_app.parameters import Parameter

SCHEMA = (Parameter("seed", "integer", 7, "Seed.", 0, 1000),)
CHANGE_VARIABLE = "LEARNING_ENGINE_CHANGE"


class Learning:
    """Writes its seed as the adapter; the environment may change it."""

    name = "personalisation"
    version = "1"
    schema = SCHEMA

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        report_progress(0.5, "Learning")
        path = request.output_dir / "adapter"
        path.write_bytes(f"{request.parameters['seed']}{os.environ.get(CHANGE_VARIABLE, '')}".encode())
        facts = {"photos": [], "has_cache": request.cache_dir is not None}
        return EngineResult((), {}, {}, {}, adapter=OutputAdapter(path, facts))


def load_engine(name: str) -> Engine:
    """Return the engine of this module whose class has that name."""
    engine: Engine = globals()[name]()
    return engine
