"""Read and check the signatures of a PDF, offline.

Rules:
    * Nothing is fetched. Only the certificates that are named are trusted.
    * A file from outside may be anything: what cannot be read as a signed PDF is a finding, never a crash.

References:
    ETSI EN 319 142-1 (2016); ISO 32000-2 (2020), 12.8.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    RecursionError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class SignatureReading:
    """What one signature of a PDF is.

    Attributes:
        field: Name of its field.
        signer: Whose certificate signed, as it says.
        certificate_sha256: Fingerprint of that certificate.
        is_intact: Whether what was signed is unchanged.
        is_valid: Whether the signature is by that certificate.
        is_trusted: Whether the certificate stands under one that was named as trusted, now.
        covers_all: Whether nothing was added to the file after it was signed.
        fault: Why it could not be checked; empty where it could.
    """

    field: str
    signer: str = ""
    certificate_sha256: str = ""
    is_intact: bool = False
    is_valid: bool = False
    is_trusted: bool = False
    covers_all: bool = False
    fault: str = ""


def read_signatures(data: bytes, anchors: Sequence[x509.Certificate]) -> list[SignatureReading]:
    """Return the signatures of a PDF in the order of signing; none for a file that is no PDF.

    Args:
        data: The file.
        anchors: Certificates whose holders are trusted.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        embedded = list(reader.embedded_signatures)
    except (PdfError, *_UNREADABLE) as error:
        return [SignatureReading("", fault=f"the file cannot be read as PDF ({type(error).__name__})")]
    return [_checked(each, anchors) for each in embedded]


def _checked(embedded: object, anchors: Sequence[x509.Certificate]) -> SignatureReading:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    name = str(getattr(embedded, "field_name", ""))
    try:
        context = ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in anchors],
            allow_fetching=False,
        )
        status = validate_pdf_signature(embedded, signer_validation_context=context)  # type: ignore[arg-type]
        certificate = status.signing_cert
        return SignatureReading(
            name,
            signer=str(certificate.subject.human_friendly)[:300],
            certificate_sha256=certificate.sha256.hex(),
            is_intact=bool(status.intact),
            is_valid=bool(status.valid),
            is_trusted=bool(status.trusted),
            covers_all=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )
    except (PdfError, *_UNREADABLE) as error:
        return SignatureReading(name, fault=f"it cannot be checked ({type(error).__name__})")
