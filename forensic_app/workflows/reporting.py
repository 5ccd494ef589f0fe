"""Issue a report: gather the records under a fresh checkpoint, render, write once, register.

Rules:
    * Every photograph and derived image that is printed is read through its digest; one that differs stops
      the report.
    * The checkpoint in the report is signed just before rendering and covers every event that is printed.
    * The file appears under its name whole and registered, or not at all, and never replaces another
      one unless that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from forensic_app import __version__
from forensic_app.engines.packs import Pack
from forensic_app.errors import InvalidInput, RecordNotFound, StoreUnavailable
from forensic_app.records import Case, Exhibit, Report, Run, RunStatus, SubjectAdapter
from forensic_app.reports import adapter_assembly, assembly, pictures
from forensic_app.reports.content import (
    AdapterSection,
    ExhibitSection,
    ImageDecision,
    LaboratoryDetails,
    Picture,
    ReportContent,
    RunSection,
)
from forensic_app.reports.pdf import render_pdf
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.report_file import check_target, place, written_beside
from forensic_app.workflows.report_packs import estimator_error, pack_sections, packs_used

_TRAINING_PHOTO_PX = 320


def issue_report(
    store: CaseStore,
    *,
    case: str,
    out: Path,
    laboratory: LaboratoryDetails | None = None,
    authorised_by: str | None = None,
    purpose: str = "",
    supersedes: str | None = None,
    reason: str = "",
    deviations: str = "",
    external_providers: str = "",
    issued_at: datetime | None = None,
    overwrite: bool = False,
    only_accepted: bool = False,
    language: str = "en",
) -> Report:
    """Write a case's report to ``out`` and register it in the casebook.

    Args:
        store: The casebook, open for writing with its signing key.
        case: Case number or id.
        out: The PDF file to write.
        laboratory: Who issues it.
        authorised_by: Person who authorises it; ``None`` leaves a line to sign.
        purpose: What the report is for.
        supersedes: Number or id of the report that this one replaces.
        reason: What changed and why; required with ``supersedes``.
        deviations: Deviations from, additions to or exclusions from the method.
        external_providers: Results that others provided.
        issued_at: Time of issue, aware; the present by default.
        overwrite: Whether a file at ``out`` may be replaced.
        only_accepted: Whether images without a decision are left out as well; rejected ones always are.
        language: Which of the texts under ``resources/report_texts``.

    Returns:
        The record of the report.

    Raises:
        RecordNotFound: There is no such case or superseded report.
        InvalidInput: ``out`` exists or cannot be written, a reason is missing, or the language is unknown.
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    record = store.case(case)
    replaced = _superseded(store, record, supersedes, reason)
    check_target(out, overwrite=overwrite)
    moment = (issued_at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    number = store.next_report_number(record.case_id)
    content = gather_content(
        store,
        record,
        report_number=number,
        issued_at=moment,
        laboratory=laboratory or LaboratoryDetails(),
        authorised_by=authorised_by or "",
        purpose=purpose,
        supersedes=replaced.report_number if replaced is not None else "",
        reason=reason,
        deviations=deviations,
        external_providers=external_providers,
        only_accepted=only_accepted,
        language=language,
    )
    with written_beside(out, render_pdf(content)) as finished:
        report = store.add_report(
            case_id=record.case_id,
            report_number=number,
            path=finished,
            supersedes=replaced.report_id if replaced is not None else None,
            reason=reason,
        )
        place(finished, out, report_number=number, overwrite=overwrite)
    return report


def gather_content(
    store: CaseStore,
    case: Case,
    *,
    report_number: str,
    issued_at: datetime,
    laboratory: LaboratoryDetails,
    authorised_by: str = "",
    purpose: str = "",
    supersedes: str = "",
    reason: str = "",
    deviations: str = "",
    external_providers: str = "",
    only_accepted: bool = False,
    language: str = "en",
) -> ReportContent:
    """Return everything that a report of ``case`` prints, under a checkpoint signed here.

    Raises:
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    exhibits = store.exhibits(case.case_id, include_removed=True)
    people = store.subjects(case.case_id, include_removed=True)
    runs = store.runs(case.case_id)
    packs = packs_used(store, runs)
    names = {person.subject_id: person.name for person in people}
    exhibit_sections = tuple(_exhibits(store, exhibits, names))
    run_sections = adapter_assembly.with_control_arms(
        tuple(_runs(store, runs, exhibits, packs, only_accepted=only_accepted)), runs
    )
    checkpoint = store.sign_checkpoint()
    chain = assembly.chain_section(
        store.events(),
        checkpoint,
        case_id=case.case_id,
        public_key_hex=store.public_key_hex,
        pack_sha256={run.spec.pack_sha256 for run in runs if run.spec.pack_sha256},
    )
    return ReportContent(
        report_number=report_number,
        issued_at=issued_at,
        issued_by=store.examiner,
        program_version=__version__,
        laboratory=laboratory,
        case=assembly.case_section(case),
        chain=chain,
        purpose=purpose,
        authorised_by=authorised_by,
        supersedes=supersedes,
        reason=reason,
        deviations=deviations,
        external_providers=external_providers,
        subjects=tuple(
            assembly.subject_section(person) for person in people if person.tombstone_reason is None
        ),
        exhibits=exhibit_sections,
        runs=run_sections,
        packs=tuple(pack_sections(store, runs, packs)),
        language=language,
    )


def _superseded(store: CaseStore, case: Case, name: str | None, reason: str) -> Report | None:
    if name is None:
        return None
    if not reason.strip():
        raise InvalidInput(f"The reason for replacing report {name} is missing.", "Say what changed and why.")
    reports = store.reports(case.case_id)
    found = next((each for each in reports if name in (each.report_id, each.report_number)), None)
    if found is None:
        known = ", ".join(each.report_number for each in reports) or "none"
        raise RecordNotFound(
            f"Case {case.case_number} has no report {name}.", f"Reports of this case: {known}."
        )
    return found


def _exhibits(
    store: CaseStore, exhibits: Sequence[Exhibit], names: Mapping[str, str]
) -> Iterator[ExhibitSection]:
    for exhibit in exhibits:
        image = _pixels(store, exhibit.sha256)
        yield assembly.exhibit_section(
            exhibit,
            subject_name=names.get(exhibit.subject_id or "", ""),
            picture=None if image is None else pictures.thumbnail(image),
        )


def _runs(
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
    for run in sorted(runs, key=lambda each: (each.queued_at, each.run_id)):
        exhibit = by_id[run.spec.exhibit_id]
        is_completed = run.status is RunStatus.COMPLETED
        photo = _pixels(store, exhibit.sha256) if is_completed else None
        decided = _decided(store, run, only_accepted=only_accepted)
        held_back = {each.derived_image_id for each in decided if not each.is_shown}
        images = [
            (image, _derived(store, image.sha256))
            for image in store.derived_images(run.run_id)
            if image.derived_image_id not in held_back
        ]
        yield assembly.run_section(
            run,
            exhibit=exhibit,
            photo=photo,
            images=images,
            exhibits=exhibits,
            estimator_error=estimator_error(packs.get(run.spec.pack_sha256), run.spec.analyser),
            decisions=decided,
            source_target_age=_source_age(store, run),
            adapter=_adapter(store, run, by_run.get(run.run_id), exhibits),
            adapter_use=adapter_assembly.adapter_use(
                run, by_digest.get(str(run.spec.parameters.get("adapter") or "")), exhibits=exhibits
            ),
        )


def _source_age(store: CaseStore, run: Run) -> float | None:
    """Return the target age of the derived image that a run worked on, where it worked on one."""
    source = run.spec.source_derived_image_id
    return store.derived_image(source).target_age if source else None


def _adapter(
    store: CaseStore, run: Run, adapter: SubjectAdapter | None, exhibits: Sequence[Exhibit]
) -> AdapterSection | None:
    """Return what a run learned, its file checked against its digest."""
    if adapter is None:
        return None
    store.vault.open_verified(adapter.sha256).close()

    def picture(exhibit: Exhibit) -> Picture | None:
        image = _pixels(store, exhibit.sha256)
        return None if image is None else pictures.thumbnail(image, side_px=_TRAINING_PHOTO_PX)

    return adapter_assembly.adapter_section(
        adapter, exhibits=exhibits, pictures=picture, threshold=assembly.match_threshold(run)
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


def _pixels(store: CaseStore, sha256: str) -> Image.Image | None:
    """Return a vault file's pixels after checking its digest, ``None`` when it cannot be decoded here."""
    store.vault.open_verified(sha256).close()
    return pictures.working_copy(store.vault.path(sha256))


def _derived(store: CaseStore, sha256: str) -> Image.Image:
    image = _pixels(store, sha256)
    if image is None:
        raise StoreUnavailable(
            f"The derived image {sha256} cannot be decoded.",
            "Repeat the run with the present version of the program.",
        )
    return image
