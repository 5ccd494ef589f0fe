"""What a cold run imports, and that nothing is missing afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SLOW = ["transformers", "peft", "accelerate", "torch._dynamo", "sympy", "scipy.stats", "requests"]
LOAD = """
import json, sys, torch
from pathlib import Path
from forensic_app.engines import registry
from forensic_app.messages import Preparation
from forensic_app.engines.aging.components import load_components
from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import read_pack
pack = Path("resources/packs/base")
registry.load_engine("aging").prepare(Preparation("aging", pack, device="cpu", threads=1))
components = load_components(read_pack(pack), choose_device("cpu", threads=1))
conditions = components.encode_conditions(["photo of person as 34-year-old"])
latent = torch.linspace(-1, 1, 16 * 16 * 16).reshape(1, 16, 16, 16)
predicted = components.predict(latent, 500, conditions)
components.decode(latent)
loaded = [name for name in json.loads(sys.argv[1]) if name in sys.modules]
transformers_of_diffusers = [n for n in sys.modules if n.startswith("diffusers.models.transformers.")]
"""
TELL = "print(json.dumps({'loaded': loaded, 'of_diffusers': sorted(transformers_of_diffusers)}))"
WHOLE = """
import importlib
from forensic_app.engines.deferred_imports import DeferredName
from forensic_app.engines import light_diffusers
from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
light_diffusers.whole_diffusers()
left = [
    f"{name}.{key}"
    for name, module in list(sys.modules.items())
    for key, value in list(vars(module).items())
    if type(value).__name__ in ("DeferredName", "_StandIn")
]
import accelerate, diffusers, peft, transformers, torch._dynamo
from diffusers.models import modeling_utils
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.transformers import Transformer2DModel, FluxTransformer2DModel
from diffusers.hooks import apply_layerwise_casting
from peft import LoraConfig, inject_adapter_in_model
unet = components.unet
inject_adapter_in_model(LoraConfig(r=2, target_modules=["to_q"], init_lora_weights=False), unet, adapter_name="x")
changed = not torch.equal(components.predict(latent, 500, conditions), predicted)
diffusers.utils.recurse_remove_peft_layers(unet)
restored = torch.equal(components.predict(latent, 500, conditions), predicted)
again = diffusers.UNet2DConditionModel.from_pretrained(pack / "unet", local_files_only=True).eval()
answer = {
    "left": left,
    "same_unet": diffusers.UNet2DConditionModel is type(unet) is light_diffusers.UNet2DConditionModel,
    "same_model": issubclass(PatchAutoencoder, diffusers.ModelMixin),
    "pipeline": diffusers.StableDiffusionPipeline.__name__,
    "real_accelerate": modeling_utils.accelerate is accelerate,
    "lora": changed and restored,
    "same_weights": all(torch.equal(a.float(), b.float()) for a, b in zip(again.parameters(), unet.parameters())),
    "graph": id(BasicTransformerBlock) in torch._dynamo.trace_rules._allowed_callable_ids.function_ids,
    "wrapped": hasattr(diffusers.utils.peft_utils.scale_lora_layers, "__wrapped__"),
}
print(json.dumps(answer))
"""
FALL_BACK = """
import json, sys, importlib.metadata
{before}
from forensic_app.engines import light_diffusers
import diffusers
from diffusers.models import modeling_utils
print(json.dumps({{
    "real": type(modeling_utils.dispatch_model).__name__ == "function",
    "same": diffusers.UNet2DConditionModel is light_diffusers.UNet2DConditionModel,
    "accelerate": "accelerate" in sys.modules,
}}))
"""
OTHER_VERSION = """
real = importlib.metadata.version
importlib.metadata.version = lambda name: "0.99.0" if name == "diffusers" else real(name)
"""
LOADED_BEFORE = "from diffusers.models.modeling_utils import ModelMixin"
USED_EARLY = """
import forensic_app.engines.deferred_imports as deferred
def used(*args, **kwargs):
    raise RuntimeError("used while it is put off")
deferred.deferred_decorator = lambda module, name: used
"""


def _python(code: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_cold_run_imports_nothing_that_it_does_not_need() -> None:
    answer = _python(LOAD + TELL, json.dumps(SLOW))
    assert answer["loaded"] == []
    assert answer["of_diffusers"] == [
        f"diffusers.models.transformers.{name}" for name in ("dual_transformer_2d", "transformer_2d")
    ]


def test_diffusers_is_whole_afterwards_in_the_same_process() -> None:
    answer = _python(LOAD + WHOLE, json.dumps(SLOW))
    assert answer == {
        "left": [],
        "same_unet": True,
        "same_model": True,
        "pipeline": "StableDiffusionPipeline",
        "real_accelerate": True,
        "lora": True,
        "same_weights": True,
        "graph": True,
        "wrapped": False,
    }


@pytest.mark.parametrize(
    "before", [OTHER_VERSION, LOADED_BEFORE, USED_EARLY], ids=["version", "loaded", "used"]
)
def test_what_is_not_understood_is_imported_in_the_ordinary_way(before: str) -> None:
    answer = _python(FALL_BACK.format(before=before))
    assert answer == {"real": True, "same": True, "accelerate": True}
