"""The matcher's network and its pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from forensic_app.engines.matcher.loading import load_matcher
from forensic_app.engines.matcher.network import MatcherNetwork
from forensic_app.engines.matcher.schema import AGE_KNOTS, COMPONENT, PACK_KIND
from forensic_app.engines.packs.network_pack import write_network_pack
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import PackRefused
from forensic_app.faces.dlib import DlibAnalyser


@pytest.fixture(scope="module")
def network() -> MatcherNetwork:
    """Return a matcher with the bundled weights and means that differ by age."""
    made = MatcherNetwork(threshold=0.42, age_share=1.0)
    made.trunk.load_state_dict(DlibAnalyser().recognition_network.state_dict())
    generator = torch.Generator().manual_seed(1)
    made.centre.copy_(0.01 * torch.randn(128, generator=generator))
    made.age_means.copy_(0.1 * torch.randn(len(AGE_KNOTS), 128, generator=generator))
    return made.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pack(network: MatcherNetwork, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Return the network as a pack."""
    return write_network_pack(
        tmp_path_factory.mktemp("packs") / "matcher",
        network,
        component=COMPONENT,
        config=network.config,
        card={
            "kind": PACK_KIND,
            "version": "1.0",
            "licence": "LicenseRef-evaluation-only",
            "resolution": 150,
        },
        texts={"LICENCE.txt": "terms\n", "MODEL_CARD.md": "# card\n"},
    )


def test_templates_have_length_one_and_mirrors_are_alike(network: MatcherNetwork) -> None:
    chips = 255 * torch.rand((2, 3, 150, 150), generator=torch.Generator().manual_seed(2))
    templates = network.templates(chips)
    assert torch.allclose(templates.norm(dim=1), torch.ones(2), atol=1e-6)
    assert torch.allclose(network.templates(chips.flip(3)), templates, atol=1e-4)


def test_a_template_moves_by_the_difference_of_mean_templates(network: MatcherNetwork) -> None:
    template = torch.nn.functional.normalize(
        torch.randn((1, 128), generator=torch.Generator().manual_seed(3))
    )
    at = torch.tensor
    assert torch.allclose(network.at_age(template, at([20.0]), at([20.0])), template, atol=1e-6)
    moved = network.at_age(template, at([AGE_KNOTS[0]]), at([AGE_KNOTS[-1]]))
    expected = template + network.age_means[-1] - network.age_means[0]
    assert torch.allclose(moved, torch.nn.functional.normalize(expected), atol=1e-6)
    beyond = network.at_age(template, at([-5.0]), at([150.0]))
    assert torch.allclose(beyond, moved, atol=1e-6)
    middle = (AGE_KNOTS[1] + AGE_KNOTS[2]) / 2
    half = template + (network.age_means[1] + network.age_means[2]) / 2 - network.age_means[1]
    found = network.at_age(template, at([AGE_KNOTS[1]]), at([middle]))
    assert torch.allclose(found, torch.nn.functional.normalize(half), atol=1e-6)


def test_a_pack_gives_an_analyser_like_the_others(pack: Pack) -> None:
    astronaut = skimage.data.astronaut()
    matcher = load_matcher(pack)
    assert matcher.name == "matcher"
    assert "matcher 1.0" in matcher.version
    assert matcher.match_threshold == 0.42
    assert matcher.weights_sha256["pack matcher"] == pack.weights_sha256
    (face,) = matcher.detect(astronaut)
    assert 20 < matcher.estimate_age(astronaut, face).years < 60
    template = matcher.embed(astronaut, face)
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    other = matcher.embed(mirrored, matcher.detect(mirrored)[0])
    assert matcher.comparison_score(template, template) == pytest.approx(1.0, abs=1e-5)
    scores = matcher.comparison_scores(template[None], np.stack([template, other]))
    assert scores[0, 1] == pytest.approx(matcher.comparison_score(template, other))
    assert scores[0, 1] > 0.9
    moved = matcher.at_age(template[None], [30.0], [70.0])
    assert matcher.comparison_score(template, moved[0]) < 0.99
    assert matcher.embed_many([], []).shape == (0, 128)
    with pytest.raises(ValueError, match="one face for each image"):
        matcher.embed_many([astronaut], [])


def test_another_kind_of_pack_is_refused() -> None:
    from forensic_app.workflows.packs import find_pack

    with pytest.raises(PackRefused, match="not matcher"):
        load_matcher(find_pack("sketch", None))


def test_a_threshold_that_no_cosine_reaches_is_refused(
    pack: Pack, tmp_path: Path, network: MatcherNetwork
) -> None:
    wrong = write_network_pack(
        tmp_path / "matcher",
        network,
        component=COMPONENT,
        config={"threshold": 7.0},
        card={"kind": PACK_KIND, "version": "1.0", "licence": "x", "resolution": 150},
        texts={"LICENCE.txt": "terms\n", "MODEL_CARD.md": "# card\n"},
    )
    with pytest.raises(PackRefused, match="threshold"):
        load_matcher(wrong)
