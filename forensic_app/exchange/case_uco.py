"""A case as linked data in the ontology CASE 1.5.0, which stands on UCO 1.5.0.

Rules:
    * Identifiers follow from the casebook's and the record's: the same records give the same bytes.
    * Every identifier ends in a UUID, every reference leads to an object of the graph, an action has one performer.
    * What a record does not say is left out, never guessed: a birth date that is a year alone is no date and time.

References:
    CASE 1.5.0 and UCO 1.5.0 (https://caseontology.org, https://unifiedcyberontology.org); RFC 9562, UUID version 5.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from forensic_app.digests import canonical_json
from forensic_app.engines.pictures.marking import BAND_TEXT
from forensic_app.records import (
    Case,
    Checkpoint,
    CustodyEvent,
    Decision,
    DerivedImage,
    Exhibit,
    Report,
    Run,
    RunStatus,
    Subject,
)

VERSION: Final = "1.5.0"
CONTEXT: Final = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-configuration": "https://ontology.unifiedcyberontology.org/uco/configuration/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_STATUSES: Final = {
    RunStatus.QUEUED: "Pending",
    RunStatus.RUNNING: "Ongoing",
    RunStatus.COMPLETED: "Success",
    RunStatus.FAILED: "Fail",
    RunStatus.INTERRUPTED: "Error",
    RunStatus.CANCELLED: "Unknown",
}
_RECEIVED = "exhibit_received"

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CaseRecords:
    """Everything of a case that is handed out.

    Attributes:
        casebook_id: Identifier of the casebook.
        program_version: Of this program.
        case: The case.
        subjects: Persons concerned.
        exhibits: Photographs received.
        runs: Executions, whatever became of them.
        images: Derived images by run.
        decisions: Newest decision by derived image.
        reports: Issued reports.
        events: Custody events of the case.
        checkpoint: Newest signed head of the custody log, ``None`` without one.
    """

    casebook_id: str
    program_version: str
    case: Case
    subjects: Sequence[Subject] = ()
    exhibits: Sequence[Exhibit] = ()
    runs: Sequence[Run] = ()
    images: Mapping[str, Sequence[DerivedImage]] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    reports: Sequence[Report] = ()
    events: Sequence[CustodyEvent] = ()
    checkpoint: Checkpoint | None = None


def linked_data(records: CaseRecords) -> dict[str, Any]:
    """Return a case as JSON-LD: ``@context`` and ``@graph``, JSON types only."""
    graph = _Graph(records.casebook_id)
    case, tool = records.case, _tool(graph, records.program_version)
    for subject in records.subjects:
        _subject(graph, subject)
    received = {each.object_id: each for each in records.events if each.action == _RECEIVED}
    for exhibit in records.exhibits:
        _exhibit(graph, exhibit, received.get(exhibit.exhibit_id), records.subjects)
    for run in records.runs:
        _run(graph, run, records, tool)
    for report in records.reports:
        _report(graph, report)
    investigation = graph.reference("investigation", case.case_id)
    if records.checkpoint is not None:
        graph.add("annotation", "checkpoint", "uco-core:Annotation", {
            "uco-core:name": "Signed head of the custody log",
            "uco-core:statement": records.checkpoint.note,
            "uco-core:object": investigation,
        })  # fmt: skip
    members = [{"@id": each["@id"]} for each in graph.nodes]
    own: Node = {
        "uco-core:name": case.case_number,
        "uco-core:description": case.title,
        "case-investigation:investigationForm": "case",
        "case-investigation:focus": case.kind.value,
        "case-investigation:investigationStatus": case.status.value,
        "uco-core:startTime": _moment(case.created_at),
        "uco-core:object": members,
    }
    if case.authorization:
        own["case-investigation:relevantAuthorization"] = graph.add(
            "authorization", case.case_id, "case-investigation:Authorization",
            {"uco-core:description": case.authorization},
        )  # fmt: skip
    if case.agency:
        own["uco-core:createdBy"] = graph.add(
            "organization", case.agency, "uco-identity:Organization", {"uco-core:name": case.agency}
        )
    graph.add("investigation", case.case_id, "case-investigation:Investigation", own)
    return {"@context": {**CONTEXT, "kb": graph.base}, "@graph": graph.nodes}


class _Graph:
    """Objects in the order in which they were added, each once."""

    def __init__(self, casebook_id: str) -> None:
        self.base = f"urn:forensic-app:{casebook_id}:"
        self._space = uuid.uuid5(uuid.NAMESPACE_URL, f"forensic-app/casebook/{casebook_id}")
        self._known: set[str] = set()
        self.nodes: list[Node] = []

    def identifier(self, kind: str, name: str) -> str:
        return f"kb:{kind}-{uuid.uuid5(self._space, f'{kind}/{name}')}"

    def reference(self, kind: str, name: str) -> Node:
        return {"@id": self.identifier(kind, name)}

    def add(self, kind: str, name: str, type_: str, values: Node) -> Node:
        identifier = self.identifier(kind, name)
        if identifier not in self._known:
            self._known.add(identifier)
            self.nodes.append({"@id": identifier, "@type": type_, **values})
        return {"@id": identifier}

    def part(self, kind: str, name: str, type_: str, values: Node) -> Node:
        """Return an object that stands inside another one."""
        return {"@id": self.identifier(kind, name), "@type": type_, **values}


def _tool(graph: _Graph, version: str) -> Node:
    values = {
        "uco-core:name": "Forensic App",
        "uco-tool:version": version,
        "uco-tool:toolType": "face ageing",
    }
    return graph.add("tool", f"forensic-app/{version}", "uco-tool:Tool", values)


def _examiner(graph: _Graph, name: str) -> Node:
    return graph.add("examiner", name, "uco-identity:Person", {"uco-core:name": name})


def _subject(graph: _Graph, subject: Subject) -> None:
    stated = subject.description
    names = {"familyName": stated.family_name, "givenName": stated.forename}
    facet = {f"uco-identity:{name}": value for name, value in names.items() if value}
    told = [("Born", subject.birth_date), ("Last seen", subject.last_seen), ("At", subject.last_seen_place)]
    words = "; ".join(f"{name} {value}" for name, value in told if value)
    values: Node = {"uco-core:name": subject.name}
    if words:
        values["uco-core:description"] = words
    if facet:
        name = f"{subject.subject_id}/name"
        values["uco-core:hasFacet"] = [graph.part("facet", name, "uco-identity:SimpleNameFacet", facet)]
    graph.add("subject", subject.subject_id, "uco-identity:Person", values)


def _exhibit(
    graph: _Graph, exhibit: Exhibit, received: CustodyEvent | None, subjects: Sequence[Subject]
) -> None:
    picture = _picture(
        graph, "exhibit", exhibit.exhibit_id, exhibit, media_type=exhibit.media_type,
        file_name=exhibit.original_name,
        words=f"Photograph {exhibit.exhibit_number} as received, untouched.",
    )  # fmt: skip
    graph.add("provenance", exhibit.exhibit_id, "case-investigation:ProvenanceRecord", {
        "case-investigation:exhibitNumber": exhibit.exhibit_number,
        "uco-core:description": "; ".join(each for each in (exhibit.source, exhibit.received_how) if each)
        or "Source not stated.",
        "uco-core:object": picture,
    })  # fmt: skip
    if received is not None:
        graph.add("action", f"receipt/{exhibit.exhibit_id}", "case-investigation:InvestigativeAction", {
            "uco-core:name": f"Receipt of {exhibit.exhibit_number}",
            "uco-action:performer": _examiner(graph, received.examiner),
            "uco-action:startTime": _moment(received.occurred_at),
            "uco-action:result": [picture, graph.reference("provenance", exhibit.exhibit_id)],
        })  # fmt: skip
    if exhibit.subject_id in {each.subject_id for each in subjects}:
        graph.add("relationship", exhibit.exhibit_id, "uco-core:Relationship", {
            "uco-core:source": picture,
            "uco-core:target": graph.reference("subject", str(exhibit.subject_id)),
            "uco-core:kindOfRelationship": "Depicts",
            "uco-core:isDirectional": True,
        })  # fmt: skip


def _run(graph: _Graph, run: Run, records: CaseRecords, tool: Node) -> None:
    spec = run.spec
    images = list(records.images.get(run.run_id, ()))
    numbers = {each.exhibit_id: each.exhibit_number for each in records.exhibits}
    results = [_derived(graph, image, run, records.decisions.get(image.derived_image_id)) for image in images]
    if results:
        results.append(graph.add("provenance", run.run_id, "case-investigation:ProvenanceRecord", {
            "uco-core:description": f"Derived images of the run {run.run_id}. {BAND_TEXT}",
            "case-investigation:rootExhibitNumber": numbers.get(spec.exhibit_id, spec.exhibit_id),
            "uco-core:object": list(results),
        }))  # fmt: skip
    source = spec.source_derived_image_id
    known = {each.derived_image_id for several in records.images.values() for each in several}
    worked_on = [graph.reference("derived-image", source)] if source in known else []
    if spec.exhibit_id in numbers:
        worked_on.append(graph.reference("exhibit", spec.exhibit_id))
    values: Node = {
        "uco-core:name": f"Run {run.run_id}: {spec.engine}",
        "uco-core:description": " ".join(
            (f"{run.status.value.capitalize()}.", run.failure, *run.warnings)
        ).strip(),
        "uco-action:performer": _examiner(graph, run.examiner),
        "uco-action:instrument": _configured(graph, run, tool),
        "uco-action:actionStatus": _STATUSES[run.status],
        "uco-action:object": worked_on,
    }
    values |= {"uco-action:result": results} if results else {}
    values |= {"uco-action:startTime": _moment(run.started_at)} if run.started_at else {}
    values |= {"uco-action:endTime": _moment(run.ended_at)} if run.ended_at else {}
    graph.add("action", run.run_id, "case-investigation:InvestigativeAction", values)


def _configured(graph: _Graph, run: Run, tool: Node) -> Node:
    spec = run.spec
    settings = {
        "engine": spec.engine,
        "engine_version": spec.engine_version,
        "pack_name": spec.pack_name,
        "pack_sha256": spec.pack_sha256,
        "analyser": spec.analyser,
        "face_index": spec.face_index,
        "exhibit_sha256": spec.exhibit_sha256,
        "source_sha256": spec.source_sha256,
        "reference_sha256": list(spec.reference_sha256),
        **{f"parameters.{name}": value for name, value in sorted(spec.parameters.items())},
    }
    entries = [
        graph.part("entry", f"{run.run_id}/{name}", "uco-configuration:ConfigurationEntry", {
            "uco-configuration:itemName": name,
            "uco-configuration:itemValue": value if isinstance(value, str) else canonical_json(value).decode(),
        })
        for name, value in settings.items() if value not in ("", [])
    ]  # fmt: skip
    configuration = graph.add("configuration", run.run_id, "uco-configuration:Configuration",
                              {"uco-configuration:configurationEntry": entries})  # fmt: skip
    return graph.add("configured-tool", run.run_id, "uco-tool:ConfiguredTool", {
        "uco-core:name": f"{spec.engine} engine with the model pack {spec.pack_name}",
        "uco-tool:version": spec.engine_version,
        "uco-configuration:isConfigurationOf": tool,
        "uco-configuration:usesConfiguration": configuration,
    })  # fmt: skip


def _derived(graph: _Graph, image: DerivedImage, run: Run, decision: Decision | None) -> Node:
    age = "" if image.target_age is None else f" Shown at {image.target_age:g} years."
    picture = _picture(
        graph, "derived-image", image.derived_image_id, image, media_type="image/png",
        file_name=f"{image.derived_image_id}.png",
        words=f"{BAND_TEXT}. Made by the run {run.run_id}; {image.role.value}.{age}",
    )  # fmt: skip
    if decision is not None:
        verdict = "Accepted" if decision.is_accepted else "Rejected"
        graph.add("annotation", f"decision/{image.derived_image_id}", "uco-core:Annotation", {
            "uco-core:name": f"Decision about {image.derived_image_id}",
            "uco-core:statement": f"{verdict}: {decision.reason}",
            "uco-core:createdBy": _examiner(graph, decision.examiner),
            "uco-core:objectCreatedTime": _moment(decision.decided_at),
            "uco-core:object": picture,
        })  # fmt: skip
    return picture


def _report(graph: _Graph, report: Report) -> None:
    file = graph.add("report", report.report_id, "uco-observable:PDFFile", {
        "uco-core:name": report.report_number,
        "uco-core:hasFacet": _file_facets(graph, f"report/{report.report_id}", f"{report.report_number}.pdf",
                                          report.size_bytes, report.sha256, "application/pdf"),
    })  # fmt: skip
    words = f"Replaces {report.supersedes}: {report.reason}" if report.supersedes else ""
    values: Node = {
        "uco-core:name": f"Report {report.report_number} issued",
        "uco-action:performer": _examiner(graph, report.examiner),
        "uco-action:startTime": _moment(report.issued_at),
        "uco-action:result": file,
    }
    values |= {"uco-core:description": words} if words else {}
    graph.add("action", f"report/{report.report_id}", "case-investigation:InvestigativeAction", values)


def _picture(
    graph: _Graph, kind: str, name: str, record: Exhibit | DerivedImage, *, media_type: str, file_name: str,
    words: str,
) -> Node:  # fmt: skip
    place = f"{kind}/{name}"
    size = {"uco-observable:pictureWidth": record.width_px, "uco-observable:pictureHeight": record.height_px}
    facets = _file_facets(graph, place, file_name, record.size_bytes, record.sha256, media_type)
    facets.append(graph.part("facet", f"{place}/picture", "uco-observable:RasterPictureFacet", size))
    return graph.add(kind, name, "uco-observable:RasterPicture", {
        "uco-core:name": name, "uco-core:description": words, "uco-core:hasFacet": facets,
    })  # fmt: skip


def _file_facets(
    graph: _Graph, place: str, file_name: str, size_bytes: int, sha256: str, media_type: str
) -> list[Node]:
    digest = {
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256},
    }
    content = {
        "uco-observable:mimeType": media_type,
        "uco-observable:sizeInBytes": size_bytes,
        "uco-observable:hash": graph.part("hash", place, "uco-types:Hash", digest),
    }
    file = {"uco-observable:fileName": file_name, "uco-observable:sizeInBytes": size_bytes}
    return [
        graph.part("facet", f"{place}/file", "uco-observable:FileFacet", file),
        graph.part("facet", f"{place}/content", "uco-observable:ContentDataFacet", content),
    ]


def _moment(value: datetime) -> Node:
    return {"@type": "xsd:dateTime", "@value": value.isoformat()}
