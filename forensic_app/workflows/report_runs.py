"""Gather what a report prints of a case's runs, every file read through its digest.

Rules:
    * An image that was rejected is not printed anywhere; nor is one without a decision where only accepted
      ones were asked for.
    * What stands under a picture, or beside it, obeys the same decisions as the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import StoreUnavailable
from forensic_app.records import DerivedImage, Exhibit, Run, RunStatus, SubjectAdapter
from forensic_app.reports import adapter_assembly, pictures, run_assembly, sketch_assembly
from forensic_app.reports.run_content import AdapterSection, ImageDecision, Picture, RunSection
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.report_packs import estimator_error

_TRAINING_PHOTO_PX = 320


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
) -> tuple[RunSection, ...]:
    """Return the sections of a case's runs, oldest first.

    Args:
        store: The casebook.
        runs: The case's runs, in any order.
        exhibits: All exhibits of the case.
        packs: The packs that are on this machine, by digest.
        only_accepted: Whether images without a decision are left out as well.

    Raises:
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    sections = tuple(_sections(store, runs, exhibits, packs, only_accepted=only_accepted))
    return sketch_assembly.with_places(adapter_assembly.with_control_arms(sections, runs))


def pixels(store: CaseStore, sha256: str) -> Image.Image | None:
    """Return a vault file's pixels after checking its digest, ``None`` when it cannot be decoded here.

    Raises:
        EvidenceAltered: It no longer has its digest.
    """
    store.vault.open_verified(sha256).close()
    return pictures.working_copy(store.vault.path(sha256))


def _sections(
    store: CaseStore,
    runs: Sequence[Run],
    exhibits: Sequence[Exhibit],
    packs: Mapping[str, Pack],
    *,
    only_accepted: bool,
) -> Iterator[RunSection]:
    by_id = {exhibit.exhibit_id: exhibit for exhibit in exhibits}
    adapters = store.adapters()
    by_digest = {adapter.sha256: adapter for adapter in adapters}
    by_run = {adapter.run_id: adapter for adapter in adapters}
    choice = _choice(store, runs, only_accepted=only_accepted)
    for run in sorted(runs, key=lambda each: (each.queued_at, each.run_id)):
        exhibit = by_id[run.spec.exhibit_id]
        is_completed = run.status is RunStatus.COMPLETED
        shown = choice.shown[run.run_id]
        source = _source(store, run)
        is_source_shown = source is not None and choice.shows(source)
        stands_alone = not all(choice.is_placed(image) for image in shown)
        yield run_assembly.run_section(
            run,
            exhibit=exhibit,
            photo=pixels(store, exhibit.sha256) if is_completed else None,
            images=[(image, _derived(store, image)) for image in shown],
            exhibits=exhibits,
            estimator_error=estimator_error(packs.get(run.spec.pack_sha256), run.spec.analyser),
            decisions=choice.decisions[run.run_id],
            source=source,
            source_pixels=(
                _derived(store, source) if source is not None and is_source_shown and stands_alone else None
            ),
            is_source_withheld=source is not None and not is_source_shown,
            sketches=[
                (name, image, _derived(store, image)) for name, image in choice.sketches[run.run_id].items()
            ],
            adapter=_adapter(store, run, by_run.get(run.run_id), exhibits),
            adapter_use=adapter_assembly.adapter_use(
                run, by_digest.get(str(run.spec.parameters.get("adapter") or "")), exhibits=exhibits
            ),
        )


def _choice(store: CaseStore, runs: Sequence[Run], *, only_accepted: bool) -> _Choice:
    decisions = {run.run_id: _decided(store, run, only_accepted=only_accepted) for run in runs}
    every = [each for decided in decisions.values() for each in decided]
    held_back = {each.derived_image_id for each in every if not each.is_shown}
    accepted = frozenset(each.derived_image_id for each in every if each.is_accepted)
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


def _adapter(
    store: CaseStore, run: Run, adapter: SubjectAdapter | None, exhibits: Sequence[Exhibit]
) -> AdapterSection | None:
    """Return what a run learned, its file checked against its digest."""
    if adapter is None:
        return None
    store.vault.open_verified(adapter.sha256).close()

    def picture(exhibit: Exhibit) -> Picture | None:
        image = pixels(store, exhibit.sha256)
        return None if image is None else pictures.thumbnail(image, side_px=_TRAINING_PHOTO_PX)

    return adapter_assembly.adapter_section(
        adapter, exhibits=exhibits, pictures=picture, threshold=run_assembly.match_threshold(run)
    )


def _decided(store: CaseStore, run: Run, *, only_accepted: bool) -> tuple[ImageDecision, ...]:
    """Return what was decided about each image of a run; nothing where all are shown and none was decided on."""
    decisions = store.decisions(run.run_id)
    if not decisions and not only_accepted:
        return ()
    decided = []
    for image in store.derived_images(run.run_id):
        made = decisions.get(image.derived_image_id)
        decided.append(
            ImageDecision(
                derived_image_id=image.derived_image_id,
                role=image.role.value,
                target_age=image.target_age,
                variant=image.variant,
                sha256=image.sha256,
                is_shown=not only_accepted if made is None else made.is_accepted,
                is_accepted=None if made is None else made.is_accepted,
                reason="" if made is None else made.reason,
                examiner="" if made is None else made.examiner,
                decided_at=None if made is None else made.decided_at,
            )
        )
    return tuple(decided)


def _derived(store: CaseStore, record: DerivedImage) -> Image.Image:
    image = pixels(store, record.sha256)
    if image is None:
        raise StoreUnavailable(
            f"The derived image {record.sha256} cannot be decoded.",
            "Repeat the run with the present version of the program.",
        )
    return image
