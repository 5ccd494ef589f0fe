"""The matcher's network and its pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from torch.nn.functional import normalize

from forensic_app.engines.matcher.loading import load_matcher
from forensic_app.engines.matcher.network import MatcherNetwork, mean_embedding_of_views
from forensic_app.engines.matcher.schema import (
    AGE_KNOTS,
    CHIP_PADDING,
    CHIP_PX,
    COHORT_SIZE,
    COMPONENT,
    PACK_KIND,
)
from forensic_app.engines.packs.network_pack import write_network_pack
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import PackRefused
from forensic_app.faces.dlib import DlibAnalyser, chip_batch, face_chip
from forensic_app.faces.networks import RECOGNITION_CHIP_PADDING, RECOGNITION_CHIP_PX


@pytest.fixture(scope="module")
def network() -> MatcherNetwork:
    """Return a matcher with the bundled weights and means that differ by age."""
    made = MatcherNetwork(threshold=0.42, age_share=1.0)
    made.trunk.load_state_dict(DlibAnalyser().recognition_network.state_dict())
    generator = torch.Generator().manual_seed(1)
    made.centre.copy_(0.01 * torch.randn(128, generator=generator))
    made.cohort.copy_(normalize(torch.randn(COHORT_SIZE, 128, generator=generator)))
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


def _views(network: MatcherNetwork, views: int) -> MatcherNetwork:
    """Return a network that differs in the number of views alone."""
    made = MatcherNetwork(**{**network.config, "views": views})
    made.load_state_dict(network.state_dict())
    return made.eval()


@pytest.mark.parametrize("views", [1, 3])
def test_directions_have_length_one_and_mirrors_are_alike(network: MatcherNetwork, views: int) -> None:
    network = _views(network, views)
    chips = 255 * torch.rand((2, 3, 170, 170), generator=torch.Generator().manual_seed(2))
    templates = network.templates(chips)
    assert templates.shape == (2, 129)
    assert torch.allclose(templates[:, :128].norm(dim=1), torch.ones(2), atol=1e-6)
    assert torch.allclose(network.templates(chips.flip(3)), templates, atol=1e-4)


def test_one_view_is_the_middle_of_a_chip_as_the_bundled_network_sees_it(network: MatcherNetwork) -> None:
    photo, bundled = skimage.data.astronaut(), DlibAnalyser()
    face = bundled.detect(photo)[0]
    chip = chip_batch([face_chip(photo, face, size_px=CHIP_PX, padding=CHIP_PADDING)])
    small = face_chip(photo, face, size_px=RECOGNITION_CHIP_PX, padding=RECOGNITION_CHIP_PADDING)
    own = chip_batch([small])
    found = mean_embedding_of_views(network.trunk, chip, 1)
    assert torch.allclose(found, (network.trunk(own) + network.trunk(own.flip(3))) / 2, atol=1e-3)


def test_further_views_are_magnified_about_the_middle(network: MatcherNetwork) -> None:
    seen: list[torch.Tensor] = []

    def trunk(chips: torch.Tensor) -> torch.Tensor:
        seen.append(chips)
        return chips.mean(dim=(2, 3))

    rings = torch.arange(170.0)
    rings = torch.maximum((rings[:, None] - 84.5).abs(), (rings[None] - 84.5).abs()).repeat(1, 3, 1, 1)
    found = mean_embedding_of_views(trunk, rings, 3)  # type: ignore[arg-type]
    assert [each.shape for each in seen] == [(1, 3, 150, 150)] * 6
    reach = [float(each[0, 0, 75, 0]) for each in seen[::2]]
    assert reach == pytest.approx([74.5, 74.5 / 0.95, 74.5 / 1.05], rel=0.02)
    assert float(found[0, 0]) == pytest.approx(
        float(torch.stack([each.mean() for each in seen]).mean()), rel=1e-4
    )


def test_the_last_number_falls_with_the_nearest_strangers(network: MatcherNetwork) -> None:
    embedding = network.cohort[:1] + network.centre
    template = network.of_embeddings(embedding)
    cosines = (network.cohort @ network.cohort[0]).sort(descending=True).values
    assert float(template[0, 128]) == pytest.approx(1 - 0.5 * float(cosines[:50].mean()), abs=1e-5)


def test_a_template_moves_by_the_difference_of_mean_templates(network: MatcherNetwork) -> None:
    direction = normalize(torch.randn((1, 128), generator=torch.Generator().manual_seed(3)))
    template = torch.cat([direction, torch.zeros(1, 1)], dim=1)

    def moved(first: float, second: float) -> torch.Tensor:
        return network.at_age(template, torch.tensor([first]), torch.tensor([second]))[:, :128]

    assert torch.allclose(moved(20.0, 20.0), direction, atol=1e-6)
    far = moved(AGE_KNOTS[0], AGE_KNOTS[-1])
    assert torch.allclose(far, normalize(direction + network.age_means[-1] - network.age_means[0]), atol=1e-6)
    assert torch.allclose(moved(-5.0, 150.0), far, atol=1e-6)
    middle = (AGE_KNOTS[1] + AGE_KNOTS[2]) / 2
    half = direction + (network.age_means[1] + network.age_means[2]) / 2 - network.age_means[1]
    assert torch.allclose(moved(AGE_KNOTS[1], middle), normalize(half), atol=1e-6)


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
    assert template.shape == (129,)
    assert matcher.comparison_score(template, template) == pytest.approx(1.0 + template[128] ** 2, abs=1e-5)
    scores = matcher.comparison_scores(template[None], np.stack([template, other]))
    assert scores[0, 1] == pytest.approx(matcher.comparison_score(template, other))
    assert scores[0, 1] > 0.95 * scores[0, 0]
    moved = matcher.at_age(template[None], [30.0], [70.0])
    assert matcher.comparison_score(template, moved[0]) < matcher.comparison_score(template, template)
    assert matcher.embed_many([], []).shape == (0, 129)
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
