"""Check the structure of a case as linked data, whether or not the ontology's own validator is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_UUID = re.compile(r"-[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEEDED = {
    "case-investigation:Investigation": ("uco-core:name", "uco-core:object"),
    "case-investigation:InvestigativeAction": ("uco-core:name", "uco-action:performer"),
    "case-investigation:ProvenanceRecord": ("uco-core:object",),
    "uco-core:Annotation": ("uco-core:statement", "uco-core:object"),
    "uco-observable:RasterPicture": ("uco-core:hasFacet",),
    "uco-tool:ConfiguredTool": ("uco-configuration:usesConfiguration",),
    "uco-types:Hash": ("uco-types:hashMethod", "uco-types:hashValue"),
}
_ONE = ("uco-action:performer", "uco-core:name", "uco-action:startTime", "uco-action:endTime")


def structural_faults(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a document, one sentence each; empty for a sound one.

    Args:
        document: ``@context`` and ``@graph``.
    """
    context, graph = document.get("@context"), document.get("@graph")
    if not isinstance(context, Mapping) or not isinstance(graph, list):
        return ["The document has no context or no graph."]
    nodes = list(_nodes(graph))
    faults: list[str] = []
    identifiers = [str(each["@id"]) for each in nodes if "@type" in each]
    faults += [
        f"{each} stands twice." for each in sorted({i for i in identifiers if identifiers.count(i) > 1})
    ]
    faults += [f"{each} does not end in a UUID." for each in identifiers if not _UUID.search(each)]
    known = set(identifiers)
    faults += [
        f"Nothing is called {each['@id']}."
        for each in nodes
        if "@type" not in each and each["@id"] not in known
    ]
    for node in nodes:
        faults += _faults_of(node, context)
    if sum(each.get("@type") == "case-investigation:Investigation" for each in nodes) != 1:
        faults.append("There is not exactly one investigation.")
    return faults


def _faults_of(node: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[str]:
    name, type_ = node["@id"], str(node.get("@type", ""))
    for each in _NEEDED.get(type_, ()):
        if node.get(each) in (None, "", []):
            yield f"{name} has no {each}."
    for each in _ONE:
        if isinstance(node.get(each), list):
            yield f"{name} has more than one {each}."
    for each in (type_, *node):
        prefix, colon, _ = each.partition(":")
        if colon and prefix not in context:
            yield f"{name} uses {each}, whose prefix is not declared."
    value = node.get("uco-types:hashValue")
    if isinstance(value, Mapping) and not _SHA256.fullmatch(str(value.get("@value"))):
        yield f"{name} is no SHA-256."


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object and every reference of a document, outer ones first."""
    if isinstance(value, list):
        for each in value:
            yield from _nodes(each)
    elif isinstance(value, Mapping):
        if "@id" in value:
            yield value
        for each in value.values():
            yield from _nodes(each)
