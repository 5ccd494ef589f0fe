"""Remembers what a run took on this computer, for estimates in other casebooks."""

from __future__ import annotations

from forensic_app.records import Run
from ui.preferences import Preferences


def keep_timing(preferences: Preferences, run: Run) -> None:
    """Keep the work and the seconds of a completed run that was executed here."""
    from forensic_app.workflows.estimate import seconds_of, work_units

    units, seconds = work_units(run.spec.parameters), seconds_of(run)
    preferences.remember_timing(run.spec.engine, run.spec.pack_sha256, units=units, seconds=seconds)
