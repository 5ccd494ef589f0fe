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

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from forensic_app.identity.certificates import Credentials, PrivateKey, organisation_of

FIELD_NAME: Final = "Laboratory"
REVIEWER_FIELD_NAME: Final = "Reviewer"
_DIGESTS: Final = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class _KeySigner(signers.Signer):
    """Signs with a key wherever it lies, in memory or on a token."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, store: SimpleCertificateStore) -> None:
        super().__init__(signing_cert=certificate, cert_registry=store)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
        """Return the signature of ``data``, in the form that the certificate's kind of key has."""
        digest = _DIGESTS[digest_algorithm]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), digest)
        return self._key.sign(data, ec.ECDSA(digest))


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
    signer = _KeySigner(credentials.key, certificate, store)
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
