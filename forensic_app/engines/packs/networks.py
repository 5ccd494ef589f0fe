"""Networks from the bytes of a pack: weights without a file's path, shapes before memory.

Rules:
    * A network is laid out first without a value in it, which takes next to no memory, and compared with the weights by
      name and shape. One that asks for more than its file holds is refused before it costs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Network = TypeVar("Network", bound=nn.Module)
_FIRST_VALUES: Final = frozenset({Tensor.normal_, Tensor.uniform_, Tensor.zero_, Tensor.fill_})
_DRAWS: Final = frozenset({torch.randn, torch.rand})


class _Untouched(TorchFunctionMode):
    """Leaves out the first values of weights: memory that nobody writes to is promised by the system, and not taken."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        named = kwargs or {}
        if func in _FIRST_VALUES or getattr(func, "__module__", "") == nn.init.__name__:
            return args[0] if args else named["tensor"]
        return (torch.empty if func in _DRAWS else func)(*args, **named)


def filled(
    make: Callable[[], Network],
    weights: Mapping[str, Tensor],
    *,
    dtype: torch.dtype,
    may_hold_more: bool = False,
    rename: Callable[[nn.Module, dict[str, Tensor]], object] | None = None,
) -> Network:
    """Return a network with these weights, in evaluation mode.

    Args:
        make: Makes the network; called once without values, and again where it computes some of its own.
        weights: By name; the network gets its own copies.
        dtype: Type of the network's floating numbers.
        may_hold_more: Whether weights that the network does not have are left out; otherwise they are an error.
        rename: Called with the network and the weights before they are compared; may rename weights.

    Raises:
        ValueError: A weight is missing, has another shape, or is not known.
    """
    with _Untouched():
        network = make()
    given = dict(weights)
    if rename is not None:
        rename(network, given)
    own = network.state_dict()
    missing, unknown = sorted(own.keys() - given.keys()), sorted(given.keys() - own.keys())
    if missing:
        raise ValueError(f"it lacks the weights {', '.join(missing[:3])}")
    if unknown and not may_hold_more:
        raise ValueError(f"it holds the weights {', '.join(unknown[:3])}, which are not known")
    for name, place in own.items():
        if place.shape != given[name].shape:
            raise ValueError(f"{name} has the shape {tuple(given[name].shape)}, not {tuple(place.shape)}")
    if any(name not in own for name, _ in network.named_buffers()):
        with torch.random.fork_rng(devices=[]):
            network = make()
    network.load_state_dict({name: _owned(given[name], dtype) for name in own}, assign=True)
    return network.eval()


def _owned(values: Tensor, dtype: torch.dtype) -> Tensor:
    return values.to(dtype, copy=True) if values.is_floating_point() else values.clone()
