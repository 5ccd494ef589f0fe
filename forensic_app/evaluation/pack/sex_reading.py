"""Whether derived pictures keep the sex that the photograph shows, as dlib's sex network reads both.

Rules:
    * It compares two readings, not a reading with a label: what the network reads wrongly in the photograph and in the
      picture alike counts as kept.
    * How often it reads real faces as labelled stands beside it, for the photographs and at each target age: it is the
      ceiling of what the share says. Children's faces are read badly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.pack.measurements import Measurements
from forensic_app.evaluation.pack.references import References
from forensic_app.evaluation.series.protocols import Input, Series
from forensic_app.faces.align import template_face
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.faces.sex import SexReader
from forensic_app.records import Sex

SCHEME = "dlib5"
_LABELS = {Sex.FEMALE: True, Sex.MALE: False}


@dataclass(slots=True)
class SexJudge:
    """The sex network and what it has read so far.

    Attributes:
        reader: The network.
        is_female: Its reading of the untouched crops, ``(people,)`` bool.
        is_as_labelled: Whether that is the label, ``(people,)``, NaN without one.
        rows: Which derived pictures of each person are read as the untouched crop is, ``(targets,)`` bool.
    """

    reader: SexReader
    is_female: NDArray[np.bool_]
    is_as_labelled: FloatArray
    rows: list[NDArray[np.bool_]] = field(default_factory=list)

    def read(self, series: Series) -> None:
        """Read the derived crops of the next person."""
        shares = self.reader.female_shares(list(series.crops), series.measured.faces)
        self.rows.append((shares >= 0.5) == self.is_female[len(self.rows)])

    def joined(self, measured: Measurements) -> Measurements:
        """Return ``measured`` with what was read."""
        return replace(measured, is_sex_kept=np.stack(self.rows), is_sex_as_labelled=self.is_as_labelled)


def prepare_sex_judge(reader: SexReader | None, inputs: Sequence[Input]) -> SexJudge | None:
    """Return a judge that has read the untouched crops; ``None`` without a network or with other landmarks."""
    if reader is None or any(item.scheme != SCHEME for item in inputs):
        return None
    read = _read(reader, [item.crop for item in inputs])
    return SexJudge(reader, read, _as_labelled(read, [item.face for item in inputs]))


def put_sex(
    part: dict[str, Any],
    kept: NDArray[np.bool_] | None,
    as_labelled: FloatArray | None,
    *,
    seed: int,
) -> None:
    """Put ``sex_kept`` and, where photographs are given, ``sex_read_right`` into ``part``, which has ``intervals``.

    Args:
        part: Numbers of some people.
        kept: ``(people, pictures)``, or ``None`` where the network was not asked.
        as_labelled: ``(people,)``, NaN without a label; ``None`` to leave it out.
        seed: Seed of the bootstrap; whole people are drawn.
    """
    part["sex_kept"] = part["intervals"]["sex_kept"] = None
    if kept is not None and kept.size:
        shares = kept.mean(axis=1)
        part["sex_kept"] = float(shares.mean())
        part["intervals"]["sex_kept"] = mean_interval(shares, seed=seed).as_list()
    if as_labelled is None:
        return
    known = as_labelled[np.isfinite(as_labelled)]
    part |= {"sex_read_right": None, "n_sex_labelled": int(known.size)}
    part["intervals"]["sex_read_right"] = None
    if known.size:
        part["sex_read_right"] = float(known.mean())
        part["intervals"]["sex_read_right"] = mean_interval(known, seed=seed).as_list()


def put_real_sex(
    targets: Mapping[str, dict[str, Any]], judge: SexJudge, references: Mapping[float, References]
) -> None:
    """Put ``sex_read_right_real`` into each of ``targets``: the share of real faces of that age read as labelled."""
    for target, real in references.items():
        value = None
        if len(real.crops):
            known = _as_labelled(_read(judge.reader, list(real.crops)), real.faces)
            known = known[np.isfinite(known)]
            value = float(known.mean()) if known.size else None
        targets[f"{target:g}"]["sex_read_right_real"] = value


def _read(reader: SexReader, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.bool_]:
    faces = [template_face(SCHEME, crop.shape[0]) for crop in crops]
    return np.asarray(reader.female_shares(list(crops), faces) >= 0.5)


def _as_labelled(is_female: NDArray[np.bool_], faces: Sequence[LabelledFace]) -> FloatArray:
    rows = [
        float(bool(read) == _LABELS[face.sex]) if face.sex in _LABELS else np.nan
        for read, face in zip(is_female, faces, strict=True)
    ]
    return np.array(rows, dtype=np.float64)
