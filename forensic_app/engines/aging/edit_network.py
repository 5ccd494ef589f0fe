"""What an edit asks of a network: captions, conditions and predictions for ages.

Rules:
    * :class:`PackNetwork` is a pack's own networks. An adapter on them comes in as another :class:`EditNetwork`, from
      whoever puts it there: nothing here knows how.
    * Captions follow the pack's ``prompt_style``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.prompts import caption
from forensic_app.faces.analyser import Embedding


class EditNetwork(Protocol):
    """Networks that edits are made with."""

    @property
    def components(self) -> Components:
        """The pack's networks underneath."""
        ...

    @property
    def photographs(self) -> Tensor | None:
        """Embeddings of photographs that pictures may be drawn towards, ``(p, 128)``."""
        ...

    def captions(self, ages: Sequence[float], *, sex: str, is_grey: bool) -> list[str]:
        """Return the captions of a person at ``ages``, years, as a record shows them.

        Args:
            ages: Years.
            sex: ``female``, ``male`` or anything else for unknown.
            is_grey: Whether the photograph is black and white.
        """
        ...

    def encode_conditions(
        self,
        ages: Sequence[float],
        *,
        sex: str,
        is_grey: bool,
        embedding: Embedding | None,
        identity_weight: float,
    ) -> Tensor:
        """Return conditions for pictures of a person at ``ages``, ``(n, tokens, d)`` float32.

        Args:
            ages: Years, at least one.
            sex: As for :meth:`captions`.
            is_grey: As for :meth:`captions`.
            embedding: The face's embedding, for packs with identity tokens.
            identity_weight: Where between no embedding (0) and the embedding's tokens (1) these lie.
        """
        ...

    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        """Return the prediction, float32, for ``latents`` at one ``timestep``."""
        ...

    def adapter_record(self, caption_ages: Mapping[float, float]) -> dict[str, Any] | None:
        """Return the facts about the adapter for a run's record, ``None`` without one.

        Args:
            caption_ages: Age in the caption of each target age, years.
        """
        ...


OpenAdapter = Callable[[Components, Path, str], AbstractContextManager[EditNetwork]]
"""Puts the adapter in a file with a SHA-256 on a pack's networks for a while.

Raises:
    AdapterRefused: It is no adapter, or belongs to another base pack.
    EvidenceAltered: Its file is missing or does not have its digest.
"""


class PackNetwork:
    """A pack's networks as they are.

    Args:
        components: The networks.
    """

    photographs: Tensor | None = None

    def __init__(self, components: Components) -> None:
        self.components = components

    def captions(self, ages: Sequence[float], *, sex: str = "", is_grey: bool = False) -> list[str]:
        """Return the pack's captions of a person at ``ages``."""
        template = self.components.template
        return [caption(age, sex=sex, template=template, is_grey=is_grey) for age in ages]

    def encode_conditions(
        self,
        ages: Sequence[float],
        *,
        sex: str = "",
        is_grey: bool = False,
        embedding: Embedding | None = None,
        identity_weight: float = 1.0,
    ) -> Tensor:
        """Return the pack's conditions for pictures at ``ages``."""
        captions = self.captions(ages, sex=sex, is_grey=is_grey)
        return self.components.encode_conditions(captions, embedding, identity_weight=identity_weight)

    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        """Return the pack's prediction."""
        return self.components.predict(latents, timestep, conditions)

    def adapter_record(self, caption_ages: Mapping[float, float]) -> dict[str, Any] | None:  # noqa: ARG002
        """Return nothing: there is no adapter."""
        return None
