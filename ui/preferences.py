"""What the window remembers between sessions; no case data beyond the casebooks' folders."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 8
MOST_TIMINGS = 12


class Preferences:
    """Typed access to ``QSettings``."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def examiner(self) -> str:
        """Name of who worked last."""
        return self._text("examiner")

    @examiner.setter
    def examiner(self, name: str) -> None:
        self._settings.setValue("examiner", name)

    @property
    def theme(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._text("theme") or "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._settings.setValue("theme", name)

    @property
    def text_percent(self) -> int:
        """Size of the window's letters, in per cent of the usual one."""
        text = self._text("text_percent")
        return int(text) if text.isdecimal() else 100

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._settings.setValue("text_percent", str(percent))

    @property
    def notifies(self) -> bool:
        """Whether the desktop is told when a run has ended."""
        return self._text("notifies") != "no"

    @notifies.setter
    def notifies(self, is_wanted: bool) -> None:
        self._settings.setValue("notifies", "yes" if is_wanted else "no")

    @property
    def shows_age_preview(self) -> bool:
        """Whether a new run's form shows the face at the chosen ages."""
        return self._text("shows_age_preview") != "no"

    @shows_age_preview.setter
    def shows_age_preview(self, is_wanted: bool) -> None:
        self._settings.setValue("shows_age_preview", "yes" if is_wanted else "no")

    @property
    def language(self) -> str:
        """Code of the language, or ``system``."""
        return self._text("language") or "system"

    @language.setter
    def language(self, code: str) -> None:
        self._settings.setValue("language", code)

    @property
    def device(self) -> str:
        """``auto``, ``cpu`` or ``cuda``."""
        return self._text("device") or "auto"

    @device.setter
    def device(self, name: str) -> None:
        self._settings.setValue("device", name)

    @property
    def threads(self) -> int:
        """CPU threads of a run, 0 = the engine decides; at most what this computer has."""
        text = self._text("threads")
        return min(int(text), os.cpu_count() or 1) if text.isdecimal() else 0

    @threads.setter
    def threads(self, count: int) -> None:
        self._settings.setValue("threads", str(count))

    @property
    def recent_casebooks(self) -> list[Path]:
        """Casebooks opened before, newest first."""
        return [Path(each) for each in self._json("recent_casebooks", [])]

    @property
    def last_casebook(self) -> Path | None:
        """The casebook that was open when the window was closed, if it is still there."""
        text = self._text("last_casebook")
        return Path(text) if text and (Path(text) / "casebook.db").exists() else None

    def remember_casebook(self, folder: Path) -> None:
        """Put ``folder`` on top of the recent ones."""
        recent = [folder, *(each for each in self.recent_casebooks if each != folder)]
        self._set_json("recent_casebooks", [str(each) for each in recent[:MOST_RECENT]])
        self._settings.setValue("last_casebook", str(folder))

    def forget_recent_casebooks(self) -> None:
        """Forget which casebooks were open."""
        self._settings.remove("recent_casebooks")

    def forget_last_casebook(self) -> None:
        """Begin with the start page next time."""
        self._settings.remove("last_casebook")

    def failed_findings(self, casebook: Path) -> int:
        """How many things the last verification of a casebook found here that nobody decided about."""
        return int(self._json("failed_verifications", {}).get(str(casebook.resolve()), 0))

    def remember_verification(self, casebook: Path, failed_findings: int) -> None:
        """Keep how many things a verification found, 0 for none."""
        every = self._json("failed_verifications", {})
        every.pop(str(casebook.resolve()), None)
        kept = {str(casebook.resolve()): failed_findings} if failed_findings else {}
        self._set_json("failed_verifications", {**every, **kept})

    def known_findings(self, casebook: Path) -> frozenset[str]:
        """SHA-256 of each finding with which somebody went on."""
        return frozenset(self._json("known_findings", {}).get(str(casebook.resolve()), []))

    def remember_known_findings(self, casebook: Path, digests: Sequence[str]) -> None:
        """Keep with what somebody went on, as SHA-256: a finding may name records."""
        self._set_json(
            "known_findings",
            {**self._json("known_findings", {}), str(casebook.resolve()): sorted(digests)},
        )

    def recent_cases(self, casebook: Path) -> list[str]:
        """Identifiers of the cases opened last in a casebook, newest first."""
        return list(self._json("recent_cases", {}).get(str(casebook), []))

    def remember_case(self, casebook: Path, case_id: str) -> None:
        """Put a case on top of the recent ones."""
        every = self._json("recent_cases", {})
        recent = [case_id, *(each for each in every.get(str(casebook), []) if each != case_id)]
        self._set_json("recent_cases", {**every, str(casebook): recent[:MOST_RECENT]})

    def run_form(self, engine: str) -> dict[str, Any]:
        """Values of the last run of an engine."""
        return dict(self._json(f"run_form/{engine}", {}))

    def remember_run_form(self, engine: str, values: dict[str, Any]) -> None:
        """Keep the values of a run."""
        self._set_json(f"run_form/{engine}", values)

    def search_form(self, casebook: Path) -> dict[str, Any]:
        """What was chosen last on the page of searches in a casebook."""
        return dict(self._json("search_form", {}).get(str(casebook), {}))

    def remember_search_form(self, casebook: Path, values: dict[str, Any]) -> None:
        """Keep what was chosen on the page of searches."""
        self._set_json("search_form", {**self._json("search_form", {}), str(casebook): values})

    def timings(self, engine: str, pack_sha256: str) -> list[tuple[int, float]]:
        """Work units and seconds of the newest runs of an engine with a pack on this computer."""
        return [(int(units), float(s)) for units, s in self._json(f"timings/{engine}/{pack_sha256}", [])]

    def every_timing(self) -> dict[tuple[str, str], list[tuple[int, float]]]:
        """Work units and seconds of runs on this computer, by engine and digest of the pack."""
        self._settings.beginGroup("timings")
        keys = self._settings.allKeys()
        self._settings.endGroup()
        kinds = [(engine, sha256) for engine, _, sha256 in (key.rpartition("/") for key in keys) if engine]
        return {kind: self.timings(*kind) for kind in kinds}

    def queue_order(self, casebook: Path) -> list[str]:
        """Identifiers of the runs that waited in a casebook, in their order."""
        return list(self._json("queue_order", {}).get(str(casebook), []))

    def remember_queue_order(self, casebook: Path, run_ids: Sequence[str]) -> None:
        """Keep the order of the runs that wait."""
        every = self._json("queue_order", {})
        every.pop(str(casebook), None)
        self._set_json("queue_order", {**every, **({str(casebook): list(run_ids)} if run_ids else {})})

    def reasons(self) -> list[str] | None:
        """The stock reasons for decisions on this workstation, ``None`` where the program's own are used."""
        kept = [each for each in self._json("decision_reasons", []) if isinstance(each, str)]
        return kept or None

    def remember_reasons(self, reasons: Sequence[str]) -> None:
        """Keep the stock reasons for decisions; none goes back to the program's own."""
        self._set_json("decision_reasons", list(reasons))

    def remember_timing(self, engine: str, pack_sha256: str, *, units: int, seconds: float) -> None:
        """Keep how long a run took."""
        kept = [*self.timings(engine, pack_sha256), (units, seconds)][-MOST_TIMINGS:]
        self._set_json(f"timings/{engine}/{pack_sha256}", kept)

    def presets(self, engine: str) -> dict[str, dict[str, Any]]:
        """The examiner's own presets of an engine by name."""
        return dict(self._json(f"presets/{engine}", {}))

    def remember_preset(self, engine: str, name: str, values: dict[str, Any]) -> None:
        """Keep a preset."""
        self._set_json(f"presets/{engine}", {**self.presets(engine), name: values})

    def laboratory(self) -> dict[str, str]:
        """Name, address and contact printed in reports."""
        return dict(self._json("laboratory", {}))

    def remember_laboratory(self, details: dict[str, str]) -> None:
        """Keep the laboratory's details."""
        self._set_json("laboratory", details)

    def report_choices(self) -> dict[str, str]:
        """Language and form of the last report that was issued; empty before the first."""
        return dict(self._json("report_choices", {}))

    def remember_report_choices(self, choices: dict[str, str]) -> None:
        """Keep language and form of a report."""
        self._set_json("report_choices", choices)

    def bytes_of(self, name: str) -> QByteArray:
        """A window's or splitter's state."""
        value = self._settings.value(f"state/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def remember_bytes(self, name: str, value: QByteArray) -> None:
        """Keep a window's or splitter's state."""
        self._settings.setValue(f"state/{name}", value)

    def _text(self, name: str) -> str:
        value = self._settings.value(name, "")
        return value if isinstance(value, str) else ""

    def _json(self, name: str, default: Any) -> Any:
        try:
            value = json.loads(self._text(name))
        except ValueError:
            return default
        return value if isinstance(value, type(default)) else default

    def _set_json(self, name: str, value: Any) -> None:
        self._settings.setValue(name, json.dumps(value))
