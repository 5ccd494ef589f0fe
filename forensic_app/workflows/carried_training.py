"""Carry a base model's training to a machine with a card, and bring its weights back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.errors import InvalidInput

if TYPE_CHECKING:
    from forensic_app.engines.base_training.carried import Carried
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.base_training.stages import TrainingPlan

KEPT_NAME = "kept_faces.txt"


def carry_training(work: Path, out: Path, *, changes: dict[str, Any], quality: int) -> Carried:
    """Pack the training in ``work`` up in the new folder ``out``.

    Args:
        work: Work folder of `train base`, its stages faces and projection done, and the diffusion stage begun.
        out: Folder to make.
        changes: Settings to train with there in place of those of ``work``, a larger batch say.
        quality: WebP quality of the crops, 1 to 100.

    Raises:
        InvalidInput: ``work`` holds no such training, ``out`` exists, or a setting is unknown.
    """
    from forensic_app.engines.base_training.carried import pack_up
    from forensic_app.engines.base_training.stages import training_cache

    plan = _plan(work, changes)
    return pack_up(work, out, training_cache(plan), plan.config, quality=quality)


def fetch_training(work: Path, parts: Path, *, changes: dict[str, Any]) -> int:
    """Make the weights in ``parts`` those of the training in ``work`` and return the images that they saw.

    Args:
        work: As for :func:`carry_training`.
        parts: Folder of what the other machine wrote.
        changes: The settings that were changed there.

    Raises:
        InvalidInput: ``work`` holds no training, or the weights are not whole, or of other sizes.
    """
    from forensic_app.engines.base_training.carried import bring_back
    from forensic_app.engines.base_training.stages import training_cache

    plan = _plan(work, changes)
    return bring_back(parts, work, training_cache(plan), plan.config)


def _plan(work: Path, changes: dict[str, Any]) -> TrainingPlan:
    """Return the training in ``work`` with changed settings."""
    from forensic_app.engines.base_training.stages import TrainingPlan, sizes_changed
    from forensic_app.engines.training.face_cache import load_cache
    from forensic_app.engines.training.hardware import pick_device

    before = _config(work)
    config = type(before).from_json({**before.to_json(), **changes})
    if names := sizes_changed(before, config):
        raise InvalidInput(
            f"The training in {work} has other values of {', '.join(names)}.",
            "Change amounts, rates and weights only.",
        )
    kept = work / KEPT_NAME
    if not kept.is_file():
        raise InvalidInput(
            f"The training in {work} has not got as far as its diffusion stage.",
            "Run its stages faces and projection first, or begin it from a pack.",
        )
    names_kept = frozenset(kept.read_text(encoding="utf-8").split())
    cache = load_cache(work)
    drawn = {cache.names[place] for place in cache.validation_indices}
    return TrainingPlan(
        (), work, config, pick_device("cpu"), frozenset() if drawn == names_kept else names_kept
    )


def _config(work: Path) -> BaseTrainingConfig:
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.training.work import CONFIG_NAME

    path = work / CONFIG_NAME
    if not path.is_file():
        raise InvalidInput(f"There is no training in {work}.", "Name the work folder of `train base`.")
    return BaseTrainingConfig.load(path)
