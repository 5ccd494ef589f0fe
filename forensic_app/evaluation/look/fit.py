"""Learn what real faces look like, for the figure under a single picture.

Run by a maintainer whenever the autoencoder of the bundled pack changes::

    python -m forensic_app.evaluation.look.fit --data DIR --pack resources/packs/base \
        --out resources/measures/real_faces.safetensors

Rules:
    * Only real faces are seen, put through the pack's autoencoder; means and spreads of numbers are kept, no face.
    * Faces that training has not seen come first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.evaluation.measures.real_faces import BUNDLED_FILE, RealFaces
from forensic_app.evaluation.pack.inputs import read_held_out
from forensic_app.evaluation.pack.references import MOST_REFERENCES, choose_references, prepare_references
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import OnProgress, SeriesMaker, say_nothing
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import read_labelled_faces
from forensic_app.faces.registry import load_analyser

_AUTOENCODER = "vae/diffusion_pytorch_model.safetensors"


def fit_real_faces(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    *,
    pack_path: Path,
    data_dir: Path,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> RealFaces:
    """Return what real faces of a labelled folder look like after the maker's autoencoder.

    Args:
        maker: Whose autoencoder they go through.
        analyser: Finds the faces.
        pack_path: The maker's pack.
        data_dir: Folder or CSV file of labelled faces.
        seed: Seed of the draw.
        on_progress: Told of the progress.

    Raises:
        InvalidInput: No age has 20 real faces.
        RunCancelled: From ``on_progress``.
    """
    report = on_progress or say_nothing
    faces = read_labelled_faces(data_dir).faces
    unseen = read_held_out(pack_path)
    numbers = {}
    for place, age in enumerate(DEFAULT_TARGET_AGES):
        chosen = choose_references(faces, age, count=MOST_REFERENCES, unseen=unseen, seed=seed)

        def on_face(share: float, words: str, place: int = place) -> None:
            report((place + share) / len(DEFAULT_TARGET_AGES), words)

        numbers[age] = prepare_references(maker, analyser, chosen, unseen=unseen, on_face=on_face).numbers
    facts = {"data": data_dir.name, "autoencoder_sha256": autoencoder_sha256(pack_path)}
    return RealFaces.fit(numbers, facts=facts)


def autoencoder_sha256(pack_path: Path) -> str | None:
    """Return the digest of a pack's autoencoder, ``None`` for a pack of another kind."""
    return read_pack(pack_path).files.get(_AUTOENCODER)


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn from the folder named on the command line and write the file; return 0."""
    parser = argparse.ArgumentParser(description="Learn what real faces look like.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=BUNDLED_FILE)
    options = parser.parse_args(arguments)
    known = fit_real_faces(
        series_maker(options.pack, seed=0, settings=()),
        load_analyser("dlib"),
        pack_path=options.pack,
        data_dir=options.data,
    )
    known.write(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
