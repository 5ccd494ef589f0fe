"""Issue a report: gather the records under a fresh checkpoint, render, write once, register.

Rules:
    * Every photograph and derived image that is printed is read through its digest; one that differs stops
      the report.
    * The checkpoint in the report is signed just before rendering and covers every event that is printed. A
      preview signs nothing.
    * The file appears under its name whole and registered, or not at all, and never replaces another
      one unless that was asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.identity.certificates import Credentials, fingerprint, organisation_of
from forensic_app.records import Case, Exhibit, Report
from forensic_app.reports import pictures
from forensic_app.reports.chapters import sections_of
from forensic_app.reports.content import (
    ChainSection,
    ExhibitSection,
    LaboratoryDetails,
    ReportContent,
    Withdrawn,
)
from forensic_app.reports.html import render_html
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.texts import load_texts
from forensic_app.store.case_store import CaseStore
from forensic_app.store.fields import MAX_LINE, disclosure
from forensic_app.visible import visible
from forensic_app.workflows.report_file import check_target, place, written_beside
from forensic_app.workflows.report_packs import named_packs, pack_sections, packs_used
from forensic_app.workflows.report_runs import pixels, run_sections
from forensic_app.workflows.report_searches import search_sections


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
    form: str = "full",
    credentials: Credentials | None = None,
    has_reviewer_field: bool = False,
    has_twin: bool = True,
    recipient: str = "",
) -> Report:
    """Write a case's report to ``out``, its HTML twin beside it, and register it in the casebook.

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
        language: Which of the texts under ``resources/report_texts``; in the event of the issue.
        form: ``full``, or ``short`` for key results, key figures, limits and the head of the log; in the event too.
        credentials: What the PDF is signed with, fit to sign now; ``None`` leaves it unsigned.
        has_reviewer_field: Whether a signed PDF has a field for a reviewer's signature.
        has_twin: Whether the same report is written as one HTML file beside the PDF (:func:`twin_of`), for screen
            readers and for whoever has no PDF program. Its digest is in the event of the issue.
        recipient: Who receives it; in the event, with the purpose.

    Returns:
        The record of the report.

    Raises:
        RecordNotFound: There is no such case or superseded report.
        InvalidInput: ``out`` exists or cannot be written, a reason is missing, or language or form are unknown.
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    load_texts(language)
    sections_of(form)
    record = store.case(case)
    replaced = _superseded(store, record, supersedes, reason)
    twin = twin_of(out) if has_twin else None
    check_target(out, overwrite=overwrite)
    if twin is not None:
        check_target(twin, overwrite=overwrite)
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
        form=form,
        credentials=credentials,
    )
    data = render_pdf(content)
    stated: dict[str, str | int] = {"place": str(out), **disclosure("", recipient)}
    stated |= {"purpose": visible(purpose)[:MAX_LINE], "language": language, "form": form}
    if credentials is not None:
        stated |= {
            "unsigned_sha256": sha256_of_bytes(data),
            "certificate_sha256": fingerprint(credentials.certificate),
        }
        data = _signed(data, content, credentials, has_reviewer_field=has_reviewer_field)
    with ExitStack() as stack:
        finished = stack.enter_context(written_beside(out, data))
        finished_twin = None
        if twin is not None:
            page = render_html(content)
            stated |= {"html_sha256": sha256_of_bytes(page), "html_size_bytes": len(page)}
            finished_twin = stack.enter_context(written_beside(twin, page))
        report = store.add_report(
            case_id=record.case_id,
            report_number=number,
            path=finished,
            sha256=sha256_of_bytes(data),
            supersedes=replaced.report_id if replaced is not None else None,
            reason=reason,
            stated=stated,
        )
        place(finished, out, report_number=number, overwrite=overwrite)
        if finished_twin is not None and twin is not None:
            place(finished_twin, twin, report_number=number, overwrite=overwrite)
    return report


def twin_of(out: Path) -> Path:
    """Return the name of a report's HTML twin."""
    return out.with_suffix(".html")


def _signed(
    data: bytes, content: ReportContent, credentials: Credentials, *, has_reviewer_field: bool
) -> bytes:
    from forensic_app.identity.pdf_signing import sign_pdf

    return sign_pdf(
        data,
        credentials,
        reason=load_texts(content.language)(
            "common.signed_for", report=content.report_number, case=content.case.case_number
        ),
        place=content.laboratory.address,
        has_reviewer_field=has_reviewer_field,
    )


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
    form: str = "full",
    credentials: Credentials | None = None,
) -> ReportContent:
    """Return everything that a report of ``case`` prints; changes nothing.

    What was withdrawn is left out, and how many there are is said.

    A preview leaves the casebook as it is: it has the newest checkpoint where that covers every event, else none.

    Raises:
        EvidenceAltered: A photograph or derived image no longer has its digest.
    """
    every = store.exhibits(case.case_id, include_removed=True)
    exhibits = [each for each in every if each.tombstone_reason is None]
    people = store.subjects(case.case_id, include_removed=True)
    all_runs = store.runs(case.case_id)
    shown = {each.exhibit_id for each in exhibits}
    runs = [run for run in all_runs if run.spec.exhibit_id in shown]
    packs = packs_used(store, runs)
    names = {person.subject_id: person.name for person in people}
    exhibit_sections = tuple(_exhibits(store, exhibits, names))
    sections = run_sections(store, runs, exhibits, packs, only_accepted=only_accepted, language=language)
    return ReportContent(
        report_number=report_number,
        issued_at=issued_at,
        issued_by=store.examiner,
        program_version=__version__,
        laboratory=laboratory,
        case=case,
        chain=_chain(store, case, packs={sha256 for run in runs for _, sha256 in named_packs(run)}),
        purpose=purpose,
        authorised_by=authorised_by,
        signed_by=None
        if credentials is None
        else (organisation_of(credentials.certificate), fingerprint(credentials.certificate)),
        supersedes=supersedes,
        reason=reason,
        deviations=deviations,
        external_providers=external_providers,
        subjects=tuple(person for person in people if person.tombstone_reason is None),
        exhibits=exhibit_sections,
        runs=sections,
        packs=tuple(pack_sections(store, runs, packs)),
        searches=search_sections(store, case, exhibits),
        withdrawn=Withdrawn(
            subjects=sum(person.tombstone_reason is not None for person in people),
            exhibits=len(every) - len(exhibits),
            runs=len(all_runs) - len(runs),
        ),
        image_notes=tuple(each for each in store.image_notes(case.case_id) if each.exhibit_id in shown),
        language=language,
        form=form,
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
        image = pixels(store, exhibit)
        yield ExhibitSection(
            record=exhibit,
            subject_name=names.get(exhibit.subject_id or "", ""),
            picture=None if image is None else pictures.thumbnail(image),
        )


def _chain(store: CaseStore, case: Case, *, packs: Collection[str]) -> ChainSection:
    """Return the state of the custody log, and the checkpoint over it.

    Args:
        store: The casebook.
        case: Whose events are listed.
        packs: Digests of packs whose licence acceptances, which belong to no case, are listed as well.
    """
    checkpoint = store.checkpoint()
    events = store.events()
    if checkpoint is not None and checkpoint.size < events[-1].sequence:
        checkpoint = None
    covered = [event for event in events if checkpoint is None or event.sequence <= checkpoint.size]
    key = None if checkpoint is None else store.public_keys().get(checkpoint.key_id)
    return ChainSection(
        head=covered[-1],
        events=tuple(
            event
            for event in covered
            if event.case_id == case.case_id or event.details.get("pack_sha256") in packs
        ),
        checkpoint=checkpoint,
        public_key_hex=key or store.public_key_hex,
    )
