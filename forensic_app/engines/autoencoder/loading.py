"""The autoencoder's network, read from a pack.

Rules:
    * A pack of a network that is no longer drawn is refused, by the variant that it names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.autoencoder.schema import COMPONENT, VARIANT
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.network_pack import load_network
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import PackRefused

_UNUSED_SIZES: Final = frozenset({"latent_channels", "split_age", "side_px"})
"""Sizes of other variants that packs made with an earlier version of the program, the bundled one too, also name."""


def load_autoencoder(
    pack: Pack,
    device: ComputeDevice,
    *,
    expected_sha256: str | None = None,
    on_chunk: Callable[[], None] | None = None,
) -> DeageAutoencoder:
    """Verify ``pack`` and return its network on ``device``.

    Args:
        pack: The pack.
        device: Where to.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called while large files are hashed; may raise to stop.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: A file cannot be read as what it should be, or the network is of another variant.
    """

    def built(**config: Any) -> DeageAutoencoder:
        variant = config.pop("variant", VARIANT)
        if variant != VARIANT:
            raise PackRefused(
                f"The pack {pack.name} holds an autoencoder of the variant {variant!r}, "
                "which this version of the program does not draw.",
                "Use the bundled pack deage, or train a pack with forensic-app train autoencoder.",
            )
        return DeageAutoencoder(**{name: size for name, size in config.items() if name not in _UNUSED_SIZES})

    return load_network(
        pack,
        built,
        component=COMPONENT,
        device=device,
        expected_sha256=expected_sha256,
        on_chunk=on_chunk,
    )
