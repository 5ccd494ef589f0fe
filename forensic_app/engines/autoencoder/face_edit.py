"""The one place where an edit of a face by the autoencoder is put together: for runs and for series alike.

Rules:
    * The crop is encoded once and decoded at its own age and at every target age; nothing is drawn at random.
    * What may change, and how much of the photograph's fine detail comes back, the engine's parameters say.
    * An edit is finished as crops of the pack's size or, at the photograph's resolution, in their place in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.aging.schema import detail_for_gap, identity_floor, surround_detail
from forensic_app.engines.autoencoder.guarding import guarded_pictures
from forensic_app.engines.autoencoder.loading import load_autoencoder
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.identity_guard import GuardedEdit
from forensic_app.engines.pictures.pasting import EditedCrop, Pasted, Pasting, Place
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import AlignedFace
from forensic_app.faces.analyser import DetectedFace, RgbImage

Code = tuple[torch.Tensor, ...]
"""What the network's encoder makes of one crop, a row each."""


@dataclass(frozen=True, slots=True)
class FaceEdit:
    """A face at other ages, not finished yet.

    Attributes:
        crop: The photograph's canonical crop, ``(side, side, 3)`` uint8 RGB.
        reconstruction: The crop encoded and decoded at its own age, same shape.
        pictures: What was decoded at each target age, as far as the guard lets it change, same shape each.
        details: Share of the photograph's fine detail that each picture gets back over the face.
        surround: The same around the face.
        color_match: Whether the skin's colours are brought to the photograph's.
        tone: The one tone that the photograph has and that is kept, ``None`` where there is none.
        guard: What the guard chose; ``None`` where it is off.
        paste_back: ``outline`` or ``oval``.
        own_age: Age in the photograph, years.
        target_ages: Ages of the pictures, years.
    """

    crop: RgbImage
    reconstruction: RgbImage
    pictures: Sequence[RgbImage]
    details: Sequence[float]
    surround: float
    color_match: bool
    tone: Tone | None
    guard: GuardedEdit | None
    paste_back: str
    own_age: float
    target_ages: Sequence[float]

    def finished_crops(self) -> NDArray[np.uint8]:
        """Return the pictures with colours and detail, not pasted back, ``(n, side, side, 3)`` uint8 RGB."""
        return compositing.finished_crops(
            self.pictures,
            self.crop,
            self.reconstruction,
            details=self.details,
            color_match=self.color_match,
            tone=self.tone,
        )

    def in_photograph(self, photo: RgbImage, face: DetectedFace, crop: AlignedFace) -> Pasted:
        """Return ``photo`` with each picture in the place of the face, and what a run's record says of it.

        Args:
            photo: The photograph, ``(height, width, 3)`` uint8 RGB.
            face: As it was found in it.
            crop: Its canonical crop, and where it lies in the photograph.
        """
        pasting = Pasting(
            paste_back=self.paste_back,
            surround_detail=self.surround,
            color_match=self.color_match,
            tone=self.tone,
        )
        shown = zip(self.pictures, self.details, self.target_ages, strict=True)
        edits = [EditedCrop(picture, detail, age) for picture, detail, age in shown]
        return pasting.pasted(Place(photo, face, crop, self.reconstruction, self.own_age), edits)


class FaceEditor:
    """Edits faces with a pack.

    Args:
        pack: The pack; it is verified.
        device: Where to compute.
        expected_sha256: Digest of the pack's manifest that a record names.
        on_chunk: Called while large files are hashed; may raise to stop.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: The pack cannot be loaded.
    """

    def __init__(
        self,
        pack: Pack,
        device: ComputeDevice,
        *,
        expected_sha256: str | None = None,
        on_chunk: Callable[[], None] | None = None,
    ) -> None:
        self.pack = pack
        self._device = device
        self._network = load_autoencoder(pack, device, expected_sha256=expected_sha256, on_chunk=on_chunk)

    def edit(
        self,
        crop: RgbImage,
        *,
        own_age: float,
        target_ages: Sequence[float],
        parameters: Mapping[str, Any],
        code: Code | None = None,
    ) -> FaceEdit:
        """Return ``crop`` at each target age.

        Args:
            crop: Canonical crop at the pack's resolution, ``(side, side, 3)`` uint8 RGB.
            own_age: Age in the photograph, years.
            target_ages: Years.
            parameters: The engine's, resolved.
            code: What :meth:`encoded` made of ``crop``, where that was kept.
        """
        reconstruction, *pictures = self.decoded(crop, [own_age, *target_ages], own_age=own_age, code=code)
        keep, color_match = parameters["detail_keep"], parameters["color_match"]
        details = [detail_for_gap(age - own_age, detail_keep=keep) for age in target_ages]
        tone = Tone.of(crop) if parameters["keep_tone"] else None
        guard = None
        if parameters["identity_guard"]:
            floor = identity_floor(parameters, self.pack.card.get("editing"))
            guard = guarded_pictures(
                reconstruction,
                pictures,
                crop,
                details=details,
                color_match=color_match,
                floor=floor,
                tone=tone,
            )
            pictures = list(guard.latents.numpy())
        return FaceEdit(
            crop=crop,
            reconstruction=reconstruction,
            pictures=pictures,
            details=details,
            surround=surround_detail(keep),
            color_match=color_match,
            tone=tone,
            guard=guard,
            paste_back=parameters["paste_back"],
            own_age=own_age,
            target_ages=target_ages,
        )

    @torch.inference_mode()
    def encoded(self, crop: RgbImage) -> Code:
        """Return what the network needs of ``crop`` to decode it at any age."""
        values = torch.from_numpy(crop.astype(np.float32) / 127.5 - 1.0).permute(2, 0, 1)[None]
        return self._network.encode(values.to(self._device.device))

    @torch.inference_mode()
    def decoded(
        self, crop: RgbImage, ages: Sequence[float], *, own_age: float, code: Code | None = None
    ) -> NDArray[np.uint8]:
        """Return ``crop`` encoded once and decoded at each age, ``(len(ages), side, side, 3)`` uint8 RGB.

        With ``code``, which :meth:`encoded` made of it, it is not encoded again.
        """
        made = self.encoded(crop) if code is None else code
        rows = [part.expand(len(ages), *part.shape[1:]) for part in made]
        wanted = torch.tensor(ages, dtype=torch.float32, device=self._device.device)
        decoded = self._network.decode(rows, wanted, torch.full_like(wanted, own_age))
        pixels = ((decoded.float().cpu() + 1.0) * 127.5).round().clamp(0, 255)
        return np.asarray(pixels.permute(0, 2, 3, 1).numpy(), dtype=np.uint8)
