"""Administrative information, runs without a result, methods, limitations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from forensic_app.measured import Rows
from forensic_app.records import Subject
from forensic_app.reports import wording
from forensic_app.reports.content import PackSection, ReportContent
from forensic_app.reports.layout import (
    PORTRAIT_WIDTH,
    RULE,
    Heading,
    data_table,
    facts_table,
    headed,
    pairs_table,
    text,
    width_of,
)
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.run_rows import parameter_rows
from forensic_app.reports.texts import Texts
from forensic_app.reports.unprintable import code_points_entered

_CELL_PADDING = 8


def administrative_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the fields that a test report owes its reader."""
    blocks: list[Flowable] = [
        facts_table(admin_rows(content, texts), width=PORTRAIT_WIDTH, label_width=52 * mm),
        *headed(texts("admin.subjects")),
    ]
    if not content.subjects:
        blocks.append(text(texts("admin.no_subjects")))
    for person in content.subjects:
        blocks += headed(person.name, *_subject_tables(person, texts), is_sub=True)
    if content.withdrawn.subjects:
        blocks.append(text(wording.counted(content.withdrawn.subjects, "admin.withdrawn", texts)))
    return [*blocks, KeepTogether(authorisation(content, texts))]


def admin_rows(content: ReportContent, texts: Texts, *, only: Collection[str] = ()) -> Rows:
    """Return the fields that a test report owes its reader, by their names in the texts.

    Args:
        content: What the report says.
        texts: Texts of its language.
        only: Names of the fields that are wanted; empty for all.
    """
    case, laboratory = content.case, content.laboratory
    missing, unstated = texts("common.not_recorded"), texts("common.not_stated")
    rows = [
        ("title", texts("front.title")),
        ("laboratory", laboratory.name or unstated),
        ("location", laboratory.address or unstated),
        ("contact", laboratory.contact or unstated),
        ("report_number", content.report_number),
        ("issued_at", wording.utc(content.issued_at, texts)),
        ("issued_by", content.issued_by),
        (
            "supersedes",
            f"{content.supersedes}: {content.reason}" if content.supersedes else texts("common.none"),
        ),
        ("case_number", case.case_number),
        ("case_title", case.title),
        ("case_kind", texts.word("case_kinds", case.kind)),
        ("case_status", texts.word("case_statuses", case.status)),
        ("case_opened", wording.utc(case.created_at, texts)),
        ("customer", case.agency or missing),
        ("authorization", case.authorization or missing),
        ("purpose", content.purpose or missing),
        ("method", _method(content, texts)),
        ("items", _items(content, texts)),
        ("received", _receipt(content, texts)),
        ("activity", _activity(content, texts)),
        ("sampling", texts("admin.sampling_default")),
        ("relates", texts("admin.relates_text")),
        ("deviations", content.deviations or texts("admin.deviations_default")),
        *_unprintable(content, texts),
        ("external", content.external_providers or _no_external(content, texts)),
        ("review", texts("admin.review_text")),
        ("decision", _decision(content, texts)),
        ("program", f"Forensic App {content.program_version}"),
    ]
    return tuple((texts(f"admin.{key}"), value) for key, value in rows if not only or key in only)


def _unprintable(content: ReportContent, texts: Texts) -> list[tuple[str, str]]:
    found = code_points_entered(content)
    return [("unprintable", texts("admin.unprintable_text", characters=found))] if found else []


def _method(content: ReportContent, texts: Texts) -> str:
    methods = dict.fromkeys(
        texts(
            "admin.method_text",
            method=texts.word("engines", run.spec.engine),
            engine=run.spec.engine,
            version=run.spec.engine_version,
            pack=run.spec.pack_name,
        )
        for run in content.runs
    )
    return "; ".join(methods) or texts("common.none")


def _no_external(content: ReportContent, texts: Texts) -> str:
    if content.form == "short":
        return texts("short.external_default")
    return texts("admin.external_default", section=texts.section("methods"))


def _decision(content: ReportContent, texts: Texts) -> str:
    is_made = any(run.decisions for run in content.runs)
    return (
        texts("admin.decision_made", section=texts.section("results"))
        if is_made
        else texts("admin.decision_text")
    )


def _items(content: ReportContent, texts: Texts) -> str:
    if not content.exhibits:
        return wording.no_photographs(content.withdrawn.exhibits, "admin.items_none", texts)
    count = wording.counted(len(content.exhibits), "admin.items", texts)
    return texts("admin.items_text", count=count, section=texts.section("exhibits"))


def _receipt(content: ReportContent, texts: Texts) -> str:
    moments = [exhibit.record.received_at for exhibit in content.exhibits]
    if moments:
        return wording.span(moments, texts)
    return wording.no_photographs(content.withdrawn.exhibits, "admin.items_none", texts)


def _activity(content: ReportContent, texts: Texts) -> str:
    moments = [
        moment
        for run in content.runs
        for moment in (run.record.queued_at, run.record.started_at, run.record.ended_at)
        if moment is not None
    ]
    return wording.span(moments, texts) if moments else texts("admin.no_activity")


def _subject_tables(person: Subject, texts: Texts) -> list[Flowable]:
    unknown = texts("common.unknown")
    rows: list[tuple[str, str]] = [
        (texts("admin.aliases"), ", ".join(person.aliases) or texts("common.none")),
        (texts("admin.sex"), texts.word("sexes", person.sex)),
        (texts("admin.birth"), texts.day(person.birth_date) or unknown),
        (texts("admin.last_seen"), texts.day(person.last_seen) or unknown),
        (texts("admin.last_seen_place"), person.last_seen_place or unknown),
    ]
    rows += [
        (texts.word("subject_fields", name), value)
        for name, value in asdict(person.description).items()
        if value
    ]
    return pairs_table(tuple(rows), width=PORTRAIT_WIDTH)


def authorisation(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return who authorises the report, with the lines to sign."""
    name = content.authorised_by or texts("admin.authorised_missing")
    rows = (
        (texts("admin.authorised_name"), name),
        (texts("admin.signature"), "\n\n"),
        (texts("admin.date"), "\n"),
        (texts("admin.electronic"), _electronic(content, texts)),
    )
    table = facts_table(rows, width=PORTRAIT_WIDTH, label_width=52 * mm)
    table.setStyle([("BOX", (0, 0), (-1, -1), 0.6, RULE), ("LEFTPADDING", (0, 0), (0, -1), 4)])
    return [text(texts("admin.authorisation_heading"), "h2"), table]


def _electronic(content: ReportContent, texts: Texts) -> str:
    if content.signed_by is None:
        return texts("admin.electronic_none")
    organisation, sha256 = content.signed_by
    return texts("admin.electronic_signed", organisation=organisation, sha256=sha256)


def other_runs_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the failed, cancelled, interrupted and unfinished runs with their reasons."""
    others = [run for run in content.runs if not run.is_completed]
    if not others:
        return [text(texts("other_runs.none"))]
    header = [texts(f"other_runs.{name}") for name in ("run", "status", "what", "when", "reason")]
    widths = [17 * mm, _status_width(texts), 43 * mm, 37 * mm]
    rows = [_other_run(run, texts) for run in others]
    table = data_table(header, rows, [*widths, PORTRAIT_WIDTH - sum(widths)])
    intro, subheading = text(texts("other_runs.intro")), text(texts("other_runs.parameters"), "h2")
    blocks: list[Flowable] = [intro, table, subheading]
    for run in others:
        if parameter_rows(run.record, texts):
            tables = pairs_table(parameter_rows(run.record, texts), width=PORTRAIT_WIDTH)
            blocks += headed(run.run_id, *tables, is_sub=True)
    return blocks


def _status_width(texts: Texts) -> float:
    """Return the width of the column of states, in which no word is broken."""
    words = [word for _, words in texts.words("statuses") for word in words.split()]
    return max(float(22 * mm), max(width_of(word, "cell") for word in words) + _CELL_PADDING)


def _other_run(run: RunSection, texts: Texts) -> list[Flowable]:
    what = texts(
        "other_runs.what_text",
        engine=texts.word("engine_short", run.spec.engine),
        version=run.spec.engine_version,
        what=wording.worked_on(run, texts),
        pack=run.spec.pack_name or texts("common.none"),
    )
    moments = (run.record.queued_at, run.record.started_at, run.record.ended_at)
    when = "\n".join(
        "–" if each is None else wording.utc(each, texts).removesuffix(" UTC") for each in moments
    )
    reason = wording.one_line(wording.recorded(run.record.failure, texts)) or texts("common.not_recorded")
    lines = [
        wording.shortened(reason, 1500),
        *(wording.one_line(wording.recorded(line, texts)) for line in run.record.warnings),
        texts("other_runs.by", examiner=run.record.examiner),
    ]
    status = texts.word("statuses", run.record.status)
    values = [text(value, "cell") for value in (status, what, when, "\n".join(lines))]
    return [text(run.run_id, "strong"), *values]


def methods_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return what is known of the methods and model packs that the runs used."""
    blocks: list[Flowable] = []
    engines = dict.fromkeys(run.spec.engine for run in content.runs)
    rows = tuple(_engine_rows(engines, texts))
    if rows:
        blocks += [text(texts("methods.references"), "h2"), facts_table(rows, width=PORTRAIT_WIDTH)]
    if not content.packs:
        return [*blocks, text(texts("methods.none"))]
    for pack in content.packs:
        blocks += _pack(pack, texts)
    return blocks


def _engine_rows(engines: Iterable[str], texts: Texts) -> Iterable[tuple[str, str]]:
    for engine in engines:
        reference = texts.word("engine_references", engine)
        yield engine, reference if reference != engine else texts("common.not_recorded")


def _pack(pack: PackSection, texts: Texts) -> list[Flowable]:
    rows = [(texts("methods.digest"), pack.sha256)]
    if pack.licence_accepted is not None:
        accepted = texts("methods.accepted_yes" if pack.licence_accepted else "methods.accepted_no")
        rows.append((texts("methods.licence_accepted"), accepted))
    rows += list(pack.facts)
    if pack.card_sha256:
        rows.append((texts("methods.card_digest"), pack.card_sha256))
    blocks: list[Flowable] = [
        Heading(texts("methods.pack", name=pack.name), 1),
        facts_table(tuple(rows), width=PORTRAIT_WIDTH),
    ]
    if not pack.is_available:
        return [*blocks, text(texts("methods.not_available"))]
    if pack.is_card_altered:
        return [*blocks, text(texts("methods.altered_card"))]
    if not pack.card:
        return [*blocks, text(texts("methods.no_card"))] if not pack.card_sha256 else blocks
    if texts("methods.quoted"):
        blocks.append(text(texts("methods.quoted"), "small"))
    card = facts_table(pack.card, width=PORTRAIT_WIDTH)
    return [*blocks, *headed(texts("methods.card"), card, is_sub=True)]


def limits_section(content: ReportContent, texts: Texts) -> list[Flowable]:  # noqa: ARG001 - as all sections
    """Return the fixed limitation text."""
    marked = [f"• {line}" for line in texts.paragraphs("limits.box")]
    return [text(line, "body") for line in (*marked, *texts.paragraphs("limits.text"))]
