"""The engine protocol: what the worker calls, whatever the method behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from forensic_app.messages import EngineResult, Preparation, RunRequest

ReportProgress = Callable[[float, str], None]
"""Called with the fraction done and the stage's words; raises ``RunCancelled`` when a cancel was asked for.

Engines call it at least once a second of work, and between any two steps of a loop."""


class Engine(Protocol):
    """One method; what is known of it without loading it stands in its descriptor."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing files only in ``request.output_dir``.

        Raises:
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The original does not have its digest.
            PackAltered: A weights file does not have its digest.
            RunCancelled: From ``report_progress``.
        """
        ...


@runtime_checkable
class PreparedEngine(Engine, Protocol):
    """An engine that can load what its next run will need."""

    def prepare(self, preparation: Preparation) -> None:
        """Load networks into memory; changes nothing that a run gives, only when.

        Raises:
            ForensicAppError: Something cannot be loaded; a run will say so.
        """
        ...


LoadEngine = Callable[[str], Engine]
"""Returns the engine of a name, importing what it needs; raises ``InvalidInput`` when there is none."""
