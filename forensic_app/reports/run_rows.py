"""The record of a run as rows of names and values, sorted so that the same record gives the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from forensic_app.measured import Rows, face_number
from forensic_app.records import Run
from forensic_app.reports.model_card import in_words
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.texts import Texts

_SHA256 = re.compile(r"[0-9a-f]{64}")


def parameter_rows(run: Run, texts: Texts) -> Rows:
    """Return every parameter, and the derived image worked on where it was not the exhibit."""
    spec = run.spec
    source = {"source_derived_image": spec.source_derived_image_id, "source_sha256": spec.source_sha256}
    return _rows({**spec.parameters, **(source if spec.source_derived_image_id else {})}, texts)


def face_rows(run: Run, texts: Texts) -> Rows:
    """Return which face was used, counted from 1, and where it is."""
    facts = {name: value for name, value in run.face.items() if name != "face_index"}
    return _rows({"face_number": face_number(run.spec.face_index), **facts}, texts)


def environment_rows(run: Run, texts: Texts) -> Rows:
    """Return one row for each part of the environment, digests left to :func:`weights_rows`."""
    rows = []
    for name in sorted(run.environment):
        value = _without_digests(run.environment[name])
        if value not in (None, "", {}, []):
            rows.append((name.replace("_", " "), in_words(value, texts)))
    return tuple(rows)


def weights_rows(run: Run) -> Rows:
    """Return the file and digest of every weights file that the environment names."""
    return tuple(sorted(set(_digests(run.environment))))


def reference_rows(run: RunSection) -> Rows:
    """Return number and digest of each photograph compared with; one of no exhibit has no number."""
    return tuple((run.exhibit_numbers.get(each, "–"), each) for each in run.spec.reference_sha256)


def _rows(values: Mapping[str, Any], texts: Texts) -> Rows:
    return tuple((name, _shown(values[name], texts)) for name in sorted(values))


def _shown(value: Any, texts: Texts) -> str:
    if value is None:
        return "–"
    return in_words(value, texts) or texts("common.empty")


def _digests(value: Any, name: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _digests(each, str(key))
    elif isinstance(value, str) and _SHA256.fullmatch(value) and "." in name:
        yield name, value


def _without_digests(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_digests(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, {}, "")}
    if isinstance(value, str) and _SHA256.fullmatch(value):
        return None
    return value
