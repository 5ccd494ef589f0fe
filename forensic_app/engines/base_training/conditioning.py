"""Captions, word tokenizer and text encoder of a bundled base model.

The tokenizer holds whole words, so that an age is one token and not two digits. The ages' token embeddings are
interpolated between one learned vector for every five years; the exported embedding table holds the result, so
the pack needs no code of its own to be loaded.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import Tensor, nn
from torch.func import functional_call
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE, RARE_TOKEN, age_word, caption
from forensic_app.engines.base_training.config import BaseTrainingConfig

SPECIAL_WORDS = ("[pad]", "[bos]", "[eos]", "[unk]")
CAPTION_WORDS = (
    "photo", "of", "a", "person", "woman", "man", "as", RARE_TOKEN, "white", "black", "asian", "indian",
)  # fmt: skip
SHARPNESS_WORDS = ("blurred", "soft", "sharp")
COLOUR_WORDS = ("grey", "colour")
SPARE_WORDS = tuple(f"[spare{index}]" for index in range(5, 16))
OLDEST_AGE = 116
KNOT_YEARS = 5
MAX_TOKENS = 12
EMBEDDING_TABLE = "embeddings.token_embedding.weight"


def build_tokenizer(extra_words: Sequence[str] = ()) -> PreTrainedTokenizerFast:
    """Return the word tokenizer, with a token for each age from 0 to 116 and some spare ones.

    Args:
        extra_words: Group words of the training labels beyond the usual ones.
    """
    words = [*SPECIAL_WORDS, *(age_word(age) for age in range(OLDEST_AGE + 1)), *CAPTION_WORDS]
    words += [*SHARPNESS_WORDS, *COLOUR_WORDS, *SPARE_WORDS]
    words += [word for word in dict.fromkeys(extra_words) if word not in words]
    tokenizer = Tokenizer(
        models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="[unk]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[bos] $A [eos]", special_tokens=[("[bos]", 1), ("[eos]", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="[bos]",
        eos_token="[eos]",
        pad_token="[pad]",
        unk_token="[unk]",
        model_max_length=MAX_TOKENS,
    )


def build_text_encoder(config: BaseTrainingConfig, vocabulary_size: int) -> CLIPTextModel:
    """Return a small CLIP text encoder with random weights, drawn from torch's global generator."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary_size,
            hidden_size=config.text_width,
            intermediate_size=2 * config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=max(config.text_width // 64, 1),
            max_position_embeddings=MAX_TOKENS,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def training_caption(age: float, sex: str | None, group: str | None, *traits: str) -> str:
    """Return the caption of a training face; ``None`` drops the sex or the ancestry word.

    Args:
        age: Age in years.
        sex: ``female``, ``male`` or ``None``.
        group: Ancestry word or ``None``.
        traits: Words about the photograph, of :data:`SHARPNESS_WORDS` and :data:`COLOUR_WORDS`, in this order.
    """
    text = caption(age, sex=sex, template=DEFAULT_TEMPLATE)
    if group is not None:
        text = text.replace("photo of ", f"photo of {group} ", 1)
    return " ".join([*traits, text])


class AgeAwareTextEncoder(nn.Module):
    """The text encoder while it is trained: ages' embeddings come from knots.

    Args:
        text_encoder: The encoder whose other weights are trained as usual.
        tokenizer: The word tokenizer.
    """

    age_ids: Tensor
    interpolation: Tensor

    def __init__(self, text_encoder: CLIPTextModel, tokenizer: PreTrainedTokenizerFast) -> None:
        super().__init__()
        self.text_encoder = text_encoder
        ages = torch.arange(OLDEST_AGE + 1)
        ids = tokenizer.convert_tokens_to_ids([age_word(int(age)) for age in ages])
        lower = ages // KNOT_YEARS
        knots = OLDEST_AGE // KNOT_YEARS + 2
        weights = torch.zeros(OLDEST_AGE + 1, knots)
        share = (ages % KNOT_YEARS) / KNOT_YEARS
        weights[ages, lower] = 1 - share
        weights[ages, lower + 1] += share
        self.register_buffer("age_ids", torch.tensor(ids), persistent=False)
        self.register_buffer("interpolation", weights, persistent=False)
        self.knots = nn.Parameter(smooth_knots(knots, text_encoder.config.hidden_size))

    def embedding_table(self) -> Tensor:
        """Return the token embeddings with the ages' rows interpolated, shape ``(vocabulary, width)``."""
        table: Tensor = dict(self.text_encoder.named_parameters())[EMBEDDING_TABLE]
        return table.index_copy(0, self.age_ids, (self.interpolation @ self.knots).to(table.dtype))

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return hidden states of shape ``(n, tokens, width)`` for token ids ``(n, tokens)``."""
        output = functional_call(self.text_encoder, {EMBEDDING_TABLE: self.embedding_table()}, (input_ids,))
        hidden: Tensor = output.last_hidden_state
        return hidden

    @torch.no_grad()
    def unbake(self) -> None:
        """Set the knots to those from which the ages' rows of the encoder's own table were interpolated."""
        rows = dict(self.text_encoder.named_parameters())[EMBEDDING_TABLE][self.age_ids]
        self.knots.copy_(torch.linalg.lstsq(self.interpolation, rows.float()).solution)

    def baked(self) -> CLIPTextModel:
        """Write the interpolated ages into the encoder's own table and return the encoder."""
        with torch.no_grad():
            dict(self.text_encoder.named_parameters())[EMBEDDING_TABLE].copy_(self.embedding_table())
        return self.text_encoder


def smooth_knots(count: int, width: int) -> Tensor:
    """Return starting knots: sinusoids of the age at several scales plus noise, shape ``(count, width)``."""
    position = torch.arange(count, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.linspace(0.0, -3.0, width // 2))[None]
    waves = torch.cat([torch.sin(position * frequency), torch.cos(position * frequency)], dim=1)
    return 0.02 * waves + 0.005 * torch.randn(count, waves.shape[1])
