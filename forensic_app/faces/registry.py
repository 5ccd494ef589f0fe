"""Face analysers by name."""

from __future__ import annotations

from pathlib import Path

from forensic_app.errors import InvalidInput, PackMissing
from forensic_app.faces.analyser import FaceAnalyser

ANALYSER_NAMES = ("dlib", "insightface")


def load_analyser(name: str, *, model_folder: Path | None = None) -> FaceAnalyser:
    """Return the analyser called ``name``; its weights are loaded when they are first needed.

    Args:
        name: ``dlib`` (bundled) or ``insightface`` (the operator's models).
        model_folder: Folder of the operator's InsightFace models; the bundled analyser ignores it.

    Raises:
        InvalidInput: There is no analyser with that name.
        PackMissing: The analyser needs a folder and none was given, or the folder lacks its files.
    """
    if name == "dlib":
        from forensic_app.faces.dlib import DlibAnalyser

        return DlibAnalyser()
    if name == "insightface":
        from forensic_app.faces.insight import InsightFaceAnalyser

        if model_folder is None:
            raise PackMissing(
                "No folder with InsightFace models was named.",
                "Name the folder of your licensed ONNX files in the settings, or use the dlib analyser.",
            )
        return InsightFaceAnalyser(model_folder)
    raise InvalidInput(
        f"There is no face analyser called {name}.", f"Choose one of {', '.join(ANALYSER_NAMES)}."
    )
