"""Sign a finished PDF as the laboratory: PAdES, certified.

Rules:
    * The bytes that were rendered stay in front, unchanged; the signature is appended and covers the whole file.
    * Nothing may be changed afterwards (DocMDP 1). Where a reviewer is to sign too, one empty field waits for that
      signature, and nothing but signatures may be added (DocMDP 2): the first permission would forbid it.
    * The time in the signature is what the workstation's clock says; no authority of time vouches for it.

References:
    ETSI EN 319 142-1 (2016), PAdES baseline B-B; ISO 32000-2 (2020), 12.8.2.2 (DocMDP).
"""

from __future__ import annotations

import io
from typing import Final

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from forensic_app.identity.certificates import Credentials, key_bytes, organisation_of

FIELD_NAME: Final = "Laboratory"
REVIEWER_FIELD_NAME: Final = "Reviewer"


def sign_pdf(
    data: bytes, credentials: Credentials, *, reason: str, place: str = "", has_reviewer_field: bool = False
) -> bytes:
    """Return a PDF with the laboratory's signature.

    Args:
        data: The file as it was rendered.
        credentials: Checked by :func:`forensic_app.identity.certificates.refuse_unfit`.
        reason: What is signed, in words.
        place: Where; empty for nothing.
        has_reviewer_field: Whether a field waits for a reviewer's signature.

    Returns:
        ``data``, and the signature after it.
    """
    certificate, *chain = (
        x509.Certificate.load(each.public_bytes(Encoding.DER))
        for each in (credentials.certificate, *credentials.chain)
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain)
    signer = signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(key_bytes(credentials.key)),
        cert_registry=store,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if has_reviewer_field else fields.MDPPerm.NO_CHANGES,
        name=organisation_of(credentials.certificate),
        reason=reason,
        location=place or None,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if has_reviewer_field:
        fields.append_signature_field(writer, fields.SigFieldSpec(REVIEWER_FIELD_NAME))
    stream = io.BytesIO()
    signers.PdfSigner(metadata, signer).sign_pdf(writer, output=stream)
    return stream.getvalue()
