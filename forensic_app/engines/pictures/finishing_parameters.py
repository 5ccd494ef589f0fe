"""Parameters that say how a picture is finished, the same for every engine that shows ages; needs no torch."""

from __future__ import annotations

from typing import Final

from forensic_app.parameters import Parameter

OUTLINE, OVAL = "outline", "oval"
KEEP, FOLLOW = "keep", "follow"

KEEP_TONE: Final = Parameter(
    "keep_tone",
    "flag",
    True,
    "Keep a black-and-white or toned photograph so, to the last pixel.",
    is_advanced=True,
    before=False,
)
PASTE_BACK: Final = Parameter(
    "paste_back",
    "choice",
    OUTLINE,
    "Where an edited face goes back into the photograph: along its own outline, or in an oval that is the same for "
    "every face; where the outline is doubtful, the oval.",
    choices=(OUTLINE, OVAL),
    is_advanced=True,
    before=OVAL,
)
HAIR: Final = Parameter(
    "hair",
    "choice",
    FOLLOW,
    "Whether hair keeps its colour (keep), or all of it follows the change that the edit makes where it shows hair "
    "(follow).",
    choices=(KEEP, FOLLOW),
    before=KEEP,
)
COLOR_MATCH: Final = Parameter(
    "color_match", "flag", True, "Bring the face's colours back to the photograph's.", is_advanced=True
)
