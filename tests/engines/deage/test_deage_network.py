from __future__ import annotations

import pytest
import torch

from forensic_app.engines.deage.config import DeageTrainingConfig
from forensic_app.engines.deage.network import DeageAutoencoder
from forensic_app.errors import InvalidInput

WIDTHS = (8, 8, 16)


def network(variant: str) -> DeageAutoencoder:
    torch.manual_seed(2)
    made = DeageAutoencoder(variant, WIDTHS, 4)
    for name, value in made.named_parameters():
        if ".modulation." in name:
            torch.nn.init.normal_(value, std=0.2)
    return made.eval()


def decoded(made: DeageAutoencoder, ages: list[float]) -> torch.Tensor:
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        return made(images.expand(len(ages), -1, -1, -1), torch.tensor(ages))


def test_every_age_looks_different_with_modulation() -> None:
    pictures = decoded(network("film"), [10.0, 30.0, 70.0])
    assert pictures.shape == (3, 3, 32, 32)
    assert (pictures[0] - pictures[1]).abs().max() > 1e-3
    assert (pictures[1] - pictures[2]).abs().max() > 1e-3


def test_two_decoders_know_two_ages_only() -> None:
    pictures = decoded(network("two-decoders"), [10.0, 39.9, 40.0, 90.0])
    assert torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[2], pictures[3])
    assert not torch.equal(pictures[1], pictures[2])


def test_each_side_teaches_its_own_decoder_alone() -> None:
    made = network("two-decoders").train()
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    made(images, torch.tensor([10.0, 20.0])).square().mean().backward()
    younger, older = made.decoders
    assert any(value.grad.abs().sum() > 0 for value in younger.parameters())  # type: ignore[union-attr]
    assert all(value.grad.abs().sum() == 0 for value in older.parameters())  # type: ignore[union-attr]


def test_modulation_starts_at_none() -> None:
    torch.manual_seed(2)
    pictures = decoded(DeageAutoencoder("film", WIDTHS, 4).eval(), [5.0, 80.0])
    torch.testing.assert_close(pictures[0], pictures[1])


@pytest.mark.parametrize("values", [{"variant": "three"}, {"resolution": 100}])
def test_what_does_not_fit_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        DeageTrainingConfig.from_json(values)
