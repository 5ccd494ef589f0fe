"""Begin a sketch generator where another one stands, as far as their shapes allow.

Rules:
    * The gain and the bias behind a norm that has no styles serve every style at first.
    * A layer that has become narrower keeps its first channels, one that has become wider draws the rest anew.
    * What the wider head at full resolution draws anew has no say at first.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.network_pack import load_network, read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.sketch import schema
from forensic_app.engines.sketch.generator import SketchGenerator

_HEAD_IN, _HEAD_OUT = "head.0.weight", "head.2.weight"


def weights_of(pack: Pack) -> dict[str, Tensor]:
    """Return the weights of a sketch pack by name.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: It is no sketch pack.
    """
    read = read_pack_of_kind(pack.path, schema.ENGINE_NAME)
    device = choose_device("cpu", threads=torch.get_num_threads())
    return load_network(read, SketchGenerator, component=schema.COMPONENT, device=device).state_dict()


@torch.no_grad()
def begin_from(generator: SketchGenerator, weights: Mapping[str, Tensor]) -> int:
    """Copy ``weights`` of another generator into ``generator`` and return the number of values that were taken.

    Args:
        generator: Changed in place.
        weights: Another one's by name; what it lacks stays as drawn by seed.
    """
    inputs = 3 if generator.edges is None else 4
    taken = 0
    for name, own in generator.named_parameters():
        given = weights.get(name)
        if given is None:
            continue
        value = given.float()
        if name == _HEAD_IN:
            value = _spread(value, own.shape[1], inputs)
        if own.dim() == 2 and value.dim() == 1:
            value = value.expand(len(own), -1)
        if own.dim() != value.dim():
            continue
        common = tuple(
            slice(0, min(mine, others)) for mine, others in zip(own.shape, value.shape, strict=True)
        )
        if name == _HEAD_OUT:
            own.zero_()
        own[common] = value[common]
        taken += own[common].numel()
    return taken


def _spread(value: Tensor, width: int, inputs: int) -> Tensor:
    """Return the head's first weights with zeros between its own channels and the picture's."""
    wide = torch.zeros(value.shape[0], width, *value.shape[2:])
    own = min(value.shape[1], width) - inputs
    wide[:, :own] = value[:, :own]
    wide[:, width - inputs :] = value[:, value.shape[1] - inputs :]
    return wide
