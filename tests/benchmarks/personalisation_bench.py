"""Compare the training loop with the plain DreamBooth-LoRA loop of diffusers' example script.

Run ``python tests/benchmarks/personalisation_bench.py --pack FOLDER --photos FOLDER``. Both loops train the
same rank on the same U-Net layers, with as many photographs and class images in a step, on the same machine
with as many threads. The plain loop does at each step what the script does: open, resize and encode each
picture, encode each caption, add noise, predict, mean squared error with prior preservation, clip, AdamW. It
computes in float32, the script's default, and once more under bfloat16 autocast, its mixed precision. An
image is a row that the U-Net is trained on. Wall time is what counts; processor time is given beside it
because it does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn

import forensic_app.engines  # noqa: F401  (sets the variables that torch reads when it is loaded)
from forensic_app.digests import sha256_of_file
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.personalisation.adapters import TARGET_MODULES, attached
from forensic_app.engines.personalisation.photographs import Source, review_photographs
from forensic_app.engines.personalisation.regularization import RegularizationSet, generate
from forensic_app.engines.personalisation.schema import LossWeights, TrainingSettings
from forensic_app.engines.personalisation.training import train
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.faces.dlib import DlibAnalyser

WARMUP = 3


def measured(step: Callable[[], int], steps: int) -> dict[str, float]:
    """Return images a second of wall time and of processor time over ``steps`` calls, after a warm-up."""
    for _ in range(WARMUP):
        step()
    began, began_cpu = time.perf_counter(), time.process_time()
    images = sum(step() for _ in range(steps))
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {"images_per_second": images / wall, "images_per_cpu_second": images / cpu}


def plain_loop(
    components: Components,
    photos: Sequence[Path],
    classes: Sequence[Path],
    *,
    rank: int,
    batch: int,
) -> Callable[..., int]:
    """Return the step of the plain loop; it is told whether to predict under bfloat16 autocast."""
    from peft import LoraConfig

    unet, vae, side = components.unet, components.vae, components.pack.resolution
    unet.add_adapter(
        LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(TARGET_MODULES))
    )
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=1e-4)
    generator = np.random.default_rng(0)
    scheduler = components.scheduler
    device = components.device.device

    def picture(path: Path) -> torch.Tensor:
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        resized = ImageOps.fit(image, (side, side), Image.Resampling.BILINEAR)
        return torch.from_numpy(np.asarray(resized).copy()).permute(2, 0, 1).float() / 127.5 - 1.0

    def step(*, is_mixed: bool) -> int:
        chosen = [photos[place] for place in generator.integers(len(photos), size=batch)]
        chosen += [classes[place] for place in generator.integers(len(classes), size=batch)]
        pixels = torch.stack([picture(path) for path in chosen]).to(device)
        with torch.no_grad():
            latents = vae.encode(pixels).latent_dist.sample() * vae.config.scaling_factor
        captions = ["photo of sks person"] * batch + ["photo of person"] * batch
        conditions = components.encode_conditions(captions).clone()
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, 1000, (len(latents),), device=device)
        noisy = scheduler.add_noise(latents, noise, timesteps)
        target = (
            scheduler.get_velocity(latents, noise, timesteps)
            if scheduler.config.prediction_type == "v_prediction"
            else noise
        )
        with torch.autocast(device.type, torch.bfloat16, enabled=is_mixed):
            prediction = unet(noisy, timesteps, encoder_hidden_states=conditions).sample
        own, prior = prediction.chunk(2)
        own_target, prior_target = target.chunk(2)
        loss = nn.functional.mse_loss(own.float(), own_target.float())
        loss = loss + nn.functional.mse_loss(prior.float(), prior_target.float())
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        return len(latents)

    return step


def own_loop(
    components: Components,
    photos: Sequence[Any],
    others: RegularizationSet,
    settings: TrainingSettings,
    embedder: FaceEmbedder,
    steps: int,
) -> dict[str, float]:
    """Return the speed of this program's loop; the first steps are left out."""
    marks: list[tuple[float, float]] = []

    def on_step(done: int, total: int) -> None:
        marks.append((time.perf_counter(), time.process_time()))

    result = train(components, photos, others, settings, embedder=embedder, on_step=on_step)
    first, last = marks[WARMUP], marks[WARMUP + steps]
    images = steps * result.rows_per_step
    return {
        "images_per_second": images / (last[0] - first[0]),
        "images_per_cpu_second": images / (last[1] - first[1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True, help="Folder with photographs of one person.")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    components = load_components(read_pack(given.pack), choose_device(given.device, threads=given.threads))
    embedder = FaceEmbedder(components.device.device)
    others = generate(components, embedder, images=12, on_step=lambda done, total: None)
    paths = sorted(
        path for path in given.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"}
    )
    sources = [Source(path.name, path, sha256_of_file(path), 30.0) for path in paths[:10]]
    photos = review_photographs(sources, DlibAnalyser(), crop_px=components.pack.resolution).photos
    alone = LossWeights(biometric=0.0, contrastive=0.0, cosine=0.0, extrapolation=0.0)
    common = {
        "steps": given.steps + WARMUP + 1,
        "rank": given.rank,
        "batch_size": given.batch,
        "prior_batch_size": given.batch,
    }
    answer: dict[str, Any] = {
        "device": components.device.as_record(),
        "batch": given.batch,
        "rank": given.rank,
    }
    runs = {
        "same_losses": TrainingSettings(weights=alone, token_learning_rate=0.0, **common),
        "same_losses_and_token": TrainingSettings(weights=alone, **common),
        "full": TrainingSettings(**common),
    }
    for name, settings in runs.items():
        answer[name] = own_loop(components, photos, others, settings, embedder, given.steps)
    with tempfile.TemporaryDirectory() as folder:
        classes = []
        for number, latent in enumerate(others.latents.float()):
            classes.append(Path(folder) / f"{number}.png")
            Image.fromarray(components.decode(latent[None].to(components.device.device))[0]).save(classes[-1])
        with attached(components, rank=1, alpha=1):
            pass
        step = plain_loop(
            components,
            paths[:10],
            classes,
            rank=given.rank,
            batch=given.batch,
        )
        answer["plain"] = measured(lambda: step(is_mixed=False), given.steps)
        answer["plain_mixed"] = measured(lambda: step(is_mixed=True), given.steps)
    for name in runs:
        for plain in ("plain", "plain_mixed"):
            for clock in ("images_per_second", "images_per_cpu_second"):
                answer[name][f"{clock}_against_{plain}"] = answer[name][clock] / answer[plain][clock]
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
