"""The classes of diffusers that a run needs, imported without the packages that a run does not need.

diffusers imports accelerate, peft, transformers, two parts of scipy, torch's compiler and every transformer that it
has: four times the work of what a run uses. Here they are put off until something asks for them.

Rules:
    * The classes and modules are diffusers' own, imported once: what is imported later joins them, and
      ``from diffusers import ...`` gives everything as always.
    * What is not understood (another version, an error on the way, diffusers loaded already) is imported in the
      ordinary way.
    * Compiled training, adapters, and imports and exports of packs call :func:`whole_diffusers` first.
"""

from __future__ import annotations

import functools
import importlib
import logging
import sys
from collections.abc import Callable
from importlib import metadata
from types import ModuleType
from typing import Any, Final

import torch.utils.checkpoint  # noqa: F401  (diffusers imports it: it must not see a stand-in)

from forensic_app.engines.deferred_imports import deferred_decorator, putting_off, settle

KNOWN_VERSIONS: Final = "0.42."
"""Start of the versions of diffusers that the short way is known to suit."""

_PUT_OFF: Final = (
    "accelerate",
    "peft",
    "requests",
    "transformers",
    "scipy.integrate",
    "scipy.stats",
    "torch._dynamo",
)
_WITHOUT_INIT: Final = (
    "diffusers.hooks",
    "diffusers.models.autoencoders",
    "diffusers.models.transformers",
    "diffusers.models.unets",
)
_NEEDED: Final = (
    "diffusers.hooks.group_offloading",
    "diffusers.models.autoencoders.vae",
    "diffusers.models.unets.unet_2d_condition",
    "diffusers.schedulers.scheduling_ddim",
)
_ASK_PEFT: Final = ("scale_lora_layers", "unscale_lora_layers")
"""Functions of ``diffusers.utils.peft_utils`` that import peft at every call of a U-Net to look for its layers."""

_log = logging.getLogger(__name__)
_waiting_for_compiler: list[Any] = []


def whole_diffusers() -> None:
    """Make everything of diffusers real that was put off; costs seconds the first time.

    Call it before diffusers works together with accelerate, peft, transformers or torch's compiler.
    """
    settle(_modules_of_diffusers())
    from diffusers.utils import peft_utils

    for name in _ASK_PEFT:
        function = getattr(peft_utils, name)
        setattr(peft_utils, name, getattr(function, "__wrapped__", function))
    if _waiting_for_compiler:
        from torch._dynamo import allow_in_graph

        while _waiting_for_compiler:
            allow_in_graph(_waiting_for_compiler.pop())  # type: ignore[no-untyped-call]


def _allowed_in_graph_later(value: Any) -> Any:
    """Stand for the decorator ``torch._dynamo.allow_in_graph``, which matters to compiled networks alone."""
    _waiting_for_compiler.append(value)
    return value


def _only_with_peft(function: Callable[..., None]) -> Callable[..., None]:
    """Return ``function``, which works on peft's layers, doing nothing while peft is not loaded: there are none."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> None:
        if "peft" in sys.modules:
            function(*args, **kwargs)

    return call


def _import_the_short_way() -> None:
    """Import what is needed with everything else put off; leave nothing behind where that does not work."""
    if "diffusers" in sys.modules or not metadata.version("diffusers").startswith(KNOWN_VERSIONS):
        return
    before = set(sys.modules)
    compiler = {
        "allow_in_graph": _allowed_in_graph_later,
        "disable": deferred_decorator("torch._dynamo", "disable"),
    }
    try:
        with putting_off(_PUT_OFF, without_init=_WITHOUT_INIT, replacements={"torch._dynamo": compiler}):
            for name in _NEEDED:
                importlib.import_module(name)
        peft_utils = sys.modules["diffusers.utils.peft_utils"]
        for name in _ASK_PEFT:
            setattr(peft_utils, name, _only_with_peft(getattr(peft_utils, name)))
    except (ImportError, AttributeError, RuntimeError, TypeError, ValueError, LookupError):
        _log.warning("diffusers is imported in the ordinary way, which takes longer.", exc_info=True)
        for name in filter(_is_of_diffusers, list(sys.modules)):
            del sys.modules[name]
    settle(
        [module for name, module in sys.modules.items() if name not in before and not _is_of_diffusers(name)]
    )


def _modules_of_diffusers() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if _is_of_diffusers(name)]


def _is_of_diffusers(name: str) -> bool:
    return name.partition(".")[0] == "diffusers"


_import_the_short_way()

from diffusers.configuration_utils import ConfigMixin, register_to_config  # noqa: E402
from diffusers.models.autoencoders.vae import DecoderOutput, DiagonalGaussianDistribution  # noqa: E402
from diffusers.models.modeling_utils import ModelMixin  # noqa: E402
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel  # noqa: E402
from diffusers.schedulers.scheduling_ddim import DDIMScheduler  # noqa: E402
from diffusers.utils import BaseOutput  # noqa: E402

__all__ = [
    "BaseOutput",
    "ConfigMixin",
    "DDIMScheduler",
    "DecoderOutput",
    "DiagonalGaussianDistribution",
    "ModelMixin",
    "UNet2DConditionModel",
    "register_to_config",
    "whole_diffusers",
]
