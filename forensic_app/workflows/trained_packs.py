"""What the trainings of all packs have in common: the operator's statements, a measured evaluation, the export.

Rules:
    * A card states the data, their licence and the command as the operator gave them, and holds only numbers from
      ``forensic-app evaluate``.
    * The pack goes where it is told; a stopped training leaves its checkpoint, and no pack.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forensic_app.errors import InvalidInput
from forensic_app.regular_files import read_regular_text

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.hardware import TrainingDevice

PACK_TEXTS: Final = Path(__file__).resolve().parents[2] / "resources" / "pack_texts"
EVALUATION_LICENCE: Final = PACK_TEXTS / "evaluation_licence.txt"
EVALUATION_NAME: Final = "evaluation.json"
_MAX_RESULT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the operator states about a pack; printed on its card.

    Attributes:
        data: Name of the data.
        data_licence: Its licence or legal basis.
        licence: Identifier of the pack's licence.
        licence_file: Text that an examiner accepts.
        version: Version of the weights.
        evaluation: Result file of ``evaluate``, whose numbers go on the card.
        note: Remark on the measurement, for the card.
    """

    data: str = "not stated"
    data_licence: str = "not stated"
    licence: str = "LicenseRef-evaluation-only"
    licence_file: Path = EVALUATION_LICENCE
    version: str = "1.0"
    evaluation: Path | None = None
    note: str = ""

    def stated(self, *, command: str, hours: float, device: TrainingDevice) -> dict[str, Any]:
        """Return what ``pack.json`` and the card of every trained pack state, JSON types only.

        Args:
            command: The command line.
            hours: Hours that led to the weights.
            device: Where they were trained.
        """
        return {
            "version": self.version,
            "licence": self.licence,
            "data": self.data,
            "data_licence": self.data_licence,
            "training_command": command,
            "hours": hours,
            "machine": f"{platform.machine()}, {device.device.type}",
            "note": self.note,
        }


def read_evaluation(path: Path | None, *, of: str, known_by: str) -> Mapping[str, Any] | None:
    """Return the result of an evaluation in ``path``, ``None`` without a path.

    Args:
        path: Result file.
        of: What ``evaluate`` measured: ``pack`` or ``sketch``.
        known_by: A name that every such result has.

    Raises:
        InvalidInput: The file is not such a result.
    """
    if path is None:
        return None
    advice = f"Name a file with the output of evaluate {of} --json."
    try:
        values = json.loads(read_regular_text(path, max_bytes=_MAX_RESULT_BYTES))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"The evaluation {path} cannot be read: {error}.", advice) from error
    if not isinstance(values, dict) or known_by not in values:
        raise InvalidInput(f"{path} is not a result of evaluate {of}.", advice)
    return values


def read_names(path: Path) -> frozenset[str]:
    """Return the names in a text file, one a line.

    Raises:
        InvalidInput: The file cannot be read.
    """
    try:
        lines = read_regular_text(path, max_bytes=_MAX_RESULT_BYTES).splitlines()
        return frozenset(line.strip() for line in lines if line.strip())
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The list {path} cannot be read: {error}.", "Name a text file with a name on each line."
        ) from error


def evaluation_text(evaluation: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the text file of a pack that holds its evaluation, by name; none without one."""
    if evaluation is None:
        return {}
    return {EVALUATION_NAME: json.dumps(evaluation, separators=(",", ":"), sort_keys=True) + "\n"}


def export_network(
    out: Path,
    network: Any,
    *,
    kind: str,
    component: str,
    resolution: int,
    training: Mapping[str, Any],
    stated: Mapping[str, Any],
    licence_file: Path,
    card: str,
    evaluation: Mapping[str, Any] | None,
    texts: Mapping[str, str] | None = None,
) -> Pack:
    """Write a pack of one trained network to ``out``, replacing a pack that is there.

    Args:
        out: Folder of the pack.
        network: With its sizes in ``config``.
        kind: Name of the engine that it serves.
        component: Folder of the network in the pack.
        resolution: Side of the picture that it works on, in pixels.
        training: Configuration that it was trained with, JSON types.
        stated: Facts, JSON types.
        licence_file: Text that an examiner accepts.
        card: Text of the model card.
        evaluation: Measured numbers, if any.
        texts: Further text files by name.

    Raises:
        InvalidInput: The licence is no regular file, or longer than a megabyte.
        StoreUnavailable: The folder cannot be written.
    """
    from forensic_app.engines.packs.network_pack import write_network_pack

    licence = read_regular_text(licence_file)
    return write_network_pack(
        out,
        network,
        component=component,
        config=network.config,
        card={"kind": kind, "resolution": resolution, "training": training, **stated},
        texts={
            "LICENCE.txt": licence,
            "MODEL_CARD.md": card,
            **(texts or {}),
            **evaluation_text(evaluation),
        },
    )
