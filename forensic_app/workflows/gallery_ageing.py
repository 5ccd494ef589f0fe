"""Add templates of aged faces to a gallery: what each photograph's person might look like at other ages.

Rules:
    * A derived face is marked as derived for ever: with the photograph's face, the pack and the engine that made it.
      It is a lead for a search across decades and never counts as a photograph.
    * A face is changed on its canonical crop, as ``evaluate matching`` does, from the age that is known or estimated.
      The bounds are those of a run: no age out of them is shown, and who is stated to be under 2 years is left out.
    * What a gallery has already, of the same photograph at the same age by the same pack, is not made again: whoever
      was stopped goes on.
    * Whoever makes them, this process or workers, they are taken in the order of the gallery, each for the photograph
      that it is of, and only by the gallery's matcher and the pack that was asked for. Only this process writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forensic_app.crews.alone import Alone
from forensic_app.crews.in_order import GivenUp, Request, in_order
from forensic_app.crews.work import Crew, Hire, Job
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.packs.travelling import travelling
from forensic_app.engines.pictures.ages import MINIMUM_SOURCE_AGE, check_target_age
from forensic_app.errors import InvalidInput, LicenceNotAccepted, WorkerDied
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import SeriesMaker
from forensic_app.faces.analyser import Embedding, FaceAnalyser
from forensic_app.gallery_files import Derivation, GalleryFace, TemplateKind
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_answers import Series, aged_faces
from forensic_app.workflows.gallery_contents import GalleryContents, HeldFace
from forensic_app.workflows.gallery_enrolment import BatchWriter
from forensic_app.workflows.gallery_matcher import made_with, matcher_recipe
from forensic_app.workflows.gallery_series import SEED, Ageing, AgeingRecipe
from forensic_app.workflows.packs import find_pack

MOST_AGES = 16

MakeSeries = Callable[[Pack], SeriesMaker]


@dataclass(slots=True)
class Augmented:
    """What was added.

    Attributes:
        made: Derived templates added.
        already: Derived templates that were there before.
        photographs: Photographs that faces were made of.
        not_found: Faces that were not found again in their photograph.
        too_young: Faces of people who are stated to be under 2 years in their photograph.
        given_up: Faces with which one worker after the other ended.
        batches: Batches written.
    """

    made: int = 0
    already: int = 0
    photographs: int = 0
    not_found: list[str] = field(default_factory=list)
    too_young: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    batches: int = 0


def augment(
    store: CaseStore,
    gallery: Gallery,
    analyser: FaceAnalyser,
    *,
    ages: Sequence[float],
    pack: str = "base",
    make_series: MakeSeries = lambda pack: series_maker(pack.path, seed=SEED, settings=()),
    hire: Hire | None = None,
    report: Callable[[float, str], None] = lambda _fraction, _words: None,
) -> Augmented:
    """Add templates of each photograph's face at other ages; one event ``gallery_batch_added`` for each batch.

    Args:
        store: The casebook, open for writing.
        gallery: The gallery.
        analyser: Its matcher.
        ages: Ages to show, years.
        pack: Name of the pack that changes ages.
        make_series: Returns the engine for the pack, where this process does the work.
        hire: Returns workers that do it; this process does by default.
        report: Receives progress.

    Raises:
        EvidenceAltered: A file of the gallery is missing or was altered.
        InvalidInput: No age or too many are given, one is out of bounds, the pack shows no ages, a worker has another
            matcher, or there can be no workers.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: There is no such pack.
        StoreUnavailable: The casebook cannot be written or the disk is full; whole batches stay.
        WorkerDied: Workers ended again and again; what was made until then stays.
    """
    for each in ages:
        check_target_age(each)
    wanted = sorted({float(each) for each in ages})
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
    result.too_young = [held.face_id for held in photographs if _is_too_young(held)]
    work = {
        held.face_id: missing
        for held in photographs
        if not _is_too_young(held) and (missing := [age for age in wanted if age not in there[held.face_id]])
    }
    if not work:
        return result
    made = made_with(analyser)
    crew: Crew = (
        Alone(Ageing(analyser, found, make_series(found)))
        if hire is None
        else hire(AgeingRecipe(matcher_recipe(store, gallery), travelling(found)))
    )
    writer = BatchWriter(store, gallery, made, on_batch=lambda _written: None)
    asked = _requests(store, (each for each in photographs if each.face_id in work), work)
    try:
        for number, (held, answer) in enumerate(in_order(crew, asked)):
            report(number / len(work), "Changing ages")
            if isinstance(answer, GivenUp):
                result.given_up.append(held.face_id)
                continue
            series = aged_faces(answer, made, found.sha256, gallery.embedding_size, work[held.face_id])
            if series is None:
                result.not_found.append(held.face_id)
                continue
            for face, template in _derived(held, found, work[held.face_id], series):
                writer.add(face, template)
            result.photographs += 1
    except (KeyboardInterrupt, WorkerDied):
        writer.finish()
        raise
    finally:
        crew.close()
    writer.finish()
    result.made, result.batches = writer.written, writer.batches
    return result


def _requests(
    store: CaseStore, photographs: Iterator[HeldFace], work: Mapping[str, Sequence[float]]
) -> Iterator[Request[HeldFace]]:
    for held in photographs:
        face = held.face
        is_stated = face.age is not None and face.age_origin == "stated"
        asked = {
            "name": face.photo_sha256,
            "box": list(face.box),
            "stated_age": face.age if is_stated else None,
            "ages": list(work[held.face_id]),
        }
        yield Request(held, Job(face.photo_sha256, store.vault.read_verified(face.photo_sha256), asked))


def _is_too_young(held: HeldFace) -> bool:
    """Return whether no engine changes the face: an estimate below the bound is taken for the bound, as in a run."""
    face = held.face
    return face.age_origin == "stated" and face.age is not None and face.age < MINIMUM_SOURCE_AGE


def _derived(
    held: HeldFace, pack: Pack, ages: Sequence[float], series: Series
) -> Iterator[tuple[GalleryFace, Embedding]]:
    for age, is_located, template in zip(ages, series.is_located, series.templates, strict=True):
        derivation = Derivation(
            source_face=held.face_id,
            source_age=series.source_age,
            pack_name=pack.name,
            pack_version=pack.version,
            pack_sha256=pack.sha256,
            engine=series.engine,
            engine_version=series.engine_version,
            seed=SEED,
            is_located=is_located,
        )
        face = replace(
            held.face, age=age, age_origin="asked for", kind=TemplateKind.DERIVED, derivation=derivation
        )
        yield face, template


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
