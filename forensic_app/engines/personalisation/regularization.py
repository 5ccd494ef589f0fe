"""The regularization set: faces of many people at all ages that keep the base model what it is.

Rules:
    * A generated set comes from the base pack alone, from a fixed seed, balanced over six age groups and two
      sexes; it is made once for each base pack and kept in a file.
    * Every image has a caption with its age as an integer and the embedding of its face.
    * The set's digest is part of what decides an adapter.

References:
    Ruiz et al. 2023, DreamBooth (class images from the model's own samples).
    Ho and Salimans 2022, Classifier-free diffusion guidance.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.noise_schedule import NoiseSchedule, schedule_from
from forensic_app.engines.aging.prompts import caption
from forensic_app.engines.device import seeded_noise
from forensic_app.engines.personalisation.precision import for_training
from forensic_app.engines.pictures.ages import AGE_GROUPS
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.faces.align import align, template
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.images import load_working_copy
from forensic_app.private import open_private

SEED: Final = 20_260_612
STEPS: Final = 10
GUIDANCE: Final = 2.0
OLDEST_YEARS: Final = 85
_SEXES = ("female", "male")
_CELLS_PER_CALL = 8_192
_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_CAPTION_AGE = re.compile(r"\b(\d{1,3})-year-old\b")

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RegularizationSet:
    """Images of people who are not the subject.

    Attributes:
        latents: Scaled latents, ``(n, c, h, w)`` float16 on the CPU.
        embeddings: Embeddings of their faces, ``(n, 128)`` float32.
        ages: Years, ``(n,)``.
        sexes: ``female``, ``male`` or ``unknown`` of each.
        captions: Caption of each.
        origin: ``generated`` or ``folder``.
        sha256: Digest over all of it.
    """

    latents: Tensor
    embeddings: Tensor
    ages: tuple[int, ...]
    sexes: tuple[str, ...]
    captions: tuple[str, ...]
    origin: str
    sha256: str = ""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.ages)

    def to_bytes(self) -> bytes:
        """Return the set as a safetensors file."""
        facts = {
            "ages": list(self.ages),
            "sexes": list(self.sexes),
            "captions": list(self.captions),
            "origin": self.origin,
        }
        tensors = {"latents": self.latents.contiguous(), "embeddings": self.embeddings.contiguous()}
        data: bytes = save(tensors, metadata={"record": canonical_json(facts).decode()})
        return data


def sealed(made: RegularizationSet) -> RegularizationSet:
    """Return a set with its digest filled in."""
    digest = sha256_of_bytes(made.to_bytes())
    fields = {name: getattr(made, name) for name in RegularizationSet.__dataclass_fields__}
    return RegularizationSet(**{**fields, "sha256": digest})


def kept_set(
    path: Path | None, components: Components, embedder: FaceEmbedder, *, images: int, on_step: OnStep
) -> RegularizationSet:
    """Return the generated set of a base pack from ``path``, made and written there the first time.

    Args:
        path: Safetensors file; ``None`` keeps it nowhere.
        components: The pack's networks, without an adapter.
        embedder: Of the same device.
        images: Number of images.
        on_step: Called with steps done and steps in all; may raise ``RunCancelled``.
    """
    found = None if path is None else read_set(path)
    if found is not None and len(found) == images:
        return found
    made = generate(components, embedder, images=images, on_step=on_step)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        with open_private(temporary, "xb") as stream:
            stream.write(made.to_bytes())
        temporary.replace(path)
    return made


def read_set(path: Path) -> RegularizationSet | None:
    """Return the set in ``path``, or ``None`` where there is none or it is damaged: it can be made again."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as stream:
            facts = json.loads((stream.metadata() or {})["record"])
            return sealed(
                RegularizationSet(
                    latents=stream.get_tensor("latents"),
                    embeddings=stream.get_tensor("embeddings"),
                    ages=tuple(facts["ages"]),
                    sexes=tuple(facts["sexes"]),
                    captions=tuple(facts["captions"]),
                    origin=facts["origin"],
                )
            )
    except (SafetensorError, KeyError, ValueError):
        return None


def generate(
    components: Components,
    embedder: FaceEmbedder,
    *,
    images: int = 360,
    seed: int = SEED,
    steps: int = STEPS,
    on_step: OnStep,
) -> RegularizationSet:
    """Return a set generated by the base pack: ages spread over the six groups, women and men alike.

    Args:
        components: The pack's networks, without an adapter.
        embedder: Of the same device.
        images: Number of images, at least 12.
        seed: Seed of the noise.
        steps: Denoising steps.
        on_step: Called with steps done and steps in all.
    """
    ages, sexes = plan_of(images)
    style = components.template
    captions = [caption(age, sex=sex, template=style) for age, sex in zip(ages, sexes, strict=True)]
    config = components.unet.config
    shape = (int(config.in_channels), int(config.sample_size), int(config.sample_size))
    batch = max(1, _CELLS_PER_CALL // (2 * shape[1] * shape[2]))
    batches = -(-images // batch)
    schedule = schedule_from(components.scheduler, steps)
    networks = for_training(components)
    latents, embeddings = [], []
    for number, first in enumerate(range(0, images, batch)):
        wanted = captions[first : first + batch]
        noise = seeded_noise((len(wanted), *shape), seed=seed + first)

        def step(done: int, total: int, number: int = number) -> None:
            on_step(number * total + done, batches * total)

        made = sample(networks, schedule, wanted, noise, guidance=GUIDANCE, on_step=step)
        latents.append(made.half().cpu())
        embeddings.append(_embedded(components, embedder, made))
    return sealed(
        RegularizationSet(
            torch.cat(latents), torch.cat(embeddings), ages, sexes, tuple(captions), "generated"
        )
    )


def plan_of(images: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the age and sex of each image: groups and sexes in turn, ages spread evenly over each group."""
    cells = [(group, sex) for group in AGE_GROUPS for sex in _SEXES]
    ages, sexes = [], []
    for number in range(images):
        group, sex = cells[number % len(cells)]
        rounds = max(1, -(-images // len(cells)))
        last = min(group.last_age, OLDEST_YEARS)
        share = (number // len(cells) + 0.5) / rounds
        ages.append(int(group.first_age + share * (last - group.first_age + 1)))
        sexes.append(sex)
    return tuple(ages), tuple(sexes)


@torch.no_grad()
def sample(
    components: Components,
    schedule: NoiseSchedule,
    captions: Sequence[str],
    noise: Tensor,
    *,
    guidance: float,
    on_step: OnStep,
    conditions: Tensor | None = None,
) -> Tensor:
    """Return latents of new pictures for ``captions``, by deterministic steps from ``noise``.

    Args:
        components: The networks.
        schedule: Noise levels.
        captions: One for each row of ``noise``.
        noise: Standard normal, ``(n, c, h, w)``.
        guidance: Weight of classifier-free guidance away from the caption without an age; 1 for none.
        on_step: Called before each step.
        conditions: Conditions in place of the captions' own, ``(n, tokens, d)``.
    """
    wanted = components.encode_conditions(captions) if conditions is None else conditions
    plain = components.encode_conditions(["photo of person"]).expand(len(wanted), -1, -1)
    limit = float(components.pack.card.get("timestep_limit", 1.0)) * 1000
    levels = [
        level for level in range(1, len(schedule.timesteps) + 1) if schedule.timesteps[level - 1] <= limit
    ]
    latents = noise.to(components.device.device)
    for done, level in enumerate(reversed(levels)):
        on_step(done, len(levels))
        timestep = schedule.timesteps[level - 1]
        if guidance == 1.0:
            prediction = components.predict(latents, timestep, wanted)
        else:
            both = components.predict(torch.cat([latents, latents]), timestep, torch.cat([plain, wanted]))
            free, told = both.chunk(2)
            prediction = free + guidance * (told - free)
        latents = schedule.step_down(level, latents, prediction)
    return latents.clone()


def from_folder(
    folder: Path, components: Components, embedder: FaceEmbedder, *, on_step: OnStep
) -> RegularizationSet:
    """Return the set of an operator's folder: photographs, each with a caption in a ``.txt`` file beside it.

    Args:
        folder: ``x.jpg`` with ``x.txt``; a caption names the age as ``34-year-old``.
        components: The pack's networks.
        embedder: Of the same device.
        on_step: Called with photographs done and in all.

    Raises:
        InvalidInput: The folder is missing, a caption is missing or names no age, or fewer than 12
            photographs show a face.
    """
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", "Check the path of the regularization folder.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PHOTO_SUFFIXES)
    analyser = DlibAnalyser()
    crops: list[NDArray[np.uint8]] = []
    captions, ages = [], []
    told = [_caption_of(path) for path in paths]
    for number, (path, (text, age)) in enumerate(zip(paths, told, strict=True)):
        on_step(number, len(paths))
        try:
            photo = load_working_copy(path)
        except UnreadableImage:
            continue
        faces = analyser.detect(photo)
        if faces:
            crops.append(align(photo, faces[0], components.pack.resolution).crop)
            captions.append(text)
            ages.append(age)
    if len(crops) < len(AGE_GROUPS) * len(_SEXES):
        raise InvalidInput(
            f"The regularization folder {folder} holds {len(crops)} usable photographs of faces.",
            f"Give at least {len(AGE_GROUPS) * len(_SEXES)}, spread over all ages.",
        )
    latents = torch.cat([components.encode(crop).clone() for crop in crops])
    embeddings = torch.cat([_embedded(components, embedder, row[None]) for row in latents])
    words = [text.split() for text in captions]
    sexes = tuple("female" if "woman" in each else "male" if "man" in each else "unknown" for each in words)
    return sealed(
        RegularizationSet(latents.half().cpu(), embeddings, tuple(ages), sexes, tuple(captions), "folder")
    )


def _caption_of(path: Path) -> tuple[str, int]:
    try:
        text = " ".join(path.with_suffix(".txt").read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path.name} has no readable caption.", f"Write it into {path.stem}.txt beside it."
        ) from error
    found = _CAPTION_AGE.search(text)
    if found is None:
        raise InvalidInput(
            f"The caption of {path.name} names no age.", "Write it like: photo of person as 34-year-old."
        )
    return text, int(found.group(1))


@torch.no_grad()
def _embedded(components: Components, embedder: FaceEmbedder, latents: Tensor) -> Tensor:
    points = template("dlib5", components.pack.resolution)
    parts = [
        embedder(components.decode_unrounded(part), [points] * len(part)).float().cpu()
        for part in torch.split(latents, 8)
    ]
    return torch.cat(parts)
