"""What a matcher pack is called and holds; needs no torch."""

from __future__ import annotations

from typing import Final

PACK_KIND: Final = "matcher"
COMPONENT: Final = "recognition"
DEFAULT_PACK: Final = "matcher"
ANALYSER_NAME: Final = "matcher"
DIRECTION_SIZE: Final = 128
EMBEDDING_SIZE: Final = DIRECTION_SIZE + 1
"""Numbers of a template: a direction, and how far it lies from strangers."""
COHORT_SIZE: Final = 960
"""Strangers of all ages whose templates a pack holds."""
NEAREST_STRANGERS: Final = 50
AGE_KNOTS: Final = (3.0, 6.0, 10.0, 15.0, 21.0, 35.0, 50.0, 70.0)
"""Ages, in years, for which the network knows the mean template; between them it is interpolated."""
CHIP_PX: Final = 170
CHIP_PADDING: Final = 0.35
"""A chip of the network's size and padding is its middle: the same scale, and ten pixels more on each side."""
VIEW_ZOOMS: Final = (1.0, 0.95, 1.05)
"""Magnifications of the views of a chip whose embeddings are averaged; a pack says how many of them it takes."""
