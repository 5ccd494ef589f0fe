"""Captions of the two sets and the conditions that the U-Net reads.

Rules:
    * In the style ``years`` every caption names the age as an integer: ``photo of sks person as 34-year-old``
      for the subject, ``photo of person as 34-year-old`` for everybody else.
    * In the style ``words``, the published recipe, the subject's captions name no age and the others name one
      of six age words. A pack whose tokenizer lacks a word has the group's own age in its place.
    * Captions without the rare token are encoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.prompts import (
    DEFAULT_TEMPLATE,
    PERSONAL_TEMPLATE,
    RARE_TOKEN,
    age_word,
    caption,
)
from forensic_app.engines.personalisation.adapters import AttachedAdapter
from forensic_app.engines.personalisation.schema import CaptionStyle
from forensic_app.engines.pictures.ages import AGE_GROUPS, group_of_age

PUBLISHED_WORDS = ("child", "teenager", "youngadults", "middleaged", "elderly", "old")
_TIMELESS = f"photo of {RARE_TOKEN} person"


def personal_caption(age: float, style: CaptionStyle) -> str:
    """Return the caption of one of the subject's photographs for training."""
    return caption(age, template=PERSONAL_TEMPLATE) if style == "years" else _TIMELESS


def general_caption(
    age: float, style: CaptionStyle, *, tokenizer: Any = None, sex: str = "", template: str = DEFAULT_TEMPLATE
) -> str:
    """Return the caption of a person who is not the subject.

    Args:
        age: Years.
        style: See the module.
        tokenizer: The pack's, to know whether it has the age words; needed for the style ``words``.
        sex: ``female``, ``male`` or anything else for ``person``; only in the style ``years``.
        template: Of the pack.
    """
    if style == "years":
        return caption(age, sex=sex, template=template)
    return f"photo of person as {_group_word(age, tokenizer)}"


def worded_personal_caption(age: float, tokenizer: Any) -> str:
    """Return the published recipe's caption for making a picture of the subject at an age."""
    return f"{_TIMELESS} as {_group_word(age, tokenizer)}"


def _group_word(age: float, tokenizer: Any) -> str:
    group = group_of_age(age)
    word = PUBLISHED_WORDS[AGE_GROUPS.index(group)]
    unknown = getattr(tokenizer, "unk_token_id", None)
    ids = tokenizer(word, add_special_tokens=False)["input_ids"]
    return age_word(group.target_age) if unknown is not None and unknown in ids else word


class ConditionEncoder:
    """Makes the U-Net's conditions for captions and identities, with gradients to the rare token.

    Args:
        components: The pack's networks.
        attached: The adapter on them.
    """

    def __init__(self, components: Components, attached: AttachedAdapter) -> None:
        self._components = components
        self._attached = attached
        self._ids: dict[str, Tensor] = {}
        self._hidden: dict[str, Tensor] = {}

    def text(self, captions: Sequence[str]) -> Tensor:
        """Return hidden states of ``captions``, ``(n, tokens, width)`` float32; captions may repeat."""
        unique = list(dict.fromkeys(captions))
        fresh = [each for each in unique if RARE_TOKEN in each.split() or each not in self._hidden]
        states = dict(self._hidden)
        if fresh:
            hidden = self._attached.encode(torch.cat([self._token_ids(each) for each in fresh]))
            states |= dict(zip(fresh, hidden, strict=True))
            self._hidden |= {each: states[each].detach() for each in fresh if RARE_TOKEN not in each.split()}
        return torch.stack([states[each] for each in captions])

    def conditions(
        self,
        captions: Sequence[str],
        embeddings: NDArray[np.float32] | None,
        dropped: Tensor,
        *,
        identity_weight: float = 1.0,
    ) -> Tensor:
        """Return conditions of ``captions`` with identity tokens where the pack has them.

        Args:
            captions: ``n`` captions.
            embeddings: Face embedding of each row, ``(n, d)``; ``None`` for none at all.
            dropped: Rows without identity tokens, ``(n,)`` bool.
            identity_weight: Where between the null tokens (0) and the embeddings' tokens (1) the others lie.
        """
        text = self.text(captions)
        projection = self._components.identity_projection
        if projection is None:
            return text
        dimension = int(projection.config.embedding_dimension)
        rows = np.zeros((len(captions), dimension), np.float32) if embeddings is None else embeddings
        mask = torch.ones_like(dropped) if embeddings is None else dropped
        with torch.no_grad():
            values, mask = torch.from_numpy(rows).to(text), mask.to(text.device)
            identity = projection(values, mask).float()
            if identity_weight != 1.0:
                null = projection(values, torch.ones_like(mask)).float()
                identity = torch.lerp(null, identity, identity_weight)
        return torch.cat([text, identity], dim=1)

    def _token_ids(self, text: str) -> Tensor:
        if text not in self._ids:
            tokenizer = self._components.tokenizer
            tokens = tokenizer(
                [text],
                padding="max_length",
                truncation=True,
                max_length=tokenizer.model_max_length,
                return_tensors="pt",
            )
            self._ids[text] = tokens["input_ids"].to(self._components.device.device)
        return self._ids[text]
