"""A tiny sketch pack with seeded weights, and pairs made from a public portrait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from sketch_samples import STYLES, TINY, MakeSketchRequest
from skimage.data import astronaut

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.pack import Pack
from forensic_app.messages import RunRequest


@pytest.fixture(scope="session")
def pair_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five pairs: crops of one portrait, and the same in inverted edges."""
    folder = tmp_path_factory.mktemp("pairs")
    for part in ("photos", "sketches"):
        (folder / part).mkdir()
    whole = Image.fromarray(astronaut())
    for number in range(5):
        left, top = 110 + 6 * number, 2 * number
        photo = whole.crop((left, top, left + 220, top + 270))
        photo = ImageOps.mirror(photo) if number % 2 else photo
        sketch = photo.convert("L")
        photo.save(folder / "photos" / f"p{number}.png")
        sketch.save(folder / "sketches" / f"p{number}.jpg", quality=95)
    return folder


@pytest.fixture(scope="session")
def sketch_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A pack whose generator has seeded weights."""
    import torch

    from forensic_app.engines.packs.network_pack import write_network_pack
    from forensic_app.engines.sketch.training import build_generator

    torch.set_num_threads(1)
    generator = build_generator(TINY)
    return write_network_pack(
        tmp_path_factory.mktemp("packs") / "tiny-sketch",
        generator,
        component="generator",
        config=generator.config,
        card={"kind": "sketch", "version": "1", "licence": "LicenseRef-test", "resolution": 64},
        texts={"LICENCE.txt": "For tests.\n"},
    )


@pytest.fixture(scope="session")
def styled_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A pack of two styles whose gains differ."""
    import torch

    from forensic_app.engines.packs.network_pack import write_network_pack
    from forensic_app.engines.sketch.training import build_generator

    generator = build_generator(TINY, STYLES)
    with torch.no_grad():
        for name, value in generator.named_parameters():
            if "norm" in name:
                value[1].add_(0.5 * torch.randn(value.shape[1], generator=torch.Generator().manual_seed(1)))
    return write_network_pack(
        tmp_path_factory.mktemp("packs") / "two-styles",
        generator,
        component="generator",
        config=generator.config,
        card={
            "kind": "sketch",
            "version": "1",
            "licence": "LicenseRef-test",
            "resolution": 64,
            "styles": list(STYLES),
        },
        texts={"LICENCE.txt": "For tests.\n"},
    )


@pytest.fixture
def make_sketch_request(sketch_pack: Pack, photo_path: Path, tmp_path: Path) -> MakeSketchRequest:
    """A function that makes a request on the tiny pack."""

    def make(**given: Any) -> RunRequest:
        output_dir = tmp_path / f"out-{sum(1 for _ in tmp_path.iterdir())}"
        output_dir.mkdir()
        path = given.pop("exhibit_path", photo_path)
        fields: dict[str, Any] = {
            "run_id": "R-0001",
            "engine": "sketch",
            "parameters": {},
            "exhibit_path": path,
            "exhibit_sha256": sha256_of_file(path),
            "pack_path": sketch_pack.path,
            "pack_sha256": sketch_pack.sha256,
            "analyser": "dlib",
            "output_dir": output_dir,
            "device": "cpu",
            "threads": 1,
        }
        return RunRequest(**{**fields, **given})

    return make
