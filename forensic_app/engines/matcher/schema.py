"""What a matcher pack is called and holds; needs no torch."""

from __future__ import annotations

from typing import Final

PACK_KIND: Final = "matcher"
COMPONENT: Final = "recognition"
DEFAULT_PACK: Final = "matcher"
ANALYSER_NAME: Final = "matcher"
EMBEDDING_SIZE: Final = 128
AGE_KNOTS: Final = (3.0, 6.0, 10.0, 15.0, 21.0, 35.0, 50.0, 70.0)
"""Ages, in years, for which the network knows the mean template; between them it is interpolated."""
