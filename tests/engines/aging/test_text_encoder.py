"""The text encoder and the tokenizer against transformers, on the bundled pack and on random ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from forensic_app.engines.aging.components import load_components, release_components
from forensic_app.engines.aging.text_encoder import (
    CaptionTokenizer,
    TextEncoder,
    read_text_encoder,
    read_tokenizer,
)
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack, write_manifest
from forensic_app.errors import PackRefused

BUNDLED = Path(__file__).resolve().parents[3] / "resources" / "packs" / "base"
CAPTIONS = [
    "photo of person as 34-year-old",
    "photo of woman as 8-year-old sharp colour zorgl",
    "",
    "sks " * 40,
    "Photo, of  PERSON\tas 3-year-old [eos] [pad] é",
]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Save a random text model of transformers and return its folder."""

    def save(**settings: Any) -> Path:
        torch.manual_seed(5)
        sizes = {
            "vocab_size": 61,
            "hidden_size": 48,
            "intermediate_size": 80,
            "num_hidden_layers": 3,
            "num_attention_heads": 6,
            "max_position_embeddings": 20,
        }
        model = CLIPTextModel(CLIPTextConfig(**{**sizes, "bos_token_id": 1, "eos_token_id": 2, **settings}))
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        model.save_pretrained(tmp_path / "text")
        return tmp_path / "text"

    return save


def encoder_in(folder: Path, dtype: torch.dtype = torch.float32) -> TextEncoder | None:
    config = json.loads((folder / "config.json").read_text())
    return read_text_encoder(config, load_file(folder / "model.safetensors"), dtype=dtype)


def tokenizer_in(folder: Path) -> CaptionTokenizer | None:
    config, content = (
        json.loads((folder / name).read_text()) for name in ("tokenizer_config.json", "tokenizer.json")
    )
    return read_tokenizer(config, content)


def both(folder: Path, dtype: torch.dtype = torch.float32) -> tuple[TextEncoder, CLIPTextModel]:
    own = encoder_in(folder, dtype=dtype)
    assert own is not None
    return own.eval(), CLIPTextModel.from_pretrained(folder, dtype=dtype).eval()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_bundled_encoder_gives_what_transformers_gives(dtype: torch.dtype) -> None:
    own, theirs = both(BUNDLED / "text_encoder", dtype)
    ids = torch.randint(0, 150, (5, 12), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.equal(own(ids)[0], theirs(ids)[0])
        assert torch.equal(own(ids[:, :1])[0], theirs(ids[:, :1])[0])
    assert own.state_dict().keys() == theirs.state_dict().keys()
    assert torch.equal(own.get_input_embeddings().weight, theirs.get_input_embeddings().weight)


@pytest.mark.parametrize("activation", ["quick_gelu", "gelu"])
def test_a_random_encoder_gives_what_transformers_gives_with_its_gradients(
    saved: Callable[..., Path], activation: str
) -> None:
    own, theirs = both(saved(hidden_act=activation, layer_norm_eps=1e-3))
    ids = torch.randint(0, 61, (4, 20), generator=torch.Generator().manual_seed(2))
    outputs = [model(ids)[0] for model in (own, theirs)]
    torch.testing.assert_close(outputs[0], outputs[1], rtol=0, atol=1e-6)
    assert outputs[0].std() > 0.1
    for output in outputs:
        output.square().sum().backward()
    ours, other = (model.get_input_embeddings().weight.grad for model in (own, theirs))
    assert ours is not None
    torch.testing.assert_close(ours, other)


def test_more_tokens_than_positions_are_refused(saved: Callable[..., Path]) -> None:
    own, _ = both(saved())
    with pytest.raises(ValueError, match="21 tokens"):
        own(torch.zeros(1, 21, dtype=torch.int64))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hidden_act", "relu"),
        ("model_type", "clip"),
        ("attention_dropout", 0.1),
        ("num_attention_heads", 5),
        ("hidden_size", "48"),
        ("rope_theta", 1.0),
        ("vocab_size", 60),
    ],
)
def test_an_encoder_of_another_layout_is_left_to_transformers(
    saved: Callable[..., Path], key: str, value: object
) -> None:
    folder = saved()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, key: value}))
    assert encoder_in(folder) is None


def test_other_weights_are_left_to_transformers(saved: Callable[..., Path]) -> None:
    folder = saved()
    weights = load_file(folder / "model.safetensors")
    save_file({f"text_model.{name}": each for name, each in weights.items()}, folder / "model.safetensors")
    assert encoder_in(folder) is None
    save_file(weights, folder / "model.safetensors")
    assert encoder_in(folder) is not None


def test_the_tokenizer_gives_the_ids_of_transformers(built_pack: Path) -> None:
    for folder in (BUNDLED / "tokenizer", built_pack / "tokenizer"):
        own, theirs = tokenizer_in(folder), PreTrainedTokenizerFast.from_pretrained(folder)
        assert isinstance(own, CaptionTokenizer)
        assert (own.model_max_length, own.unk_token_id) == (theirs.model_max_length, theirs.unk_token_id)
        assert own.get_vocab() == theirs.get_vocab()
        for length in (own.model_max_length, 6):
            asked = {
                "padding": "max_length",
                "truncation": True,
                "max_length": length,
                "return_tensors": "pt",
            }
            assert torch.equal(own(CAPTIONS, **asked)["input_ids"], theirs(CAPTIONS, **asked)["input_ids"])
        for caption in CAPTIONS:
            assert own(caption)["input_ids"] == theirs(caption)["input_ids"]
            bare = {"add_special_tokens": False}
            assert own(caption, **bare)["input_ids"] == theirs(caption, **bare)["input_ids"]
        assert own(CAPTIONS)["input_ids"] == theirs(CAPTIONS)["input_ids"]
        with pytest.raises(ValueError, match="Only padding"):
            own(CAPTIONS, padding="longest")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model_max_length", 1e30),
        ("tokenizer_class", "CLIPTokenizer"),
        ("backend", "sentencepiece"),
        ("pad_token", "[other]"),
        ("padding_side", "left"),
        ("additional_special_tokens", ["[x]"]),
    ],
)
def test_a_tokenizer_of_another_layout_is_left_to_transformers(
    tmp_path: Path, key: str, value: object
) -> None:
    folder = tmp_path / "tokenizer"
    shutil.copytree(BUNDLED / "tokenizer", folder)
    assert tokenizer_in(folder) is not None
    config = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, key: value}))
    assert tokenizer_in(folder) is None


def resealed(folder: Path) -> Path:
    """Write the manifest of a changed tiny pack anew."""
    kept = ("name", "version", "resolution", "licence")
    content = json.loads((folder / "pack.json").read_text())
    write_manifest(folder, {name: content[name] for name in kept})
    return folder


def test_a_pack_of_another_layout_is_loaded_with_transformers_and_encodes_alike(tiny_pack: Path) -> None:
    release_components()
    device = choose_device("cpu", threads=1)
    plain = load_components(read_pack(tiny_pack), device)
    assert isinstance(plain.text_encoder, TextEncoder)
    assert isinstance(plain.tokenizer, CaptionTokenizer)
    for name in ("text_encoder/config.json", "tokenizer/tokenizer_config.json"):
        path = tiny_pack / name
        path.write_text(json.dumps({**json.loads(path.read_text()), "a_remark": "of another program"}))
    other = load_components(read_pack(resealed(tiny_pack)), device)
    assert isinstance(other.text_encoder, CLIPTextModel)
    assert isinstance(other.tokenizer, PreTrainedTokenizerFast)
    captions = ["photo of person as 34-year-old", "sks"]
    assert torch.equal(plain.encode_conditions(captions), other.encode_conditions(captions))


def test_the_scheduler_is_the_one_that_diffusers_reads(tiny_pack: Path) -> None:
    from diffusers import DDIMScheduler

    for folder in (BUNDLED, tiny_pack):
        release_components()
        own = load_components(read_pack(folder), choose_device("cpu", threads=1)).scheduler
        config = DDIMScheduler.load_config(folder / "scheduler")
        theirs = DDIMScheduler.from_config({**config, "clip_sample": False, "thresholding": False})
        public = [
            {name: value for name, value in each.config.items() if not name.startswith("_")}
            for each in (own, theirs)
        ]
        assert public[0] == public[1]
        assert torch.equal(own.alphas_cumprod, theirs.alphas_cumprod)


@pytest.mark.parametrize("component", ["unet", "identity_projection", "vae"])
def test_a_network_that_lacks_weights_is_refused(tiny_pack: Path, component: str) -> None:
    path = tiny_pack / component / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    del weights[min(weights)]
    save_file(weights, path)
    release_components()
    with pytest.raises(PackRefused, match=f"{component} .*lacks the weights"):
        load_components(read_pack(resealed(tiny_pack)), choose_device("cpu", threads=1))
