from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from autoencoder_samples import TINY, save_base_cache, small_cache

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.packs.pack import Pack, read_pack, write_manifest
from forensic_app.errors import InvalidInput
from forensic_app.workflows.autoencoder_training import train_autoencoder_pack
from forensic_app.workflows.trained_packs import PackFacts

# Untrained packs draw colours that no screen has.
pytestmark = pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")

CONFIG = replace(TINY, images=2, teacher_faces=2, teacher_ages=2)


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """A function that trains a pack on 60 pretended faces."""
    save_base_cache(small_cache(60), tmp_path / "base", data=tmp_path / "data")

    def make(teacher: Pack, config: AutoencoderTrainingConfig = CONFIG) -> Pack:
        return train_autoencoder_pack(
            data=tmp_path / "data",
            out=tmp_path / "mine",
            work=tmp_path / "work",
            config=config,
            facts=PackFacts(),
            command="test",
            faces=tmp_path / "base",
            teacher=teacher,
            device="cpu",
            precision="fp32",
            report=lambda _progress: None,
        )

    return make


def test_a_student_says_who_taught_it_and_which_faces_it_never_saw(made: Any, built_pack: Path) -> None:
    teacher = read_pack(built_pack)
    pack = made(teacher)
    assert pack.card["teacher"] == {
        "pack": "tiny",
        "version": "1",
        "pack_sha256": teacher.sha256,
        "weights_sha256": teacher.weights_sha256,
        "faces": 2,
        "ages": 2,
    }
    text = (pack.path / "MODEL_CARD.md").read_text()
    assert "the pack `tiny`, version 1" in text
    assert "judge" not in text
    kept, fitting = (
        set((pack.path / name).read_text().split()) for name in ("validation.txt", "fitting.txt")
    )
    assert kept | fitting == {"58.jpg", "59.jpg"}
    assert not kept & fitting


def test_a_student_that_was_judged_says_so(made: Any, built_pack: Path) -> None:
    pack = made(read_pack(built_pack), replace(CONFIG, adversarial_weight=0.25, adversarial_from=0.5))
    text = (pack.path / "MODEL_CARD.md").read_text()
    assert "weight 0.25 from 50% of the images on" in " ".join(text.split())


def held_out_teacher(folder: Path, kept: str) -> Pack:
    (folder / "validation.txt").write_text(kept)
    write_manifest(folder, {"name": "tiny", "version": "1", "resolution": 64, "licence": "LicenseRef-test"})
    return read_pack(folder)


def kept_by(pack: Pack) -> set[str]:
    return {
        name for file in ("validation.txt", "fitting.txt") for name in (pack.path / file).read_text().split()
    }


def test_what_the_teacher_has_not_seen_is_kept_and_not_what_the_seed_would_draw(
    made: Any, tiny_pack: Path
) -> None:
    pack = made(held_out_teacher(tiny_pack, "3.jpg\n7.jpg\n11.jpg\n"))
    assert kept_by(pack) == {"3.jpg", "7.jpg", "11.jpg"}
    assert pack.card["training_faces"] == 57


def test_a_teacher_of_other_faces_is_refused(made: Any, tiny_pack: Path) -> None:
    with pytest.raises(InvalidInput, match="None of the faces"):
        made(held_out_teacher(tiny_pack, "other.jpg\n"))
