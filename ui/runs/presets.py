"""Presets that come with the window: values for parameters that an engine has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from forensic_app.parameters import Schema


def bundled_presets(schema: Schema) -> dict[str, Mapping[str, Any]]:
    """Return presets by name that name only parameters of ``schema``."""
    known = {parameter.name for parameter in schema}
    presets: dict[str, Mapping[str, Any]] = {
        QCoreApplication.translate("Presets", "Quick look (fewer steps)"): {
            "num_inference_steps": 10,
            "variants": 1,
        },
        QCoreApplication.translate("Presets", "Standard"): {
            each.name: each.default for each in schema if each.name not in ("target_ages", "source_age")
        },
        QCoreApplication.translate("Presets", "Several variants with mean and spread"): {
            "num_inference_steps": 20,
            "variants": 4,
        },
    }
    return {name: values for name, values in presets.items() if set(values) <= known}
