"""Tiny real packs with seeded weights, and a photograph, for the tests of engines."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import forensic_app.engines  # noqa: F401  (sets the offline variables before torch is imported)
from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.pack import Pack, write_manifest
from forensic_app.messages import RunRequest

SIDE_PX = 64
TEXT_WIDTH = 16
UNET = {
    "sample_size": 16,
    "in_channels": 4,
    "out_channels": 4,
    "layers_per_block": 1,
    "block_out_channels": (16, 32),
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": TEXT_WIDTH,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
}
VAE = {
    "block_out_channels": (8, 16, 16),
    "down_block_types": ("DownEncoderBlock2D",) * 3,
    "up_block_types": ("UpDecoderBlock2D",) * 3,
    "layers_per_block": 1,
    "latent_channels": 4,
    "norm_num_groups": 8,
    "sample_size": SIDE_PX,
    "scaling_factor": 1.0,
}


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def save_networks(folder: Path, *, vocabulary_size: int, length: int, prediction_type: str) -> None:
    """Save seeded tiny networks and a scheduler in the diffusers layout."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(7)
    UNet2DConditionModel(**UNET).save_pretrained(folder / "unet")
    AutoencoderKL(**VAE).save_pretrained(folder / "vae")
    config = CLIPTextConfig(
        vocab_size=vocabulary_size,
        hidden_size=TEXT_WIDTH,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=length,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    CLIPTextModel(config).save_pretrained(folder / "text_encoder")
    DDIMScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type=prediction_type,
        clip_sample=False,
        set_alpha_to_one=True,
        timestep_spacing="trailing" if prediction_type == "v_prediction" else "leading",
    ).save_pretrained(folder / "scheduler")


def save_word_tokenizer(folder: Path, *, length: int) -> int:
    """Save a tokenizer of whole words with one token for each age, and return its size."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import PreTrainedTokenizerFast

    words = ["<pad>", "<start>", "<end>", "<unk>", "photo", "of", "person", "woman", "man", "as", "sks"]
    words += [f"{age}-year-old" for age in range(117)]
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", model_max_length=length
    ).save_pretrained(folder)
    return len(words)


def save_clip_tokenizer(folder: Path, *, length: int) -> int:
    """Save a CLIP tokenizer of single bytes, and return its size."""
    from transformers import CLIPTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(words)}
    CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=length).save_pretrained(folder)
    return len(words)


def write_index(folder: Path, *, tokenizer_class: str, with_identity: bool) -> None:
    index: dict[str, Any] = {
        "_class_name": "StableDiffusionPipeline",
        "vae": ["diffusers", "AutoencoderKL"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", tokenizer_class],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "safety_checker": [None, None],
    }
    if with_identity:
        index["identity_projection"] = ["forensic_app.engines.aging.identity", "IdentityProjection"]
    (folder / "model_index.json").write_text(json.dumps(index))


@pytest.fixture(scope="session")
def built_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny pack like the bundled one: v-prediction, one token for each age, identity tokens."""
    import torch

    from forensic_app.engines.aging.identity import IdentityProjection

    folder = tmp_path_factory.mktemp("packs") / "tiny"
    folder.mkdir()
    size = save_word_tokenizer(folder / "tokenizer", length=8)
    save_networks(folder, vocabulary_size=size, length=8, prediction_type="v_prediction")
    torch.manual_seed(8)
    IdentityProjection(128, TEXT_WIDTH, 2).save_pretrained(folder / "identity_projection")
    write_index(folder, tokenizer_class="PreTrainedTokenizerFast", with_identity=True)
    (folder / "LICENCE.txt").write_text("For tests.\n")
    (folder / "calibration.json").write_text(
        json.dumps({"estimator": "dlib", "raw": [0, 30, 90], "calibrated": [2, 33, 80], "n": 3})
    )
    write_manifest(
        folder, {"name": "tiny", "version": "1", "resolution": SIDE_PX, "licence": "LicenseRef-test"}
    )
    return folder


@pytest.fixture
def tiny_pack(built_pack: Path, tmp_path: Path) -> Path:
    """A copy of the tiny pack that a test may damage."""
    folder = tmp_path / "packs" / "tiny"
    shutil.copytree(built_pack, folder)
    return folder


@pytest.fixture(scope="session")
def stable_diffusion_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny weights in the layout of Stable Diffusion 1.x, without a manifest."""
    folder = tmp_path_factory.mktemp("source") / "sd"
    folder.mkdir()
    size = save_clip_tokenizer(folder / "tokenizer", length=40)
    save_networks(folder, vocabulary_size=size, length=40, prediction_type="epsilon")
    write_index(folder, tokenizer_class="CLIPTokenizer", with_identity=False)
    (folder / "LICENSE.md").write_text("A licence with use restrictions.\n")
    return folder


@pytest.fixture(scope="session")
def photo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real photograph of one person."""
    from PIL import Image
    from skimage.data import astronaut

    path = tmp_path_factory.mktemp("photo") / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    return path


MakeRequest = Callable[..., RunRequest]


@pytest.fixture
def make_request(built_pack: Path, photo_path: Path, tmp_path: Path) -> MakeRequest:
    """A function that makes a request on the tiny pack, with parameters as keywords."""
    from forensic_app.engines.packs.pack import read_pack

    def make(pack: Pack | None = None, **given: Any) -> RunRequest:
        chosen = pack or read_pack(built_pack)
        output_dir = tmp_path / f"out-{sum(1 for _ in tmp_path.iterdir())}"
        output_dir.mkdir()
        fields = {name: given.pop(name) for name in list(given) if name in RunRequest.__dataclass_fields__}
        parameters = {"target_ages": [8.0, 62.0], "num_inference_steps": 4, "source_age": 33.0, **given}
        request: dict[str, Any] = {
            "run_id": "R-0001",
            "engine": "aging",
            "parameters": parameters,
            "exhibit_path": photo_path,
            "exhibit_sha256": sha256_of_file(photo_path),
            "pack_path": chosen.path,
            "pack_sha256": chosen.sha256,
            "analyser": "dlib",
            "output_dir": output_dir,
            "subject": {"sex": "female"},
            "device": "cpu",
            "threads": 1,
        }
        return RunRequest(**{**request, **fields})

    return make
