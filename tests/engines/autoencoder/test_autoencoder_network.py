from __future__ import annotations

import pytest
import torch

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.autoencoder.network import DeageAutoencoder, TwoDecoders
from forensic_app.errors import InvalidInput

WIDTHS = (8, 8, 16)
OWN_AGE = 42.0


def network(variant: str) -> DeageAutoencoder:
    torch.manual_seed(2)
    made = DeageAutoencoder(variant, WIDTHS, 4)
    for name, value in made.named_parameters():
        if ".modulation." in name or ".last." in name:
            torch.nn.init.normal_(value, std=0.2)
    return made.eval()


def decoded(made: DeageAutoencoder, ages: list[float]) -> torch.Tensor:
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        pictures: torch.Tensor = made(
            images.expand(len(ages), -1, -1, -1), torch.tensor(ages), torch.full((len(ages),), OWN_AGE)
        )
    return pictures


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
    made(images, torch.tensor([10.0, 20.0]), torch.tensor([10.0, 20.0])).square().mean().backward()
    assert isinstance(made.body, TwoDecoders)
    assert any(value.grad.abs().sum() > 0 for value in made.body.younger.parameters())  # type: ignore[union-attr]
    assert all(value.grad is None for value in made.body.older.parameters())


def test_rows_keep_their_places_whatever_their_side() -> None:
    mixed = decoded(network("two-decoders"), [70.0, 10.0, 80.0])
    assert torch.equal(mixed[0], mixed[2])
    torch.testing.assert_close(mixed[1], decoded(network("two-decoders"), [10.0])[0])


def test_a_face_at_its_own_age_and_the_border_at_any_stay_as_they_are() -> None:
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    own, old = decoded(network("film"), [OWN_AGE, 80.0])
    torch.testing.assert_close(own, images[0], atol=1e-5, rtol=0)
    assert (old - images[0]).abs().max() > 1e-3
    assert torch.equal(old[:, 0], images[0, :, 0])
    assert torch.equal(old[:, :, -1], images[0, :, :, -1])


@pytest.mark.parametrize("values", [{"variant": "three"}, {"resolution": 100}])
def test_what_does_not_fit_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        AutoencoderTrainingConfig.from_json(values)
