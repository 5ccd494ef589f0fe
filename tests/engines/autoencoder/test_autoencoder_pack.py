from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from autoencoder_samples import TINY, save_base_cache, small_cache

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

    def make(teacher: Pack | None, *, validation: Path | None = None, **changes: Any) -> Pack:
        return train_autoencoder_pack(
            data=tmp_path / "data",
            out=tmp_path / "mine",
            work=tmp_path / "work",
            config=replace(CONFIG, **changes),
            facts=PackFacts(),
            command="test",
            faces=tmp_path / "base",
            teacher=teacher,
            validation=validation,
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
    assert "the pack `tiny`, version 1" in (pack.path / "MODEL_CARD.md").read_text()
    kept, fitting = (
        set((pack.path / name).read_text().split()) for name in ("validation.txt", "fitting.txt")
    )
    assert kept | fitting == {"58.jpg", "59.jpg"}
    assert not kept & fitting


def test_a_pack_without_a_teacher_names_none(made: Any) -> None:
    pack = made(None, variant="prototypes")
    assert "teacher" not in pack.card
    assert "It learned from edits" not in (pack.path / "MODEL_CARD.md").read_text()


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


def test_a_list_names_the_faces_to_keep_but_none_that_a_teacher_learned_from(
    made: Any, tiny_pack: Path, tmp_path: Path
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("3.jpg\n4.jpg\n")
    with pytest.raises(InvalidInput, match="learned from 1 of the 2 faces"):
        made(held_out_teacher(tiny_pack, "3.jpg\n"), validation=names)
    with pytest.raises(InvalidInput, match="cannot be read"):
        made(None, validation=tmp_path / "none.txt", variant="prototypes")
    assert kept_by(made(None, validation=names, variant="prototypes")) == {"3.jpg", "4.jpg"}
