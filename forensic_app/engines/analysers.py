"""Face analysers by name: those that need no pack, and the bundled matcher."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from forensic_app.engines.matcher.schema import ANALYSER_NAME, DEFAULT_PACK
from forensic_app.errors import InvalidInput
from forensic_app.faces import registry
from forensic_app.faces.analyser import FaceAnalyser

ANALYSER_NAMES: Final = (*registry.ANALYSER_NAMES, ANALYSER_NAME)


def load_analyser(name: str, *, model_folder: Path | None = None) -> FaceAnalyser:
    """Return the analyser called ``name``; the bundled one's weights are loaded when they are first needed.

    Args:
        name: ``dlib`` (bundled), ``insightface`` (the operator's models), or ``matcher`` (the bundled pack of that
            name: it finds faces and reads ages as ``dlib`` does, and compares by a network that learned ageing).
        model_folder: Folder of the operator's InsightFace models; the others ignore it.

    Raises:
        InvalidInput: There is no analyser with that name.
        PackMissing: It needs a pack or a folder that is not there, or that lacks its files.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack cannot be read as what it should be.
    """
    if name == ANALYSER_NAME:
        from forensic_app.engines.matcher.loading import load_matcher
        from forensic_app.engines.packs.pack import bundled_packs_dir, read_pack

        return load_matcher(read_pack(bundled_packs_dir() / DEFAULT_PACK))
    if name not in ANALYSER_NAMES:
        raise InvalidInput(
            f"There is no face analyser called {name}.", f"Choose one of {', '.join(ANALYSER_NAMES)}."
        )
    return registry.load_analyser(name, model_folder=model_folder)
