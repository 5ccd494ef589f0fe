"""Presets that come with the window: values for parameters that an engine has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from forensic_app.parameters import Schema

QUICK_STEPS = 6


def bundled_presets(schema: Schema) -> dict[str, Mapping[str, Any]]:
    """Return presets by name that name only parameters of ``schema``."""
    defaults = {parameter.name: parameter.default for parameter in schema}
    presets: dict[str, Mapping[str, Any]] = {
        QCoreApplication.translate("Presets", "Quick look (fewer steps)"): {
            "num_inference_steps": QUICK_STEPS,
            "variants": 1,
        },
        QCoreApplication.translate("Presets", "Standard"): {
            name: value for name, value in defaults.items() if name not in ("target_ages", "source_age")
        },
        QCoreApplication.translate("Presets", "Several variants with mean and spread"): {
            "num_inference_steps": defaults.get("num_inference_steps"),
            "variants": 4,
        },
    }
    return {name: values for name, values in presets.items() if set(values) <= set(defaults)}
