"""Projection of a face embedding to cross-attention tokens of the U-Net."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from forensic_app.engines.light_diffusers import ConfigMixin, ModelMixin, register_to_config


class IdentityProjection(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """Turns a face embedding into tokens that stand after the prompt's tokens.

    A learned set of null tokens takes their place where no embedding is known, so that one U-Net serves both
    conditions and the embedding can be dropped at random while training.

    Args:
        embedding_dimension: Length of the face embedding.
        cross_attention_dim: Width of the U-Net's cross-attention.
        tokens: Number of tokens made from one embedding.

    References:
        Ye, H. et al. (2023). IP-Adapter: text compatible image prompt adapter for text-to-image diffusion
        models. arXiv:2308.06721 (linear layer and layer norm over a global embedding).
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self, embedding_dimension: int = 128, cross_attention_dim: int = 256, tokens: int = 2
    ) -> None:
        super().__init__()
        self.tokens = tokens
        self.cross_attention_dim = cross_attention_dim
        self.linear = nn.Linear(embedding_dimension, tokens * cross_attention_dim)
        self.norm = nn.LayerNorm(cross_attention_dim)
        self.null_tokens = nn.Parameter(torch.randn(tokens, cross_attention_dim) * 0.02)

    def forward(self, embedding: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the identity tokens of ``embedding``.

        Args:
            embedding: Face embeddings, shape ``(n, embedding_dimension)``; rows under ``mask`` are not read.
            mask: Rows without an embedding, shape ``(n,)`` bool; ``True`` gives the null tokens.

        Returns:
            Tokens of shape ``(n, tokens, cross_attention_dim)``.
        """
        projected: Tensor = self.norm(
            self.linear(embedding).unflatten(-1, (self.tokens, self.cross_attention_dim))
        )
        if mask is None:
            return projected
        return torch.where(mask[:, None, None], self.null_tokens.to(projected.dtype)[None], projected)
