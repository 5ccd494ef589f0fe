"""What an attacker does to a pack's folder, for the tests: each case changes a copy of the tiny pack."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

UNET = "unet/diffusion_pytorch_model.safetensors"
Change = Callable[[Path], None]


def reseal(folder: Path, **changes: Any) -> None:
    """Write a manifest with the right digest of every ordinary file that is there now."""
    path = folder / "pack.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["files"] = {
        each.relative_to(folder).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and not each.is_symlink() and each != path
    }
    path.write_text(json.dumps({**card, **changes}), encoding="utf-8")


def manifest(text: str | bytes) -> Change:
    """Put a text in the manifest's place."""

    def change(folder: Path) -> None:
        data = text.encode() if isinstance(text, str) else text
        (folder / "pack.json").write_bytes(data)

    return change


def card(**values: Any) -> Change:
    """Change values of the manifest."""

    def change(folder: Path) -> None:
        reseal(folder, **values)

    return change


def card_text(name: str, value: str) -> Change:
    """Put a value into the manifest as JSON text."""

    def change(folder: Path) -> None:
        content = json.loads((folder / "pack.json").read_text())
        content[name] = "@@"
        (folder / "pack.json").write_text(json.dumps(content).replace('"@@"', value))

    return change


def listed(name: str, digest: Any = "0" * 64) -> Change:
    """List a further file in the manifest."""

    def change(folder: Path) -> None:
        content = json.loads((folder / "pack.json").read_text())
        content["files"][name] = digest
        (folder / "pack.json").write_text(json.dumps(content))

    return change


def added(name: str, data: bytes = b"x") -> Change:
    """Add a file and list it."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)
        reseal(folder)

    return change


def in_place_of(name: str, make: Callable[[Path], None]) -> Change:
    """Put something that is no ordinary file in a file's place."""

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    return change


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def many_files(folder: Path) -> None:
    (folder / "more").mkdir()
    for number in range(600):
        (folder / "more" / f"{number}.txt").touch()
    reseal(folder)


def linked_folder(folder: Path) -> None:
    (folder / "unet").rename(folder.parent / "elsewhere")
    (folder / "unet").symlink_to(folder.parent / "elsewhere")


def index_outside(folder: Path) -> None:
    weights = folder / UNET
    weights.rename(folder.parent / "outside.safetensors")
    index = {"metadata": {}, "weight_map": {"conv_in.weight": "../../outside.safetensors"}}
    (folder / f"{UNET}.index.json").write_text(json.dumps(index))
    reseal(folder)


DEEP = '{"a":' * 50_000
SURROGATE = r'"\ud800"'
READING: Mapping[str, Change] = {
    "nested manifest": manifest(DEEP),
    "nested list": card_text("note", "[" * 60 + "]" * 60),
    "open list": card_text("note", "[" * 3000),
    "no utf-8": manifest(b'{"name": "\xff"}'),
    "byte order mark": manifest(b"\xef\xbb\xbf{}"),
    "large manifest": manifest(b" " * (2 << 20)),
    "name twice": manifest('{"name": "a", "name": "b"}'),
    "infinity": card_text("resolution", "Infinity"),
    "not a number": card_text("hours", "NaN"),
    "overflow": card_text("hours", "1e999"),
    "very large number": card_text("resolution", "9" * 5000),
    "surrogate in the name": card_text("name", SURROGATE),
    "surrogate in a note": card_text("note", SURROGATE),
    "surrogate in a file": card_text("files", "{" + SURROGATE + ': "x"}'),
    "resolution in words": card(resolution="abc"),
    "resolution true": card(resolution=True),
    "resolution of nothing": card(resolution=0),
    "resolution of a wall": card(resolution=1 << 20),
    "resolution null": card(resolution=None),
    "name of another type": card(name=["x"]),
    "name with escapes": card(name="\x1b[2Jgood"),
    "name with another direction": card(name="a\u202eb"),
    "name that is a path": card(name="../../x"),
    "version of another type": card(version={}),
    "kind of another type": card(kind=3),
    "kind unknown": card(kind="rootkit"),
    "caption with attributes": card(prompt_style="{age.__class__.__mro__}"),
    "caption with a width": card(prompt_style="{age:999999999}"),
    "caption with an index": card(prompt_style="{person[0]} {age}"),
    "caption without an end": card(prompt_style="{age"),
    "caption of another type": card(prompt_style=3),
    "editing of another type": card(editing="abc"),
    "editing with falling gaps": card(editing={"gap_years": [2, 1], "guidance_share": [1, 1]}),
    "editing with texts": card(editing={"gap_years": [1, 2], "guidance_share": ["x", "y"]}),
    "training of another type": card(training=[1]),
    "timesteps without limit": card(timestep_limit=1e30),
    "licence above": card(licence_file="../../../etc/passwd"),
    "licence elsewhere": card(licence_file="/etc/passwd"),
    "licence of another type": card(licence_file=7),
    "licence not listed": card(licence_file="COPYING"),
    "licence is a link": in_place_of("LICENCE.txt", link_to("/etc/passwd")),
    "licence is a pipe": in_place_of("LICENCE.txt", os.mkfifo),
    "licence is a folder": in_place_of("LICENCE.txt", Path.mkdir),
    "manifest is a link": in_place_of("pack.json", link_to("/etc/passwd")),
    "manifest is a loose link": in_place_of("pack.json", link_to("nowhere")),
    "manifest is a pipe": in_place_of("pack.json", os.mkfifo),
    "manifest is a folder": in_place_of("pack.json", Path.mkdir),
    "manifest is a device": in_place_of("pack.json", link_to("/dev/zero")),
    "index is a pipe": in_place_of("model_index.json", os.mkfifo),
    "weights are a link": in_place_of(UNET, link_to("/etc/passwd")),
    "component is a link": linked_folder,
    "weights by an index": index_outside,
    "index of shards": added(f"{UNET}.index.json", b"{}"),
    "shard": added("unet/diffusion_pytorch_model-00001-of-00002.safetensors"),
    "pickle": added("unet/diffusion_pytorch_model.bin"),
    "pickle in capitals": added("unet/X.PT"),
    "program": added("tokenizer/tokenization.py"),
    "many files": many_files,
    "files above": listed("../elsewhere"),
    "files elsewhere": listed("/etc/passwd"),
    "files with backslashes": listed("unet\\..\\x"),
    "files with nothing in it": listed("unet/\x00"),
    "files with dots": listed("unet/../LICENCE.txt"),
    "files with a space behind": listed("LICENCE.txt "),
    "files alike but for case": listed("licence.TXT"),
    "files of another alphabet": listed("LICEN\u0421E.txt"),
    "hidden file listed": listed(".hidden"),
    "manifest listed": listed("pack.json"),
    "digest in words": listed("other.txt", "abc"),
    "digest of another type": listed("other.txt", ["0" * 64]),
    "no files": card_text("files", "[]"),
}


def model_index(text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / "model_index.json").write_text(text)
        reseal(folder)

    return change


READING = {
    **READING,
    "nested index": model_index(DEEP),
    "index of numbers": model_index('{"unet": [1, 2]}'),
    "index of lists": model_index('{"unet": [["diffusers"], {}]}'),
    "index with a surrogate": model_index('{"unet": ["diffusers", ' + SURROGATE + "]}"),
    "index of another class": model_index('{"unet": ["os", "system"]}'),
}


def config(component: str, name: str = "config.json", **values: Any) -> Change:
    """Change a configuration, under a right digest."""

    def change(folder: Path) -> None:
        path = folder / component / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
        reseal(folder)

    return change


def config_text(component: str, text: str, name: str = "config.json") -> Change:
    def change(folder: Path) -> None:
        (folder / component / name).write_text(text)
        reseal(folder)

    return change


def without(component: str, key: str, name: str = "config.json") -> Change:
    def change(folder: Path) -> None:
        path = folder / component / name
        content = json.loads(path.read_text())
        del content[key]
        path.write_text(json.dumps(content))
        reseal(folder)

    return change


def safetensors_bytes(header: Any, body: bytes = b"") -> bytes:
    """Return a file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def weights(data: bytes, path: str = UNET) -> Change:
    def change(folder: Path) -> None:
        (folder / path).write_bytes(data)
        reseal(folder)

    return change


def header(edit: Callable[[dict[str, Any]], None], path: str = UNET) -> Change:
    """Change the header of real weights."""

    def change(folder: Path) -> None:
        data = (folder / path).read_bytes()
        length = int.from_bytes(data[:8], "little")
        content = json.loads(data[8 : 8 + length])
        edit(content)
        (folder / path).write_bytes(safetensors_bytes(content, data[8 + length :]))
        reseal(folder)

    return change


def first(content: dict[str, Any]) -> dict[str, Any]:
    return min(
        (each for name, each in content.items() if name != "__metadata__"), key=lambda e: e["data_offsets"]
    )


def number_in(path: str, value: float) -> Change:
    """Put one number into real weights."""

    def change(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        tensors = load_file(folder / path)
        tensors[sorted(tensors)[-1]].view(-1)[0] = value
        save_file(tensors, folder / path)
        reseal(folder)

    return change


def dropped(path: str, key: str) -> Change:
    def change(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        tensors = load_file(folder / path)
        del tensors[key]
        save_file(tensors, folder / path)
        reseal(folder)

    return change


def tokenizer_step(**values: Any) -> Change:
    return config("tokenizer", "tokenizer.json", **values)


TYPE = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Removed", "invert": False}
LOADING: Mapping[str, Change] = {
    "code": config("unet", auto_map={"AutoModel": "evil.Model"}),
    "code in the text encoder": config("text_encoder", auto_map={}),
    "code in the tokenizer": config("tokenizer", "tokenizer_config.json", auto_map={}),
    "quantised": config("vae", quantization_config={}),
    "unknown name": config("unet", surprise=1),
    "another class": config("vae", _class_name="UNet2DConditionModel"),
    "class of another type": config("vae", _class_name=["x"]),
    "another scheduler": config("scheduler", "scheduler_config.json", _class_name="Evil"),
    "scheduler of another type": config("scheduler", "scheduler_config.json", _class_name={}),
    "layers without end": config("unet", layers_per_block=10**9),
    "layers in words": config("unet", layers_per_block="2"),
    "layers below nothing": config("unet", layers_per_block=-1),
    "channels without end": config("unet", block_out_channels=[10**7, 10**7]),
    "channels that do not divide": config("unet", block_out_channels=[17, 31]),
    "many blocks": config("unet", block_out_channels=[16] * 5000),
    "blocks of another type": config("unet", block_out_channels={"a": 1}),
    "unknown block": config("unet", down_block_types=["EvilBlock", "DownBlock2D"]),
    "other conditions": config("unet", class_embed_type="timestep"),
    "larger than its weights": config("unet", block_out_channels=[4096, 4096]),
    "nested": config_text("unet", DEEP),
    "no object": config_text("vae", "[]"),
    "infinite scaling": config_text("vae", '{"scaling_factor": Infinity}'),
    "no scaling": config("vae", scaling_factor=0),
    "large text encoder": config("text_encoder", hidden_size=10**9),
    "text encoder in words": config("text_encoder", vocab_size="many"),
    "heads that do not divide": config("text_encoder", num_attention_heads=3),
    "wide identity": config("identity_projection", tokens=10**6),
    "noise below nothing": config("scheduler", "scheduler_config.json", beta_start=-1.0),
    "noise in words": config("scheduler", "scheduler_config.json", beta_schedule="evil"),
    "no steps": config("scheduler", "scheduler_config.json", num_train_timesteps=0),
    "steps without end": config("scheduler", "scheduler_config.json", num_train_timesteps=10**12),
    "captions without end": config("tokenizer", "tokenizer_config.json", model_max_length=10**15),
    "captions of no length": without("tokenizer", "model_max_length", "tokenizer_config.json"),
    "captions longer than places": config("tokenizer", "tokenizer_config.json", model_max_length=9),
    "tokens of another type": config("tokenizer", "tokenizer_config.json", pad_token=[1]),
    "slow pattern": tokenizer_step(pre_tokenizer=TYPE),
    "unknown step": tokenizer_step(pre_tokenizer={"type": "Evil"}),
    "step of another type": tokenizer_step(normalizer={"type": ["NFC"]}),
    "no words": tokenizer_step(model={"type": "WordLevel"}),
    "words that are no numbers": tokenizer_step(
        model={"type": "WordLevel", "vocab": {"a": "b"}, "unk_token": "a"}
    ),
    "random words": tokenizer_step(model={"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.5}),
    "added words of another type": tokenizer_step(added_tokens=3),
    "another side": card(resolution=128),
    "not a number": number_in(UNET, float("nan")),
    "infinite": number_in("vae/diffusion_pytorch_model.safetensors", float("inf")),
    "infinite text": number_in("text_encoder/model.safetensors", float("-inf")),
    "text without weights": dropped("text_encoder/model.safetensors", "final_layer_norm.weight"),
    "no weights": weights(b""),
    "short": weights(b"\x01"),
    "header longer than the file": weights(struct.pack("<Q", 1 << 60) + b"{}"),
    "header of nothing": weights(safetensors_bytes(b"")),
    "nested header": weights(safetensors_bytes(DEEP.encode())),
    "header is a list": weights(safetensors_bytes([])),
    "header without tensors": weights(safetensors_bytes({})),
    "header twice": weights(safetensors_bytes(b'{"a": 1, "a": 2}')),
    "metadata of another type": header(lambda content: content.update(__metadata__=[1])),
    "entry of another type": header(lambda content: content.update(x=3)),
    "type unknown": header(lambda content: first(content).update(dtype="F4096")),
    "type of another type": header(lambda content: first(content).update(dtype=["F32"])),
    "shape of another type": header(lambda content: first(content).update(shape="abc")),
    "shape below nothing": header(lambda content: first(content).update(shape=[-1])),
    "shape without end": header(lambda content: first(content).update(shape=[1 << 39] * 7)),
    "offsets of another type": header(lambda content: first(content).update(data_offsets=5)),
    "offsets in words": header(lambda content: first(content).update(data_offsets=["0", "4"])),
    "offsets backwards": header(lambda content: first(content).update(data_offsets=[8, 0])),
    "offsets below nothing": header(lambda content: first(content).update(data_offsets=[-8, 0])),
    "offsets beyond": header(lambda content: first(content).update(data_offsets=[0, 1 << 50])),
    "offsets that overlap": header(
        lambda content: content.update(x={"dtype": "U8", "shape": [4], "data_offsets": [0, 4]})
    ),
    "bytes of no tensor": header(lambda content: content.pop("conv_in.bias")),
}
