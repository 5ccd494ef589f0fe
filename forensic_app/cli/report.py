"""Commands on reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, json_value, note_unprintable, print_json, print_table, say
from forensic_app.errors import InvalidInput

app = typer.Typer(help="Issue and list reports.", no_args_is_help=True)

Case = Annotated[str, typer.Option(help="Case number or id.")]


@app.command("new")
def new(
    ctx: typer.Context,
    case: Case,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The PDF file to write; never replaced by default.")
    ],
    laboratory: Annotated[str, typer.Option(help="Name of the laboratory that issues it.")] = "",
    address: Annotated[str, typer.Option(help="The laboratory's address.")] = "",
    contact: Annotated[str, typer.Option(help="How to reach the laboratory.")] = "",
    authorised_by: Annotated[str, typer.Option(help="Who authorises it; empty leaves a line to sign.")] = "",
    purpose: Annotated[str, typer.Option(help="What the report is for.")] = "",
    recipient: Annotated[str, typer.Option(help="Who receives it; in the custody event.")] = "",
    supersedes: Annotated[
        str | None, typer.Option(metavar="REPORT", help="The report that this one replaces; needs --reason.")
    ] = None,
    reason: Annotated[str, typer.Option(help="What changed and why.")] = "",
    deviations: Annotated[str, typer.Option(help="Deviations from the method.")] = "",
    external_providers: Annotated[str, typer.Option(help="Results that others provided.")] = "",
    only_accepted: Annotated[
        bool,
        typer.Option(
            "--only-accepted",
            help="Leave images without a decision out too; rejected ones always are (see run decide).",
        ),
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the report: en or de.")] = "en",
    form: Annotated[
        str,
        typer.Option(
            help="full, or short: key results and figures, limits and the head of the log on a few pages."
        ),
    ] = "full",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign the PDF with the laboratory's certificate (see identity).")
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File whose first line opens the signing key; asked for where none is named."
        ),
    ] = None,
    reviewer_field: Annotated[
        bool,
        typer.Option("--reviewer-field", help="Leave a field for a reviewer's signature in a signed PDF."),
    ] = False,
    html: Annotated[
        bool, typer.Option("--html/--no-html", help="Write the same report as HTML beside the PDF.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write a case's report as PDF, keep a copy in the casebook and its digest in the custody log.

    The same report is written as one HTML file beside it, which screen readers and every browser read.
    """
    from forensic_app.cli.identity import passphrase_from
    from forensic_app.reports.content import LaboratoryDetails
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import unlock_identity
    from forensic_app.workflows.reporting import issue_report, twin_of

    if not sign and (passphrase_file is not None or reviewer_field):
        raise InvalidInput(
            "A passphrase or a reviewer's field was asked for, but no signature.",
            "Add --sign to sign the PDF.",
        )
    credentials = unlock_identity(load_settings().home, passphrase_from(passphrase_file)) if sign else None

    stated = (laboratory, address, contact, authorised_by, purpose, reason, deviations, external_providers)
    with invocation(ctx).writer() as store:
        issued = issue_report(
            store,
            case=case,
            out=out,
            laboratory=LaboratoryDetails(name=laboratory, address=address, contact=contact),
            authorised_by=authorised_by or None,
            purpose=purpose,
            recipient=recipient,
            supersedes=supersedes,
            reason=reason,
            deviations=deviations,
            external_providers=external_providers,
            overwrite=overwrite,
            only_accepted=only_accepted,
            language=language,
            form=form,
            credentials=credentials,
            has_reviewer_field=reviewer_field,
            has_twin=html,
        )
        concerned = (store.case(case), *store.subjects(issued.case_id))
    note_unprintable((stated, concerned))
    if as_json:
        paths = {"path": str(out), "html": str(twin_of(out)) if html else None}
        print_json({**json_value(issued), **paths, "is_signed": sign, "language": language, "form": form})
    else:
        say(f"Report {issued.report_number} is in {out}; SHA-256 {issued.sha256}.")
        if html:
            say(f"The same report as a page for browsers and screen readers is in {twin_of(out)}.")


@app.command("list")
def list_reports(ctx: typer.Context, case: Case, as_json: AsJson = False) -> None:
    """List a case's reports, also those that were superseded."""
    with invocation(ctx).reader() as store:
        reports = store.reports(store.case(case).case_id)
    if as_json:
        print_json({"reports": reports})
        return
    print_table(
        ("Report", "Issued", "Examiner", "Supersedes", "SHA-256"),
        [
            (each.report_number, each.issued_at, each.examiner, each.supersedes, each.sha256)
            for each in reports
        ],
    )
