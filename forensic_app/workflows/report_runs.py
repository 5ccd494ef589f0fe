"""Gather what a report prints of a case's runs, every file read through its digest.

Rules:
    * An image that was rejected is not printed anywhere; nor is one without a decision where only accepted
      ones were asked for.
    * What stands under a picture, or beside it, obeys the same decisions as the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import StoreUnavailable, UnreadableImage
from forensic_app.learned import training_photos
from forensic_app.measured import face_frame, face_number
from forensic_app.records import DerivedImage, Exhibit, Run, RunStatus, SubjectAdapter
from forensic_app.reports import adapter_assembly, pictures, sketch_assembly
from forensic_app.reports.framing import Framing, MarkCut
from forensic_app.reports.run_content import (
    DecisionWithdrawal,
    ImageDecision,
    LearnedAdapter,
    Picture,
    RunSection,
)
from forensic_app.reports.texts import Texts, load_texts
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import exhibit_pixels
from forensic_app.workflows.picture_marks import mark_for_print
from forensic_app.workflows.report_ageing import ageing_sections
from forensic_app.workflows.report_packs import estimator_error

_TRAINING_PHOTO_PX = 320


@dataclass(frozen=True, slots=True)
class _CaseRecords:
    """Records of the case that the sections of several runs need.

    Attributes:
        exhibits: By identifier.
        numbers: Exhibit numbers by identifier and by digest.
        adapters: Of the casebook, oldest first.
        texts: Of the report's language.
        mark: What marks each picture of a derived image; ``None`` for nothing.
    """

    exhibits: Mapping[str, Exhibit]
    numbers: Mapping[str, str]
    adapters: Sequence[SubjectAdapter]
    texts: Texts
    mark: MarkCut | None


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the report shows of the case's images.

    Attributes:
        decisions: On each image, by run.
        shown: Images by run.
        sketches: Sketches under each run's pictures, by what they were drawn from.
    """

    decisions: Mapping[str, tuple[ImageDecision, ...]]
    shown: Mapping[str, Sequence[DerivedImage]]
    sketches: Mapping[str, Mapping[str, DerivedImage]]

    def shows(self, image: DerivedImage) -> bool:
        """Return whether the report shows an image of the case."""
        shown = self.shown.get(image.run_id, ())
        return any(each.derived_image_id == image.derived_image_id for each in shown)

    def is_placed(self, image: DerivedImage) -> bool:
        """Return whether an image stands under the derived image that it was drawn from."""
        return any(
            each.derived_image_id == image.derived_image_id
            for placed in self.sketches.values()
            for each in placed.values()
        )


def run_sections(
    store: CaseStore,
    runs: Sequence[Run],
    exhibits: Sequence[Exhibit],
    packs: Mapping[str, Pack],
    *,
    only_accepted: bool,
    language: str = "en",
    is_marked: bool = True,
) -> tuple[RunSection, ...]:
    """Return the sections of a case's runs, oldest first.

    Args:
        store: The casebook.
        runs: The case's runs, in any order.
        exhibits: All exhibits of the case.
        packs: The packs that are on this machine, by digest.
        only_accepted: Whether images without a decision are left out as well.
        language: Of the marks on the pictures.
        is_marked: Whether derived images bear the invisible mark and XMP; no, where whoever asks puts them on.

    Raises:
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    records = _CaseRecords(
        exhibits={exhibit.exhibit_id: exhibit for exhibit in exhibits},
        numbers={
            name: exhibit.exhibit_number
            for exhibit in exhibits
            for name in (exhibit.exhibit_id, exhibit.picture_sha256)
        },
        adapters=store.adapters(),
        texts=load_texts(language),
        mark=mark_for_print(store) if is_marked else None,
    )
    choice = _choice(store, runs, only_accepted=only_accepted)
    in_order = sorted(runs, key=lambda each: (each.queued_at, each.run_id))
    sections = [_section(store, run, records, choice, packs.get(run.spec.pack_sha256)) for run in in_order]
    return sketch_assembly.with_places(adapter_assembly.with_control_arms(sections))


def pixels(store: CaseStore, exhibit: Exhibit) -> Image.Image | None:
    """Return the pixels of an exhibit after checking its digest, ``None`` when it cannot be decoded here.

    Raises:
        EvidenceAltered: It no longer has its digest; the message names the exhibit.
    """
    try:
        return Image.fromarray(exhibit_pixels(store, exhibit))
    except UnreadableImage:
        return None


def _section(
    store: CaseStore, run: Run, records: _CaseRecords, choice: _Choice, pack: Pack | None
) -> RunSection:
    exhibit = records.exhibits[run.spec.exhibit_id]
    shown = choice.shown[run.run_id]
    pairs = [(image, _derived(store, image)) for image in shown]
    photo = pixels(store, exhibit) if run.status is RunStatus.COMPLETED else None
    framed = Framing(run, photo, pairs, records.texts, mark=records.mark)
    source = _source(store, run)
    is_source_withheld = source is not None and not choice.shows(source)
    stands_alone = not all(choice.is_placed(image) for image in shown)
    beside = source if stands_alone and not is_source_withheld else None
    return RunSection(
        record=run,
        exhibit=exhibit,
        exhibit_numbers=records.numbers,
        estimator_error=estimator_error(pack, run.spec.analyser),
        images=tuple(framed.result(image, of_image) for image, of_image in pairs),
        control_picture=framed.control,
        face_pictures=_face_pictures(run, photo),
        reduction=framed.excerpt.reduction if framed.excerpt is not None else 1.0,
        is_excerpt=framed.is_excerpt,
        decisions=choice.decisions[run.run_id],
        source=source,
        source_picture=None if beside is None else framed.linked(beside, _derived(store, beside)),
        is_source_withheld=is_source_withheld,
        sketches=tuple(
            framed.linked(image, _derived(store, image), source=name)
            for name, image in choice.sketches[run.run_id].items()
            if name or framed.control is not None
        ),
        adapter=_adapter(store, run, records),
        adapter_use=adapter_assembly.adapter_use(run, records.adapters),
        relatives_use=adapter_assembly.relatives_use(run),
        ageing=ageing_sections(store, run, records.exhibits),
    )


def _face_pictures(run: Run, photo: Image.Image | None) -> tuple[Picture, ...]:
    """Return the photograph with the run's face marked, where it shows several and the run worked on itself."""
    box = face_frame(run.face).box
    is_clear = (run.face.get("face_count") or 1) < 2 and run.spec.face_index == 0
    if photo is None or box is None or is_clear or run.spec.source_derived_image_id:
        return ()
    return pictures.with_marked_face(photo, box, face_number(run.spec.face_index))


def _choice(store: CaseStore, runs: Sequence[Run], *, only_accepted: bool) -> _Choice:
    decisions = {run.run_id: _decided(store, run, only_accepted=only_accepted) for run in runs}
    every = [each for decided in decisions.values() for each in decided]
    held_back = {each.image.derived_image_id for each in every if not each.is_shown}
    accepted = frozenset(
        each.image.derived_image_id
        for each in every
        if each.decision is not None and each.decision.is_accepted
    )
    shown = {
        run.run_id: [
            image for image in store.derived_images(run.run_id) if image.derived_image_id not in held_back
        ]
        for run in runs
    }
    sketches = {
        run.run_id: sketch_assembly.sketches_below(run, runs, shown=shown, accepted=accepted) for run in runs
    }
    return _Choice(decisions, shown, sketches)


def _source(store: CaseStore, run: Run) -> DerivedImage | None:
    """Return the derived image that a run worked on, where it worked on one."""
    source = run.spec.source_derived_image_id
    return store.derived_image(source) if source else None


def _adapter(store: CaseStore, run: Run, records: _CaseRecords) -> LearnedAdapter | None:
    """Return what a run learned, its file checked against its digest."""
    adapter = next((each for each in records.adapters if each.run_id == run.run_id), None)
    if adapter is None:
        return None
    store.vault.check(adapter.sha256)
    shown = {}
    for photo in training_photos(adapter.facts):
        exhibit = records.exhibits.get(photo.photo_id)
        image = None if exhibit is None else pixels(store, exhibit)
        if image is not None:
            shown[photo.photo_id] = pictures.thumbnail(image, side_px=_TRAINING_PHOTO_PX)
    return LearnedAdapter(adapter, shown)


def _decided(store: CaseStore, run: Run, *, only_accepted: bool) -> tuple[ImageDecision, ...]:
    """Return what was decided about each image of a run; nothing where all are shown and none was ever decided on."""
    decisions, entries = store.decisions(run.run_id), store.decision_entries(run.run_id)
    if not entries and not only_accepted:
        return ()
    decided = []
    for image in store.derived_images(run.run_id):
        made = decisions.get(image.derived_image_id)
        is_shown = not only_accepted if made is None else made.is_accepted
        withdrawal = None
        if made is None and image.derived_image_id in entries:
            last = entries[image.derived_image_id][-1]
            withdrawal = DecisionWithdrawal(last.reason, last.examiner, last.recorded_at)
        decided.append(ImageDecision(image, is_shown, made, withdrawal))
    return tuple(decided)


def _derived(store: CaseStore, record: DerivedImage) -> Image.Image:
    image = pictures.working_copy(store.vault.read_verified(record.sha256), name=record.derived_image_id)
    if image is None:
        raise StoreUnavailable(
            f"The derived image {record.derived_image_id} cannot be decoded.",
            "Repeat the run with the present version of the program.",
        )
    return image
