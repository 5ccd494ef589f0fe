"""Carry the training of a base model to another machine, say one with a card, and bring its weights back.

Rules:
    * What is carried is one folder: crops coded in one array, embeddings, labels, the fitted autoencoder, the
      configuration, and ``train.py``, which trains there where the program's package can be imported.
    * The other machine begins with new weights: those that a pack began from would be as large as the crops.
    * The averaged weights come back in parts, in half precision; optimiser and draws stay behind.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from forensic_app.engines.base_training.conditioning import build_tokenizer
from forensic_app.engines.base_training.conditions import group_words
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.decoder_training import PROJECTION_NAME, load_fitted
from forensic_app.engines.base_training.diffusion_training import (
    CHECKPOINT_NAME,
    DiffusionModel,
    first_state,
    train_diffusion,
)
from forensic_app.engines.base_training.warm_start import START_NAME, read_start
from forensic_app.engines.training.checkpoints import MovingAverage, save_checkpoint
from forensic_app.engines.training.coded_crops import write_coded_crops
from forensic_app.engines.training.face_cache import FaceCache, load_cache
from forensic_app.engines.training.hardware import pick_device
from forensic_app.engines.training.schedule import ReportStage
from forensic_app.engines.training.work import CONFIG_NAME, METRICS_NAME, write_whole
from forensic_app.errors import InvalidInput

SCRIPT_NAME: Final = "train.py"
ELSEWHERE_NAME: Final = "elsewhere.json"
PART_NAME: Final = "diffusion.{number:02d}.part"
PART_BYTES: Final = 15 * 1024 * 1024
WATCH_EVERY_IMAGES: Final = 250_000
SCRIPT: Final = '''"""Train the base model that this folder carries: python train.py --out FOLDER [--minutes N]."""

import argparse
from pathlib import Path

from forensic_app.engines.base_training.carried import train_here

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    train_here(Path(__file__).parent, given.out, minutes=given.minutes, device=given.device, say=print)
'''


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A training on another machine.

    Attributes:
        step: Steps that the weights have seen.
        device: Name of the card, or ``CPU``.
        minutes: Time that they took, loading and compiling among it.
    """

    step: int
    device: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Carried:
    """What was packed up.

    Attributes:
        faces: Faces, those kept from training among them.
        size_bytes: Bytes of the folder.
    """

    faces: int
    size_bytes: int


def pack_up(work: Path, out: Path, cache: FaceCache, config: BaseTrainingConfig, *, quality: int) -> Carried:
    """Write the folder that is carried.

    Args:
        work: Work folder of the training, its stages ``faces`` and ``projection`` done.
        out: Folder to make; must not exist.
        cache: The training's faces.
        config: What to train there.
        quality: WebP quality of the crops, 1 to 100.

    Raises:
        InvalidInput: ``out`` exists.
    """
    if out.exists():
        raise InvalidInput(f"{out} is there already.", "Name a new folder.")
    faces = out / "faces"
    faces.mkdir(parents=True)
    write_coded_crops(cache.crops, faces, quality=quality)
    np.save(faces / "embeddings.npy", cache.embeddings.astype(np.float16))
    np.save(faces / "landmarks.npy", cache.landmarks.astype(np.float16))
    labels = json.loads((work / "faces" / "cache.json").read_text(encoding="utf-8"))
    labels["is_validation"] = cache.is_validation.tolist()
    labels["is_copy"] = (~cache.may_train & ~cache.is_validation).tolist()
    (faces / "cache.json").write_text(json.dumps(labels), encoding="utf-8")
    shutil.copyfile(work / PROJECTION_NAME, out / PROJECTION_NAME)
    (out / CONFIG_NAME).write_text(json.dumps(config.to_json(), indent=1) + "\n", encoding="utf-8")
    (out / SCRIPT_NAME).write_text(SCRIPT, encoding="utf-8")
    return Carried(len(cache.names), sum(path.stat().st_size for path in out.rglob("*") if path.is_file()))


def train_here(
    folder: Path, out: Path, *, minutes: float | None, device: str, say: Callable[[str], None]
) -> None:
    """Train in a carried ``folder`` and write the averaged weights to ``out`` in parts.

    Halfway through the time, and at the end, the weights as they are then are written.

    Args:
        folder: From :func:`pack_up`.
        out: Folder for the parts.
        minutes: Time after which it is to be done, ``None`` for as many images as the configuration asks for.
        device: ``auto``, ``cpu`` or ``cuda``.
        say: Told of the progress.
    """
    out.mkdir(parents=True, exist_ok=True)
    began, place = time.monotonic(), pick_device(device)
    config = BaseTrainingConfig.from_json(json.loads((folder / CONFIG_NAME).read_text(encoding="utf-8")))
    cache = load_cache(folder)
    autoencoder = load_fitted(config, folder).eval()

    def write(model: DiffusionModel, step: int) -> None:
        minutes_taken = (time.monotonic() - began) / 60.0
        write_parts(model, out, Elsewhere(step, device_name(place.device), round(minutes_taken, 1)))

    def watch(model: DiffusionModel, done: int, loss: float) -> None:
        say(f"{done:,} images, validation loss {loss:.4f}")
        if done:
            write(model, done // config.diffusion_batch)

    report: ReportStage = lambda line: say(  # noqa: E731  (one expression, named for its type)
        f"{line.done:,} of {line.total:,} images, {line.images_per_second:.0f} images/s"
    )
    model, _ = train_diffusion(
        cache, autoencoder, config, folder, device=place, report=report, watch=watch,
        watch_every_images=WATCH_EVERY_IMAGES, seconds=None if minutes is None else 60.0 * minutes,
    )  # fmt: skip
    step = int(torch.load(folder / CHECKPOINT_NAME, map_location="cpu", weights_only=True, mmap=True)["step"])
    write(model, step)
    say(f"Written to {out} after {step * config.diffusion_batch:,} images.")


def device_name(device: torch.device) -> str:
    """Return the card's name, or ``CPU``."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def write_parts(model: DiffusionModel, out: Path, told: Elsewhere) -> None:
    """Write the weights of ``model`` to ``out`` in half precision, in parts of :data:`PART_BYTES`."""
    values = {name: value.detach().half().cpu().contiguous() for name, value in model.named_parameters()}
    data = save(values, {name: str(value) for name, value in dataclasses.asdict(told).items()})
    for former in out.glob("diffusion.*.part"):
        former.unlink()
    for number, first in enumerate(range(0, len(data), PART_BYTES)):
        (out / PART_NAME.format(number=number)).write_bytes(data[first : first + PART_BYTES])


def bring_back(parts: Path, work: Path, cache: FaceCache, config: BaseTrainingConfig) -> int:
    """Make weights from elsewhere the diffusion checkpoint of ``work`` and return the images that they saw.

    The former checkpoint is kept beside it as ``diffusion.former.ckpt``. Where the training began from a pack, its
    record says that only the autoencoder is still that pack's.

    Args:
        parts: Folder with the parts of :func:`train_here`.
        work: Work folder of the training.
        cache: The training's faces.
        config: What was trained there, with its batch.

    Raises:
        InvalidInput: No weights are there, a part is missing, or they are of other sizes.
    """
    values, told = _joined(parts)
    path = work / CHECKPOINT_NAME
    save_checkpoint(path.with_name("diffusion.new.ckpt"), _state(values, told.step, cache, config))
    if path.is_file():
        path.replace(path.with_name("diffusion.former.ckpt"))
    path.with_name("diffusion.new.ckpt").replace(path)
    write_whole(work / CONFIG_NAME, json.dumps(config.to_json(), indent=2) + "\n")
    start = read_start(work)
    if start is not None and start.images_shown.get("diffusion"):
        shown = {**start.images_shown, "diffusion": 0}
        begun = dataclasses.replace(
            start, pack=f"{start.pack} (its autoencoder)", images_shown=shown, hours=0.0
        )
        write_whole(work / START_NAME, json.dumps(dataclasses.asdict(begun), indent=1) + "\n")
    if (work / METRICS_NAME).is_file():
        (work / METRICS_NAME).replace(work / "metrics.former.jsonl")
    write_whole(work / ELSEWHERE_NAME, json.dumps(dataclasses.asdict(told), indent=1) + "\n")
    return told.step * config.diffusion_batch * config.gradient_accumulation


def trained_elsewhere(work: Path) -> Elsewhere | None:
    """Return what :func:`bring_back` recorded in ``work``, ``None`` where nothing was brought back."""
    path = work / ELSEWHERE_NAME
    return Elsewhere(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _joined(parts: Path) -> tuple[dict[str, Tensor], Elsewhere]:
    paths = sorted(parts.glob("diffusion.*.part"))
    data = b"".join(path.read_bytes() for path in paths)
    try:
        values = load(data)
        length = int.from_bytes(data[:8], "little")
        told = json.loads(data[8 : 8 + length])["__metadata__"]
        found = Elsewhere(int(told["step"]), str(told["device"]), float(told["minutes"]))
    except (SafetensorError, ValueError, KeyError) as error:
        raise InvalidInput(
            f"{parts} does not hold whole weights: {error}.", "Bring all parts that the training wrote."
        ) from error
    return values, found


def _state(
    values: dict[str, Tensor], step: int, cache: FaceCache, config: BaseTrainingConfig
) -> dict[str, Any]:
    model = DiffusionModel(config, build_tokenizer(group_words(cache)), cache.embeddings.shape[1])
    own = dict(model.named_parameters())
    if {name: value.shape for name, value in own.items()} != {
        name: value.shape for name, value in values.items()
    }:
        raise InvalidInput(
            "The weights are of a model of other sizes.", "Use the configuration that they were trained with."
        )
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(values[name])
    average = MovingAverage(model, config.ema_decay)
    average.step = step
    return {**first_state(model, average, config), "step": step}
