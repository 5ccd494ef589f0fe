from __future__ import annotations

import numpy as np
import torch

from forensic_app.engines.base_training.conditioning import (
    COLOUR_WORDS,
    MAX_TOKENS,
    SHARPNESS_WORDS,
    AgeAwareTextEncoder,
    build_text_encoder,
    build_tokenizer,
    training_caption,
)
from forensic_app.engines.base_training.conditions import sampling_weights
from forensic_app.engines.base_training.config import BaseTrainingConfig


def test_every_age_is_one_token() -> None:
    tokenizer = build_tokenizer()
    for age in (0, 8, 34, 67, 116):
        ids = tokenizer(training_caption(age, "female", "asian"))["input_ids"]
        assert tokenizer.unk_token_id not in ids
        assert tokenizer.convert_ids_to_tokens(ids) == [
            "[bos]", "photo", "of", "asian", "woman", "as", f"{age}-year-old", "[eos]",
        ]  # fmt: skip


def test_dropped_words_leave_the_caption_of_use() -> None:
    assert training_caption(34, None, None) == "photo of person as 34-year-old"


def test_words_about_the_photograph_stand_first_and_take_spare_places() -> None:
    text = training_caption(34, "female", "asian", "sharp", "grey")
    assert text == "sharp grey photo of asian woman as 34-year-old"
    tokenizer = build_tokenizer()
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.unk_token_id not in ids
    assert len(ids) <= MAX_TOKENS
    vocabulary = tokenizer.get_vocab()
    places = [vocabulary[word] for word in (*SHARPNESS_WORDS, *COLOUR_WORDS, "[spare5]", "[spare15]")]
    first = vocabulary["indian"] + 1
    assert places == [*range(first, first + 6), first + 15]


def test_knots_are_found_again_in_a_baked_table() -> None:
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    config = BaseTrainingConfig(text_width=64, text_layers=1)
    encoder = AgeAwareTextEncoder(build_text_encoder(config, len(tokenizer)), tokenizer)
    knots = encoder.knots.detach().clone()
    encoder.baked()
    with torch.no_grad():
        encoder.knots.zero_()
    encoder.unbake()
    assert torch.allclose(encoder.knots, knots, atol=1e-5)


def test_ages_between_knots_are_interpolated_and_the_gradient_reaches_both() -> None:
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    config = BaseTrainingConfig(text_width=64, text_layers=1)
    encoder = AgeAwareTextEncoder(build_text_encoder(config, len(tokenizer)), tokenizer)
    table = encoder.embedding_table()
    low, middle, high = (table[tokenizer.convert_tokens_to_ids(f"{age}-year-old")] for age in (30, 32, 35))
    assert torch.allclose(middle, 0.6 * low + 0.4 * high, atol=1e-6)
    ids = torch.tensor([tokenizer("photo of man as 32-year-old")["input_ids"]])
    encoder(ids).square().sum().backward()
    gradient = encoder.knots.grad
    assert gradient is not None
    moved = torch.nonzero(gradient.abs().sum(dim=1)).flatten().tolist()
    assert moved == [6, 7]


def test_baked_encoder_equals_the_trained_one() -> None:
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    encoder = AgeAwareTextEncoder(
        build_text_encoder(BaseTrainingConfig(text_width=64), len(tokenizer)), tokenizer
    ).eval()
    ids = torch.tensor([tokenizer("photo of man as 41-year-old")["input_ids"]])
    with torch.no_grad():
        before = encoder(ids)
        after = encoder.baked().eval()(ids).last_hidden_state
    assert torch.allclose(before, after, atol=1e-6)


def test_rare_ages_are_drawn_more_often_each_but_not_more_in_all() -> None:
    ages = np.array([25.0] * 90 + [75.0] * 10, dtype=np.float32)
    weights = sampling_weights(ages, ["white"] * 100, exponent=0.35, group_exponent=1.0)
    assert np.isclose(weights.sum(), 1)
    assert weights[-1] > weights[0]
    assert weights[ages == 25].sum() > weights[ages == 75].sum() > 0.1
