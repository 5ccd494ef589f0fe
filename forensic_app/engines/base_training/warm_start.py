"""Begin a training where a finished pack stands: its weights become the work folder's first checkpoints.

Rules:
    * The autoencoder stays the pack's, so that its latents, and whatever learned from them, stay valid.
    * The pack's half-precision weights are all that is left of its training: the optimiser's moments begin at zero,
      and the rate warms up again.
    * The faces that the pack kept from its training stay kept.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.base_training import decoder_training, diffusion_training
from forensic_app.engines.base_training.conditioning import AgeAwareTextEncoder, build_tokenizer
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.training.checkpoints import MovingAverage, save_checkpoint
from forensic_app.engines.training.work import write_whole
from forensic_app.errors import InvalidInput

START_NAME: Final = "start.json"
SETTLED_STEPS: Final = 100_000
"""Steps that the moving average is taken to have seen, so that it leaves the pack's weights slowly."""


@dataclass(frozen=True, slots=True)
class Start:
    """The pack that a training began from.

    Attributes:
        pack: Its name and version.
        weights_sha256: Digest over its weights.
        images_shown: Images that its decoder and its U-Net had seen.
        hours: Hours that had led to it.
        fitting: Names of the faces that its edit weights were fitted on, which go on to serve for that.
    """

    pack: str
    weights_sha256: str
    images_shown: dict[str, int]
    hours: float
    fitting: tuple[str, ...]


def starting_config(pack: Pack, changes: dict[str, Any]) -> BaseTrainingConfig:
    """Return the configuration that ``pack`` was trained with, with ``changes``; the decoder is not trained again.

    Raises:
        InvalidInput: The pack does not say how it was trained, or a change is unknown.
    """
    trained = pack.card.get("training")
    shown = pack.card.get("images_shown")
    if not isinstance(trained, dict) or not isinstance(shown, dict):
        raise InvalidInput(
            f"The pack {pack.name} does not say how it was trained.",
            "Begin from a pack that this program trained, or train from the start.",
        )
    return BaseTrainingConfig.from_json({**trained, **changes, "decoder_images": int(shown["decoder"])})


def begin_from_pack(
    pack: Pack, work: Path, config: BaseTrainingConfig, *, groups: Collection[str], start: Start
) -> None:
    """Write the checkpoints of ``pack`` to ``work``, where a training then goes on from them.

    Args:
        pack: The pack, verified while it is loaded.
        work: Folder of the training; nothing in it is replaced.
        config: From :func:`starting_config`.
        groups: Ancestry words of the training labels.
        start: What is recorded.

    Raises:
        InvalidInput: The pack's words or sizes are others than those of a training now.
        PackAltered: A file of the pack does not have its digest.
    """
    parts = load_components(pack, choose_device("cpu", threads=torch.get_num_threads()))
    _write_decoder(parts, work, config)
    _write_diffusion(parts, work, config, groups)
    write_whole(work / START_NAME, json.dumps(dataclasses.asdict(start), indent=1) + "\n")


def read_start(work: Path) -> Start | None:
    """Return what :func:`begin_from_pack` recorded in ``work``, ``None`` for a training from the beginning."""
    path = work / START_NAME
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    return Start(**{**values, "fitting": tuple(values["fitting"])})


def _write_decoder(parts: Components, work: Path, config: BaseTrainingConfig) -> None:
    """Write the autoencoder as the result of the projection stage and as the decoder's last checkpoint."""
    autoencoder = decoder_training.build_autoencoder(config)
    autoencoder.load_state_dict({name: value.float() for name, value in parts.vae.state_dict().items()})
    autoencoder.register_to_config(posterior_variance=float(parts.vae.config.posterior_variance))
    autoencoder.analysis.requires_grad_(False)
    decoder_training.save_fitted(autoencoder, work)
    session = decoder_training.new_session(autoencoder, config)
    session.step = -(-config.decoder_images // config.decoder_batch)
    save_checkpoint(work / decoder_training.CHECKPOINT_NAME, session.state())


def _write_diffusion(
    parts: Components, work: Path, config: BaseTrainingConfig, groups: Collection[str]
) -> None:
    tokenizer = build_tokenizer(sorted(groups))
    _check_words(tokenizer.get_vocab(), parts.tokenizer.get_vocab(), parts.pack)
    model = diffusion_training.DiffusionModel(
        config, tokenizer, int(parts.identity_projection.config.embedding_dimension)
    )
    text: AgeAwareTextEncoder = model.text
    for ours, theirs in (
        (text.text_encoder, parts.text_encoder),
        (model.identity, parts.identity_projection),
        (model.unet, parts.unet),
    ):
        ours.load_state_dict({name: value.float() for name, value in theirs.state_dict().items()})
    text.unbake()
    average = MovingAverage(model, config.ema_decay)
    average.step = SETTLED_STEPS
    state = diffusion_training.first_state(model, average, config)
    save_checkpoint(work / diffusion_training.CHECKPOINT_NAME, state)


def _check_words(ours: dict[str, int], theirs: dict[str, int], pack: Pack) -> None:
    """Refuse a pack whose words stand at other places; spare places may have become words since."""
    moved = [
        word
        for word, place in theirs.items()
        if ours.get(word) != place and not (word.startswith("[spare") and place in ours.values())
    ]
    if moved or len(ours) != len(theirs):
        raise InvalidInput(
            f"The words of the pack {pack.name} are not those of a training now: {', '.join(sorted(moved)[:5])}.",
            "Use the ancestry labels that the pack was trained with, or train from the start.",
        )
