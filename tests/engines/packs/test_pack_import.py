from __future__ import annotations

import re
import shutil

import numpy as np
import pytest
import torch

from forensic_app.engines.aging.components import load_components
from forensic_app.engines.device import choose_device, seeded_noise
from forensic_app.engines.packs import importing
from forensic_app.engines.packs.importing import import_pack
from forensic_app.engines.packs.pack import list_packs
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.engines.registry import load_engine
from forensic_app.errors import InvalidInput, PackMissing, PackRefused

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.resnets.1": "middle_block.2",
}
VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def _old_unet_name(name: str, layers: int) -> str:
    for new, old in UNET_ENDS.items():
        name = re.sub(rf"^{re.escape(new)}\.", f"{old}.", name)
    block = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.", name)
    if block:
        side, kind, i, j = block[1], block[3], int(block[2]), int(block[4])
        rest = name[block.end() :]
        if kind == "downsamplers":
            name = f"input_blocks.{(layers + 1) * (i + 1)}.0.{rest.replace('conv.', 'op.')}"
        elif kind == "upsamplers":
            name = f"output_blocks.{(layers + 1) * i + layers}.1.{rest}"
        else:
            first = (layers + 1) * i + j + (1 if side == "down" else 0)
            name = (
                f"{'input' if side == 'down' else 'output'}_blocks.{first}.{int(kind == 'attentions')}.{rest}"
            )
    if re.match(r"(input_blocks|output_blocks|middle_block)\.", name) and "transformer_blocks" not in name:
        for new, old in RESNET.items():
            name = name.replace(f".{new}.", f".{old}.")
    return name


def _old_vae_name(name: str, levels: int) -> str:
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
    if "mid_block.attentions.0." in name:
        head, tail = name.split("mid_block.attentions.0.")
        for new, old in VAE_ATTENTION.items():
            tail = re.sub(rf"^{re.escape(new)}\.", f"{old}.", tail)
        return f"{head}mid.attn_1.{tail}"
    name = re.sub(r"down_blocks\.(\d)\.resnets\.", r"down.\1.block.", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(
        r"up_blocks\.(\d)\.resnets\.", lambda found: f"up.{levels - 1 - int(found[1])}.block.", name
    )
    return re.sub(
        r"up_blocks\.(\d)\.upsamplers\.0", lambda found: f"up.{levels - 1 - int(found[1])}.upsample", name
    )


@pytest.fixture(scope="module")
def single_file(stable_diffusion_folder, tmp_path_factory):
    """The tiny weights under the names of the original Stable Diffusion repository, in one file."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("single")
    weights = {}
    for name, tensor in load_file(
        stable_diffusion_folder / "unet" / "diffusion_pytorch_model.safetensors"
    ).items():
        weights[f"model.diffusion_model.{_old_unet_name(name, 1)}"] = tensor
    for name, tensor in load_file(
        stable_diffusion_folder / "vae" / "diffusion_pytorch_model.safetensors"
    ).items():
        old = _old_vae_name(name, 3)
        is_linear = ".attn_1." in old and tensor.ndim == 2
        weights[f"first_stage_model.{old}"] = tensor[..., None, None] if is_linear else tensor
    for name, tensor in load_file(stable_diffusion_folder / "text_encoder" / "model.safetensors").items():
        weights[f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}"] = tensor
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "tiny.safetensors")
    for name in ("unet", "vae", "text_encoder", "scheduler"):
        (folder / name).mkdir()
        for path in (stable_diffusion_folder / name).glob("*.json"):
            shutil.copy(path, folder / name)
    shutil.copytree(stable_diffusion_folder / "tokenizer", folder / "tokenizer")
    shutil.copy(stable_diffusion_folder / "LICENSE.md", folder)
    return folder / "tiny.safetensors"


def test_a_folder_becomes_a_pack_that_works(stable_diffusion_folder, tmp_path, make_request):
    said = []
    pack = import_pack(
        stable_diffusion_folder,
        name="sd",
        packs_dir=tmp_path / "packs",
        progress=lambda *each: said.append(each),
    )
    verify_pack(pack)
    assert pack.path == tmp_path / "packs" / "sd"
    assert pack.resolution == 64
    assert pack.licence_text == "A licence with use restrictions.\n"
    assert [fraction for fraction, _ in said] == sorted(fraction for fraction, _ in said)
    result = load_engine("aging").run(
        make_request(pack=pack, target_ages=[70.0]), lambda fraction, stage: None
    )
    assert result.environment["scheduler"]["prediction_type"] == "epsilon"
    assert len(result.images) == 1
    assert [found.name for found in list_packs([tmp_path / "packs"])] == ["sd"]


def test_a_single_file_gives_the_same_networks_as_its_folder(single_file, stable_diffusion_folder, tmp_path):
    device = choose_device("cpu", threads=1)
    latent = seeded_noise((1, 4, 16, 16), seed=1)
    outputs = []
    for name, source in (("folder", stable_diffusion_folder), ("file", single_file)):
        pack = import_pack(source, name=name, packs_dir=tmp_path)
        components = load_components(pack, device)
        condition = components.encode_conditions(["photo of person as 34-year-old"])
        outputs.append(
            (condition, components.predict(latent, 400, condition), components.decode(latent).astype(float))
        )
    (condition, prediction, picture), (same_condition, same_prediction, same_picture) = outputs
    assert torch.allclose(condition, same_condition, atol=1e-5)
    assert torch.allclose(prediction, same_prediction, atol=1e-4)
    assert np.abs(picture - same_picture).max() <= 1


def test_half_precision_variants_are_taken_where_there_is_nothing_else(stable_diffusion_folder, tmp_path):
    source = tmp_path / "half"
    shutil.copytree(stable_diffusion_folder, source)
    weights = source / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    pack = import_pack(source, name="half", packs_dir=tmp_path / "packs")
    assert (pack.path / "unet" / "diffusion_pytorch_model.safetensors").is_file()
    load_components(pack, choose_device("cpu", threads=1))


def test_what_is_refused_leaves_nothing_behind(stable_diffusion_folder, single_file, tmp_path):
    packs_dir = tmp_path / "packs"
    source = tmp_path / "source"
    shutil.copytree(stable_diffusion_folder, source)

    (source / "unet" / "x.bin").write_bytes(b"x")
    with pytest.raises(PackRefused, match="pickle"):
        import_pack(source, name="new", packs_dir=packs_dir)
    (source / "unet" / "x.bin").unlink()

    (source / "LICENSE.md").unlink()
    with pytest.raises(PackMissing, match="licence"):
        import_pack(source, name="new", packs_dir=packs_dir)
    licence = single_file.parent / "LICENSE.md"

    weights = source / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(PackRefused, match="truncated"):
        import_pack(source, name="new", packs_dir=packs_dir, licence_path=licence)

    with pytest.raises(PackMissing, match="There is no"):
        import_pack(tmp_path / "nowhere", name="new", packs_dir=packs_dir)
    for name in ("Bad Name", "../x", ""):
        with pytest.raises(InvalidInput):
            import_pack(source, name=name, packs_dir=packs_dir)
    assert not packs_dir.exists() or list(packs_dir.iterdir()) == []


def test_single_files_that_are_no_stable_diffusion(single_file, tmp_path):
    from safetensors.torch import save_file

    licence = single_file.parent / "LICENSE.md"
    lora = tmp_path / "lora.safetensors"
    save_file({"lora_unet.weight": torch.zeros(2)}, lora)
    with pytest.raises(PackRefused, match="not a complete"):
        import_pack(lora, name="new", packs_dir=tmp_path / "packs", licence_path=licence)
    pickle = tmp_path / "model.ckpt"
    pickle.write_bytes(b"x")
    with pytest.raises(PackRefused, match="pickle"):
        import_pack(pickle, name="new", packs_dir=tmp_path / "packs", licence_path=licence)
    alone = tmp_path / "alone.safetensors"
    shutil.copy(single_file, alone)
    with pytest.raises(PackMissing, match="tokenizer"):
        import_pack(alone, name="new", packs_dir=tmp_path / "packs", licence_path=licence)
    with pytest.raises(PackRefused, match=r"Stable Diffusion 1\.x"):
        import_pack(
            alone,
            name="new",
            packs_dir=tmp_path / "packs",
            licence_path=licence,
            tokenizer_path=single_file.parent / "tokenizer",
        )


def test_a_name_is_given_once(stable_diffusion_folder, tmp_path):
    import_pack(stable_diffusion_folder, name="sd", packs_dir=tmp_path)
    with pytest.raises(InvalidInput, match="already"):
        import_pack(stable_diffusion_folder, name="sd", packs_dir=tmp_path)


def test_configuration_of_stable_diffusion_1_has_its_known_size():
    from accelerate import init_empty_weights
    from diffusers import UNet2DConditionModel

    with init_empty_weights():
        unet = UNet2DConditionModel.from_config(dict(importing.SD1_CONFIGS["unet"][1]))
    assert sum(weight.numel() for weight in unet.parameters()) == 859_520_964
