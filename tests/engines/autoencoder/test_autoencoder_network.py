from __future__ import annotations

import pytest
import torch

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.errors import InvalidInput

WIDTHS = (8, 8, 16)
OWN_AGE = 42.0


def network() -> DeageAutoencoder:
    torch.manual_seed(2)
    made = DeageAutoencoder(WIDTHS)
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
    pictures = decoded(network(), [10.0, 30.0, 70.0])
    assert pictures.shape == (3, 3, 32, 32)
    assert (pictures[0] - pictures[1]).abs().max() > 1e-3
    assert (pictures[1] - pictures[2]).abs().max() > 1e-3


def test_a_face_at_its_own_age_and_the_border_at_any_stay_as_they_are() -> None:
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    own, old = decoded(network(), [OWN_AGE, 80.0])
    torch.testing.assert_close(own, images[0], atol=1e-5, rtol=0)
    assert (old - images[0]).abs().max() > 1e-3
    assert torch.equal(old[:, 0], images[0, :, 0])
    assert torch.equal(old[:, :, -1], images[0, :, :, -1])


def test_a_size_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot be divided"):
        AutoencoderTrainingConfig.from_json({"resolution": 100})


@pytest.mark.parametrize("name", ["variant", "latent_channels", "split_age", "warp_spread"])
def test_settings_of_networks_that_are_no_longer_drawn_are_unknown(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"unknown names: {name}"):
        AutoencoderTrainingConfig.from_json({name: "film"})
