"""Shares of relatives that the second pass of an edit is drawn towards; needs no torch until faces are read.

Rules:
    * The face that a picture is drawn towards is ``(1 - sum of shares)`` of the person and the shares of the relatives,
      as embeddings of the bundled recognition network.
    * The identity guard asks for the person alone, as ever: relatives cannot draw a picture away from the person
      further than a change of age may.
    * That a face so made is nearer to what the person looks like is not known: nobody measured it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from forensic_app.errors import FaceNotFound, InvalidInput

if TYPE_CHECKING:
    from torch import Tensor

    from forensic_app.engines.aging.components import Components
    from forensic_app.engines.pictures.run_frame import RunFrame

MOST_SHARE: Final = 0.5
"""Largest sum of the relatives' shares: the person comes first."""
PULL: Final = 0.15
"""Likeness pull of the second pass where relatives are named and the pack or the examiner asks for less."""
WITHOUT_EFFECT: Final = "No picture was drawn anew (settle), so the relatives had no effect."
_PART: Final = re.compile(r"\s*([^\s:,]+)\s*:\s*([0-9]*\.?[0-9]+)\s*")


def named_shares(text: str) -> dict[str, float]:
    """Return the share of each photograph that a text such as ``E-0012:0.3, E-0015:0.1`` names.

    Raises:
        InvalidInput: It cannot be read, a photograph is named twice, or the shares are out of bounds.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None or found[1] in shares:
            raise InvalidInput(
                f"The relatives {text!r} cannot be read.",
                "Write each photograph once with its share: E-0012:0.3, E-0015:0.1.",
            )
        shares[found[1]] = float(found[2])
    if any(share <= 0.0 for share in shares.values()) or sum(shares.values()) > MOST_SHARE + 1e-9:
        raise InvalidInput(
            f"The relatives' shares {', '.join(f'{each:g}' for each in shares.values())} are out of bounds.",
            f"Give each more than 0, and all together at most {MOST_SHARE:g}.",
        )
    return shares


def shares_text(shares: Mapping[str, float]) -> str:
    """Return shares as a run's specification holds them."""
    return ",".join(f"{name}:{share:g}" for name, share in sorted(shares.items()))


def blended(own: Tensor, relatives: Tensor, shares: Mapping[str, float]) -> Tensor:
    """Return the embedding that a picture is drawn towards, ``(1, d)``.

    Args:
        own: Embeddings of the person's photographs, ``(p, d)``.
        relatives: One for each of ``shares``, in their order, ``(r, d)``.
        shares: Of the relatives.
    """
    import torch

    weights = torch.tensor(list(shares.values()), dtype=own.dtype, device=own.device)
    person = own.mean(dim=0, keepdim=True)
    mixed: Tensor = (1.0 - weights.sum()) * person + weights[None] @ relatives.to(own)
    return mixed


def relatives_of(frame: RunFrame, components: Components) -> tuple[dict[str, float], Tensor] | None:
    """Return the shares that a run names and the relatives' embeddings, ``None`` where it names none.

    Raises:
        EvidenceAltered: A photograph does not have its digest.
        FaceNotFound: A relative's photograph shows no face.
    """
    import torch

    from forensic_app.engines.aging.likeness import embedded
    from forensic_app.engines.pictures.face_embedding import FaceEmbedder
    from forensic_app.engines.pictures.photo import kept_analyser, read_photo
    from forensic_app.faces.align import align

    text = frame.parameters["relatives"]
    if not text:
        return None
    shares = named_shares(text)
    analyser = kept_analyser("dlib")
    embedder = FaceEmbedder(components.device.device)
    rows = []
    for sha256 in shares:
        path = frame.request.relative_paths.get(sha256)
        if path is None:
            raise InvalidInput(
                f"The photograph {sha256[:16]} of a relative was not handed to the run.",
                "Start the run again.",
            )
        photo = read_photo(path, expected_sha256=sha256, name="a relative's photograph")
        faces = analyser.detect(photo)
        if not faces:
            raise FaceNotFound(
                f"No face was found in the relative's photograph {sha256[:16]}.", "Name another photograph."
            )
        crop = align(photo, faces[0], frame.pack.resolution)
        rows.append(embedded(crop.crop, embedder, components))
    return shares, torch.cat(rows)


def warning(shares: Mapping[str, float], names: Mapping[str, str]) -> str:
    """Return what a run says of relatives: what was done, and that its worth is not known."""
    told = ", ".join(f"{names.get(sha256, sha256[:12])} ({share:.0%})" for sha256, share in shares.items())
    return (
        f"Drawn towards the faces of relatives: {told}. Whether that brings a picture nearer to the person is not "
        "measured; compare it with the run without relatives."
    )


def as_record(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return what a run's record says of relatives, JSON types only."""
    return [{"sha256": sha256, "share": share} for sha256, share in shares.items()]
