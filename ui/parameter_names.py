"""What a person calls an engine's parameters; records, the command line and reports keep the parameters' own names.

A parameter without a row here is shown by its own name, so that a new engine has a form at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FIRST: Final = ("target_ages", "variants", "adapter", "relatives", "style", "layout")
"""What a form asks at first, in this order; everything else has a value that does."""

NEVER_KEPT: Final = frozenset({"adapter", "relatives"})
"""What belongs to one person: no preset and no later form holds it."""

NAMES: Final[Mapping[str, str]] = {
    "target_ages": "Ages to show",
    "variants": "Pictures for each age",
    "adapter": "Learned from other photographs",
    "layout": "What the sheet shows",
    "style": "Manner of drawing",
    "seed": "Random start number",
    "source_age": "Age in the photograph",
    "apparent_age_weight": "Weight of the apparent age",
    "num_inference_steps": "Fineness (steps)",
    "guidance_scale": "How strongly the age is changed",
    "guidance_rescale": "Softening of strong changes",
    "strength": "How much may be drawn anew",
    "identity_weight": "Hold on the likeness",
    "identity_guard": "Hold back what loses the person",
    "identity_floor": "Score that holding back asks for",
    "likeness_pull": "Pull towards the photographs",
    "settle": "Mending by a second pass",
    "settle_guidance": "Second pass: weight of the age",
    "settle_pull": "Second pass: pull to the photograph",
    "settle_threshold": "Second pass: least difference",
    "eyes_push": "Change at the eyes",
    "mouth_push": "Change at the mouth",
    "noise_limit": "Limit for moles and glasses",
    "noise_at_eyes": "That limit undone at the eyes",
    "scheduler": "Rule of the steps",
    "inversion": "How the photograph is taken apart",
    "variation": "Difference between the pictures",
    "detail_keep": "Fine detail kept",
    "keep_tone": "Black-and-white stays so",
    "paste_back": "Where the face goes back",
    "hair": "Colour of the hair",
    "color_match": "Match the photograph's colours",
    "relatives": "Drawn towards relatives",
    "steps": "Training steps",
    "rank": "How much can be learned (rank)",
    "batch_size": "Photographs in a step",
    "prior_batch_size": "Other people's images in a step",
    "learning_rate": "Speed of learning",
    "token_learning_rate": "Speed of learning the person's word",
    "min_snr_gamma": "Limit of the noise weighting",
    "reconstruction_weight": "Weight of the photographs",
    "prior_weight": "Weight of other people's images",
    "biometric_weight": "Weight of the face's distance",
    "contrastive_weight": "Weight of telling people apart",
    "cosine_weight": "Weight of the face's angle",
    "extrapolation_weight": "Weight of ages without photographs",
    "identity_every": "Steps between looks at the face",
    "identity_noise_limit": "Most noise at a look at the face",
    "temperature": "Temperature of telling people apart",
    "regularization_images": "Generated images of other people",
    "regularization_folder": "Folder of images of other people",
    "leave_out_disagreeing": "Leave out faces that disagree",
    "gate_strength": "Strength when it is used",
    "gate_floor": "Strength left at other ages",
    "gate_scale_years": "Years over which it falls",
    "gate_noise_limit": "Noise above which it is off",
    "gate_noise_ramp": "Noise over which it comes on",
}

CHOICES: Final[Mapping[tuple[str, str], str]] = {
    ("layout", "photograph"): "the sketch in its place on the photograph's sheet",
    ("layout", "portrait"): "the portrait alone",
    ("style", "pack"): "the pack's own",
    ("style", "cuhk"): "shaded pencil (cuhk)",
    ("style", "ar"): "shaded pencil (ar)",
    ("style", "fs2k-1"): "loose lines (fs2k-1)",
    ("style", "fs2k-2"): "strong dark lines (fs2k-2)",
    ("style", "fs2k-3"): "fine lines (fs2k-3)",
    ("scheduler", "ddim"): "without added noise (ddim)",
    ("scheduler", "ddpm"): "with added noise (ddpm)",
    ("inversion", "ddim"): "step by step (ddim)",
    ("inversion", "edit-friendly"): "drawn from the random start number (edit-friendly)",
    ("paste_back", "outline"): "along the face's own outline",
    ("paste_back", "oval"): "in an oval",
    ("hair", "keep"): "stays as it is",
    ("hair", "follow"): "follows the change of age",
}
