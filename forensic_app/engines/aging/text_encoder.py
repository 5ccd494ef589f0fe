"""CLIP's text model and a pack's word tokenizer without the transformers library, which is slow to import.

Rules:
    * The same numbers as transformers gives, from the same files: same names of weights, same order of operations.
    * Only layouts that are known to the last key are read here; for all others the readers return ``None`` and
      transformers reads them.

References:
    Radford, A. et al. (2021). Learning transferable visual models from natural language supervision. ICML, 2.4.
    transformers 5, ``CLIPTextModel``: the names of weights and of settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

from forensic_app.engines.packs.networks import filled

_ACTIVATIONS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "quick_gelu": lambda values: values * torch.sigmoid(1.702 * values),
    "gelu": F.gelu,
}
_SIZES: Final = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "max_position_embeddings",
)
_FIXED: Final = {
    "model_type": "clip_text_model",
    "architectures": ["CLIPTextModel"],
    "attention_dropout": 0.0,
}
_WITHOUT_EFFECT: Final = frozenset(
    {
        "bos_token_id",
        "dtype",
        "eos_token_id",
        "initializer_factor",
        "initializer_range",
        "pad_token_id",
        "projection_dim",
        "transformers_version",
    }
)
_MODEL_KEYS: Final = {*_SIZES, *_FIXED, "hidden_act", "layer_norm_eps"}
_SPECIAL_TOKENS: Final = ("bos_token", "eos_token", "pad_token", "unk_token")
_TOKENIZER_KEYS: Final = {"backend", "tokenizer_class", "model_max_length", *_SPECIAL_TOKENS}


@dataclass(frozen=True, slots=True)
class TextConfig:
    """Sizes of a text encoder; names as in CLIP's configuration."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int
    hidden_act: str
    layer_norm_eps: float


class _Embeddings(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embedding = nn.Embedding(config.max_position_embeddings, config.hidden_size)

    def forward(self, token_ids: Tensor) -> Tensor:
        length, longest = token_ids.shape[-1], self.position_embedding.num_embeddings
        if length > longest:
            raise ValueError(f"{length} tokens are given, and the text encoder takes at most {longest}")
        positions = torch.arange(length, device=token_ids.device)[None]
        embedded: Tensor = self.token_embedding(token_ids) + self.position_embedding(positions)
        return embedded


class _Attention(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, hidden: Tensor) -> Tensor:
        shape = (*hidden.shape[:-1], self.heads, hidden.shape[-1] // self.heads)
        queries, keys, values = (
            project(hidden).view(shape).transpose(1, 2) for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        is_causal = hidden.shape[1] > 1
        attended = F.scaled_dot_product_attention(
            queries, keys, values, scale=shape[-1] ** -0.5, is_causal=is_causal
        )
        result: Tensor = self.out_proj(attended.transpose(1, 2).reshape(hidden.shape))
        return result


class _Mlp(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.activation = _ACTIVATIONS[config.hidden_act]
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, hidden: Tensor) -> Tensor:
        result: Tensor = self.fc2(self.activation(self.fc1(hidden)))
        return result


class _Layer(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.self_attn = _Attention(config)
        self.layer_norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = _Mlp(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = hidden + self.self_attn(self.layer_norm1(hidden))
        result: Tensor = hidden + self.mlp(self.layer_norm2(hidden))
        return result


class _Layers(nn.Module):
    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, hidden: Tensor) -> Tensor:
        for layer in self.layers:
            hidden = layer(hidden)
        return hidden


class TextEncoder(nn.Module):
    """CLIP's text transformer: each token attends to itself and to those before it.

    Args:
        config: Its sizes.
    """

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder = _Layers(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def get_input_embeddings(self) -> nn.Embedding:
        """Return the table of token embeddings, ``(vocab_size, hidden_size)``."""
        return self.embeddings.token_embedding

    def forward(self, token_ids: Tensor) -> tuple[Tensor]:
        """Return the hidden states of ``token_ids``, shape ``(n, tokens, hidden_size)``, as the only element.

        Args:
            token_ids: Shape ``(n, tokens)`` int64, without a mask: padding is encoded too.

        Raises:
            ValueError: There are more tokens than positions.
        """
        return (self.final_layer_norm(self.encoder(self.embeddings(token_ids))),)


class CaptionTokenizer:
    """A pack's tokenizer; called as a transformers tokenizer is called.

    Attributes:
        model_max_length: Tokens of a padded caption.
        unk_token_id: Token of an unknown word.
    """

    def __init__(self, backend: Tokenizer, *, pad_token: str, unk_token: str, model_max_length: int) -> None:
        self.model_max_length = model_max_length
        self._backend = backend
        self.unk_token_id = self._id_of(unk_token)
        self._pad_token_id = self._id_of(pad_token)

    def get_vocab(self) -> dict[str, int]:
        """Return the token id of each word, special ones included."""
        return dict(self._backend.get_vocab(with_added_tokens=True))

    def __call__(
        self,
        text: str | Sequence[str],
        *,
        padding: str | bool = False,
        truncation: bool = False,
        max_length: int | None = None,
        add_special_tokens: bool = True,
        return_tensors: str | None = None,
    ) -> dict[str, Any]:
        """Return ``input_ids`` of ``text``: a list for one text, a list of lists for several.

        Args:
            text: One caption, or several.
            padding: ``max_length`` fills up on the right; ``False`` does not.
            truncation: Whether to cut to ``max_length``, special tokens included.
            max_length: Tokens; ``model_max_length`` by default.
            add_special_tokens: Whether to put the start and end of a caption around it.
            return_tensors: ``pt`` for an int64 tensor, ``(n, tokens)``, where all are of one length.

        Raises:
            ValueError: Another padding or kind of tensor is asked for.
        """
        if padding not in (False, "max_length") or return_tensors not in (None, "pt"):
            raise ValueError("Only padding to max_length, and lists or PyTorch tensors, are known here")
        length = self.model_max_length if max_length is None else max_length
        if truncation:
            self._backend.enable_truncation(length)
        else:
            self._backend.no_truncation()
        captions = [text] if isinstance(text, str) else list(text)
        encoded = self._backend.encode_batch(captions, add_special_tokens=add_special_tokens)
        ids = [list(each.ids) for each in encoded]
        if padding:
            ids = [each + [self._pad_token_id] * (length - len(each)) for each in ids]
        if return_tensors == "pt":
            return {"input_ids": torch.tensor(ids, dtype=torch.int64)}
        return {"input_ids": ids[0] if isinstance(text, str) else ids}

    def _id_of(self, token: str) -> int:
        found = self._backend.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no token {token!r}")
        return found


def read_text_encoder(
    config: Mapping[str, Any], weights: Mapping[str, Tensor], *, dtype: torch.dtype
) -> TextEncoder | None:
    """Return a text encoder, or ``None`` where its layout is not exactly the known one.

    Args:
        config: Content of the ``config.json`` of a ``CLIPTextModel``.
        weights: Its weights by name.
        dtype: Number type of its weights in memory.
    """
    known = _text_config(config)
    if known is None:
        return None
    try:
        return filled(lambda: TextEncoder(known), weights, dtype=dtype)
    except ValueError:
        return None


def read_tokenizer(config: Mapping[str, Any], content: Mapping[str, Any]) -> CaptionTokenizer | None:
    """Return a tokenizer, or ``None`` where its layout is not exactly the known one.

    Args:
        config: Content of the ``tokenizer_config.json`` of a ``PreTrainedTokenizerFast``.
        content: Content of its ``tokenizer.json``.
    """
    length, known = config.get("model_max_length"), {"pad_token", "unk_token", "model_max_length"}
    if not (known <= config.keys() <= _TOKENIZER_KEYS and isinstance(length, int)):
        return None
    if config.get("backend") != "tokenizers" or config.get("tokenizer_class") != "TokenizersBackend":
        return None
    special = {each.get("content") for each in content.get("added_tokens", []) if each.get("special")}
    if any(config[name] not in special for name in _SPECIAL_TOKENS if name in config):
        return None
    if content.get("truncation") is not None or content.get("padding") is not None:
        return None
    return CaptionTokenizer(
        Tokenizer.from_str(json.dumps(content)),
        pad_token=config["pad_token"],
        unk_token=config["unk_token"],
        model_max_length=length,
    )


def _text_config(content: Mapping[str, Any]) -> TextConfig | None:
    if not (_MODEL_KEYS <= content.keys() <= _MODEL_KEYS | _WITHOUT_EFFECT):
        return None
    if any(content[name] != value for name, value in _FIXED.items()):
        return None
    sizes = {name: content[name] for name in _SIZES}
    if any(type(value) is not int or value < 1 for value in sizes.values()):
        return None
    if content["hidden_act"] not in _ACTIVATIONS or sizes["hidden_size"] % sizes["num_attention_heads"]:
        return None
    return TextConfig(
        **sizes, hidden_act=content["hidden_act"], layer_norm_eps=float(content["layer_norm_eps"])
    )
