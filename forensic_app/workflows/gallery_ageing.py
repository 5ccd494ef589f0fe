"""Add templates of aged faces to a gallery: what each photograph's person might look like at other ages.

Rules:
    * A derived face is marked as derived for ever: with the photograph's face, the pack and the engine that made it.
      It is a lead for a search across decades and never counts as a photograph.
    * A face is changed on its canonical crop, as ``evaluate matching`` does, from the age that is known or estimated.
    * What a gallery has already, of the same photograph at the same age by the same pack, is not made again: whoever
      was stopped goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import InvalidInput, LicenceNotAccepted
from forensic_app.evaluation.measures.age_numbers import calibrated
from forensic_app.evaluation.pack.inputs import calibration_for
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import RawAge, SeriesMaker, locate
from forensic_app.faces.align import align
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.registry import load_analyser
from forensic_app.gallery_files import Derivation, GalleryFace, TemplateKind
from forensic_app.images import load_working_copy_from
from forensic_app.records import Gallery
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents, HeldFace
from forensic_app.workflows.gallery_enrolment import BatchWriter
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.packs import find_pack

SEED = 0
MOST_AGES = 16
SAME_FACE_OVERLAP = 0.5
"""Share of both boxes' area that the face found again has in common with the one that was enrolled."""

MakeSeries = Callable[[Pack], SeriesMaker]


@dataclass(slots=True)
class Augmented:
    """What was added.

    Attributes:
        made: Derived templates added.
        already: Derived templates that were there before.
        photographs: Photographs that faces were made of.
        not_found: Faces that were not found again in their photograph.
        batches: Batches written.
    """

    made: int = 0
    already: int = 0
    photographs: int = 0
    not_found: list[str] = field(default_factory=list)
    batches: int = 0


def augment(
    store: CaseStore,
    gallery: Gallery,
    analyser: FaceAnalyser,
    *,
    ages: Sequence[float],
    pack: str = "base",
    make_series: MakeSeries = lambda pack: series_maker(pack.path, seed=SEED, settings=()),
    report: Callable[[float, str], None] = lambda _fraction, _words: None,
) -> Augmented:
    """Add templates of each photograph's face at other ages; one event ``gallery_batch_added`` for each batch.

    Args:
        store: The casebook, open for writing.
        gallery: The gallery.
        analyser: Its matcher.
        ages: Ages to show, years.
        pack: Name of the pack that changes ages.
        make_series: Returns the engine for the pack.
        report: Receives progress.

    Raises:
        EvidenceAltered: A file of the gallery is missing or was altered.
        InvalidInput: No age or too many are given, one is out of bounds, or the pack shows no ages.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: There is no such pack.
        StoreUnavailable: The casebook cannot be written or the disk is full; whole batches stay.
    """
    wanted = sorted({float(fields.age("age", each) or 0.0) for each in ages})
    if not 0 < len(wanted) <= MOST_AGES:
        raise InvalidInput(f"{len(wanted)} ages cannot be made.", f"Give 1 to {MOST_AGES}, such as 10,20,30.")
    found = find_pack(pack, store.packs_dir)
    if not store.is_licence_accepted(found.sha256):
        raise LicenceNotAccepted(
            f"The licence of the model pack {found.name} was not accepted in this casebook.",
            f"Read it and accept it: forensic-app pack accept {found.name}.",
        )
    contents = GalleryContents(store, gallery)
    photographs, there = _state(contents, found)
    result = Augmented(already=sum(len(there[face] & set(wanted)) for face in there))
    work = {
        held.face_id: missing
        for held in photographs
        if (missing := [age for age in wanted if age not in there[held.face_id]])
    }
    if not work:
        return result
    ageing = _Ageing(store, analyser, found, make_series(found))
    writer = BatchWriter(store, gallery, made_with(analyser), on_batch=lambda _written: None)
    try:
        for number, held in enumerate(each for each in photographs if each.face_id in work):
            report(number / len(work), "Changing ages")
            series = ageing.series(held, work[held.face_id])
            if series is None:
                result.not_found.append(held.face_id)
                continue
            for face, template in series:
                writer.add(face, template)
            result.photographs += 1
    except KeyboardInterrupt:
        writer.finish()
        raise
    writer.finish()
    result.made, result.batches = writer.written, writer.batches
    return result


def _state(contents: GalleryContents, pack: Pack) -> tuple[list[HeldFace], Mapping[str, set[float]]]:
    """Return the faces of photographs, and the ages that each has by this pack already."""
    photographs: list[HeldFace] = []
    there: dict[str, set[float]] = defaultdict(set)
    for held in contents.faces():
        derivation = held.face.derivation
        if derivation is None:
            photographs.append(held)
        elif derivation.pack_sha256 == pack.sha256 and held.face.age is not None:
            there[derivation.source_face].add(held.face.age)
    return photographs, there


class _Ageing:
    """Makes derived templates of one face after the other."""

    def __init__(self, store: CaseStore, analyser: FaceAnalyser, pack: Pack, maker: SeriesMaker) -> None:
        self._vault, self._analyser, self._pack, self._maker = store.vault, analyser, pack, maker
        self._bundled = load_analyser("dlib")
        self._calibration = calibration_for(pack.path, self._bundled)
        self._facts: Mapping[str, Any] = maker.description

    def series(self, held: HeldFace, ages: Sequence[float]) -> list[tuple[GalleryFace, Any]] | None:
        """Return derived faces with their templates; ``None`` where the face is not found again."""
        digest = held.face.photo_sha256
        pixels = load_working_copy_from(self._vault.read_verified(digest), f"of a gallery, {digest[:16]}…")
        face = _found_again(self._bundled.detect(pixels), held.face)
        if face is None:
            return None
        raw_years = self._bundled.estimate_age(pixels, face).years
        source_age = self._age(held.face, raw_years)
        crops = self._maker.make_series(
            align(pixels, face, self._maker.crop_size_px).crop,
            source_age=source_age,
            sex="unknown",
            embedding=self._bundled.embed(pixels, face),
            target_ages=list(ages),
            raw_age=RawAge(self._bundled.name, raw_years),
        )
        return self._derived(held, list(crops), ages, source_age=source_age, scheme=face.scheme)

    def _derived(
        self, held: HeldFace, crops: list[RgbImage], ages: Sequence[float], *, source_age: float, scheme: str
    ) -> list[tuple[GalleryFace, Any]]:
        located = [locate(crop, self._bundled, scheme) for crop in crops]
        templates = self._analyser.embed_many(crops, [each for each, _ in located])
        return [
            (
                replace(
                    held.face,
                    age=age,
                    age_origin="asked for",
                    kind=TemplateKind.DERIVED,
                    derivation=Derivation(
                        source_face=held.face_id,
                        source_age=round(source_age, 1),
                        pack_name=self._pack.name,
                        pack_version=self._pack.version,
                        pack_sha256=self._pack.sha256,
                        engine=str(self._facts["engine"]),
                        engine_version=str(self._facts["engine_version"]),
                        seed=SEED,
                        is_located=not stood_in,
                    ),
                ),
                template,
            )
            for age, (_, stood_in), template in zip(ages, located, templates, strict=True)
        ]

    def _age(self, face: GalleryFace, raw_years: float) -> float:
        """Return the age in the photograph: as stated, else the calibrated estimate, years."""
        if face.age is not None and face.age_origin == "stated":
            return face.age
        return max(0.0, float(calibrated([raw_years], self._calibration)[0]))


def _found_again(found: Sequence[DetectedFace], enrolled: GalleryFace) -> DetectedFace | None:
    best = max(found, key=lambda each: _overlap(each.box, enrolled.box), default=None)
    if best is None or _overlap(best.box, enrolled.box) < SAME_FACE_OVERLAP:
        return None
    return best


def _overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Return what two boxes have in common as a share of what either covers."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(0.0, width) * max(0.0, height)
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)) - common
    return common / both if both > 0 else 0.0
