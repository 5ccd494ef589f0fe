"""The XMP packet that a derived image leaves with, and what is read from the packet of any picture.

Rules:
    * What stands in it is public: identifiers and digests, no name, no case number, no path.
    * A packet from outside is read for the few properties that are known here, within limits, and no entity of it is
      expanded.

References:
    ISO 16684-1 (XMP); IPTC Photo Metadata Standard 2025.1 (DigitalSourceType, AISystemUsed, AISystemVersionUsed);
    IPTC NewsCodes, digitalsourcetype.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, fields
from typing import Final
from xml.sax.saxutils import escape

from forensic_app.engines.pictures.marking import BAND_TEXT

COMPOSITE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""A photograph of which a part was made by a trained network."""
TRAINED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""A picture that a trained network made."""
_RIGHTS: Final = "http://ns.adobe.com/xap/1.0/rights/"
NAMESPACE: Final = "urn:forensic-app:derived-image:1:"
_MOST_BYTES = 1 << 18
_MOST_TEXT = 500
_NAMES: Final = {
    "source_type": "Iptc4xmpExt:DigitalSourceType",
    "system": "Iptc4xmpExt:AISystemUsed",
    "version": "Iptc4xmpExt:AISystemVersionUsed",
    "derived_image_id": "forensicapp:DerivedImage",
    "run_id": "forensicapp:Run",
    "casebook_id": "forensicapp:Casebook",
    "image_sha256": "forensicapp:ImageSHA256",
    "photograph_sha256": "forensicapp:PhotographSHA256",
    "consent_id": "forensicapp:Consent",
}
_OPTIONAL: Final = frozenset({"consent_id"})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a derived image says about where it comes from.

    Attributes:
        source_type: :data:`COMPOSITE` or :data:`TRAINED`.
        system: Program, engine and model pack.
        version: Their versions.
        derived_image_id: Such as ``D-000001``.
        run_id: Such as ``R-0001``.
        casebook_id: Identifier of the casebook, which both are unique in.
        image_sha256: SHA-256 of the image's file in the casebook.
        photograph_sha256: SHA-256 of the photograph that the run worked on.
        consent_id: Such as ``CN-0001``, where the picture may be shown under a consent alone.
        usage_terms: That consent, its end and its medium.
    """

    source_type: str = ""
    system: str = ""
    version: str = ""
    derived_image_id: str = ""
    run_id: str = ""
    casebook_id: str = ""
    image_sha256: str = ""
    photograph_sha256: str = ""
    consent_id: str = ""
    usage_terms: str = ""


def packet(origin: Origin) -> str:
    """Return the XMP packet of a derived image."""
    properties = "".join(
        f"<{name}>{escape(getattr(origin, field))}</{name}>"
        for field, name in _NAMES.items()
        if getattr(origin, field) or field not in _OPTIONAL
    )
    if origin.usage_terms:
        properties += (
            f'<xmpRights:Marked xmlns:xmpRights="{_RIGHTS}">True</xmpRights:Marked>'
            f'<xmpRights:UsageTerms xmlns:xmpRights="{_RIGHTS}"><rdf:Alt>'
            f'<rdf:li xml:lang="x-default">{escape(origin.usage_terms)}</rdf:li></rdf:Alt></xmpRights:UsageTerms>'
        )
    words = escape(f"{BAND_TEXT} - {origin.derived_image_id}, run {origin.run_id}")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmlns:forensicapp="{NAMESPACE}">'
        f"{properties}"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def origin_in(data: bytes) -> Origin | None:
    """Return what a picture's XMP packet says, ``None`` where it names no run and no digital source type.

    Properties are read as elements and as attributes; other prefixes than the usual ones are not.

    Args:
        data: The packet or a whole file that holds one, of which the first packet is read.
    """
    start = data.find(b"<x:xmpmeta")
    end = data.find(b"</x:xmpmeta>", start)
    if start < 0 or end < 0 or end - start > _MOST_BYTES:
        return None
    text = data[start:end].decode("utf-8", "replace")
    found = Origin(
        **{each.name: _value(text, _NAMES[each.name]) for each in fields(Origin) if each.name in _NAMES},
        usage_terms=_terms(text),
    )
    return found if found.run_id or found.source_type else None


def _terms(text: str) -> str:
    found = re.search(
        rf"<xmpRights:UsageTerms[^<>]*>\s*<rdf:Alt>\s*<rdf:li[^<>]*>([^<]{{0,{_MOST_TEXT}}})</rdf:li>", text
    )
    return html.unescape(found.group(1)).strip() if found else ""


def _value(text: str, name: str) -> str:
    element = re.search(rf"<{name}(?:\s[^<>]*)?>([^<]{{0,{_MOST_TEXT}}})</{name}>", text)
    attribute = element or re.search(rf"\s{name}\s*=\s*\"([^\"<]{{0,{_MOST_TEXT}}})\"", text)
    return html.unescape(attribute.group(1)).strip() if attribute else ""
